"""What is staged, and what a release finds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from registry.admissions.enums import ApplicationStatus, Decision
from registry.admissions.models import Application, DecisionRelease, StagedDecision
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.tables import Page, SortKey, get_page
from registry.people.models import Person

# Offers are released before waiting lists, which would stand in their way; the lists in their order.
_ORDER = sa.case(
    {Decision.OFFER.value: 0, Decision.WAITLIST.value: 1}, value=StagedDecision.decision, else_=2
)


@dataclass(frozen=True)
class StagedCount:
    """How many decisions of a kind are staged for a member state."""

    member_state: str
    decision: Decision
    n: int


def _unreleased(cohort: Cohort) -> sa.Select[StagedDecision]:
    return sa.select(StagedDecision).where(
        StagedDecision.cohort_id == cohort.id, StagedDecision.released_at.is_(None)
    )


def list_staged_ids(cohort: Cohort, *, until: datetime) -> Sequence[int]:
    """Keys of what was staged until then, in the order of release."""
    statement = (
        _unreleased(cohort)
        .where(StagedDecision.staged_at <= until)
        .join(StagedDecision.application)
        .with_only_columns(StagedDecision.id)
        .order_by(
            _ORDER,
            StagedDecision.rank.is_(None),
            StagedDecision.rank,
            Application.submitted_at,
            Application.id,
        )
    )
    return db.session.scalars(statement).all()


def list_releasable(staged_ids: Sequence[int]) -> Sequence[StagedDecision]:
    """Those that are still staged for an application in review, with who applies; locked, in the order given."""
    statement = (
        sa.select(StagedDecision)
        .join(StagedDecision.application)
        .where(
            StagedDecision.id.in_(staged_ids),
            StagedDecision.released_at.is_(None),
            Application.status == ApplicationStatus.UNDER_REVIEW,
        )
        .options(
            contains_eager(StagedDecision.application).options(
                joinedload(Application.cohort), selectinload(Application.person)
            )
        )
        .order_by(StagedDecision.id)
        .with_for_update(key_share=True, of=[StagedDecision, Application])
        .execution_options(populate_existing=True)
    )
    places = {staged_id: place for place, staged_id in enumerate(staged_ids)}
    return sorted(db.session.scalars(statement), key=lambda staged: places[staged.id])


def count_staged(cohort: Cohort) -> list[StagedCount]:
    """What is staged, by member state and decision."""
    rows = db.session.execute(
        sa.select(Application.member_state, StagedDecision.decision, sa.func.count())
        .join(StagedDecision.application)
        .where(StagedDecision.cohort_id == cohort.id, StagedDecision.released_at.is_(None))
        .group_by(Application.member_state, StagedDecision.decision)
    )
    return [StagedCount(*row) for row in rows]


def count_staged_by_locale(cohort: Cohort) -> Counter[tuple[str, Decision]]:
    """What is staged, by the language that the applicant reads and decision."""
    rows = db.session.execute(
        sa.select(Person.locale, StagedDecision.decision, sa.func.count())
        .join(StagedDecision.application)
        .join(Application.person)
        .where(StagedDecision.cohort_id == cohort.id, StagedDecision.released_at.is_(None))
        .group_by(Person.locale, StagedDecision.decision)
    )
    return Counter({(locale, decision): n for locale, decision, n in rows})


def list_all_staged(cohort: Cohort) -> Sequence[StagedDecision]:
    """Everything that is staged, with the applications."""
    return db.session.scalars(
        _unreleased(cohort)
        .options(joinedload(StagedDecision.application, innerjoin=True))
        .order_by(StagedDecision.id)
    ).all()


def list_staged(cohort: Cohort, key: str | None) -> Page[StagedDecision]:
    """A page of what is staged, in the order of staging, with the applications."""
    statement = _unreleased(cohort).options(joinedload(StagedDecision.application)).order_by(None)
    return get_page(statement, [SortKey(StagedDecision.id)], key)


def find_sample(cohort: Cohort, decision: Decision, locale: str | None = None) -> StagedDecision | None:
    """The first staged application of the decision whose applicant reads this language; of all without one."""
    statement = (
        _unreleased(cohort)
        .where(StagedDecision.decision == decision)
        .options(joinedload(StagedDecision.application))
        .order_by(StagedDecision.id)
        .limit(1)
    )
    if locale is not None:
        statement = (
            statement.join(StagedDecision.application).join(Application.person).where(Person.locale == locale)
        )
    return db.session.scalar(statement)


def list_released(cohort: Cohort, released_at: datetime | None, key: str | None) -> Page[StagedDecision]:
    """A page of the decisions that were released at this instant, with the applications."""
    statement = (
        sa.select(StagedDecision)
        .where(StagedDecision.cohort_id == cohort.id, StagedDecision.released_at == released_at)
        .options(joinedload(StagedDecision.application))
    )
    return get_page(statement, [SortKey(StagedDecision.id)], key)


def list_held(cohort: Cohort, limit: int = 50) -> Sequence[StagedDecision]:
    """What a release could not announce, and is still staged."""
    return db.session.scalars(
        _unreleased(cohort)
        .where(StagedDecision.result != "")
        .options(joinedload(StagedDecision.application))
        .order_by(StagedDecision.id)
        .limit(limit)
    ).all()


def list_not_endorsed_ids(cohort: Cohort) -> Sequence[int]:
    """Keys of the applications that a focal point declined."""
    return db.session.scalars(
        sa.select(Application.id)
        .where(Application.cohort_id == cohort.id, Application.status == ApplicationStatus.NOT_ENDORSED)
        .order_by(Application.id)
    ).all()


def list_applications_by_id(ids: Sequence[int]) -> Sequence[Application]:
    """The applications with their cohorts, in the order of their keys."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id.in_(ids))
        .options(joinedload(Application.cohort))
        .order_by(Application.id)
    ).all()


def find_unfinished_release(cohort: Cohort) -> DecisionRelease | None:
    """The cohort's release that is under way."""
    return db.session.scalar(
        sa.select(DecisionRelease).where(
            DecisionRelease.cohort_id == cohort.id, DecisionRelease.finished_at.is_(None)
        )
    )


def get_release(release_id: int) -> DecisionRelease:
    """A release as it is now."""
    return db.session.get_one(DecisionRelease, release_id, populate_existing=True)


def find_last_release(cohort: Cohort) -> datetime | None:
    """When decisions of the cohort were last released; None before the first time."""
    return db.session.scalar(
        sa.select(sa.func.max(StagedDecision.released_at)).where(StagedDecision.cohort_id == cohort.id)
    )
