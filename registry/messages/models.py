"""Mail and in-app notice in one: written in the transaction that caused it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Model, UTCDateTime, enum_type
from registry.messages.enums import MessageStatus


class Message(Model):
    """One message to one address, rendered in the reader's language when it was queued."""

    __tablename__ = "message"
    __table_args__ = (
        sa.Index(None, "status", "due_at", "id"),
        sa.Index(None, "user_id", "id"),
        sa.Index(None, "topic", "status"),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    """Idempotency key: the same event queues the same message once."""
    message_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """RFC 5322 Message-ID, fixed when queued, so that a repeated delivery can be recognised."""
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(sa.String(254), info={"personal": True})
    locale: Mapped[str] = mapped_column(sa.String(10))
    kind: Mapped[str] = mapped_column(sa.String(60))
    """The template's name under templates/mail/."""
    topic: Mapped[str | None] = mapped_column(sa.String(120))
    """What it is about, for instance `application:K7M3QXPT`; later news supersede unsent earlier ones."""
    subject: Mapped[str] = mapped_column(sa.String(300), info={"personal": True})
    body: Mapped[str] = mapped_column(sa.Text, info={"personal": True})
    status: Mapped[MessageStatus] = mapped_column(
        enum_type(MessageStatus, "status"), default=MessageStatus.QUEUED
    )
    is_secret: Mapped[bool] = mapped_column(default=False)
    """Carries a one-use link: /my/messages shows that it was sent, not its text."""
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the next attempt may be made."""
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
