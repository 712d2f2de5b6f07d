"""Cohorts, who may apply to them, and their seats."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.catalogue.enums import (
    CohortStatus,
    NominationMode,
    QuotaBasis,
    SelectionMethod,
    WithoutFocalPoint,
)
from registry.catalogue.models.programmes import Programme
from registry.core.database import Model, UTCDateTime, enum_type
from registry.people.enums import Education, LanguageLevel
from registry.places.enums import Standing

GENERAL = ""
"""The member state of the general pool."""


class Cohort(Model):
    """One dated run of a programme: application window, seats, and the group that takes it together."""

    __tablename__ = "cohort"
    __table_args__ = (
        sa.CheckConstraint("opens_at < closes_at", name="window"),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("capacity >= 0 AND used >= 0 AND used <= capacity", name="capacity"),
        sa.CheckConstraint("age_min IS NULL OR age_max IS NULL OR age_min <= age_max", name="age_bounds"),
        sa.CheckConstraint("accept_by_days BETWEEN 1 AND 60", name="accept_by_days"),
        sa.CheckConstraint(
            "status = 'draft' OR status = 'cancelled' OR published_at IS NOT NULL", name="published"
        ),
        sa.CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        sa.CheckConstraint(
            "without_focal_point != 'pass_on' OR endorse_by_at IS NOT NULL", name="passed_on_at_a_date"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    status: Mapped[CohortStatus] = mapped_column(
        enum_type(CohortStatus, "status"), default=CohortStatus.DRAFT, index=True
    )
    names: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    """Locale -> name, for instance "Autumn 2026"."""
    zone: Mapped[str] = mapped_column(sa.String(40))
    """IANA zone of the host: the one its deadline is set in."""
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """First instant that is too late."""
    release_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When decisions are announced."""
    accept_by_days: Mapped[int] = mapped_column(default=7)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    capacity: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    selection: Mapped[SelectionMethod] = mapped_column(
        enum_type(SelectionMethod, "selection"), default=SelectionMethod.SCORED
    )
    nomination: Mapped[NominationMode] = mapped_column(
        enum_type(NominationMode, "nomination"), default=NominationMode.OPEN
    )
    endorse_by_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Until when the states are asked to endorse; first instant that is too late."""
    without_focal_point: Mapped[WithoutFocalPoint] = mapped_column(
        enum_type(WithoutFocalPoint, "without_focal_point"), default=WithoutFocalPoint.COORDINATOR
    )
    quota_basis: Mapped[QuotaBasis] = mapped_column(
        enum_type(QuotaBasis, "quota_basis"), default=QuotaBasis.CITIZENSHIP
    )
    reviews_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Until when reviewers are asked for their reviews; first instant that is too late."""
    general_serves_all: Mapped[bool] = mapped_column(default=False)
    """Whether the general pool also serves states that have a pool of their own."""
    pools_open_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """From then on seats that no state uses are general, and general seats serve everybody."""
    waiting_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """First instant at which nobody moves up from a waiting list any more."""
    # Marked so that the audit trail does not tell it before its time.
    lottery_seed: Mapped[str] = mapped_column(sa.String(64), default="", info={"personal": True})
    """Drawn and bound by its published hash before the window closes; itself published from then on."""
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    """Inclusive bounds in completed years."""
    age_on: Mapped[date]
    """The day on which age counts."""
    standing_on: Mapped[date]
    """The day on which a country's standing in a bloc counts."""
    education_min: Mapped[Education | None] = mapped_column(enum_type(Education, "education_min"))
    needs_latin_name: Mapped[bool] = mapped_column(default=False)
    is_blind: Mapped[bool] = mapped_column(default=True)
    """Reviewers see no names."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    pools: Mapped[list["SeatPool"]] = relationship(
        lazy="raise_on_sql", back_populates="cohort", order_by="SeatPool.member_state"
    )
    scopes: Mapped[list["CohortScope"]] = relationship(
        lazy="raise_on_sql", back_populates="cohort", order_by="CohortScope.id", cascade="all, delete-orphan"
    )
    language_rules: Mapped[list["CohortLanguage"]] = relationship(
        lazy="raise_on_sql",
        back_populates="cohort",
        order_by="CohortLanguage.tag",
        cascade="all, delete-orphan",
    )

    # Seats are counted by guarded updates beside the ORM, so `used` is no part of an edit's version.
    __mapper_args__ = {"version_id_col": version}


class SeatPool(Model):
    """The seats set aside for one member state, or (GENERAL) open to the others."""

    __tablename__ = "seat_pool"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "member_state"),
        sa.CheckConstraint("seats >= 0 AND used >= 0 AND used <= seats", name="seats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    member_state: Mapped[str] = mapped_column(sa.String(2), default=GENERAL)
    seats: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql", back_populates="pools")


class CohortScope(Model):
    """Who may apply: countries of a standing in a bloc, or one country. Without any, all may."""

    __tablename__ = "cohort_scope"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "bloc", "standing", "country"),
        sa.CheckConstraint("(bloc IS NULL) = (standing IS NULL)", name="bloc_standing"),
        sa.CheckConstraint("(bloc IS NULL) != (country IS NULL)", name="bloc_or_country"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    bloc: Mapped[str | None] = mapped_column(sa.ForeignKey("bloc.slug", ondelete="RESTRICT"))
    standing: Mapped[Standing | None] = mapped_column(enum_type(Standing, "standing"))
    country: Mapped[str | None] = mapped_column(sa.ForeignKey("country.code", ondelete="RESTRICT"))

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql", back_populates="scopes")


class CohortLanguage(Model):
    """A language applicants need, and how well."""

    __tablename__ = "cohort_language"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    level: Mapped[LanguageLevel] = mapped_column(enum_type(LanguageLevel, "level"))

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql", back_populates="language_rules")
