"""How far an invitation is, and what can still be done with it. Pure."""

from datetime import datetime
from typing import Any

from registry.admissions.models import Invitation
from registry.catalogue.enums import CohortStatus, NominationMode
from registry.catalogue.models import Cohort
from registry.core.i18n import Labelled, _l


class InvitationState(Labelled):
    SENT = "sent", _l("Invitation sent")
    OPENED = "opened", _l("Invitation opened")
    APPLIED = "applied", _l("Applied")
    EXPIRED = "expired", _l("Not used in time")
    WITHDRAWN = "withdrawn", _l("Taken back")


OPEN_STATES = frozenset({InvitationState.SENT, InvitationState.OPENED})


def invitation_state(invitation: Invitation, at: datetime) -> InvitationState:
    """The state of an invitation loaded with its cohort and application."""
    application = invitation.application
    if invitation.withdrawn_at is not None:
        return InvitationState.WITHDRAWN
    if application is not None and application.submitted_at is not None:
        return InvitationState.APPLIED
    if at >= invitation.cohort.closes_at or invitation.cohort.status is not CohortStatus.PUBLISHED:
        return InvitationState.EXPIRED
    return InvitationState.SENT if invitation.opened_at is None else InvitationState.OPENED


LIVE_STATES = frozenset({*OPEN_STATES, InvitationState.APPLIED})
"""Those that speak for a seat of the state; one that was taken back or not used gives it back."""


def is_by_invitation(cohort: Cohort) -> bool:
    """Whether only those can apply whom a focal point has invited."""
    return cohort.nomination is NominationMode.NOMINATE_THEN_APPLY


def why_not_inviting(cohort: Cohort, at: datetime) -> Any:
    """The sentence that says why nobody can be invited to the cohort now, or None."""
    if not is_by_invitation(cohort):
        return _l("Everybody can apply to this cohort, so nobody is invited to it.")
    if cohort.status is not CohortStatus.PUBLISHED or at >= cohort.closes_at:
        return _l("Applications have closed, so nobody can be invited any more.")
    return None
