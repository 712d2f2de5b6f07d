"""What is true of applications, and who may see or move them. Pure: works on loaded objects only."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ClosingReason, PublicStatus
from registry.admissions.models import Application
from registry.catalogue.rules import manages
from registry.core.i18n import _

_PUBLIC_STATUS = {
    S.DRAFT: PublicStatus.DRAFT,
    S.AWAITING_GUARDIAN: PublicStatus.WAITING_GUARDIAN,
    S.AWAITING_ENDORSEMENT: PublicStatus.WAITING_FOCAL_POINT,
    S.INELIGIBLE: PublicStatus.NOT_ELIGIBLE,
    S.SUBMITTED: PublicStatus.SENT,
    S.RETURNED: PublicStatus.WE_NEED_SOMETHING,
    S.UNDER_REVIEW: PublicStatus.IN_REVIEW,
    S.OFFERED: PublicStatus.OFFER_MADE,
    S.WAITLISTED: PublicStatus.WAITING_LIST,
    S.ACCEPTED: PublicStatus.ACCEPTED,
    S.REJECTED: PublicStatus.NOT_THIS_TIME,
    S.WITHDRAWN: PublicStatus.WITHDRAWN,
    S.DECLINED: PublicStatus.CLOSED,
    S.LAPSED: PublicStatus.CLOSED,
    S.EXPIRED: PublicStatus.CLOSED,
    S.CLOSED: PublicStatus.CLOSED,
}


def public_status(status: S, *, is_released: bool) -> PublicStatus:
    """What the applicant reads. What a focal point declined stays "In review" until the cohort's release."""
    if status is S.NOT_ENDORSED:
        return PublicStatus.NOT_THIS_TIME if is_released else PublicStatus.IN_REVIEW
    return _PUBLIC_STATUS[status]


def closing_sentence(application: Application) -> str:
    """Why an application that the applicant reads as closed has ended."""
    known = {
        S.DECLINED: _("You declined the place."),
        S.LAPSED: _("The offer was not answered in time, so the place went to the next person."),
        S.EXPIRED: _("The window closed before the application was sent."),
    }
    if application.status in known:
        return known[application.status]
    reason = application.closing_reason
    return str(ClosingReason.of(reason).label) if reason in list(ClosingReason) else reason


def is_own(actor: Actor, application: Application) -> bool:
    """Whether the actor is the applicant."""
    return actor.person_id is not None and application.person_id == actor.person_id


@policy.rule(
    Permission.APPLICATION_EDIT,
    Permission.APPLICATION_SUBMIT,
    Permission.APPLICATION_WITHDRAW,
    Permission.APPLICATION_VIEW_OWN,
    Permission.OFFER_ANSWER,
    on=Application,
)
def _owns(actor: Actor, application: Application) -> bool:
    return is_own(actor, application)


@policy.rule(Permission.GUARDIAN_CONSENT, on=Application)
def _guards(actor: Actor, application: Application) -> bool:
    return actor.guarded_application_id == application.id


@policy.rule(Permission.CONSENT_WITHDRAW, on=Application)
def _has_consented(actor: Actor, application: Application) -> bool:
    return is_own(actor, application) or _guards(actor, application)


@policy.rule(
    Permission.APPLICATION_PROCESS,
    Permission.APPLICATION_EXPORT,
    Permission.DECISION_STAGE,
    Permission.DECISION_RELEASE,
    on=Application,
)
def _runs(actor: Actor, application: Application) -> bool:
    return manages(actor, application.cohort.programme.slug, Permission.DECISION_STAGE)


@policy.rule(Permission.APPLICATION_ENDORSE, on=Application)
def _speaks_for_state(actor: Actor, application: Application) -> bool:
    return any(
        grant.country == application.member_state
        and grant.programme in (None, application.cohort.programme.slug)
        for grant in actor.grants_with(Permission.APPLICATION_ENDORSE)
    )


@policy.rule(Permission.APPLICATION_REVIEW, on=Application)
def _is_assigned(actor: Actor, application: Application) -> bool:
    return actor.user_id in {assignment.user_id for assignment in application.assignments} and any(
        grant.covers(programme=application.cohort.programme.slug, country=application.member_state)
        for grant in actor.grants_with(Permission.APPLICATION_REVIEW)
    )


def _reviews(actor: Actor, application: Application) -> bool:
    """The content opens once the reviewer has declared to have no conflict of interest."""
    return _is_assigned(actor, application) and any(
        assignment.declared_at is not None
        for assignment in application.assignments
        if assignment.user_id == actor.user_id
    )


@policy.rule(Permission.APPLICATION_OPEN_WITH_REASON, on=Application)
def _is_sent(_actor: Actor, application: Application) -> bool:
    return application.submitted_at is not None


@policy.rule(Permission.APPLICATION_VIEW, on=Application)
def can_view(actor: Actor, application: Application) -> bool:
    """Staff's view of an identified application: own programmes, own state, or assigned; never a draft.

    An administrator opens one with a reason only. `queries.scope` says the same in SQL.
    """
    return bool(viewing_roles(actor, application))


def viewing_roles(actor: Actor, application: Application) -> frozenset[Role]:
    """The roles by which the actor, as staff, sees the identified application."""
    if application.submitted_at is None:
        return frozenset()
    reach = {
        Role.COORDINATOR: _runs,
        Role.FOCAL_POINT: _speaks_for_state,
        Role.REVIEWER: _reviews,
    }
    return frozenset(role for role in actor.roles & set(reach) if reach[role](actor, application))
