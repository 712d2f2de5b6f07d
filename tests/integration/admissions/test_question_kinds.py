"""Questions of every kind, answered on their pages without script."""

import html
import re

import pytest
import sqlalchemy as sa

from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Answer
from registry.core.database import db
from tests.factories.actors import applicant
from tests.factories.admissions import FormVersionFactory, QuestionFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.journeys import ensure_countries, known_person

OPTIONS = [
    {"value": "honey", "labels": {"en": "Honey", "zh": "蜂蜜"}},
    {"value": "silk", "labels": {"en": "Silk", "zh": "丝绸"}},
]


@pytest.fixture
def ask(client, acting_as):
    """A question of the kind in a started application; returns how to answer it."""
    ensure_countries("UZ", "KZ")
    person = known_person()
    acting_as(applicant(person, zone="Asia/Tashkent"))

    def make(kind, **given):
        cohort = CohortFactory()
        given = {"options": OPTIONS, "labels": {"en": "What is it?"}} | given
        QuestionFactory(form_version=FormVersionFactory(cohort=cohort), key="it", kind=kind, **given)
        client.post(f"/apply/{cohort.code}")
        path = f"/apply/{cohort.code}/questions/it"
        return path, lambda **fields: client.post(path, data=fields)

    return make


def _stored():
    return db.session.scalars(sa.select(Answer.value)).one_or_none()


GOOD = [
    (K.CHOICES, {"answer": ["silk", "honey"]}, ["honey", "silk"]),
    (K.NUMBER, {"answer": "１２ ５００"}, 12500),
    (K.MONEY, {"answer": "1 250,50", "answer-currency": "UZS"}, {"minor": 125050, "currency": "UZS"}),
    (K.DATE, {"answer-day": "２７", "answer-month": "3", "answer-year": "2027"}, "2027-03-27"),
    (K.YEAR_MONTH, {"answer-month": "9", "answer-year": "2024"}, "2024-09"),
    (K.COUNTRY, {"answer": "KZ"}, "KZ"),
    (K.LANGUAGE, {"answer": "kk", "answer-level": "c1"}, {"tag": "kk", "level": "c1"}),
    (K.EMAIL, {"answer": "Shop@Example.org"}, "shop@example.org"),
    (K.PHONE, {"answer": "８ ９０ １２３ ４５ ６７"}, "８ ９０ １２３ ４５ ６７"),
    (K.PHONE, {"answer": "90 123-45-67"}, "+998901234567"),
    (K.CONSENT, {"answer": "yes"}, {"agrees": True, "locale": "en"}),
    (
        K.EDUCATION,
        {
            "answer-0-place": "College",
            "answer-0-country": "UZ",
            "answer-0-level": "isced_3",
            "answer-0-start-month": "9",
            "answer-0-start-year": "2020",
        },
        [{"place": "College", "country": "UZ", "level": "isced_3", "start": "2020-09"}],
    ),
]


@pytest.mark.parametrize(
    ("kind", "fields", "stored"), [each for each in GOOD if each[2] != each[1].get("answer")]
)
def test_answer_page_stores_what_was_meant_and_shows_it_again(ask, client, kind, fields, stored):
    path, answer = ask(kind)

    response = answer(**fields)

    assert response.status_code == 303, response.get_data(as_text=True)
    assert _stored() == stored
    page = client.get(path).get_data(as_text=True)
    check = client.get(f"{path.rpartition('/questions')[0]}/check").get_data(as_text=True)
    assert "What is it?" in page
    assert "Not answered" not in re.findall(r"What is it\?</dt>\s*<dd>(.*?)</dd>", check, re.DOTALL)[0]
    again = answer(**_fields_of(page))
    assert again.status_code == 303
    assert _stored() == stored


def _fields_of(page):
    """What a browser would send of the page as it is shown."""
    form = page[page.index("<form method") :]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        kind = re.search(r'type="([^"]*)"', tag)
        ticked = kind[1] not in ("radio", "checkbox") or " checked" in tag
        if name and ticked and name[1].startswith(("answer", "shown")):
            fields.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


