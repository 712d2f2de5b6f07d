"""The applicant's way through the pages, without script."""

import html
import re

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import Answer, Application
from registry.core import clock
from registry.core.database import db
from registry.people.enums import ConsentPurpose, Education
from registry.people.models import Consent, Guardianship, Person
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant
from tests.factories.admissions import FormVersionFactory, QuestionFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.journeys import MINOR, ensure_countries, known_person, open_cohort, ready_draft
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


READ = '{"locale": "en", "version": "2026-11.2"}'
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


PAGES = {
    page: fields
    for page, fields in ANSWERS.items()
    if not page.startswith("questions/") or page[10:] != "shop"
}
BAD = [
    ("name", {"family_name": "", "given_names": ""}, "family_name"),
    ("name", {"family_name": "x" * 81}, "family_name"),
    ("name", {"given_names": "x" * 81}, "given_names"),
    ("name", {"patronymic": "R2D2"}, "patronymic"),
    ("name", {"native_name": "x" * 161}, "native_name"),
    ("name", {"latin_name": ""}, "latin_name"),
    ("name", {"latin_name": "Каримова"}, "latin_name"),
    ("name", {"family_name": HOSTILE}, "family_name"),
    ("birth", {"born_on-day": "", "born_on-month": "", "born_on-year": ""}, "born_on"),
    ("birth", {"born_on-day": "31", "born_on-month": "2"}, "born_on"),
    ("birth", {"born_on-year": "07"}, "born_on"),
    ("birth", {"born_on-year": "2030"}, "born_on"),
    ("birth", {"born_on-year": "1850"}, "born_on"),
    ("birth", {"born_on-day": HOSTILE}, "born_on"),
    ("birth", {"born_on-month": "марта"}, "born_on"),
    ("birth", {"sex": ""}, "sex"),
    ("birth", {"sex": HOSTILE}, "sex"),
    ("countries", {"citizenship": ""}, "citizenship"),
    ("countries", {"citizenship": "QQ"}, "citizenship"),
    ("countries", {"second_citizenship": HOSTILE}, "second_citizenship"),
    ("countries", {"third_citizenship": "uz"}, "third_citizenship"),
    ("countries", {"residence": ""}, "residence"),
    ("countries", {"settlement": "moon"}, "settlement"),
    ("contact", {"phone": "call me"}, "phone"),
    ("contact", {"phone": "1" * 41}, "phone"),
    ("contact", {"phone": HOSTILE}, "phone"),
    ("contact", {"locale": "xx"}, "locale"),
    ("contact", {"locale": ""}, "locale"),
    ("background", {"education": ""}, "education"),
    ("background", {"education": "isced_9"}, "education"),
    ("background", {"occupation": HOSTILE}, "occupation"),
    ("languages", {"language_1": "", "level_1": ""}, "language_1"),
    ("languages", {"level_1": ""}, "level_1"),
    ("languages", {"language_1": "", "level_1": "b2"}, "language_1"),
    ("languages", {"language_1": "tlh"}, "language_1"),
    ("languages", {"level_1": "z9"}, "level_1"),
    ("languages", {"language_2": "ru", "level_2": "a1"}, "language_2"),
    ("questions/motivation", {"answer": ""}, "answer"),
    ("questions/motivation", {"answer": "word " * 11}, "answer"),
    ("questions/motivation", {"answer": LONG}, "answer"),
    ("questions/motivation", {"answer": "\u202e\u0000 "}, "answer"),
    ("questions/goods", {"answer": "x" * 301}, "answer"),
    ("questions/experience", {"answer": ""}, "answer"),
    ("questions/experience", {"answer": HOSTILE}, "answer"),
    ("questions/sells", {"answer": ""}, "answer"),
    ("questions/sells", {"answer": "maybe"}, "answer"),
    ("questions/shop", {"answer": "javascript:alert(1)"}, "answer"),
    ("questions/shop", {"answer": "not a link"}, "answer"),
    ("questions/shop", {"answer": "ftp://example.org"}, "answer"),
    ("questions/shop", {"answer": "https://" + "x" * 300 + ".org"}, "answer"),
    ("consents/application", {"agrees": ""}, "agrees"),
    ("consents/application", {"agrees": "perhaps"}, "agrees"),
]


