"""Offers, waiting lists, the ledger of seats, and the counts that reports read."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import AgeBand, ApplicationStatus, Figure, OfferAnswer
from registry.admissions.models.applications import Application
from registry.catalogue.models import SeatPool
from registry.core.database import Model, UTCDateTime, enum_type


class Offer(Model):
    """A place held open until `accept_by_at`."""

    __tablename__ = "offer"
    __table_args__ = (
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.Index(
            "uq_offer_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("answer IS NULL"),
            postgresql_where=sa.text("answer IS NULL"),
        ),
        sa.Index(None, "answer", "accept_by_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), index=True)
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accept_by_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """First instant that is too late."""
    answer: Mapped[OfferAnswer | None] = mapped_column(enum_type(OfferAnswer, "answer"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    pool: Mapped[SeatPool] = relationship(lazy="raise_on_sql")


class WaitlistEntry(Model):
    """A place in a pool's waiting list: lowest turn first, then lowest rank, then the earliest entry."""

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        sa.Index(
            "uq_waitlist_entry_current",
            "application_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index(None, "pool_id", "left_at", "turn", "rank", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"))
    rank: Mapped[int] = mapped_column(sa.BigInteger)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    turn: Mapped[int] = mapped_column(default=0)
    """For the seats of the person's own state; below 0 for who was moved to the front, the last one lowest."""
    general_turn: Mapped[int] = mapped_column(default=0)
    """The same for the general seats."""
    moved_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why a coordinator put the person in front of others."""

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    pool: Mapped[SeatPool] = relationship(lazy="raise_on_sql")


class SeatEntry(Model):
    """One seat taken (+1) or given back (-1). Append-only; a pool's `used` is the sum."""

    __tablename__ = "seat_entry"
    __table_args__ = (
        sa.CheckConstraint("change IN (-1, 1)", name="change"),
        sa.Index(None, "pool_id"),
        sa.Index(None, "application_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    """`take:<offer code>` or `give:<offer code>`: each offer takes once and gives back once."""
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    change: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ApplicationCount(Model):
    """How many applications of a group have reached a figure of the funnel. Rises only."""

    __tablename__ = "application_count"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    figure: Mapped[Figure] = mapped_column(enum_type(Figure, "figure"), primary_key=True)
    member_state: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    sex: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    """Value of people.Sex, or empty."""
    age_band: Mapped[AgeBand] = mapped_column(enum_type(AgeBand, "age_band"), primary_key=True)
    n: Mapped[int]


class ApplicationWeekCount(Model):
    """The same by the Monday (UTC) of the week in which the figure was reached."""

    __tablename__ = "application_week_count"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    figure: Mapped[Figure] = mapped_column(enum_type(Figure, "figure"), primary_key=True)
    week_on: Mapped[date] = mapped_column(primary_key=True)
    n: Mapped[int]


class ApplicationStatusCount(Model):
    """How many applications of a member state are in a status now."""

    __tablename__ = "application_status_count"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    member_state: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    status: Mapped[ApplicationStatus] = mapped_column(
        enum_type(ApplicationStatus, "status"), primary_key=True
    )
    n: Mapped[int]
