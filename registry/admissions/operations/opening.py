"""An administrator sees an application only by saying why, and leaves a trace."""

from datetime import timedelta

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application, Attachment
from registry.admissions.queries.opening import find_reason, find_sent
from registry.core import audit, clock
from registry.core.codes import normalise_code
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l

OPENED = "admissions:application:open"
REASON_LASTS = timedelta(hours=1)
"""How long the files can be opened under the reason the application was opened with."""


def open_application(code: str, *, reason: str, actor: Actor) -> Application:
    """Record who opened which application and why; the caller may show it then.

    Errors: NotAllowed; InvalidInput at `code` where no sent application has it, at `reason` without one.
    """
    policy.require(actor, Permission.APPLICATION_OPEN_WITH_REASON)
    if not reason.strip():
        raise InvalidInput(_l("Give a reason."), field="reason")
    application = find_sent(normalise_code(code))
    if application is None:
        raise InvalidInput(_l("No application that was sent has this code. Check the code."), field="code")
    policy.require(actor, Permission.APPLICATION_OPEN_WITH_REASON, application)
    audit.record(application, OPENED, actor, reason=reason.strip())
    return application


def open_file(attachment: Attachment, *, actor: Actor) -> None:
    """Record that an administrator opens a file of an application they have opened; the caller may send it then.

    It goes under the reason the application was opened with, so none is asked for again.
    Errors: NotAllowed; Conflict where the actor has not opened the application within the hour.
    """
    application = attachment.application
    policy.require(actor, Permission.APPLICATION_OPEN_WITH_REASON, application)
    reason = find_reason(application, OPENED, since=clock.now() - REASON_LASTS, actor=actor)
    if reason is None:
        raise Conflict(_l("Open the application with a reason first: it counts for its files for an hour."))
    audit.record(attachment, "admissions:attachment:open", actor, reason=reason)
