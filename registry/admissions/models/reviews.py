"""Who reads an application, by which criteria, and what they think of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.admissions.enums import ConflictKind, ReviewStatus
from registry.admissions.models.applications import Application
from registry.core.database import Model, UTCDateTime, enum_type


class Criterion(Model):
    """One thing that reviewers score. Fixed once the cohort's first review was sent."""

    __tablename__ = "criterion"
    __table_args__ = (
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
        sa.Index(None, "cohort_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    position: Mapped[int]
    weight: Mapped[int]
    labels: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    """Locale -> what is scored."""
    anchors: Mapped[dict[str, dict[str, str]]] = mapped_column(sa.JSON, default=dict)
    """Score -> locale -> what earns this score."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Assignment(Model):
    """An application given to a reviewer."""

    __tablename__ = "assignment"

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    assigned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    declared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the reviewer declared to have no conflict of interest: the content opens then, not before."""

    application: Mapped[Application] = relationship(lazy="raise_on_sql", back_populates="assignments")
    user: Mapped[User] = relationship(lazy="raise_on_sql")


class ConflictDeclaration(Model):
    """A conflict of interest, declared or detected. Never taken back: this pair is not assigned again."""

    __tablename__ = "conflict_declaration"

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[ConflictKind] = mapped_column(enum_type(ConflictKind, "kind"))
    note: Mapped[str] = mapped_column(sa.String(500), default="", info={"personal": True})
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="raise_on_sql")


class Review(Model):
    """One reviewer's opinion of one application."""

    __tablename__ = "review"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["application_id", "user_id"],
            ["assignment.application_id", "assignment.user_id"],
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("(status = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),
        sa.CheckConstraint("(status = 'submitted') = (total IS NOT NULL)", name="total"),
        sa.CheckConstraint("status != 'submitted' OR reopen_reason = ''", name="reopened"),
        sa.Index(None, "cohort_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="RESTRICT"))
    status: Mapped[ReviewStatus] = mapped_column(
        enum_type(ReviewStatus, "status"), default=ReviewStatus.DRAFT
    )
    comment: Mapped[str] = mapped_column(sa.Text, default="", info={"personal": True})
    total: Mapped[float | None]
    """Weighted mean of the scores, as sent: `rules.scoring.compute_total`."""
    reopen_reason: Mapped[str] = mapped_column(sa.Text, default="", server_default=sa.text("''"))
    """Why the coordinator has given the review back, until it is sent again."""
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")
    scores: Mapped[list["Score"]] = relationship(
        lazy="selectin", back_populates="review", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class Score(Model):
    """What a review gives for one criterion, from 1 to 5."""

    __tablename__ = "score"
    __table_args__ = (sa.CheckConstraint("value BETWEEN 1 AND 5", name="value"),)

    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        sa.ForeignKey("criterion.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[int]

    review: Mapped[Review] = relationship(lazy="raise_on_sql", back_populates="scores")
