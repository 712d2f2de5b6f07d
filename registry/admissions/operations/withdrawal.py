"""Taking back an application, or ending it with the consent it rests on."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.admissions.operations.letters import write_applicant
from registry.admissions.operations.offers import free_held
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import seats as queries
from registry.people import operations as people
from registry.people.enums import ConsentPurpose
from registry.people.queries import get_person


def withdraw_application(application: Application, *, actor: Actor) -> Application:
    """End the application at the applicant's wish; what it held goes to the next. Twice changes nothing.

    Errors: NotAllowed; IllegalTransition once it has ended or a place was accepted.
    """
    policy.require(actor, Permission.APPLICATION_WITHDRAW, application)
    if application.submitted_at is not None:
        # Pools are locked before applications (see queries.seats).
        queries.lock_serving_pools(queries.get_cohort_of(application), application.member_state)
    application = queries.reload_locked(application)
    if application.status is ApplicationStatus.WITHDRAWN:
        return application
    take_step(application, "withdraw", actor=actor)
    free_held(application)
    if application.submitted_at is not None:
        people.withdraw_consent(
            get_person(application.person_id),
            ConsentPurpose.APPLICATION,
            about=application.code,
            actor=actor,
        )
        write_applicant("application_withdrawn", application)
    return application


def end_without_consent(application: Application, *, actor: Actor) -> None:
    """End a sent application whose consent was taken back; what it held goes to the next.

    The caller holds its locks (see queries.seats) and tells the applicant.
    Errors: NotAllowed; IllegalTransition once it has ended or a place was accepted.
    """
    take_step(application, "withdraw_consent", actor=actor)
    free_held(application)
