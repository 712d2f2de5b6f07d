"""The edition of the public pages: a number that rises with every change of what they show."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Model, current_bind, db

_ROW = 1


class Edition(Model):
    """One row. It rises in the transaction that changes something, so nobody sees one without the other."""

    __tablename__ = "edition"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


_NUMBER = sa.select(Edition.number).where(Edition.id == _ROW)
_PLAIN_NUMBER = f"SELECT number FROM edition WHERE id = {_ROW}"  # noqa: S608


def get_edition() -> int:
    """The current edition; 0 before the first one. Ask before reading what the page shows."""
    return db.session.execute(_NUMBER).scalar_one_or_none() or 0


def glance_at_edition() -> int:
    """The same, without opening the request's transaction: most requests for a kept page need no other."""
    bind = current_bind()
    if not isinstance(bind, sa.Engine):
        return get_edition()
    connection = bind.raw_connection()
    try:
        driver: Any = connection.driver_connection
        # psycopg would open a transaction and roll it back, three ways to the server instead of one;
        # SQLite's driver is in this mode anyway (see `core.database`).
        if bind.dialect.name == "postgresql":
            driver.autocommit = True
        row = driver.execute(_PLAIN_NUMBER).fetchone()
        if bind.dialect.name == "postgresql":
            driver.autocommit = False
    except BaseException:
        connection.invalidate()
        raise
    finally:
        connection.close()
    return row[0] if row else 0


def publish_edition() -> None:
    """Raise the number: everything kept of earlier editions is outdated once this transaction commits."""
    session = db.session()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(Edition)
        .values(id=_ROW, number=1)
        .on_conflict_do_update(index_elements=["id"], set_={"number": Edition.number + 1})
    )
