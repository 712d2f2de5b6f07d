"""One person's place in one cohort."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import AgeBand, Figure
from registry.admissions.models import Application
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.people.models import Person


class Enrolment(Model):
    """Created in the transaction that accepts the offer."""

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.CheckConstraint(
            "started_at IS NOT NULL OR status IN ('confirmed', 'no_show', 'cancelled')", name="started"
        ),
        sa.CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed"),
        sa.CheckConstraint("(status = 'dropped_out') = (dropout_reason IS NOT NULL)", name="dropout"),
        sa.CheckConstraint("(status IN ('confirmed', 'active')) = (ended_at IS NULL)", name="ended"),
        sa.Index(None, "cohort_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="RESTRICT"), unique=True
    )
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    status: Mapped[EnrolmentStatus] = mapped_column(
        enum_type(EnrolmentStatus, "status"), default=EnrolmentStatus.CONFIRMED
    )
    dropout_reason: Mapped[DropoutReason | None] = mapped_column(enum_type(DropoutReason, "dropout_reason"))
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    participant: Mapped[Person] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class EnrolmentCount(Model):
    """How many enrolments of a group have started or completed, grouped as ApplicationCount is."""

    __tablename__ = "enrolment_count"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    figure: Mapped[Figure] = mapped_column(enum_type(Figure, "figure"), primary_key=True)
    member_state: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    sex: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    age_band: Mapped[AgeBand] = mapped_column(enum_type(AgeBand, "age_band"), primary_key=True)
    n: Mapped[int]


class DuplicateDismissal(Model):
    """Two records that somebody has compared and found to be two people.

    It holds for the names and the day of birth under which they were compared: with another key they are
    possible duplicates again.
    """

    __tablename__ = "duplicate_dismissal"
    __table_args__ = (
        sa.UniqueConstraint(
            *("programme_id", "first_id", "second_id", "match_key", "member_state"),
            name="uq_duplicate_dismissal_pair",
        ),
        sa.CheckConstraint("first_id < second_id", name="ordered"),
        sa.Index("ix_duplicate_dismissal_group", "programme_id", "match_key", "member_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    match_key: Mapped[str] = mapped_column(sa.String(200), info={"personal": True})
    member_state: Mapped[str] = mapped_column(sa.String(2))
    dismissed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dismissed_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))

    first: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[first_id])
    second: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[second_id])


class PersonMerge(Model):
    """Two records of one person made one: what went over to the kept one, so that it can go back."""

    __tablename__ = "person_merge"
    __table_args__ = (
        sa.CheckConstraint("kept_id != merged_id", name="two"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        sa.Index(
            "uq_person_merge_standing",
            "merged_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    """Where the two were found."""
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    moved: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Table -> keys of the rows that went over; `account` is true where the account did."""
    closed: Mapped[list[str]] = mapped_column(sa.JSON)
    """Codes of applications that were closed, because another one of the same cohort was chosen."""
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    merged_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))

    kept: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[kept_id])
    merged: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[merged_id])
