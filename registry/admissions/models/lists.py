"""What coordinators add to their table of applications: tags, and filters to come back to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.catalogue.models import Cohort, Programme
from registry.core.database import Model, UTCDateTime


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
