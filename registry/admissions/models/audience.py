"""Mails of a coordinator to all that a filter shows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import AudienceResult, SkipReason
from registry.admissions.models.applications import Application
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type
from registry.messages.models import Message


class AudienceMail(Model):
    """One mail to many. Its rows are chosen once; nothing is sent before somebody says so."""

    __tablename__ = "audience_mail"
    __table_args__ = (sa.CheckConstraint("finished_at IS NULL OR started_at IS NOT NULL", name="finished"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The address's part of the table it came from; a name that was searched for only until it is sent."""
    statuses: Mapped[list[str]] = mapped_column(sa.JSON)
    """The mail fits applications in these: one that has left them gets it no more."""
    fallback: Mapped[str] = mapped_column(sa.String(10))
    """The language of the text for those in whose own there is none."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the last one was written to; the mails themselves may still be on their way."""

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    texts: Mapped[list["AudienceText"]] = relationship(
        lazy="raise_on_sql", order_by="AudienceText.locale", cascade="all, delete-orphan"
    )


class AudienceText(Model):
    """Its subject and text in one language, with placeholders."""

    __tablename__ = "audience_text"

    mail_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audience_mail.id", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(150))
    text: Mapped[str] = mapped_column(sa.Text)


class AudienceRow(Model):
    """One application of it, and what became of the mail."""

    __tablename__ = "audience_row"
    __table_args__ = (
        sa.CheckConstraint("(result = 'skipped') = (reason IS NOT NULL)", name="skipped"),
        # Named by hand: the convention's name is too long for PostgreSQL.
        sa.Index("ix_audience_row_result", "mail_id", "result", "application_id"),
    )

    mail_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audience_mail.id", ondelete="CASCADE"), primary_key=True
    )
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    result: Mapped[AudienceResult] = mapped_column(
        enum_type(AudienceResult, "result"), default=AudienceResult.WAITING
    )
    reason: Mapped[SkipReason | None] = mapped_column(enum_type(SkipReason, "reason"))
    message_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("message.id", ondelete="SET NULL"), index=True
    )

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    message: Mapped[Message | None] = relationship(lazy="raise_on_sql")