@pytest.mark.parametrize(("page", "wrong", "field"), BAD)
def test_apply_with_a_bad_value_says_so_at_its_field_and_keeps_what_was_typed(
    apply, cohort, page, wrong, field
):
    typed = {**ANSWERS[page], **wrong}

    answer = apply(page, **typed)

    assert answer.status_code == 422
    text = html.unescape(answer.get_data(as_text=True))
    assert "<title>Error: " in text
    assert set(re.findall(r'id="([a-z_0-9]+)-error"', text)) == {field}
    assert HOSTILE not in answer.get_data(as_text=True)
    for name, value in typed.items():
        if name != "shown" and _is_text(page, name):
            assert f'value="{_cleaned(value)}"' in text or f">\n{_cleaned(value)}</textarea>" in text.replace(
                "\r", ""
            )
    application = _application(cohort)
    assert application.saved_pages == []


def _is_text(page, name):
    return page in {"name", "questions/motivation", "questions/goods", "questions/shop"} or name.startswith(
        ("born_on", "phone")
    )


def _cleaned(value):
    return value.replace("\u202e", "").replace("\u0000", "").replace("２７", "27").strip()


@pytest.mark.parametrize("page", PAGES)
def test_apply_page_saved_for_later_goes_to_the_task_list(apply, cohort, page):
    # A number without its country code is read by the residence, which is not known here.
    given = ANSWERS[page] | ({"phone": "+998 90 123 45 67"} if page == "contact" else {})

    answer = apply(page, **given, action="save")

    assert answer.location == f"/apply/{cohort.code}/tasks"
    assert len(_application(cohort).saved_pages) == 1


def test_apply_names_that_are_none_are_all_told_at_once(apply):
    answer = apply("name", family_name=HOSTILE, given_names="Dilnoza", native_name="12", latin_name="王")

    assert answer.status_code == 422
    wrong = re.findall(r'<a href="#(\w+)">', answer.get_data(as_text=True))
    assert wrong == ["family_name", "native_name", "latin_name"]


def test_apply_answer_too_long_is_kept_when_saved_for_later(apply, client, cohort):
    answer = apply("questions/motivation", answer="word " * 11, action="save")

    assert answer.status_code == 303
    assert "word word" in client.get(f"/apply/{cohort.code}/questions/motivation").get_data(as_text=True)
    tasks = client.get(f"/apply/{cohort.code}/tasks").get_data(as_text=True)
    assert re.findall(r"Question motivation\?</a>\s*</div>\s*<span[^>]*>([^<]+)<", tasks) == ["In progress"]


def test_apply_page_changed_from_check_answers_returns_there(apply, client, cohort):
    answer = client.post(f"/apply/{cohort.code}/name?back=check", data=ANSWERS["name"])

    assert answer.location == f"/apply/{cohort.code}/check"


def test_apply_page_changed_in_another_tab_shows_what_changed_and_keeps_what_was_typed(
    apply, client, cohort, person
):
    shown = '{"education": null, "occupation": null}'
    apply("background", education="isced_3", occupation="studying", shown=shown)

    answer = apply("background", education="isced_6", occupation="studying", shown=shown)

    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "Changed since you opened this page" in text
    assert "Upper secondary school</td>" in text
    assert 'value="isced_6" checked' in text
    assert db.session.get(Person, person.id).education is Education.ISCED_3
    renewed = html.unescape(re.search(r'name="shown"[^>]*value="([^"]*)"', text)[1])
    assert apply("background", education="isced_6", occupation="studying", shown=renewed).status_code == 303


def test_apply_page_after_the_window_closed_is_still_saved_and_says_so(apply, client, cohort):
    with clock.travel(cohort.closes_at):
        answer = apply("name", **ANSWERS["name"])
        tasks = client.get(f"/apply/{cohort.code}/tasks").get_data(as_text=True)

    assert answer.status_code == 303
    assert "The application window is closed" in tasks
    assert _application(cohort).saved_pages == ["names"]