BAD = [
    (K.CHOICES, {}, "answer"),
    (K.CHOICES, {"answer": ["tea"]}, "answer"),
    (K.NUMBER, {"answer": "a dozen"}, "answer"),
    (K.MONEY, {"answer": "much", "answer-currency": "UZS"}, "answer"),
    (K.MONEY, {"answer": "12", "answer-currency": ""}, "answer-currency"),
    (K.DATE, {"answer-day": "31", "answer-month": "2", "answer-year": "2027"}, "answer"),
    (K.YEAR_MONTH, {"answer-month": "13", "answer-year": "2024"}, "answer"),
    (K.COUNTRY, {"answer": "QQ"}, "answer"),
    (K.LANGUAGE, {"answer": "ru", "answer-level": ""}, "answer-level"),
    (K.EMAIL, {"answer": "nobody"}, "answer"),
    (K.PHONE, {"answer": "call me"}, "answer"),
    (K.CONSENT, {"answer": "no"}, "answer"),
    (K.EDUCATION, {}, "answer-0-place"),
    (
        K.EDUCATION,
        {"answer-0-place": "College", "answer-0-start-month": "9", "answer-0-start-year": "2020"},
        "answer-0-level",
    ),
]


@pytest.mark.parametrize(("kind", "fields", "at"), BAD)
def test_answer_page_refuses_what_is_no_answer_at_its_field_and_keeps_it(ask, kind, fields, at):
    _path, answer = ask(kind)

    response = answer(**fields)

    assert response.status_code == 422
    text = html.unescape(response.get_data(as_text=True))
    assert set(re.findall(r'id="([a-z0-9-]+)-error"', text)) == {at}
    assert f'href="#{at}' in text
    for value in fields.values():
        assert not isinstance(value, str) or value in ("QQ", "") or f'value="{value}"' in text
    assert _stored() is None


def test_answer_page_tells_the_bounds_before_and_at_an_answer_outside(ask, client):
    path, answer = ask(K.NUMBER, least=1, most=12, units={"en": "months"})
    assert "Unit: months. From 1 months to 12 months." in client.get(path).get_data(as_text=True)

    response = answer(answer="0,5")

    assert response.status_code == 422
    assert "Enter at least 1 months." in response.get_data(as_text=True)
    assert answer(answer="13").status_code == 422
    assert answer(answer="12").status_code == 303
    assert _stored() == 12


def test_answer_page_of_entries_grows_by_one_and_takes_one_away(ask, client):
    path, answer = ask(K.EDUCATION)
    first = {"answer-0-place": "School 5"}

    response = answer(**first, action="more")

    assert response.location == path
    page = client.get(path).get_data(as_text=True)
    assert re.findall(r"<legend>(Entry \d)", page) == ["Entry 1", "Entry 2"]
    assert 'value="School 5"' in page
    optional = re.findall(r"<(?:label[^>]*|legend)>\s*([^<]+?) <span class=\"optional\">", page)
    assert optional == ["Country", "Subject", "Until"] * 2
    wrong = answer(**first, **{"answer-1-place": "College"})
    assert set(re.findall(r'id="(answer-[a-z0-9-]+)-error"', wrong.get_data(as_text=True))) == {
        f"answer-{number}-{part}" for number in (0, 1) for part in ("level", "start")
    }
    answer(**{"answer-0-removed": "y", **first, "answer-1-place": "College"}, action="save")
    assert _stored() == [{"place": "College"}]


def test_answer_page_says_that_it_is_not_in_the_readers_language(ask, client):
    path, _answer = ask(K.CHOICE, labels={"en": "What do you sell?", "ru": "Что вы продаёте?"})

    page = client.get(path, headers={"Accept-Language": "zh-CN"}).get_data(as_text=True)

    assert '<span lang="en">What do you sell?</span>' in page
    assert "蜂蜜" in page
    assert "英语" in page
    in_russian = client.get(path, headers={"Accept-Language": "ru"}).get_data(as_text=True)
    assert "Что вы продаёте?" in in_russian
    assert "английский" not in in_russian
