"""What of a cohort may still be changed: applicants rely on what was published. Pure."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registry.catalogue.enums import CohortStatus, WithoutFocalPoint
from registry.catalogue.models import Cohort
from registry.catalogue.rules import has_started
from registry.core.i18n import _l

LAST_SECOND = timedelta(seconds=59)


def compute_closing(entered: datetime) -> datetime:
    """The first instant that is too late, for a closing entered in the host's zone to the minute.

    The whole minute still counts, so that every zone reads the minute that was entered; 00:00 is taken for
    23:59 of the day before.
    """
    if (entered.hour, entered.minute) == (0, 0):
        entered -= timedelta(minutes=1)
    return entered + LAST_SECOND


def show_closing(closes_at: datetime, zone: str) -> datetime:
    """The closing in the host's zone as it is entered: the last minute that is in time."""
    local = closes_at.astimezone(ZoneInfo(zone))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        local -= timedelta(minutes=1)
    return local.replace(second=0, microsecond=0)


def why_not_editable(cohort: Cohort) -> Any:
    """The sentence that says why nothing of this cohort can be changed any more, or None."""
    if cohort.status is CohortStatus.CANCELLED:
        return _l("This cohort was cancelled. It can no longer be changed.")
    if cohort.status is CohortStatus.ARCHIVED:
        return _l("This cohort is archived. It can no longer be changed.")
    return None


def why_not_opening(cohort: Cohort, opens_at: datetime, now: datetime) -> Any:
    """Why the window cannot open at this instant, or None."""
    is_published = cohort.status is CohortStatus.PUBLISHED
    if is_published and cohort.opens_at <= now and opens_at != cohort.opens_at:
        return _l("Applications have opened already, so the opening can no longer be moved.")
    return None


def why_not_closing(cohort: Cohort, closes_at: datetime, now: datetime, *, has_reason: bool) -> Any:
    """Why the window cannot close at this instant, or None. Extending is always possible."""
    # A closing at the full minute is entered as its last second: the same to whoever reads it.
    is_earlier = closes_at <= cohort.closes_at - timedelta(minutes=1)
    if cohort.status is not CohortStatus.PUBLISHED or not is_earlier:
        return None
    if closes_at <= now:
        return _l("This moment has passed. People may be applying now: choose a later one.")
    if not has_reason:
        return _l("People rely on the published closing. Give a reason for closing earlier.")
    return None


def why_not_dates(
    cohort: Cohort, starts_on: date, ends_on: date, now: datetime, *, is_applied_for: bool, has_reason: bool
) -> Any:
    """Why the training cannot be moved to these days, or None."""
    if (starts_on, ends_on) == (cohort.starts_on, cohort.ends_on):
        return None
    if cohort.status is CohortStatus.PUBLISHED and has_started(cohort, now) and starts_on != cohort.starts_on:
        return _l("The training has started, so its first day can no longer change.")
    if is_applied_for and not has_reason:
        return _l("People have begun to apply for these dates. Give a reason for moving them.")
    return None


def why_not_endorsing_by(
    cohort: Cohort, endorse_by_at: datetime | None, without_focal_point: WithoutFocalPoint
) -> Any:
    """Why the states cannot be asked to endorse until this instant, or None."""
    if endorse_by_at is None:
        if without_focal_point is WithoutFocalPoint.PASS_ON:
            return _l("Enter the day at which applications are passed on without endorsement.")
        return None
    if endorse_by_at < cohort.closes_at:
        return _l("Applications are still coming in then. Choose a day after they have closed.")
    if cohort.release_at is not None and endorse_by_at > cohort.release_at:
        return _l("Decisions are announced before that. Choose an earlier day.")
    if endorse_by_at.astimezone(ZoneInfo(cohort.zone)).date() >= cohort.starts_on:
        return _l("The training has started by then. Choose an earlier day.")
    return None


def why_not_reviewing_by(cohort: Cohort, at: datetime | None) -> Any:
    """Why reviewers cannot be asked for their reviews until this instant, or None."""
    if at is None or at == cohort.reviews_due_at:
        return None
    if at < cohort.closes_at:
        return _l("Applications are still coming in then. Choose a day after they have closed.")
    if cohort.release_at is not None and at > cohort.release_at:
        return _l("Decisions are announced before that. Choose an earlier day.")
    return None


def why_not_open_pools(cohort: Cohort, at: datetime | None, now: datetime) -> Any:
    """Why unused seats cannot become everybody's at this instant, or None."""
    if at is None or at == cohort.pools_open_at:
        return None
    if at <= now:
        return _l("This moment has passed. Choose a later one.")
    if has_started(cohort, at):
        return _l("This is after the first day of the training: no seats are given then.")
    return None


def why_not_end_waiting(cohort: Cohort, at: datetime | None, now: datetime) -> Any:
    """Why the waiting lists cannot end at this instant, or None."""
    if at is None or at == cohort.waiting_ends_at:
        return None
    if at <= now:
        return _l("This moment has passed. Choose a later one.")
    if at < cohort.closes_at:
        return _l("Waiting lists end after applications have closed.")
    if has_started(cohort, at):
        return _l("The lists end with the first day of the training anyway. Choose an earlier day.")
    return None


FROZEN = _l(
    "People have begun to apply under the published conditions, so these can no longer be changed. "
    "Plan another cohort instead."
)