def test_apply_page_of_an_expired_draft_keeps_the_text_on_the_page(apply, cohort):
    db.session.execute(sa.update(Application).values(status=S.EXPIRED))
    db.session.expire_all()

    answer = apply("questions/motivation", answer="I sell honey.")

    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "The application window has closed, so this application can no longer be changed or sent." in text
    assert "I sell honey.</textarea>" in text


def test_apply_page_of_a_sent_application_changes_nothing_and_says_so(client, acting_as):
    application, actor = ready_draft()
    acting_as(actor)
    path = f"/apply/{application.cohort.code}"
    client.post(f"{path}/check")

    answer = client.post(f"{path}/questions/motivation", data={"answer": "Something else"})

    assert answer.status_code == 409
    assert "This application was sent already" in answer.get_data(as_text=True)
    assert db.session.scalars(sa.select(Answer)).one().value == "I sell honey."
    assert client.get(path).location == f"/my/applications/{application.code}"
    assert client.get(f"{path}/name").location == f"/my/applications/{application.code}"


def test_submit_after_the_window_keeps_the_draft_and_says_so(client, acting_as):
    application, actor = ready_draft()
    acting_as(actor)

    with clock.travel(application.cohort.closes_at):
        answer = client.post(f"/apply/{application.cohort.code}/check")

    assert answer.status_code == 409
    assert "The application window has closed" in answer.get_data(as_text=True)
    assert db.session.get(Application, application.id).status is S.DRAFT


def test_submit_with_missing_pages_names_them(apply, cohort):
    answer = apply("check")

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Some answers are missing" in text
    assert f'href="/apply/{cohort.code}/name?back=check">Your name</a>' in text


def test_start_application_of_an_unknown_cohort_is_not_found(client, acting_as):
    acting_as(applicant(known_person()))

    assert client.get("/apply/ZZZZZZZZ").status_code == 404
    assert client.post("/apply/ZZZZZZZZ").status_code == 404


def test_save_answer_to_an_unknown_question_is_not_found(apply):
    assert apply("questions/nothing", answer="x").status_code == 404
    assert apply("consents/participation", agrees="yes").status_code == 404


def test_start_application_reuses_what_is_known(client, acting_as):
    person = known_person()
    cohort = open_cohort()
    acting_as(applicant(person))
    client.post(f"/apply/{cohort.code}")

    tasks = client.get(f"/apply/{cohort.code}/tasks").get_data(as_text=True)

    assert re.findall(r'<span class="tag[^>]*>([^<]+)<', tasks) == ["Done"] * 6 + ["Not started"] * 3 + [
        "Cannot start yet"
    ]


def test_save_guardian_of_a_minor_stores_whom_we_ask(client, acting_as):
    person = known_person(born_on=MINOR)
    cohort = open_cohort()
    acting_as(applicant(person))
    client.post(f"/apply/{cohort.code}")
    path = f"/apply/{cohort.code}/guardian"

    own = client.post(path, data={"name": "Me", "email": person.email, "locale": "en"})
    wrong = client.post(path, data={"name": "Mother", "email": "mother", "locale": "xx"})
    right = client.post(path, data={"name": "Mother", "email": "mother@example.org", "locale": "ru"})

    assert (own.status_code, wrong.status_code, right.status_code) == (422, 422, 303)
    assert set(re.findall(r'id="(\w+)-error"', wrong.get_data(as_text=True))) == {"email", "locale"}
    assert 'value="mother"' in wrong.get_data(as_text=True)
    assert [each.email for each in db.session.scalars(sa.select(Guardianship))] == ["mother@example.org"]


def test_save_state_among_several_asks_once_and_takes_only_a_qualifying_one(client, acting_as):
    person = known_person(citizenships=("KZ", "UZ"))
    cohort = open_cohort()
    acting_as(applicant(person))
    client.post(f"/apply/{cohort.code}")

    wrong = client.post(f"/apply/{cohort.code}/state", data={"state": "RU"})
    right = client.post(f"/apply/{cohort.code}/state", data={"state": "KZ"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert _application(cohort).member_state == "KZ"
