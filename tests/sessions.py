"""Sessions of tests inside one transaction that is rolled back in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import scoped_session, sessionmaker

from registry.core.database import db


@contextmanager
def rolled_back(app: Flask) -> Iterator[scoped_session[Any]]:
    """The session on a connection whose transaction is rolled back at the end: commits become savepoints."""
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        own_factory = db.session.registry.createfunc
        db.session.registry.createfunc = _bound_factory(connection)
        try:
            yield db.session
        finally:
            db.session.remove()
            db.session.registry.createfunc = own_factory
            still_open = outer.is_active
            if still_open:
                outer.rollback()
        assert still_open, "the test's outer transaction was ended: something committed past the session"


def _bound_factory(connection: Connection) -> sessionmaker[Any]:
    """Sessions on the one connection; Flask-SQLAlchemy's own would look for an engine instead."""
    ordinary = db.session.session_factory

    class BoundSession(ordinary.class_):  # type: ignore[name-defined, misc]
        def get_bind(self, *_: Any, **__: Any) -> Connection:
            return connection

    options = ordinary.kw | {"bind": connection, "join_transaction_mode": "create_savepoint"}
    return sessionmaker(class_=BoundSession, **options)
