"""The audit trail: who changed what, when, from which state to which, and why. Append-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, attributes, mapped_column, object_session

from registry.core import clock
from registry.core.database import Model, UTCDateTime, append_only, db

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_gathered: ContextVar[list[dict[str, Any]] | None] = ContextVar("gathered", default=None)


class Auditor(Protocol):
    """What the trail needs to know of whoever acts."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...


@append_only
class AuditEntry(Model):
    """One change. `changes` maps a column to [old, new], or to null where the column is personal."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index(None, "object_type", "object_id", "id"),
        sa.Index(None, "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(sa.String(80))
    action: Mapped[str] = mapped_column(sa.String(120), index=True)
    object_type: Mapped[str] = mapped_column(sa.String(60))
    object_id: Mapped[int]
    object_code: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    from_state: Mapped[str | None] = mapped_column(sa.String(40))
    to_state: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    request_id: Mapped[str | None] = mapped_column(sa.String(40))


def record(
    obj: Any,
    action: str,
    actor: Auditor,
    *,
    reason: str | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    """Write down that `actor` did `action` to `obj`.

    The changed columns are read from SQLAlchemy's history, so call this before they are flushed; `about`
    adds facts that no column of `obj` holds (never personal ones).
    """
    session = db.session()
    changes = _changes(obj) | (about or {})
    if obj.id is None:
        session.flush()
    values = {
        "at": clock.now(),
        "actor_id": actor.user_id,
        "actor_label": actor.label,
        "action": action,
        "object_type": obj.__tablename__,
        "object_id": obj.id,
        "object_code": getattr(obj, "code", None) or getattr(obj, "slug", None),
        "from_state": from_state,
        "to_state": to_state,
        "reason": reason,
        "changes": changes,
        "request_id": request_id.get(),
    }
    gathered = _gathered.get()
    if gathered is None:
        session.add(AuditEntry(**values))
    else:
        gathered.append(values)


@contextmanager
def written_together() -> Iterator[None]:
    """Write what is recorded inside the block with one statement at its end: for thousands of entries."""
    entries: list[dict[str, Any]] = []
    token = _gathered.set(entries)
    try:
        yield
    finally:
        _gathered.reset(token)
    if entries:
        # One statement also where one entry has a state or a reason and the next has none.
        db.session.execute(sa.insert(AuditEntry), entries, execution_options={"render_nulls": True})


def _changes(obj: Any) -> dict[str, Any]:
    if object_session(obj) is None:
        return {}
    state = sa.inspect(obj)
    changes: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        # Most columns of most rows are as they were loaded; asking each for its history is dear.
        if attribute.key not in state.committed_state:
            continue
        column = attribute.columns[0]
        history = attributes.get_history(obj, attribute.key, attributes.PASSIVE_NO_INITIALIZE)
        if not history.has_changes() or column.name in {"id", "version"}:
            continue
        if column.info.get("personal"):
            changes[attribute.key] = None
        else:
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            changes[attribute.key] = [_plain(old), _plain(new)]
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (str, int, float, bool, list, dict)) or value is None:
        return value
    return str(value)
