"""An application that was closed because its person had sent another one goes on, when these are two people."""

from registry.access.actor import Actor
from registry.admissions.models import Application
from registry.admissions.operations import notices
from registry.admissions.operations.steps import take_step
from registry.admissions.queries.applications import find_status_before_closing
from registry.admissions.rules.closing import REOPENINGS, why_not_reopening
from registry.core import clock
from registry.core.errors import Conflict


def reopen_application(application: Application, *, actor: Actor) -> None:
    """Let it be what it was before it was closed, and tell the applicant. Needs it locked, with cohort and programme.

    Errors: NotAllowed; Conflict with what stands in the way.
    """
    before = find_status_before_closing(application)
    if refusal := why_not_reopening(application, before, application.cohort, clock.now()):
        raise Conflict(refusal)
    take_step(application, REOPENINGS[before], actor=actor)  # type: ignore[index]  # None is refused above.
    application.closing_reason = ""
    notices.tell_reopened(application)
