"""What waits for a coordinator: counts from the kept ones, ages from the first row of an index."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision
from registry.admissions.models import (
    Application,
    ApplicationStatusCount,
    Offer,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.queries.scores import ReviewWork, map_review_work
from registry.admissions.rules.seats import choose_serving_pools
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import clock
from registry.core.database import db

S = ApplicationStatus
TO_CHECK = (S.SUBMITTED, S.INELIGIBLE)
WAITING = (S.AWAITING_GUARDIAN, S.AWAITING_ENDORSEMENT, S.RETURNED)
TO_DECIDE = (S.UNDER_REVIEW,)
EXPIRING = timedelta(days=3)


@dataclass(frozen=True)
class Work:
    """What waits in a cohort. `oldest_at` is when the longest waiting application was sent."""

    n: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class CohortWork:
    """A cohort's work to do."""

    cohort: Cohort
    to_check: Work
    waiting: Work
    to_decide: Work
    expiring: Work
    reviews: ReviewWork

    @property
    def is_empty(self) -> bool:
        return not (
            self.to_check.n
            or self.waiting.n
            or self.to_decide.n
            or self.expiring.n
            or self.reviews.owed
            or self.reviews.disputed
        )


@dataclass(frozen=True)
class QuotaRow:
    """One pool of the quota board. The general pool's member state is empty."""

    member_state: str
    seats: int
    used: int
    offered: int
    accepted: int
    waiting: int
    staged: int
    """Offers that are staged and not released."""

    @property
    def left(self) -> int:
        return self.seats - self.used

    @property
    def balance(self) -> int:
        """Seats left once what is staged is released; below zero there are too many."""
        return self.left - self.staged


def list_work(cohorts: Sequence[Cohort]) -> list[CohortWork]:
    """The work to do in each cohort, in the order given, by a fixed number of queries."""
    ids = [cohort.id for cohort in cohorts]
    counts: dict[tuple[int, ApplicationStatus], int] = {
        (cohort_id, status): int(n)
        for cohort_id, status, n in db.session.execute(
            sa.select(
                ApplicationStatusCount.cohort_id,
                ApplicationStatusCount.status,
                sa.func.sum(ApplicationStatusCount.n),
            )
            .where(ApplicationStatusCount.cohort_id.in_(ids))
            .group_by(ApplicationStatusCount.cohort_id, ApplicationStatusCount.status)
        )
    }
    reviews = map_review_work(cohorts)
    statuses = (*TO_CHECK, *WAITING, *TO_DECIDE)
    soon = clock.now() + EXPIRING
    expiring = _expiring(soon)
    rows = {
        row.id: row
        for row in db.session.execute(
            sa.select(
                Cohort.id,
                *(_first_sent(status).label(status.value) for status in statuses),
                expiring.label("expiring"),
            ).where(Cohort.id.in_(ids))
        )
    }
    ends = dict(
        db.session.execute(
            sa.select(Application.cohort_id, sa.func.min(Offer.accept_by_at))
            .join(Offer.application)
            .where(Offer.answer.is_(None), Offer.accept_by_at <= soon)
            .group_by(Application.cohort_id)
        ).all()
    )

    def work(cohort: Cohort, statuses: tuple[ApplicationStatus, ...]) -> Work:
        firsts = (getattr(rows[cohort.id], status.value) for status in statuses)
        return Work(
            sum(counts.get((cohort.id, status), 0) for status in statuses),
            min((first for first in firsts if first is not None), default=None),
        )

    return [
        CohortWork(
            cohort,
            work(cohort, TO_CHECK),
            work(cohort, WAITING),
            work(cohort, TO_DECIDE),
            Work(rows[cohort.id].expiring, ends.get(cohort.id)),
            reviews[cohort.id],
        )
        for cohort in cohorts
    ]


def _first_sent(status: ApplicationStatus) -> Any:
    """When the first application in this status was sent: the first entry of the index, nothing is read through."""
    return (
        sa.select(sa.func.min(Application.submitted_at))
        .where(Application.cohort_id == Cohort.id, Application.status == status)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _expiring(soon: datetime) -> Any:
    return (
        sa.select(sa.func.count())
        .select_from(Offer)
        .join(Offer.application)
        .where(Application.cohort_id == Cohort.id, Offer.answer.is_(None), Offer.accept_by_at <= soon)
        .correlate(Cohort)
        .scalar_subquery()
    )


def list_quotas(cohort: Cohort, *, more: Mapping[str, int] | None = None) -> list[QuotaRow]:
    """The cohort's pools with what they hold, states by code, the general pool last.

    `more`: member state -> offers that would be staged beside those that are.
    """
    pools = db.session.scalars(
        sa.select(SeatPool)
        .where(SeatPool.cohort_id == cohort.id)
        .order_by(SeatPool.member_state == GENERAL, SeatPool.member_state)
    ).all()
    ids = [pool.id for pool in pools]
    open_offers = _count_by_pool(Offer.pool_id, Offer.pool_id.in_(ids), Offer.answer.is_(None))
    waiting = _count_by_pool(
        WaitlistEntry.pool_id, WaitlistEntry.pool_id.in_(ids), WaitlistEntry.left_at.is_(None)
    )
    offers = Counter(more or {})
    for member_state, n in db.session.execute(
        sa.select(Application.member_state, sa.func.count())
        .join(StagedDecision.application)
        .where(
            StagedDecision.cohort_id == cohort.id,
            StagedDecision.released_at.is_(None),
            StagedDecision.decision == Decision.OFFER,
        )
        .group_by(Application.member_state)
    ):
        offers[member_state] += n
    staged: dict[int, int] = {}
    for member_state, n in offers.items():
        for pool in choose_serving_pools(pools, member_state, general_serves_all=False):
            staged[pool.id] = staged.get(pool.id, 0) + n
    return [
        QuotaRow(
            pool.member_state,
            seats=pool.seats,
            used=pool.used,
            offered=open_offers.get(pool.id, 0),
            accepted=pool.used - open_offers.get(pool.id, 0),
            waiting=waiting.get(pool.id, 0),
            staged=staged.get(pool.id, 0),
        )
        for pool in pools
    ]


def _count_by_pool(column: Any, *clauses: Any) -> dict[int, int]:
    rows = db.session.execute(sa.select(column, sa.func.count()).where(*clauses).group_by(column))
    return {row[0]: row[1] for row in rows}
