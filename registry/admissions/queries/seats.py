"""Pools, waiting lists, open offers and the ledger of seats.

Whoever holds several locks took them in this order, so that nobody waits in a circle: the state's pool, the
general pool, the cohort, applications. Leaving a waiting list needs no pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.admissions.enums import ApplicationStatus, OfferAnswer
from registry.admissions.models import Application, Offer, SeatEntry, StagedDecision, WaitlistEntry
from registry.admissions.queries.shares import IS_RURAL, IS_WOMAN
from registry.admissions.rules.seats import choose_serving_pools, serves_all, serving_states
from registry.admissions.rules.shares import Missing
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import clock
from registry.core.database import db


@dataclass(frozen=True)
class SeatDifference:
    """A pool or a cohort whose `used` is not what the ledger says."""

    cohort: str
    member_state: str | None
    """None for the cohort's total, GENERAL for the general pool."""
    used: int
    ledger: int


def get_cohort_of(application: Application) -> Cohort:
    """The application's cohort; no query where it is loaded already."""
    return db.session.get_one(Cohort, application.cohort_id)


def list_pools(cohort: Cohort) -> Sequence[SeatPool]:
    """All pools of the cohort, the general one first."""
    return db.session.scalars(
        sa.select(SeatPool).where(SeatPool.cohort_id == cohort.id).order_by(SeatPool.member_state)
    ).all()


def list_serving_pools(cohort: Cohort, member_state: str) -> list[SeatPool]:
    """The pools that serve an applicant of the state, the first one to be asked first."""
    pools = db.session.scalars(_pools_of_states(cohort, serving_states(member_state)))
    return choose_serving_pools(pools, member_state, general_serves_all=serves_all(cohort, clock.now()))


def lock_serving_pools(cohort: Cohort, member_state: str) -> list[SeatPool]:
    """The same, read afresh and locked until the transaction ends."""
    pools = _lock(_pools_of_states(cohort, serving_states(member_state)))
    return choose_serving_pools(pools, member_state, general_serves_all=serves_all(cohort, clock.now()))


def lock_pools(cohort: Cohort) -> Sequence[SeatPool]:
    """All pools of the cohort, read afresh and locked until the transaction ends; the general one last."""
    return _lock(sa.select(SeatPool).where(SeatPool.cohort_id == cohort.id))


def lock_total(cohort: Cohort) -> None:
    """Lock the cohort's row, after its pools."""
    with db.session.no_autoflush:
        db.session.execute(sa.select(Cohort.id).where(Cohort.id == cohort.id).with_for_update(key_share=True))


def _pools_of_states(cohort: Cohort, states: Sequence[str]) -> sa.Select[SeatPool]:
    return sa.select(SeatPool).where(SeatPool.cohort_id == cohort.id, SeatPool.member_state.in_(states))


