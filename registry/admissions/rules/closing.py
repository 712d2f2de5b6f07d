"""Why an application was closed, in words, and what can be taken back of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ClosingReason
from registry.admissions.models import Application
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort
from registry.catalogue.rules import has_started
from registry.core.i18n import _l

_LABELS = {reason.value: reason.label for reason in ClosingReason}


def describe_closing(reason: str) -> Any:
    """The registry's own reasons in the reader's language; a coordinator's as written."""
    return _LABELS.get(reason, reason)


REOPENINGS: Mapping[S, str] = {
    S.SUBMITTED: "reopen",
    S.UNDER_REVIEW: "reopen_in_review",
    S.AWAITING_ENDORSEMENT: "reopen_to_focal_point",
    S.INELIGIBLE: "reopen_ineligible",
}
"""What an application can be again -> the step that leads there: those in which it held nothing and nobody waits."""


def why_not_reopening(application: Application, before: S | None, cohort: Cohort, at: datetime) -> Any:
    """The sentence that says why an application that was `before` its closing stays closed, or None."""
    if application.status is not S.CLOSED or application.closing_reason != ClosingReason.SENT_TWICE:
        return _l("It was closed for another reason.")
    if cohort.status is not CohortStatus.PUBLISHED or has_started(cohort, at):
        return _l("The cohort has started or is over.")
    if before in {S.OFFERED, S.WAITLISTED}:
        return _l("Its place, or its place on the waiting list, went to the next person.")
    if before is S.AWAITING_GUARDIAN:
        return _l("It waited for a guardian, whose link has ended.")
    if before not in REOPENINGS:
        return _l("It waited for corrections, whose time has ended.")
    return None
