"""The one way to take a seat, the one way to give it back, and how unused ones become everybody's."""

from collections.abc import Sequence

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.models import Application, Offer, SeatEntry
from registry.admissions.queries import seats as queries
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.catalogue.operations import touch_catalogue
from registry.core import audit, clock
from registry.core.database import db

pools = SeatPool.__table__
cohorts = Cohort.__table__


def take_seat(pool: SeatPool, *, application: Application, offer_code: str) -> bool:
    """Take one seat for an offer: from the pool first, then from the cohort's total.

    Call it late: both rows stay locked until the transaction ends.
    Shape: False when the pool or the cohort is full; nothing has changed then.
    """
    if not _change(pools, pool.id, 1, pools.c.used < pools.c.seats):
        return False
    if not _change(cohorts, pool.cohort_id, 1, cohorts.c.used < cohorts.c.capacity):
        _change(pools, pool.id, -1, sa.true())
        return False
    _enter(pool, application.id, offer_code, 1)
    return True


def give_back(offer: Offer) -> None:
    """Give back the seat the offer took. The ledger's unique key refuses a second time."""
    pool = queries.get_pool_of(offer)
    _change(pools, pool.id, -1, sa.true())
    _change(cohorts, pool.cohort_id, -1, sa.true())
    _enter(pool, offer.application_id, offer.code, -1)


def move_unused(cohort: Cohort, pools: Sequence[SeatPool]) -> bool:
    """Give the unused seats of states to the general pool, among pools that the caller has locked.

    Shape: whether any seat moved; none does without a general pool.
    """
    by_state = {pool.member_state: pool for pool in pools}
    general = by_state.pop(GENERAL, None)
    unused = {state: pool.seats - pool.used for state, pool in by_state.items() if pool.seats > pool.used}
    if general is None or not unused:
        return False
    for state, number in unused.items():
        by_state[state].seats -= number
        general.seats += number
    audit.record(
        cohort, "catalogue:cohort:move_unused_seats", Actor.system("clock"), about={"seats": [unused, None]}
    )
    db.session.flush()
    touch_catalogue()
    return True


def _change(table: sa.FromClause, key: int, change: int, guard: sa.ColumnElement[bool]) -> bool:
    statement = (
        sa.update(table).where(table.c.id == key, guard).values(used=table.c.used + change)  # type: ignore[arg-type]
    )
    # What the transaction has changed so far is written after these rows are locked (see queries.seats).
    with db.session.no_autoflush:
        result = db.session.execute(statement)
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _enter(pool: SeatPool, application_id: int, offer_code: str, change: int) -> None:
    session = db.session()
    session.add(
        SeatEntry(
            key=f"{'take' if change > 0 else 'give'}:{offer_code}",
            pool_id=pool.id,
            application_id=application_id,
            change=change,
            at=clock.now(),
        )
    )
    # The counts were changed beside the ORM: objects in this session read them again when asked.
    session.expire(pool, ["used"])
    cohort = session.identity_map.get(session.identity_key(Cohort, pool.cohort_id))
    if cohort is not None:
        session.expire(cohort, ["used"])