def _lock(statement: sa.Select[SeatPool]) -> Sequence[SeatPool]:
    # What the transaction has changed so far is written after the lock is held, in the order named on top.
    with db.session.no_autoflush:
        return db.session.scalars(
            statement.order_by(SeatPool.member_state.desc())
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()


def _waiting_for(pool: SeatPool, cohort: Cohort) -> sa.Select[WaitlistEntry]:
    """Who may get a seat of the pool: its own list, and everybody's where the general pool serves all."""
    statement = sa.select(WaitlistEntry).where(WaitlistEntry.left_at.is_(None))
    if pool.member_state == GENERAL and serves_all(cohort, clock.now()):
        return statement.where(
            WaitlistEntry.pool_id.in_(sa.select(SeatPool.id).where(SeatPool.cohort_id == cohort.id))
        )
    return statement.where(WaitlistEntry.pool_id == pool.id)


def has_waiting(pool: SeatPool, cohort: Cohort) -> bool:
    """Whether somebody waits for a seat of this pool."""
    return db.session.scalar(_waiting_for(pool, cohort).limit(1)) is not None


def turn_for(pool: SeatPool) -> sa.orm.InstrumentedAttribute[int]:
    """The column that says who was moved to the front for the pool's seats."""
    return WaitlistEntry.general_turn if pool.member_state == GENERAL else WaitlistEntry.turn


def find_next_waiting(pool: SeatPool, cohort: Cohort, missing: Missing) -> WaitlistEntry | None:
    """Who is next for a seat of this pool, with the application; both locked until the transaction ends.

    Whoever counts for the shares that are `missing` comes first, most of all for both.
    """
    helps = [
        sa.case((counts, 0), else_=1)
        for counts, is_missing in ((IS_WOMAN, missing.women), (IS_RURAL, missing.rural))
        if is_missing
    ]
    statement = (
        _waiting_for(pool, cohort)
        .join(WaitlistEntry.application)
        .where(Application.status == ApplicationStatus.WAITLISTED)
        .options(contains_eager(WaitlistEntry.application))
        .order_by(*([sum(helps, sa.literal(0))] if helps else []), *_in_line(pool))
        .limit(1)
        .with_for_update(key_share=True, of=[WaitlistEntry, Application])
        .execution_options(populate_existing=True)
    )
    # A row that somebody else takes while we wait for its lock drops out of the answer: ask for the next one.
    while (entry := db.session.scalar(statement)) is None:
        if not _has_promotable(pool, cohort):
            return None
    return entry


def _has_promotable(pool: SeatPool, cohort: Cohort) -> bool:
    statement = (
        _waiting_for(pool, cohort)
        .join(WaitlistEntry.application)
        .where(Application.status == ApplicationStatus.WAITLISTED)
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def has_unused_seats(cohort: Cohort) -> bool:
    """Whether a state has seats that nobody uses."""
    statement = sa.select(SeatPool.id).where(
        SeatPool.cohort_id == cohort.id, SeatPool.member_state != GENERAL, SeatPool.used < SeatPool.seats
    )
    return db.session.scalar(statement.limit(1)) is not None


def find_first_entry(pool: SeatPool, cohort: Cohort) -> WaitlistEntry | None:
    """Whoever comes first of all who wait for a seat of this pool."""
    return db.session.scalar(_waiting_for(pool, cohort).order_by(*_in_line(pool)).limit(1))


def _in_line(pool: SeatPool) -> tuple[sa.orm.InstrumentedAttribute[int], ...]:
    return turn_for(pool), WaitlistEntry.rank, WaitlistEntry.id


def find_current_entry(application: Application) -> WaitlistEntry | None:
    """The application's place on a waiting list."""
    return db.session.scalar(
        sa.select(WaitlistEntry)
        .where(WaitlistEntry.application_id == application.id, WaitlistEntry.left_at.is_(None))
        .options(joinedload(WaitlistEntry.pool))
    )


def list_entries_with_seats_of_their_own(cohort: Cohort) -> list[tuple[WaitlistEntry, SeatPool]]:
    """Who waits for general seats although there is a pool of the applicant's state, and that pool."""
    general = sa.select(SeatPool.id).where(SeatPool.cohort_id == cohort.id, SeatPool.member_state == GENERAL)
    rows = db.session.execute(
        sa.select(WaitlistEntry, SeatPool)
        .join(WaitlistEntry.application)
        .join(
            SeatPool,
            sa.and_(
                SeatPool.cohort_id == Application.cohort_id, SeatPool.member_state == Application.member_state
            ),
        )
        .where(WaitlistEntry.pool_id.in_(general), WaitlistEntry.left_at.is_(None))
        .order_by(WaitlistEntry.id)
    )
    return [(entry, pool) for entry, pool in rows]


def get_position(entry: WaitlistEntry) -> int:
    """1 for whoever is next on the list of the entry's pool."""
    order = _in_line(entry.pool)
    here = [sa.literal(getattr(entry, str(column.key)), column.type) for column in order]
    ahead = sa.select(sa.func.count()).where(
        WaitlistEntry.pool_id == entry.pool_id,
        WaitlistEntry.left_at.is_(None),
        sa.tuple_(*order) < sa.tuple_(*here),
    )
    return (db.session.scalar(ahead) or 0) + 1


def find_open_offer(application: Application) -> Offer | None:
    """The application's offer that waits for an answer."""
    return db.session.scalar(
        sa.select(Offer)
        .where(Offer.application_id == application.id, Offer.answer.is_(None))
        .options(joinedload(Offer.pool))
    )


def find_unreleased_decision(application: Application) -> StagedDecision | None:
    """What is staged for the application."""
    return db.session.scalar(
        sa.select(StagedDecision).where(
            StagedDecision.application_id == application.id, StagedDecision.released_at.is_(None)
        )
    )


def get_application_of(offer: Offer) -> Application:
    """The offer's application; no query where it is loaded already."""
    return db.session.get_one(Application, offer.application_id)


def get_pool_of(offer: Offer) -> SeatPool:
    """The pool the offer's seat is from; no query where it is loaded already."""
    return db.session.get_one(SeatPool, offer.pool_id)


def find_accepted_offer(application: Application) -> Offer | None:
    """The offer that was accepted."""
    return db.session.scalar(
        sa.select(Offer)
        .where(Offer.application_id == application.id, Offer.answer == OfferAnswer.ACCEPTED)
        .options(joinedload(Offer.pool))
    )


def reload_locked(application: Application) -> Application:
    """The application as it is now, locked until the transaction ends."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id == application.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def list_seat_differences() -> list[SeatDifference]:
    """Pools and cohorts whose `used` is not the sum of the ledger."""
    ledger = (
        sa.select(SeatEntry.pool_id, sa.func.sum(SeatEntry.change).label("total"))
        .group_by(SeatEntry.pool_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Cohort.code, Cohort.used, SeatPool.member_state, SeatPool.used, ledger.c.total)
        .select_from(Cohort)
        .outerjoin(SeatPool, SeatPool.cohort_id == Cohort.id)
        .outerjoin(ledger, ledger.c.pool_id == SeatPool.id)
        .order_by(Cohort.code, SeatPool.member_state)
    )
    differences = []
    totals: dict[str, tuple[int, int]] = {}
    for cohort, cohort_used, member_state, used, summed in rows:
        total = int(summed or 0)
        totals[cohort] = (cohort_used, totals.get(cohort, (0, 0))[1] + total)
        if member_state is not None and used != total:
            differences.append(SeatDifference(cohort, member_state, used, total))
    differences += [
        SeatDifference(cohort, None, used, total) for cohort, (used, total) in totals.items() if used != total
    ]
    return differences


def was_used(pool: SeatPool) -> bool:
    """Whether the ledger or a waiting list names the pool, so that it must stay."""
    entries = sa.select(SeatEntry.id).where(SeatEntry.pool_id == pool.id).limit(1)
    waiting = sa.select(WaitlistEntry.id).where(WaitlistEntry.pool_id == pool.id).limit(1)
    return db.session.scalar(entries) is not None or db.session.scalar(waiting) is not None
