"""Production never serves accounts whose password stands in the README."""

import sqlalchemy as sa
from flask import Flask

from registry.accounts import queries
from registry.accounts.models import User
from registry.core.database import db


class DemoDataInProduction(Exception):
    """The database was built by the demo."""


def refuse_demo_accounts(app: Flask) -> None:
    """Errors: DemoDataInProduction. A database without tables is let through: it is about to be migrated."""
    with app.app_context():
        try:
            found = sa.inspect(db.engine).has_table(User.__tablename__) and queries.has_demo_account()
        finally:
            db.session.remove()
            db.engine.dispose()
    if found:
        raise DemoDataInProduction(
            "This database holds demo accounts, whose password everybody can read in the README. "
            "Production does not start on it: give DATABASE_URL a database of its own."
        )
