"""Mail and in-app notices: written in the transaction that causes them, sent after it, once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from smtplib import SMTPException
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

from registry.core import clock, codes, jobs
from registry.core.database import db, reading_only
from registry.core.transaction import end_reading, transaction
from registry.messages import queries
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.messages.rendering import Mail, render
from registry.messages.transport import (
    Refused,
    Transport,
    Unreachable,
    compose,
    open_transport,
    sender_domain,
)

DELIVER = "messages:deliver"
LEASE = timedelta(minutes=5)
"""How long whoever sends a message has it for himself; then it counts as not sent."""
MAX_ATTEMPTS = 18
"""With `jobs.backoff` between them, a mail is tried for two days: longer than a server is usually away."""
_BATCH = 100

log = structlog.get_logger()


@dataclass(frozen=True)
class Recipient:
    """Where a message goes, and in which language and zone its reader lives."""

    address: str
    locale: str = "en"
    zone: str = "UTC"
    user_id: int | None = None


def queue(
    kind: str,
    *,
    key: str,
    to: Recipient,
    topic: str | None = None,
    context: Mapping[str, Any] | None = None,
    mail: Mail | None = None,
    secret: bool = False,
) -> None:
    """Write the message `templates/mail/<kind>.txt`, or `mail`, for `to`; it is sent after the commit.

    The same `key` again writes nothing: one event, one message. `topic` lets later news overtake this
    one while it waits. A `secret` message carries a one-use link: /my/messages does not show its text,
    and the text is forgotten once sent.
    """
    mail = mail or render(kind, context or {}, locale=to.locale, zone=to.zone)
    now = clock.now()
    session = db.session()
    session.flush()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(Message.__table__)  # type: ignore[arg-type]
        .values(
            code=codes.new_code(),
            key=key,
            message_id=f"<{secrets.token_hex(16)}@{sender_domain()}>",
            user_id=to.user_id,
            address=to.address,
            locale=to.locale,
            kind=kind,
            topic=topic,
            subject=mail.subject,
            body=mail.body,
            status=MessageStatus.QUEUED,
            is_secret=secret,
            queued_at=now,
            due_at=now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    jobs.enqueue(DELIVER)


def supersede(*topics: str) -> int:
    """Do not send what waits, or could be tried again, about these topics: later news overtook it.

    A one-use link that nobody will get is forgotten. How many messages there were.
    """
    return _count(
        db.session.execute(
            sa.update(Message)
            .where(
                Message.topic.in_(topics),
                Message.status.in_((MessageStatus.QUEUED, MessageStatus.FAILED)),
            )
            .values(
                status=MessageStatus.SUPERSEDED,
                body=sa.case((Message.is_secret, ""), else_=Message.body),
            )
        )
    )


def retry(message: Message) -> bool:
    """Send a message after all that was given up; False where it was not. It keeps its Message-ID."""
    changed = _count(
        db.session.execute(
            sa.update(Message)
            .where(Message.id == message.id, Message.status == MessageStatus.FAILED)
            .values(status=MessageStatus.QUEUED, due_at=clock.now(), attempts=0)
            .execution_options(synchronize_session=False)
        )
    )
    if changed:
        jobs.enqueue(DELIVER)
    return bool(changed)


def assume_sent() -> int:
    """Mark what waits as sent without sending it: for data about the past. How many there were."""
    return _count(
        db.session.execute(
            sa.update(Message)
            .where(Message.status == MessageStatus.QUEUED)
            .values(status=MessageStatus.SENT, sent_at=Message.queued_at)
            .execution_options(synchronize_session=False)
        )
    )


@jobs.periodic(DELIVER, minutes=1)
def deliver() -> None:
    """Send everything that is due; where no server can be reached, leave the rest to the next minute.

    A worker that dies after handing a mail over and before noting it sends the same mail again, with the
    same Message-ID; one that dies earlier leaves it to the next delivery, after the lease.
    """
    with open_transport() as transport:
        while due := _list_due():
            for message_id in due:
                if not _deliver_one(message_id, transport):
                    return


def _list_due() -> list[int]:
    with reading_only():
        due = queries.list_due(clock.now(), _BATCH)
        end_reading()
    return due


def _deliver_one(message_id: int, transport: Transport) -> bool:
    """False where the next one need not be tried."""
    now = clock.now()
    with transaction() as session:
        claimed = session.execute(
            sa.update(Message)
            .where(Message.id == message_id, Message.status == MessageStatus.QUEUED, Message.due_at <= now)
            .values(due_at=now + LEASE, attempts=Message.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        message = queries.find_message_by_id(message_id) if _count(claimed) else None
    if message is None:
        return True
    # No transaction is open while the mail travels.
    try:
        transport.send(compose(message))
    except (Refused, MessageError, ValueError) as error:
        _note_failure(message, error, final=True)
    except (OSError, SMTPException) as error:
        _note_failure(message, error, final=message.attempts >= MAX_ATTEMPTS)
        return not isinstance(error, Unreachable)
    else:
        # Overtaken while it was on its way, it still went out.
        _note(
            message,
            (MessageStatus.QUEUED, MessageStatus.SUPERSEDED),
            status=MessageStatus.SENT,
            sent_at=clock.now(),
            last_error=None,
            body="" if message.is_secret else message.body,
        )
    return True


def _note_failure(message: Message, error: Exception, *, final: bool) -> None:
    log.warning("mail_not_delivered", message=message.code, attempt=message.attempts, error=str(error))
    values: dict[str, Any] = {"last_error": f"{type(error).__name__}: {error}"[:1000]}
    if final:
        values["status"] = MessageStatus.FAILED
    else:
        values["due_at"] = clock.now() + jobs.backoff(message.attempts)
    _note(message, (MessageStatus.QUEUED,), **values)


def _note(message: Message, sources: tuple[MessageStatus, ...], **values: Any) -> None:
    with transaction() as session:
        session.execute(
            sa.update(Message)
            .where(Message.id == message.id, Message.status.in_(sources))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _count(result: sa.Result[Any]) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 -- what an UPDATE returns; for the type checker
    return result.rowcount
