"""What belongs to the coordinators' table: tags, filters to come back to, and what was done to many rows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.admissions.enums import BulkAction, BulkResult, RejectionReason
from registry.admissions.models.applications import Application
from registry.catalogue.models import Cohort, Programme
from registry.core.database import Model, UTCDateTime, enum_type


class Tag(Model):
    """A word of the coordinators' own for applications of one cohort. Applicants never see it."""

    __tablename__ = "tag"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(40))
    folded: Mapped[str] = mapped_column(sa.String(160))
    """The name as `core.i18n.fold` writes it: "Top" and "top" are one tag."""

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")


class ApplicationTag(Model):
    """A tag on an application."""

    __tablename__ = "application_tag"
    __table_args__ = (sa.Index(None, "tag_id", "application_id"),)

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)


class SavedFilter(Model):
    """The address's part of a filtered table, kept under a name for all cohorts of a programme."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("programme_id", "user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Whether the programme's other coordinators see it."""
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")


class BulkRun(Model):
    """One action for many applications. The rows are chosen once; it begins when somebody says so."""

    __tablename__ = "bulk_run"
    __table_args__ = (
        sa.CheckConstraint("finished_at IS NULL OR started_at IS NOT NULL", name="finished"),
        sa.CheckConstraint("action != 'reject' OR rejection IS NOT NULL", name="reason"),
        sa.CheckConstraint("action NOT IN ('add_tag', 'remove_tag') OR tag != ''", name="tag"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    action: Mapped[BulkAction] = mapped_column(enum_type(BulkAction, "action"))
    tag: Mapped[str] = mapped_column(sa.String(40), default="")
    rejection: Mapped[RejectionReason | None] = mapped_column(enum_type(RejectionReason, "rejection"))
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The address's part of the table it came from."""
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")


class BulkRow(Model):
    """One application of a bulk action, and what became of it."""

    __tablename__ = "bulk_row"
    __table_args__ = (
        sa.CheckConstraint("(result = 'refused') = (message != '')", name="message"),
        sa.Index(None, "run_id", "result", "application_id"),
    )

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_run.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    result: Mapped[BulkResult] = mapped_column(enum_type(BulkResult, "result"), default=BulkResult.WAITING)
    message: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why not, in the language of whoever asked."""

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
