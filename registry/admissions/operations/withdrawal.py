"""Taking an application back."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.admissions.operations.letters import forget, write_applicant
from registry.admissions.operations.offers import free_held
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import seats as queries


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
    forget(application)
    if application.submitted_at is not None:
        write_applicant("application_withdrawn", application)
    return application
