"""Mails that could not be delivered, sent after all."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application
from registry.admissions.queries.mails import Mail
from registry.core import audit
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.messages import operations as messages


def retry_mail(application: Application, mail: Mail, *, actor: Actor) -> None:
    """Send a mail again that was given up. What later news overtook stays unsent.

    Errors: NotAllowed; Conflict where it is not one that could not be delivered.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    if not messages.retry(mail.message):
        raise Conflict(_l("This mail does not need another attempt: it was sent, waits, or is out of date."))
    audit.record(application, "admissions:application:retry_mail", actor, about={"mail": mail.message.kind})
