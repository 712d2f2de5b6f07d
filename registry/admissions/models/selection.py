"""Selection runs: what went in, what came out, for everybody who was a candidate."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import Decision, SelectionGround, SelectionOrder
from registry.admissions.models.applications import Application
from registry.core.database import Model, UTCDateTime, enum_type


class SelectionRun(Model):
    """One run of the selection, with all it depended on. It staged decisions; nothing of it changes later."""

    __tablename__ = "selection_run"
    __table_args__ = (
        sa.CheckConstraint("women_share BETWEEN 0 AND 100", name="women_share"),
        sa.CheckConstraint("rural_share BETWEEN 0 AND 100", name="rural_share"),
        sa.CheckConstraint("longest_list IS NULL OR longest_list >= 0", name="longest_list"),
        sa.Index(None, "cohort_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    order: Mapped[SelectionOrder] = mapped_column(enum_type(SelectionOrder, "order"))
    women_share: Mapped[int]
    rural_share: Mapped[int]
    """Percent of the offers."""
    longest_list: Mapped[int | None]
    seats: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    """Member state (or GENERAL) -> seats that were free."""
    general_serves_all: Mapped[bool]
    seed: Mapped[str] = mapped_column(sa.String(64), default="")
    """Of the lottery."""
    inputs_hash: Mapped[str] = mapped_column(sa.String(64))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SelectionEntry(Model):
    """One candidate of a run: the inputs as they were, and the outcome."""

    __tablename__ = "selection_entry"
    __table_args__ = (sa.UniqueConstraint("run_id", "place"),)

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("selection_run.id", ondelete="CASCADE"), primary_key=True
    )
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    place: Mapped[int]
    """In the order of the outcomes; those without a decision stand last."""
    member_state: Mapped[str] = mapped_column(sa.String(2))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    score: Mapped[float | None]
    rank: Mapped[int | None]
    is_woman: Mapped[bool] = mapped_column(info={"personal": True})
    is_rural: Mapped[bool] = mapped_column(info={"personal": True})
    decision: Mapped[Decision | None] = mapped_column(enum_type(Decision, "decision"))
    ground: Mapped[SelectionGround] = mapped_column(enum_type(SelectionGround, "ground"))
    number: Mapped[int | None]
    own_rank: Mapped[int | None]
    own_of: Mapped[int | None]
    general_rank: Mapped[int | None]
    general_of: Mapped[int | None]

    run: Mapped[SelectionRun] = relationship(lazy="raise_on_sql")
    application: Mapped[Application] = relationship(lazy="raise_on_sql")
