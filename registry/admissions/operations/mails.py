"""Mails about an application that have not gone out: sent after all, or stopped."""

from collections.abc import Sequence

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application, AudienceMail
from registry.admissions.queries.audience import list_unsent_with
from registry.admissions.queries.mails import Mail
from registry.admissions.rules.mails import audience_topic
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


def forget_unfit(application: Application) -> None:
    """Stop the mails to many that were meant for applications of other statuses."""
    status = application.status.value
    _stop(application, [mail for mail in list_unsent_with(application) if status not in mail.statuses])


def forget_audience(application: Application) -> None:
    """Stop all mails to many that this application would get."""
    _stop(application, list_unsent_with(application))


def _stop(application: Application, unfit: Sequence[AudienceMail]) -> None:
    if unfit:
        messages.supersede(*(audience_topic(application, mail) for mail in unfit))
