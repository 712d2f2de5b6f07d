"""What is read of messages."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.core import tables
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey
from registry.messages import rules
from registry.messages.enums import MessageStatus
from registry.messages.models import Message


def _visible_to(actor: Actor) -> sa.Select[Message]:
    """Everybody reads what was sent to the own account, and nothing else."""
    return sa.select(Message).where(Message.user_id == actor.user_id)


def list_messages(actor: Actor, key: str | None = None) -> Page[Message]:
    """The actor's messages, the newest first."""
    return tables.get_page(_visible_to(actor), [SortKey(Message.id, descending=True)], key)


def get_message(code: str, actor: Actor) -> Message:
    """Errors: NotFound."""
    message = db.session.scalar(sa.select(Message).where(Message.code == code))
    if message is None or not rules.can_read(actor, message):
        raise NotFound
    return message


def list_due(now: datetime, limit: int) -> list[int]:
    """Ids of messages to be sent now, the longest waiting first."""
    statement = (
        sa.select(Message.id)
        .where(Message.status == MessageStatus.QUEUED, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def find_message_by_id(message_id: int) -> Message | None:
    """For the delivery, which has no reader."""
    return db.session.get(Message, message_id, populate_existing=True)


def list_about(*topics: str) -> Sequence[Message]:
    """All messages about these topics, the newest first. The caller knows who may see them."""
    return db.session.scalars(
        sa.select(Message)
        .where(Message.topic.in_(topics))
        .order_by(Message.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def find_by_key(key: str) -> Message | None:
    """The message of this event."""
    return db.session.scalar(sa.select(Message).where(Message.key == key))
