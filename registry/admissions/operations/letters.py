"""What applicants and guardians are told while an application is on its way."""

from typing import Any

from registry.admissions.models import Application
from registry.admissions.operations.wordings import word_mail
from registry.admissions.queries.journey import get_heading_of
from registry.admissions.queries.seats import get_cohort_of
from registry.admissions.rules.applications import public_status
from registry.admissions.rules.mails import guardian_topic, topic_of
from registry.admissions.rules.wordings import tell_next_step
from registry.core.addresses import address
from registry.core.i18n import in_locale
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.people.queries import get_address, get_person


def write_applicant(kind: str, application: Application, *, key: str = "", **facts: Any) -> None:
    """Queue the mail for the applicant. `key` tells apart what can happen more than once."""
    person = get_person(application.person_id)
    to = get_address(person)
    if not to.address:
        return
    link = address("admissions.show_own_application", code=application.code)
    context = (
        _context(application, to.locale)
        | {"name": person.given_names or person.family_name, "application_link": link}
        | facts
    )
    recipient = Recipient(to.address, to.locale, to.zone, to.user_id)
    messages.queue(
        kind,
        key=":".join(part for part in (kind, application.code, key) if part),
        to=recipient,
        topic=topic_of(application),
        mail=word_mail(kind, context, recipient),
    )


def forget(application: Application, *, of_guardian: bool = True) -> None:
    """Do not send what still waits about the application: later news overtake it."""
    guardians = [guardian_topic(application)] if of_guardian else []
    messages.supersede(topic_of(application), *guardians)


def _context(application: Application, locale: str) -> dict[str, Any]:
    cohort = get_cohort_of(application)
    status = public_status(application.status, is_released=False)
    with in_locale(locale):
        next_step = tell_next_step(status, cohort.release_at, cohort.zone)
    return {
        "programme": get_heading_of(application, locale).title,
        "cohort": cohort,
        "code": application.code,
        "submitted_at": application.submitted_at,
        "next_step": next_step,
        "host_zone": cohort.zone,
    }
