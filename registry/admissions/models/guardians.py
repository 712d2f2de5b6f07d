"""The links sent to guardians, and what guardians ask before they answer."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import GuardianAnswer
from registry.admissions.models.applications import Application
from registry.core.database import Model, UTCDateTime, enum_type
from registry.people.models import Guardianship


class GuardianRequest(Model):
    """The one link on which a guardian asks about one application, consents to it, or refuses."""

    __tablename__ = "guardian_request"
    __table_args__ = (
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.Index(None, "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    guardianship_id: Mapped[int] = mapped_column(sa.ForeignKey("guardianship.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[GuardianAnswer | None] = mapped_column(enum_type(GuardianAnswer, "answer"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    guardianship: Mapped[Guardianship] = relationship(lazy="joined", innerjoin=True)


class GuardianQuestion(Model):
    """What a guardian asks before answering, and what a coordinator says. Both are for this guardian only."""

    __tablename__ = "guardian_question"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
        sa.Index(None, "application_id"),
        sa.Index(
            "ix_guardian_question_open",
            "asked_at",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    guardianship_id: Mapped[int] = mapped_column(sa.ForeignKey("guardianship.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(sa.String(10))
    """Of the page it was asked on."""
    text: Mapped[str] = mapped_column(sa.Text, info={"personal": True})
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(sa.Text, default="", info={"personal": True})
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    guardianship: Mapped[Guardianship] = relationship(lazy="joined", innerjoin=True)
