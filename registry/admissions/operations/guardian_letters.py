"""What guardians read, and what coordinators read of them."""

from typing import Any

from registry.access.roles import Role
from registry.accounts.queries import list_holders
from registry.admissions.models import Application, GuardianQuestion, GuardianRequest
from registry.admissions.operations.wordings import word_mail
from registry.admissions.queries.journey import get_heading_of
from registry.admissions.queries.seats import get_cohort_of
from registry.admissions.rules.mails import guardian_topic
from registry.core.addresses import address
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.people.models import Guardianship
from registry.people.queries import get_person


def write_request(request: GuardianRequest, guardianship: Guardianship, token: str) -> None:
    """Ask for the consent, with the guardian's one link."""
    _write("guardian_request", request, guardianship, token)


def write_answer(
    request: GuardianRequest, guardianship: Guardianship, token: str, question: GuardianQuestion
) -> None:
    """What the coordinator says to the guardian's question, with a fresh link."""
    _write("guardian_answered", request, guardianship, token, question=question.text, answer=question.answer)


def write_receipt(request: GuardianRequest, guardianship: Guardianship, token: str) -> None:
    """That the consent is recorded, and the link by which it can be taken back."""
    _write("guardian_receipt", request, guardianship, token)


def _write(kind: str, request: GuardianRequest, guardianship: Guardianship, token: str, **facts: Any) -> None:
    application = request.application
    person, cohort = get_person(application.person_id), get_cohort_of(application)
    to = Recipient(guardianship.email, guardianship.locale, person.zone)
    context = {
        "programme": get_heading_of(application, guardianship.locale).title,
        "cohort": cohort,
        "host_zone": cohort.zone,
        "name": person.given_names or person.family_name,
        "link": address("admissions.answer_guardian", token=token),
        "expires_at": request.expires_at,
    } | facts
    # A link that still waits to be sent has stopped working.
    messages.supersede(guardian_topic(application))
    messages.queue(
        kind,
        key=f"{kind}:{request.token_hash}",
        to=to,
        topic=guardian_topic(application),
        mail=word_mail(kind, context, to),
        secret=True,
    )


def tell_coordinators(kind: str, application: Application, *, key: str) -> None:
    """Queue the mail for whoever runs the programme, each in their own language. It names nobody."""
    cohort = get_cohort_of(application)
    holders = list_holders(Role.COORDINATOR, programme=cohort.programme.slug)
    for user in {grant.user.id: grant.user for grant in holders if grant.country is None}.values():
        messages.queue(
            kind,
            key=f"{kind}:{key}:{user.code}",
            to=Recipient(user.email, user.locale, user.zone, user.id),
            context={
                "programme": get_heading_of(application, user.locale).title,
                "code": application.code,
                "link": address("admissions.show_application", code=application.code),
            },
        )
