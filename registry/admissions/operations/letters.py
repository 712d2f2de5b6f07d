"""What applicants and guardians are told while an application is on its way."""

from typing import Any

from registry.admissions.models import Application, GuardianRequest
from registry.admissions.queries.journey import Heading, get_heading_of
from registry.admissions.queries.seats import get_cohort_of
from registry.admissions.rules.applications import public_status
from registry.core.addresses import address
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.people.models import Guardianship
from registry.people.queries import get_address, get_person


def write_applicant(kind: str, application: Application, *, key: str = "", **facts: Any) -> None:
    """Queue the mail for the applicant. `key` tells apart what can happen more than once."""
    person = get_person(application.person_id)
    to = get_address(person)
    if not to.address:
        return
    heading = get_heading_of(application, to.locale)
    messages.queue(
        kind,
        key=":".join(part for part in (kind, application.code, key) if part),
        to=Recipient(to.address, to.locale, to.zone, to.user_id),
        topic=topic_of(application),
        context=_context(application, heading)
        | {
            "name": person.given_names or person.family_name,
            "link": address("admissions.show_own_application", code=application.code),
        }
        | facts,
    )


def write_guardian(request: GuardianRequest, guardianship: Guardianship, token: str) -> None:
    """Queue the mail with the guardian's one link."""
    application = request.application
    person = get_person(application.person_id)
    heading = get_heading_of(application, guardianship.locale)
    messages.queue(
        "guardian_request",
        key=f"guardian_request:{request.token_hash}",
        to=Recipient(guardianship.email, guardianship.locale, person.zone),
        topic=guardian_topic(application),
        context=_context(application, heading)
        | {
            "name": person.given_names or person.family_name,
            "guardian": guardianship.name,
            "link": address("admissions.answer_guardian", token=token),
            "expires_at": request.expires_at,
        },
        secret=True,
    )


def forget(application: Application) -> None:
    """Do not send what still waits about the application: later news overtake it."""
    messages.supersede(topic_of(application))
    messages.supersede(guardian_topic(application))


def topic_of(application: Application) -> str:
    """Of what the applicant reads."""
    return f"application:{application.code}"


def guardian_topic(application: Application) -> str:
    """Of what the guardian reads: news for the one do not overtake news for the other."""
    return f"application:{application.code}:guardian"


def _context(application: Application, heading: Heading) -> dict[str, Any]:
    cohort = get_cohort_of(application)
    return {
        "programme": heading.title,
        "code": application.code,
        "status": public_status(application.status, is_released=False).value,
        "submitted_at": application.submitted_at,
        "release_at": cohort.release_at,
        "host_zone": cohort.zone,
    }
