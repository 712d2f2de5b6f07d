"""What a bulk action will do to each, known before it begins. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.admissions.enums import ApplicationStatus, BulkAction, Decision
from registry.core.i18n import _l

STAGED_BY: Mapping[BulkAction, Decision] = {
    BulkAction.OFFER: Decision.OFFER,
    BulkAction.WAITLIST: Decision.WAITLIST,
    BulkAction.REJECT: Decision.REJECT,
}
"""The actions that stage a decision, and which one. They are looked at before they begin."""

DECIDABLE = {ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW}


def why_left_out(action: BulkAction, status: ApplicationStatus, *, is_staged: bool) -> Any:
    """The sentence that says why the action cannot be done to such an application, or None."""
    if action in STAGED_BY and status not in DECIDABLE:
        return _l("Only applications in review can be decided.")
    if action is BulkAction.REVIEW and status is not ApplicationStatus.SUBMITTED:
        return _l("This step is not possible from the current status.")
    if action is BulkAction.UNSTAGE and not is_staged:
        return _l("Nothing is staged for this application.")
    return None
