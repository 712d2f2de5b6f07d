"""The database: session, declarative base, column types and SQLite's engine events."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, validates
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    """Declarative base; every constraint gets a name, since errors are mapped by it."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

Row = TypeVar("Row", bound=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Binds aware datetimes only, returns them in UTC, on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AppendOnly(Exception):
    """A row was to be changed or deleted that only ever is added: a mistake in the code."""


def append_only(model: type[Row]) -> type[Row]:
    """Refuse to change or delete rows of the model once they are written."""
    event.listen(model, "before_update", _refuse)
    event.listen(model, "before_delete", _refuse)
    return model


def _refuse(_mapper: Any, _connection: Connection, row: Any) -> None:
    raise AppendOnly(type(row).__name__)


def current_bind() -> Engine | Connection:
    """What the next session will speak through: the engine, in tests the one connection."""
    return db.session.registry.createfunc.kw.get("bind") or db.engine  # type: ignore[attr-defined]


def enum_type(enum: type[StrEnum], name: str) -> sa.Enum:
    """A StrEnum stored by value as VARCHAR with a named CHECK, the same on both databases."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


# SQLite cannot upgrade a read transaction once somebody else has written, whatever the timeout. So whoever
# may write begins IMMEDIATE, and only reading requests are deferred.
_reading: ContextVar[bool] = ContextVar("reading", default=False)


def set_reading(reading: bool) -> None:
    """Say whether the transactions that begin from here on only read."""
    _reading.set(reading)


@contextmanager
def reading_only() -> Iterator[None]:
    """Begin transactions inside the block as reading ones."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    if not type(dbapi_connection).__module__.startswith("sqlite3"):
        return
    dbapi_connection.isolation_level = None  # BEGIN is emitted below.
    cursor = dbapi_connection.cursor()
    for pragma in (
        "busy_timeout=15000",
        "journal_mode=WAL",
        "synchronous=FULL",  # What was acknowledged survives a power cut.
        "foreign_keys=ON",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


__all__ = [
    "AppendOnly",
    "Model",
    "UTCDateTime",
    "append_only",
    "current_bind",
    "db",
    "enum_type",
    "reading_only",
    "set_reading",
    "validates",
]
