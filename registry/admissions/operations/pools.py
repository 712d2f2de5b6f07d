"""How many seats a cohort has, and for whom."""

from collections.abc import Mapping
from datetime import datetime

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.operations.offers import promote_waiting
from registry.admissions.queries import seats as queries
from registry.admissions.rules.planning import why_not_editable, why_not_end_waiting, why_not_open_pools
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.versions import bump_version, refuse_stale


def ensure_pools(cohort: Cohort) -> None:
    """Give a cohort without pools one general pool of its capacity: for the transaction that publishes it."""
    if not queries.list_pools(cohort):
        db.session.add(SeatPool(cohort=cohort, member_state=GENERAL, seats=cohort.capacity))
        db.session.flush()


def set_seat_dates(
    cohort: Cohort,
    *,
    pools_open_at: datetime | None,
    waiting_ends_at: datetime | None,
    version: int | None,
    actor: Actor,
) -> Cohort:
    """Say from when on unused seats are everybody's, and when the waiting lists end.

    Errors: NotAllowed; StaleWrite; Conflict for a cohort that is over;
            InvalidInput("pools_open_on" or "waiting_ends_on") for a day that does not fit.
    """
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    if refusal := why_not_editable(cohort):
        raise Conflict(refusal)
    given = {"pools_open_at": pools_open_at, "waiting_ends_at": waiting_ends_at}
    refuse_stale(cohort, version, given=given, stored={name: getattr(cohort, name) for name in given})
    if refusal := why_not_open_pools(cohort, pools_open_at, clock.now()):
        raise InvalidInput(refusal, field="pools_open_on")
    if refusal := why_not_end_waiting(cohort, waiting_ends_at, clock.now()):
        raise InvalidInput(refusal, field="waiting_ends_on")
    cohort.pools_open_at, cohort.waiting_ends_at = pools_open_at, waiting_ends_at
    audit.record(cohort, "catalogue:cohort:set_seat_dates", actor)
    bump_version(cohort)
    pools = queries.list_pools(cohort)
    # Where unused seats will go.
    if pools and pools_open_at and all(pool.member_state != GENERAL for pool in pools):
        db.session.add(SeatPool(cohort=cohort, member_state=GENERAL, seats=0))
    db.session.flush()
    return cohort


def set_seats(cohort: Cohort, *, capacity: int, seats: Mapping[str, int], actor: Actor) -> Cohort:
    """Set the cohort's capacity and its pools: member state (or GENERAL) -> seats; promotes into new seats.

    Without any pool given, everything is one general pool.
    Errors: NotAllowed; InvalidInput("capacity" or "seats"); Conflict for removing a pool that was used.
    """
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    wanted = dict(seats) or {GENERAL: capacity}
    if cohort.pools_open_at is not None:
        wanted.setdefault(GENERAL, 0)
    if any(number < 0 for number in wanted.values()):
        raise InvalidInput(_l("Enter the number of seats as 0 or more."), field="seats")
    if sum(wanted.values()) > capacity:
        raise InvalidInput(
            _l("The seats set aside are more than the cohort has. Raise the capacity or lower them."),
            field="capacity",
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
    if wanted.keys() - pools.keys():
        _move_to_own_lists(cohort)
    promote_waiting(cohort)
    return cohort


def _move_to_own_lists(cohort: Cohort) -> None:
    """Whoever waits for general seats goes over to the seats that their own state now has."""
    for entry, pool in queries.list_entries_with_seats_of_their_own(cohort):
        entry.pool = pool
    db.session.flush()


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
