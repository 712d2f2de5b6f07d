"""One step of an application, counted in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from registry.access.actor import Actor
from registry.access.lifecycle import Transition
from registry.admissions.enums import DRAFT_STATUSES, LIVE_STATUSES, AgeBand, ApplicationStatus, Figure
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import (
    Application,
    ApplicationCount,
    ApplicationStatusCount,
    ApplicationWeekCount,
)
from registry.admissions.operations import letters, mails
from registry.core import clock, tally

_FIGURES = {
    "submitted_at": Figure.APPLIED,
    "eligible_at": Figure.ELIGIBLE,
    "endorsed_at": Figure.ENDORSED,
    "offered_at": Figure.OFFERED,
    "accepted_at": Figure.ACCEPTED,
}

UNTOLD_STEPS = frozenset(
    {
        "endorse",
        "endorse_for_state",
        "pass_on",
        "decline_endorsement",
        "decline_for_state",
        "undo_endorsement",
        "undo_for_state",
        "start_review",
        "first_review",
    }
)
"""Steps of which applicants are told nothing, or not yet: what waits to be sent stays true."""


def take_step(
    application: Application,
    action: str,
    *,
    actor: Actor,
    reason: str | None = None,
    about: dict[str, Any] | None = None,
) -> Transition:
    """Apply the transition, keep the counts that reports and boards read, and stop mails that it contradicts.

    The snapshots (member state, sex, age band) must be set before a submitting step.
    Errors: those of `Lifecycle.apply`.
    """
    before = application.status
    reached_before = {stamp for stamp in _FIGURES if getattr(application, stamp) is not None}
    transition = APPLICATION.apply(application, action, actor=actor, reason=reason, about=about)
    if before not in DRAFT_STATUSES:
        _count_status(application, before, -1)
    if application.submitted_at is not None:
        _count_status(application, application.status, 1)
    for stamp in transition.stamps:
        if stamp in _FIGURES and stamp not in reached_before:
            _count_figure(application, _FIGURES[stamp])
    if action not in UNTOLD_STEPS:
        has_ended = application.status not in LIVE_STATUSES
        # A guardian's receipt stays true while the application goes on.
        letters.forget(application, of_guardian=has_ended or before is ApplicationStatus.AWAITING_GUARDIAN)
    mails.forget_unfit(application)
    return transition


def forget_endorsement(application: Application) -> None:
    """The state's answer was taken back: the application does not count as endorsed any more."""
    with counted_anew(application):
        application.endorsed_at = None


@contextmanager
def counted_anew(application: Application) -> Iterator[None]:
    """Inside, what a sent application counts as may change: state, sex, age band, and how far it has come."""
    _count_all(application, -1)
    yield
    _count_all(application, 1)


def _count_all(application: Application, difference: int) -> None:
    _count_status(application, application.status, difference)
    for stamp, figure in _FIGURES.items():
        at = getattr(application, stamp)
        if at is not None:
            _count_figure(application, figure, difference, on=at.date())


def _count_status(application: Application, status: ApplicationStatus, difference: int) -> None:
    tally.add(
        ApplicationStatusCount,
        {"cohort_id": application.cohort_id, "member_state": application.member_state, "status": status},
        difference,
    )


def _count_figure(
    application: Application, figure: Figure, difference: int = 1, *, on: date | None = None
) -> None:
    on = on or clock.today()
    tally.add(
        ApplicationCount,
        {
            "cohort_id": application.cohort_id,
            "figure": figure,
            "member_state": application.member_state,
            "sex": application.sex.value if application.sex else "",
            "age_band": application.age_band or AgeBand.UNKNOWN,
        },
        difference,
    )
    tally.add(
        ApplicationWeekCount,
        {
            "cohort_id": application.cohort_id,
            "figure": figure,
            "week_on": on - timedelta(days=on.weekday()),
        },
        difference,
    )
