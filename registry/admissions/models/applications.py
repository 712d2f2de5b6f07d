"""Applications, their answers, and what was decided about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import (
    DECIDED_STATUSES,
    LIVE_STATUSES,
    AgeBand,
    ApplicationStatus,
    Decision,
    RejectionReason,
    RuleName,
    RuleResult,
)
from registry.admissions.models.forms import FormVersion, Question
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type
from registry.people.enums import Sex
from registry.people.models import Person

if TYPE_CHECKING:
    from registry.admissions.models.reviews import Assignment


def _among(statuses: frozenset[ApplicationStatus]) -> str:
    return "status IN (" + ", ".join(f"'{status}'" for status in sorted(statuses)) + ")"


class Application(Model):
    """A young person asking for a place in a cohort.

    What the submission froze (member state, sex, age, name as listed, profile) stays, whatever the person
    changes in the account later.
    """

    __tablename__ = "application"
    __table_args__ = (
        sa.Index(
            "uq_application_live",
            "person_id",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text(_among(LIVE_STATUSES)),
            postgresql_where=sa.text(_among(LIVE_STATUSES)),
        ),
        sa.CheckConstraint(
            "submitted_at IS NOT NULL OR status IN ('draft', 'expired', 'withdrawn', 'closed')",
            name="submitted",
        ),
        sa.CheckConstraint("status NOT IN ('draft', 'expired') OR submitted_at IS NULL", name="draft"),
        sa.CheckConstraint(
            "status NOT IN ('offered', 'accepted', 'declined', 'lapsed') OR offered_at IS NOT NULL",
            name="offered",
        ),
        sa.CheckConstraint(f"NOT ({_among(DECIDED_STATUSES)}) OR decided_at IS NOT NULL", name="decided"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        sa.CheckConstraint("status != 'accepted' OR accepted_at IS NOT NULL", name="accepted"),
        sa.CheckConstraint(
            "submitted_at IS NULL OR (member_state != '' AND age_band IS NOT NULL)", name="snapshot"
        ),
        sa.Index(None, "cohort_id", "status", "submitted_at", "id"),
        sa.Index(None, "cohort_id", "submitted_at", "id"),
        sa.Index(None, "cohort_id", "member_state", "status", "submitted_at", "id"),
        sa.Index(None, "cohort_id", "listed_name", "id"),
        # Searching for a part of a name reads this index alone, not the rows.
        sa.Index(None, "cohort_id", "search_name", "id"),
        sa.Index(None, "cohort_id", "match_key", "person_id"),
        sa.Index(None, "member_state", "submitted_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="RESTRICT"))
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id", ondelete="RESTRICT"))
    status: Mapped[ApplicationStatus] = mapped_column(
        enum_type(ApplicationStatus, "status"), default=ApplicationStatus.DRAFT
    )
    member_state: Mapped[str] = mapped_column(sa.String(2), default="")
    """Whose seat it would be (ISO 3166-1 alpha-2); chosen before submission, then frozen."""
    sex: Mapped[Sex | None] = mapped_column(enum_type(Sex, "sex"), info={"personal": True})
    age_band: Mapped[AgeBand | None] = mapped_column(enum_type(AgeBand, "age_band"))
    age_years: Mapped[int | None] = mapped_column(info={"personal": True})
    listed_name: Mapped[str] = mapped_column(sa.String(260), default="", info={"personal": True})
    search_name: Mapped[str] = mapped_column(sa.String(600), default="", info={"personal": True})
    """All forms of the name, folded, and how they sound in Latin letters (`rules.names`)."""
    match_key: Mapped[str | None] = mapped_column(sa.String(200), info={"personal": True})
    """The same in two applications whose people may be one; empty where the birth is not known."""
    names_edition: Mapped[int] = mapped_column(default=0, server_default="0", index=True)
    """By which edition of the rules the two above were written."""
    profile: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info={"personal": True})
    """The person's particulars as submitted."""
    saved_pages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """Pages of the form the applicant has saved."""
    entries: Mapped[dict[str, list[int]]] = mapped_column(sa.JSON, default=dict)
    """Key of a repeating section -> the numbers of the entries in it, once one was added or removed."""
    closing_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    eligible_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    endorsed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    form_version: Mapped[FormVersion] = relationship(lazy="raise_on_sql")
    answers: Mapped[list["Answer"]] = relationship(lazy="raise_on_sql", back_populates="application")
    assignments: Mapped[list["Assignment"]] = relationship(lazy="raise_on_sql", back_populates="application")

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def age_order(self) -> int:
        """What the table sorts by; whose age is not known comes first."""
        return self.age_years or 0

    @age_order.inplace.expression
    @classmethod
    def _age_order(cls) -> sa.ColumnElement[int]:
        return sa.func.coalesce(cls.age_years, 0)


