"""The files that belong to an application."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.models.applications import Application
from registry.admissions.models.forms import Question
from registry.core.database import Model, UTCDateTime, enum_type
from registry.core.documents import MediaType


class Attachment(Model):
    """A file given as (part of) the answer to a question. The bytes lie in `core.storage` under `digest`.

    What was removed before the application was sent is gone; later it stays, so that the change can be seen.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        sa.Index(
            "uq_attachment_current",
            "application_id",
            "question_id",
            "entry",
            "digest",
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
        sa.CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id", ondelete="RESTRICT"))
    entry: Mapped[int] = mapped_column(default=1, server_default="1")
    """As in `Answer`."""
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    """SHA-256 of the bytes that are kept."""
    name: Mapped[str] = mapped_column(sa.String(120), info={"personal": True})
    media_type: Mapped[MediaType] = mapped_column(enum_type(MediaType, "media_type"))
    size: Mapped[int]
    """Bytes that are kept."""
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    question: Mapped[Question] = relationship(lazy="raise_on_sql")
