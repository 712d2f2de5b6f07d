"""What applicants and guardians read: each mail in each language, plain, with its one link and the code."""

import re

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus
from registry.admissions.operations.guardians import send_request
from registry.admissions.operations.letters import write_applicant
from registry.core.database import db
from registry.core.i18n import LOCALES
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.factories.admissions import ApplicationFactory
from tests.factories.people import GuardianshipFactory, PersonFactory

S = ApplicationStatus
SENT = (
    S.SUBMITTED,
    S.AWAITING_GUARDIAN,
    S.AWAITING_ENDORSEMENT,
    S.OFFERED,
    S.WAITLISTED,
)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *(("application_received", status) for status in SENT),
        ("application_ineligible", S.INELIGIBLE),
        *(("guardian_consented", status) for status in (S.SUBMITTED, S.AWAITING_ENDORSEMENT, S.OFFERED)),
        *(("consent_confirmed", status) for status in (S.SUBMITTED, S.AWAITING_ENDORSEMENT, S.OFFERED)),
        ("guardian_denied", S.AWAITING_GUARDIAN),
        ("came_of_age", S.AWAITING_GUARDIAN),
        ("consent_is_yours", S.UNDER_REVIEW),
        ("guardian_refused", S.WITHDRAWN),
        ("application_withdrawn", S.WITHDRAWN),
    ],
)
def test_mail_to_the_applicant_is_complete_in_each_language(kind, status, locale):
    person = PersonFactory(given_names="Dilnoza", locale=locale)
    application = ApplicationFactory(person=person, status=status)

    with transaction():
        write_applicant(kind, application, failures=["Age"])
        write_applicant(kind, application, failures=["Age"])

    message = db.session.scalars(sa.select(Message)).one()
    assert (message.kind, message.locale, message.address) == (kind, locale, person.email)
    assert message.topic == f"application:{application.code}"
    assert re.findall(r"https?://\S+", message.body) == [
        f"http://127.0.0.1:8000/my/applications/{application.code}"
    ]
    for text in (message.subject, message.body):
        assert not re.search(r"[{}]|%\(|None", text)
    assert "Dilnoza" in message.body
    assert "Karimova" not in message.body + message.subject


@pytest.mark.parametrize("locale", LOCALES)
def test_mail_to_the_guardian_names_the_young_person_and_nothing_else(locale):
    person = PersonFactory(given_names="Dilnoza")
    application = ApplicationFactory(person=person, status=S.AWAITING_GUARDIAN)

    with transaction():
        send_request(application, GuardianshipFactory(person=person, locale=locale))

    message = db.session.scalars(sa.select(Message)).one()
    assert (message.address, message.locale, message.is_secret) == ("guardian@example.org", locale, True)
    assert len(re.findall(r"https?://\S+/guardian/\S{40,}", message.body)) == 1
    assert application.code not in message.body
    assert "Karimova" not in message.body + message.subject
