"""An administrator sees an application only by saying why, and leaves a trace."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application
from registry.admissions.queries.opening import find_sent
from registry.core import audit
from registry.core.codes import normalise_code
from registry.core.errors import InvalidInput
from registry.core.i18n import _l


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
    audit.record(application, "admissions:application:open", actor, reason=reason.strip())
    return application
