"""How many seats a cohort has, and for whom."""

from collections.abc import Mapping

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.operations.offers import promote_waiting
from registry.admissions.queries import seats as queries
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import audit
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l


def ensure_pools(cohort: Cohort) -> None:
    """Give a cohort without pools one general pool of its capacity: for the transaction that publishes it."""
    if not queries.list_pools(cohort):
        db.session.add(SeatPool(cohort=cohort, member_state=GENERAL, seats=cohort.capacity))
        db.session.flush()


def set_seats(cohort: Cohort, *, capacity: int, seats: Mapping[str, int], actor: Actor) -> Cohort:
    """Set the cohort's capacity and its pools: member state (or GENERAL) -> seats; promotes into new seats.

    Without any pool given, everything is one general pool.
    Errors: NotAllowed; InvalidInput("capacity" or "seats"); Conflict for removing a pool that was used.
    """
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    wanted = dict(seats) or {GENERAL: capacity}
    if any(number < 0 for number in wanted.values()):
        raise InvalidInput(_l("Enter the number of seats as 0 or more."), field="seats")
    if sum(wanted.values()) > capacity:
        raise InvalidInput(
            _l("The seats set aside are more than the cohort has. Raise the capacity or lower them."),
            field="seats",
        )
    pools = {pool.member_state: pool for pool in queries.lock_pools(cohort)}
    queries.lock_total(cohort)
    db.session.refresh(cohort, ["used"])
    if capacity < cohort.used:
        raise InvalidInput(_l("More seats than that are already taken."), field="capacity")
    before = {state: pool.seats for state, pool in pools.items()}
    for state in sorted(pools.keys() - wanted.keys()):
        _remove(pools[state])
    for state, number in sorted(wanted.items()):
        _set(cohort, pools.get(state), state, number)
    if before != wanted or cohort.capacity != capacity:
        cohort.capacity = capacity
        audit.record(cohort, "catalogue:cohort:set_seats", actor, about={"seats": [before, wanted]})
    db.session.flush()
    promote_waiting(cohort)
    return cohort


def _set(cohort: Cohort, pool: SeatPool | None, state: str, number: int) -> None:
    if pool is None:
        db.session.add(SeatPool(cohort=cohort, member_state=state, seats=number))
        return
    if number < pool.used:
        raise InvalidInput(_l("More seats than that are already taken."), field="seats")
    pool.seats = number


def _remove(pool: SeatPool) -> None:
    if queries.was_used(pool):
        raise Conflict(_l("Seats of this group were offered already. Set its number instead of removing it."))
    db.session.delete(pool)
