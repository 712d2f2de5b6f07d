"""Whom a bulk action will leave out, known before it begins. Pure."""

from typing import Any

from registry.admissions.enums import ApplicationStatus, BulkAction
from registry.core.i18n import _l

_STAGING = {BulkAction.OFFER, BulkAction.WAITLIST, BulkAction.REJECT}
_DECIDABLE = {ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW}


def why_left_out(action: BulkAction, status: ApplicationStatus, *, is_staged: bool) -> Any:
    """The sentence that says why the action cannot be done to such an application, or None."""
    if action in _STAGING and status not in _DECIDABLE:
        return _l("Only applications in review can be decided.")
    if action is BulkAction.REVIEW and status is not ApplicationStatus.SUBMITTED:
        return _l("This step is not possible from the current status.")
    if action is BulkAction.UNSTAGE and not is_staged:
        return _l("Nothing is staged for this application.")
    return None
