"""What the clock does to applications: many small transactions, each safe to repeat.

No sweep decides whether somebody is in time: the pages judge that at the moment they are asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from registry.access.actor import Actor
from registry.admissions.enums import CLOSABLE_STATUSES, ApplicationStatus, ClosingReason
from registry.admissions.operations import guardians, nominations, notices, offers, review_notices
from registry.admissions.operations.decisions import close_application
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import due
from registry.admissions.queries.corrections import find_request
from registry.admissions.queries.nominations import list_application_ids_to_pass_on
from registry.core import jobs
from registry.core.errors import RegistryError
from registry.core.transaction import transaction

REMIND_OFFER = timedelta(days=2)
REMIND_DRAFT = timedelta(days=3)
REMIND_CORRECTIONS = timedelta(days=2)
CLOCK = Actor.system("clock")

log = structlog.get_logger()


@dataclass(frozen=True)
class Sweep:
    """One kind of work: the records that are due, and what is done to each (False when nothing was)."""

    name: str
    list_due: Callable[[], Sequence[Any]]
    work: Callable[[Any], bool]


@jobs.periodic("admissions:sweeps", minutes=5)
def run_periodic_sweeps() -> None:
    """What the worker runs."""
    run_sweeps()


def run_sweeps() -> dict[str, int]:
    """Run all sweeps once. Shape: name -> how many records it changed."""
    return {sweep.name: run_sweep(sweep) for sweep in SWEEPS}


def run_sweep(sweep: Sweep) -> int:
    """Work until nothing new is due. What fails is left for the next run."""
    done = 0
    tried: set[Any] = set()
    while True:
        with transaction():
            ids = [each for each in sweep.list_due() if each not in tried]
        if not ids:
            return done
        for each in ids:
            tried.add(each)
            try:
                with transaction():
                    done += sweep.work(each)
            except RegistryError as error:
                # Somebody was faster, or acts on the same record right now.
                log.warning("sweep_skipped", sweep=sweep.name, id=each, error=error.code)


def _lapse(offer_id: int) -> bool:
    offer = due.find_offer(offer_id)
    return offer is not None and offers.lapse(offer)


def _remind_offer(offer_id: int) -> bool:
    offer = due.find_offer(offer_id)
    if offer is None or offer.answer is not None:
        return False
    notices.remind_offer(offer)
    return True


def _open_pools(cohort_id: int) -> bool:
    cohort = due.find_cohort(cohort_id)
    return cohort is not None and offers.open_pools(cohort)


def _expire(application_id: int) -> bool:
    application = due.find_application(application_id)
    if application is None or application.status is not ApplicationStatus.DRAFT:
        return False
    take_step(application, "expire", actor=CLOCK)
    return True


def _remind_draft(application_id: int) -> bool:
    application = due.find_application(application_id)
    if application is None or application.status is not ApplicationStatus.DRAFT:
        return False
    notices.remind_draft(application)
    return True


def _remind_corrections(request_id: int) -> bool:
    request = find_request(request_id)
    if request is None or request.application.status is not ApplicationStatus.RETURNED:
        return False
    notices.remind_corrections(request)
    return True


def _pass_on(application_id: int) -> bool:
    application = due.find_application(application_id)
    return application is not None and nominations.pass_on(application, actor=CLOCK)


def _tell_of_age(application_id: int) -> bool:
    application = due.find_application(application_id)
    return application is not None and guardians.tell_of_age(application)


def _close(reason: ClosingReason, statuses: frozenset[ApplicationStatus]) -> Callable[[int], bool]:
    def work(application_id: int) -> bool:
        application = due.find_application(application_id)
        if application is None or application.status not in statuses:
            return False
        close_application(application, reason=reason.value, actor=CLOCK)
        return True

    return work


EXPIRE_DRAFTS = Sweep("expire drafts", due.list_draft_ids_to_expire, _expire)
CLOSE_CANCELLED = Sweep(
    "close in cancelled cohorts",
    due.list_application_ids_of_cancelled_cohorts,
    _close(ClosingReason.COHORT_CANCELLED, CLOSABLE_STATUSES),
)
SWEEPS = (
    Sweep("lapse offers", due.list_lapsed_offer_ids, _lapse),
    Sweep(
        "remind of offers",
        lambda: due.list_offer_ids_to_remind(REMIND_OFFER, kind=notices.OFFER_REMINDER),
        _remind_offer,
    ),
    Sweep(
        "remind of drafts",
        lambda: due.list_draft_ids_to_remind(REMIND_DRAFT, kind=notices.DRAFT_REMINDER),
        _remind_draft,
    ),
    EXPIRE_DRAFTS,
    CLOSE_CANCELLED,
    Sweep("pass on without a focal point", list_application_ids_to_pass_on, _pass_on),
    Sweep(
        "tell who came of age",
        lambda: due.list_application_ids_come_of_age(
            kinds=(guardians.CAME_OF_AGE, guardians.CONSENT_IS_YOURS)
        ),
        _tell_of_age,
    ),
    Sweep(
        "close for silent guardians",
        due.list_application_ids_of_silent_guardians,
        _close(ClosingReason.GUARDIAN_SILENT, frozenset({ApplicationStatus.AWAITING_GUARDIAN})),
    ),
    Sweep("open pools", due.list_cohort_ids_with_unused_seats, _open_pools),
    Sweep(
        "close ended waiting lists",
        due.list_application_ids_whose_list_has_ended,
        _close(ClosingReason.WAITING_ENDED, frozenset({ApplicationStatus.WAITLISTED})),
    ),
    Sweep(
        "remind of corrections",
        lambda: due.list_request_ids_to_remind(REMIND_CORRECTIONS, kind=notices.CORRECTIONS_REMINDER),
        _remind_corrections,
    ),
    Sweep(
        "close unanswered returns",
        due.list_application_ids_of_unanswered_returns,
        _close(ClosingReason.CORRECTIONS_MISSING, frozenset({ApplicationStatus.RETURNED})),
    ),
    Sweep("remind of reviews", review_notices.list_to_remind, review_notices.remind),
    Sweep("remind of late reviews", review_notices.list_overdue, review_notices.remind),
    Sweep(
        "close after the start",
        due.list_application_ids_of_started_cohorts,
        _close(ClosingReason.COHORT_STARTED, CLOSABLE_STATUSES),
    ),
)
