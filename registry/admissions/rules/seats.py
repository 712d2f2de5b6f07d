"""Which seats serve whom, and until when a place is held. Pure."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registry.admissions.models import Offer
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.catalogue.rules import has_started
from registry.core.i18n import _l


def serving_states(member_state: str) -> tuple[str, str]:
    """The pools that could serve an applicant of the state, in the order of asking and locking."""
    return member_state, GENERAL


def choose_serving_pools(
    pools: Iterable[SeatPool], member_state: str, *, general_serves_all: bool
) -> list[SeatPool]:
    """The pools that serve an applicant of the state, the first one to be asked first.

    Shape:  the state's own pool, then the general one where it serves everybody; the general one alone for
            a state without a pool of its own.
    """
    by_state = {pool.member_state: pool for pool in pools}
    own = by_state.get(member_state) if member_state != GENERAL else None
    general = by_state.get(GENERAL)
    if own is None:
        return [general] if general else []
    return [own, general] if general and general_serves_all else [own]


def are_pools_open(cohort: Cohort, at: datetime) -> bool:
    """Whether seats that no state uses have become general."""
    return cohort.pools_open_at is not None and at >= cohort.pools_open_at


def serves_all(cohort: Cohort, at: datetime) -> bool:
    """Whether the general seats also serve states with a pool of their own."""
    return cohort.general_serves_all or are_pools_open(cohort, at)


def why_no_list(cohort: Cohort, at: datetime) -> Any:
    """The sentence that says why nobody joins a waiting list or moves up from one, or None."""
    if cohort.waiting_ends_at is not None and at >= cohort.waiting_ends_at:
        return _l("The waiting lists of this cohort have ended.")
    return why_no_places(cohort, at)


def why_no_places(cohort: Cohort, at: datetime) -> Any:
    """The sentence that says why this cohort offers no places at this instant, or None."""
    if cohort.status is not CohortStatus.PUBLISHED:
        return _l("The cohort is not running: no places can be offered.")
    if has_started(cohort, at):
        return _l("The cohort has started: no more places can be offered.")
    return None


def compute_accept_by(cohort: Cohort, at: datetime) -> datetime:
    """First instant at which an offer made at `at` can no longer be accepted.

    That is the end of the day `accept_by_days` later in the host's zone, and never later than the cohort's
    first day: open offers are closed then.
    """
    zone = ZoneInfo(cohort.zone)
    last_day = at.astimezone(zone).date() + timedelta(days=cohort.accept_by_days)
    return datetime.combine(min(last_day + timedelta(days=1), cohort.starts_on), time(), zone)


def is_open(offer: Offer, at: datetime) -> bool:
    """Whether the offer can still be answered, whether or not the sweep has run."""
    return offer.answer is None and at < offer.accept_by_at
