"""Mails about an application that have not gone out: sent after all, or stopped."""

from collections.abc import Sequence

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application, AudienceMail
from registry.admissions.queries.audience import has_audience_mail, list_unsent_with
from registry.admissions.queries.mails import Mail
from registry.admissions.rules.mails import audience_topic
from registry.core import audit
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.transaction import transaction_memory
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
    if not _has_audience(application.cohort_id):
        return
    status = application.status.value
    _stop(application, [mail for mail in list_unsent_with(application) if status not in mail.statuses])


def _has_audience(cohort_id: int) -> bool:
    """Whether anybody wrote to many in the cohort; asked once in a transaction, which may take many steps."""
    known = transaction_memory().setdefault("audiences", {})
    if cohort_id not in known:
        known[cohort_id] = has_audience_mail(cohort_id)
    return bool(known[cohort_id])


def forget_audience(application: Application) -> None:
    """Stop all mails to many that this application would get."""
    _stop(application, list_unsent_with(application))


def _stop(application: Application, unfit: Sequence[AudienceMail]) -> None:
    if unfit:
        messages.supersede(*(audience_topic(application, mail) for mail in unfit))
