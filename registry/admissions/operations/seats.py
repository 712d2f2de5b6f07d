"""The one way to take a seat and the one way to give it back."""

import sqlalchemy as sa

from registry.admissions.models import Application, Offer, SeatEntry
from registry.admissions.queries import seats as queries
from registry.catalogue.models import Cohort, SeatPool
from registry.core import clock
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
