"""Which role has which permissions. One matrix; what depends on the object is in the domains' rules."""

from registry.access.permissions import Permission as P
from registry.core.i18n import Labelled, _l


class Role(Labelled):
    """What somebody is. `applicant` comes with the account; the staff's roles are granted."""

    APPLICANT = "applicant", _l("Applicant")
    GUARDIAN = "guardian", _l("Guardian")
    FOCAL_POINT = "focal_point", _l("Focal point")
    REVIEWER = "reviewer", _l("Reviewer")
    COORDINATOR = "coordinator", _l("Coordinator")
    SPONSOR = "sponsor", _l("Sponsor")
    ADMINISTRATOR = "administrator", _l("Administrator")
    SYSTEM = "system", _l("System")


GRANTABLE_ROLES = (Role.FOCAL_POINT, Role.REVIEWER, Role.COORDINATOR, Role.SPONSOR, Role.ADMINISTRATOR)
"""Roles an administrator grants; all of them need a second factor outside the demo."""

_APPLICANT = frozenset(
    {
        P.ACCOUNT_MANAGE,
        P.MESSAGE_READ,
        P.APPLICATION_START,
        P.APPLICATION_EDIT,
        P.APPLICATION_SUBMIT,
        P.APPLICATION_WITHDRAW,
        P.APPLICATION_VIEW_OWN,
        P.CONSENT_WITHDRAW,
        P.ATTACHMENT_VIEW,
        P.OFFER_ANSWER,
    }
)

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.APPLICANT: _APPLICANT,
    Role.GUARDIAN: frozenset({P.GUARDIAN_CONSENT, P.CONSENT_WITHDRAW}),
    Role.FOCAL_POINT: frozenset(
        {
            P.DESK_ENTER,
            P.APPLICATION_VIEW,
            P.ATTACHMENT_VIEW,
            P.APPLICATION_ENDORSE,
            P.INVITATION_EDIT,
            P.REPORT_VIEW_STATE,
        }
    ),
    Role.REVIEWER: frozenset({P.REVIEWS_ENTER, P.APPLICATION_VIEW, P.ATTACHMENT_VIEW, P.APPLICATION_REVIEW}),
    Role.COORDINATOR: frozenset(
        {
            P.MANAGE_ENTER,
            P.APPLICATION_VIEW,
            P.ATTACHMENT_VIEW,
            P.APPLICATION_EXPORT,
            P.APPLICATION_PROCESS,
            P.INVITATION_EDIT,
            P.AUDIENCE_WRITE,
            P.DECISION_STAGE,
            P.DECISION_RELEASE,
            P.SCORE_VIEW,
            P.SEAT_VIEW,
            P.PROGRAMME_EDIT,
            P.PROGRAMME_PUBLISH,
            P.COHORT_EDIT,
            P.COHORT_PUBLISH,
            P.REPORTED_RESULT_EDIT,
            P.ENROLMENT_VIEW,
            P.ENROLMENT_MANAGE,
            P.OUTCOME_RECORD,
            P.REPORT_VIEW_LIVE,
            P.RELEASE_MAKE,
            P.RELEASE_VIEW,
        }
    ),
    Role.SPONSOR: frozenset({P.SPONSOR_ENTER, P.RELEASE_VIEW}),
    Role.ADMINISTRATOR: frozenset(
        {
            P.MANAGE_ENTER,
            P.ADMIN_ENTER,
            P.APPLICATION_OPEN_WITH_REASON,
            P.PROGRAMME_CREATE,
            P.PROGRAMME_EDIT,
            P.PROGRAMME_PUBLISH,
            P.COHORT_EDIT,
            P.COHORT_PUBLISH,
            P.REPORTED_RESULT_EDIT,
            P.ROLE_GRANT,
            P.ORGANISATION_EDIT,
            P.REFERENCE_EDIT,
            P.AUDIT_VIEW,
            P.REPORT_VIEW_LIVE,
            P.RELEASE_MAKE,
            P.RELEASE_VIEW,
        }
    ),
    Role.SYSTEM: frozenset(P),
}
