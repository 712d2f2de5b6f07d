"""The applicant's way through the pages, without script."""

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import Answer, Application
from registry.core.database import db
from registry.people.enums import ConsentPurpose
from registry.people.models import Consent
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant
from tests.factories.admissions import FormVersionFactory, QuestionFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.journeys import ensure_countries
from tests.factories.people import PersonFactory

S = ApplicationStatus
LONG = "я" * 25_000
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def person():
    ensure_countries("KZ", "UZ")
    user = UserFactory()
    return PersonFactory(
        user_id=user.id,
        email=user.email,
        family_name="",
        given_names="",
        birth_year=None,
        birth_month=None,
        birth_day=None,
        sex=None,
    )


@pytest.fixture
def cohort():
    """Asks a question of each kind."""
    cohort = CohortFactory(needs_latin_name=True)
    version = FormVersionFactory(cohort=cohort)
    options = [{"value": "none", "labels": {"en": "None"}}, {"value": "some", "labels": {"en": "Some"}}]
    for key, kind, given in (
        ("motivation", QuestionKind.LONG_TEXT, {}),
        ("goods", QuestionKind.SHORT_TEXT, {}),
        ("experience", QuestionKind.CHOICE, {"options": options}),
        ("sells", QuestionKind.YES_NO, {}),
        ("shop", QuestionKind.LINK, {"is_required": False}),
    ):
        QuestionFactory(form_version=version, key=key, kind=kind, labels={"en": f"Question {key}?"}, **given)
    return cohort


@pytest.fixture
def apply(client, acting_as, person, cohort):
    """Send a page of the started application: apply("name", family_name=...)."""
    acting_as(applicant(person, zone="Asia/Tashkent"))
    client.post(f"/apply/{cohort.code}")

    def send(page, **fields):
        return client.post(f"/apply/{cohort.code}/{page}", data=fields)

    return send


def _application(cohort):
    return db.session.scalars(sa.select(Application).where(Application.cohort_id == cohort.id)).one()


READ = '{"locale": "en", "version": "2026-11"}'
ANSWERS = {
    "name": {"family_name": "Karimova", "given_names": "Dilnoza", "latin_name": "KARIMOVA"},
    "birth": {"born_on-day": "２７", "born_on-month": "3", "born_on-year": "2005", "sex": "female"},
    "countries": {"citizenship": "UZ", "residence": "UZ", "settlement": "rural"},
    "contact": {"phone": "90 123 45 67", "locale": "ru"},
    "background": {"education": "isced_3", "occupation": "studying"},
    "languages": {"language_1": "ru", "level_1": "b2"},
    "questions/motivation": {"answer": "I sell honey."},
    "questions/goods": {"answer": "Honey"},
    "questions/experience": {"answer": "some"},
    "questions/sells": {"answer": "no"},
    "questions/shop": {"answer": "shop.example.org"},
    "consents/application": {"agrees": "yes", "shown": READ},
    "consents/follow_up": {"agrees": "no", "shown": READ},
}


def test_apply_page_by_page_leads_to_the_receipt(apply, client, cohort, person):
    page = "name"
    for expected, fields in ANSWERS.items():
        assert page == expected
        answer = apply(page, **fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        page = answer.location.removeprefix(f"/apply/{cohort.code}/")
    assert page == "check"

    check = client.get(f"/apply/{cohort.code}/check").get_data(as_text=True)
    for text in (
        "Karimova",
        "27 March 2005",
        "Uzbekistan",
        "+998901234567",
        "I sell honey.",
        "Some",
        "https://shop.example.org",
    ):
        assert text in check
    sent = apply("check")
    again = apply("check")

    application = _application(cohort)
    assert application.status is S.SUBMITTED
    assert sent.location == again.location == f"/my/applications/{application.code}/receipt"
    receipt = client.get(sent.location).get_data(as_text=True)
    assert application.code in receipt
    assert "14:30 on 15 March 2027, Tashkent time (UTC+5)" in receipt
    assert {answer.question.key: answer.value for answer in db.session.scalars(sa.select(Answer))} == {
        "motivation": "I sell honey.",
        "goods": "Honey",
        "experience": "some",
        "sells": False,
        "shop": "https://shop.example.org",
    }
    assert [
        (each.purpose, each.action) for each in db.session.scalars(sa.select(Consent).order_by(Consent.id))
    ] == [
        (ConsentPurpose.APPLICATION, "given"),
        (ConsentPurpose.FOLLOW_UP, "refused"),
    ]
