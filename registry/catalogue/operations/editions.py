"""The number that tells every worker that public pages changed."""

from sqlalchemy.dialects import postgresql, sqlite

from registry.catalogue.models import CatalogueEdition
from registry.core.database import db


def touch_catalogue() -> None:
    """Say, in the transaction that changes what public pages show, that they must be rendered again."""
    session = db.session()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(CatalogueEdition)
        .values(id=1, number=1)
        .on_conflict_do_update(index_elements=["id"], set_={"number": CatalogueEdition.number + 1})
    )