class Answer(Model):
    """The answer to one question, in one entry of its section, as plain JSON."""

    __tablename__ = "answer"

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    question_id: Mapped[int] = mapped_column(
        sa.ForeignKey("question.id", ondelete="RESTRICT"), primary_key=True
    )
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1, server_default="1")
    """1 outside of repeating sections."""
    value: Mapped[Any] = mapped_column(sa.JSON, info={"personal": True})

    application: Mapped[Application] = relationship(lazy="raise_on_sql", back_populates="answers")
    question: Mapped[Question] = relationship(lazy="joined", innerjoin=True)


class FormMove(Model):
    """A draft that was moved to a newer version of its form, until its applicant has seen what changed."""

    __tablename__ = "form_move"

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    form_version_id: Mapped[int] = mapped_column(
        sa.ForeignKey("form_version.id", ondelete="CASCADE"), index=True
    )
    """The one it was answered under."""


class EligibilityResult(Model):
    """What one rule said at submission, and the inputs it used."""

    __tablename__ = "eligibility_result"

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    rule: Mapped[RuleName] = mapped_column(enum_type(RuleName, "rule"), primary_key=True)
    result: Mapped[RuleResult] = mapped_column(enum_type(RuleResult, "result"))
    inputs: Mapped[dict[str, Any]] = mapped_column(sa.JSON, info={"personal": True})


class Nomination(Model):
    """What a state's focal point says of an application: endorsed with a rank, or not, with a reason."""

    __tablename__ = "nomination"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "member_state", "rank"),
        sa.CheckConstraint("is_endorsed OR reason != ''", name="reason"),
        sa.CheckConstraint("is_endorsed OR rank IS NULL", name="rank"),
    )

    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="RESTRICT"))
    member_state: Mapped[str] = mapped_column(sa.String(2))
    """Both as in the application, where they are frozen: a rank is given once in each state of a cohort."""
    is_endorsed: Mapped[bool]
    rank: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class StagedDecision(Model):
    """A decision taken in private. It can be changed until its release, and tells nobody anything."""

    __tablename__ = "staged_decision"
    __table_args__ = (
        sa.Index(
            "uq_staged_decision_unreleased",
            "application_id",
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        ),
        sa.Index(None, "cohort_id", "released_at", "id"),
        sa.CheckConstraint("decision != 'reject' OR rejection IS NOT NULL", name="rejection_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    decision: Mapped[Decision] = mapped_column(enum_type(Decision, "decision"))
    rejection: Mapped[RejectionReason | None] = mapped_column(enum_type(RejectionReason, "rejection"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    rank: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Order on the waiting list within the pool, lowest first; without one, in the order of submission."""
    run_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("selection_run.id", ondelete="SET NULL"), index=True
    )
    """The selection run that staged it; without one, somebody decided by hand."""
    staged_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    staged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[str] = mapped_column(sa.String(40), default="")
    """What the release made of it: offered, waitlisted, rejected, or no_seat."""
    version: Mapped[int] = mapped_column(default=1)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}
