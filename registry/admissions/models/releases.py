"""Releases of staged decisions: what was announced together, and how far it is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Model, UTCDateTime


class DecisionRelease(Model):
    """One release of a cohort's staged decisions. All of them carry its one instant."""

    __tablename__ = "decision_release"
    __table_args__ = (
        sa.Index(
            "uq_decision_release_unfinished",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        ),
        sa.CheckConstraint("done >= 0 AND total >= 0", name="counts"),
        sa.Index(None, "cohort_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    released_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """The instant that all its decisions carry; what is staged later waits for the next release."""
    started_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    started_label: Mapped[str] = mapped_column(sa.String(80))
    total: Mapped[int]
    """Decisions that were staged when it started."""
    done: Mapped[int] = mapped_column(default=0)
    """Decisions it has dealt with: announced, or found without a seat."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
