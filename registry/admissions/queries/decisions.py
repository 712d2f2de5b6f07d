"""What is staged, and what a release finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.admissions.enums import ApplicationStatus, Decision
from registry.admissions.models import Application, StagedDecision
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.tables import Page, SortKey, get_page

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


def list_staged_ids(cohort: Cohort) -> Sequence[int]:
    """Keys of what is staged, in the order of release."""
    statement = (
        _unreleased(cohort)
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
    """Those that are still staged for an application in review; locked, in the order given."""
    statement = (
        sa.select(StagedDecision)
        .join(StagedDecision.application)
        .where(
            StagedDecision.id.in_(staged_ids),
            StagedDecision.released_at.is_(None),
            Application.status == ApplicationStatus.UNDER_REVIEW,
        )
        .options(contains_eager(StagedDecision.application).joinedload(Application.cohort))
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


def list_staged(cohort: Cohort, key: str | None) -> Page[StagedDecision]:
    """A page of what is staged, in the order of staging, with the applications."""
    statement = _unreleased(cohort).options(joinedload(StagedDecision.application)).order_by(None)
    return get_page(statement, [SortKey(StagedDecision.id)], key)


def list_samples(cohort: Cohort) -> list[StagedDecision]:
    """The first staged application of each decision."""
    found = [
        db.session.scalar(
            _unreleased(cohort)
            .where(StagedDecision.decision == decision)
            .options(joinedload(StagedDecision.application))
            .order_by(StagedDecision.id)
            .limit(1)
        )
        for decision in Decision
    ]
    return [staged for staged in found if staged is not None]


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


def find_last_release(cohort: Cohort) -> datetime | None:
    """When decisions of the cohort were last released; None before the first time."""
    return db.session.scalar(
        sa.select(sa.func.max(StagedDecision.released_at)).where(StagedDecision.cohort_id == cohort.id)
    )
