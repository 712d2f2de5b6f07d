"""A coordinator tries a form out as an applicant: the real pages, nothing stored."""

import html
import re
from io import BytesIO

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ConditionOperator as O
from registry.admissions.enums import ConditionSubject as C
from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Answer, Application, Attachment
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.question_conditions import ConditionInput, add_condition
from registry.admissions.operations.questions import QuestionInput, SectionInput, add_question, add_section
from registry.admissions.queries.form_versions import get_draft, get_question, get_section
from registry.core.database import db
from registry.core.transaction import transaction
from registry.people.models import Person
from tests.factories.documents import make_pdf
from tests.factories.journeys import ensure_countries
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))
PREVIEW = "/manage/cohorts/PUB22222/form/preview/1"


@pytest.fixture
def form(published):
    """Sells? If so: shops with a name and a picture. School (under 18), permit (Uzbekistan), note (SCO members)."""
    ensure_countries("UZ", "CN", "KE")
    with transaction():
        draft = start_form_draft(published, is_empty=True, actor=COORDINATOR)
        shops = SectionInput({"en": "Shops", "zh": "店铺"}, {}, 1, 3, {"en": "Shop", "zh": "店铺"})
        add_section(draft, SectionInput({"en": "About"}), actor=COORDINATOR)
        add_section(get_draft(load("PUB22222")), shops, actor=COORDINATOR)
        for section, key, kind, settings in (
            ("about", "sells", K.YES_NO, {}),
            ("about", "school", K.SHORT_TEXT, {"is_required": False}),
            ("about", "permit", K.NUMBER, {"least": 1, "is_required": False}),
            ("about", "note", K.LONG_TEXT, {"is_required": False}),
            ("shops", "shop", K.SHORT_TEXT, {"labels": {"en": "Name?", "zh": "名称？"}}),
            ("shops", "picture", K.FILE, {"is_required": False}),
        ):
            given = QuestionInput(**{"labels": {"en": f"{key.title()}?"}, **settings}, section=section)
            add_question(get_draft(load("PUB22222")), kind, given, key=key, actor=COORDINATOR)
        for part, condition in (
            (get_section, ("shops", ConditionInput(C.ANSWER, O.IS, ["yes"], "sells"))),
            (get_question, ("school", ConditionInput(C.AGE, O.AT_MOST, ["17"]))),
            (get_question, ("permit", ConditionInput(C.COUNTRY, O.IS, ["UZ"]))),
            (get_question, ("note", ConditionInput(C.BLOC, O.IS, ["sco:member"]))),
        ):
            add_condition(part(get_draft(load("PUB22222")), condition[0]), condition[1], actor=COORDINATOR)
    return get_draft(load("PUB22222"))


def _read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return html.unescape(response.get_data(as_text=True))


def _tasks(page):
    return re.findall(r'<div><a href="[^"]*preview[^"]*">([^<]+)</a>', page)


def _follow(client, page, label):
    """The page behind the link with this label."""
    (path,) = set(re.findall(rf'<a href="([^"]+)">{re.escape(label)}</a>', page))
    return path, _read(client, path)


def _stored():
    tables = (Application, Answer, Attachment, Person)
    return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("", ["Sells?", "School?", "Permit?", "Note?"]),
        ("?age=17&country=CN", ["Sells?", "School?", "Note?"]),
        ("?age=18&country=UZ", ["Sells?", "Permit?", "Note?"]),
        ("?age=18&country=KE", ["Sells?"]),
        ("?age=abc&country=QQ", ["Sells?", "School?", "Permit?", "Note?"]),
    ],
)
def test_try_form_asks_by_age_country_and_bloc(client, form, who, asked):
    page = _read(client, PREVIEW + who)

    assert _tasks(page) == asked
    assert "Nothing you enter here is stored, and files are not kept." in page


def test_try_form_speaks_every_language_and_marks_what_is_not_translated(client, form):
    page = _read(client, PREVIEW + "?language=zh&age=16&country=CN")

    assert '<html lang="zh' in page
    assert "texts are not translated into this language" in page  # The bar stays in the coordinator's.
    _path, question = _follow(client, page, "Sells?")
    assert '<span lang="en">Sells?</span>' in question
    assert "这个问题尚未翻译" in question or "尚未翻译" in question
    assert "继续" in question


def test_try_form_is_answered_like_the_real_one_and_stores_nothing(client, form):
    before = _stored()
    path, page = _follow(client, _read(client, PREVIEW + "?country=UZ&age=20"), "Sells?")
    assert client.post(path, data={}).status_code == 422

    there = client.post(path, data={"answer": "yes"}).location
    assert "page=question-permit" in there
    bad = client.post(there, data={"answer": "0"})
    assert bad.status_code == 422
    assert "Enter at least 1." in bad.get_data(as_text=True)
    there = client.post(there, data={"answer": "2"}).location
    there = client.post(there, data={"answer": ""}).location
    assert "page=question-shop" in there
    assert "Shops · Shop 1" in _read(client, there)
    there = client.post(there, data={"answer": "Asal"}).location
    given = client.post(there, data={"file": (BytesIO(make_pdf()), "shop.pdf"), "action": "add"})
    page = _read(client, given.location)
    assert "shop.pdf" in page
    assert "/files/" not in page
    refused = client.post(there, data={"file": (BytesIO(b"<html>"), "shop.pdf"), "action": "add"})
    assert refused.status_code == 422
    there = client.post(given.location, data={}).location
    assert "page=section-shops" in there
    overview = _read(client, there)
    (add,) = re.findall(r'action="([^"]+add=1[^"]*)"', overview)
    second = client.post(add).location
    assert "Shops · Shop 2" in _read(client, second)
    there = client.post(second, data={"answer": "Ipak"}).location

    check = _read(
        client, PREVIEW + "?" + there.partition("?")[2].replace("page=file-picture-2", "page=check")
    )
    rows = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd>\s*([^<]*)", check))
    assert rows["Permit?"] == "2"
    assert (rows["Shop 1: Name?"], rows["Shop 2: Name?"]) == ("Asal", "Ipak")
    assert _stored() == before

    # Another answer closes the section, and what was entered there is forgotten.
    sells, _page = _follow(client, _read(client, there.replace("page=file-picture-2", "page=")), "Sells?")
    closed = _read(client, client.post(sells, data={"answer": "no", "action": "save"}).location)
    assert _tasks(closed) == ["Sells?", "Permit?", "Note?"]
    sells, _page = _follow(client, closed, "Sells?")
    again = _read(client, client.post(sells, data={"answer": "yes", "action": "save"}).location)
    assert [label for label in _tasks(again) if label.startswith("Shop")] == [
        "Shop 1: Name?",
        "Shop 1: Picture?",
    ]


def test_try_form_removes_entries_and_files_and_leaves_pages_that_are_not_asked(client, form):
    path, _page = _follow(client, _read(client, PREVIEW + "?age=20&country=CN"), "Sells?")
    tasks = client.post(path, data={"answer": "yes", "action": "save"}).location
    _path, overview = _follow(client, _read(client, tasks), "Add or remove entries")
    (add,) = re.findall(r'action="([^"]+add=1[^"]*)"', overview)
    there = client.post(add).location
    overview = _read(client, there.replace("page=question-shop-2", "page=section-shops"))
    assert "<h2>Shop 2</h2>" in overview
    (first, _second) = re.findall(r'<a href="([^"]+)">Remove', overview)
    without = _read(client, first)
    assert "<h2>Shop 2</h2>" not in without

    response = client.get(PREVIEW + "?age=20&country=CN&page=question-permit")
    assert response.status_code == 303
    assert "This page is not asked of the applicant you have chosen." in _read(client, response.location)


def test_try_form_shortens_long_texts_where_an_address_would_become_too_long(client, form):
    path = PREVIEW + "?page=question-note&country=CN"
    text = " ".join(f"word{number * 7919 % 9973}" for number in range(900))

    there = client.post(path, data={"answer": text}).location

    assert len(there) < 3900
    assert text[:40] in _read(client, there.replace(re.search(r"page=[^&]+", there)[0], "page=question-note"))


def test_try_form_shows_published_versions_too_and_no_others(client, form):
    assert client.get(PREVIEW.replace("/1", "/2")).status_code == 404
    with transaction():
        publish_form(get_draft(load("PUB22222")), version=None, actor=COORDINATOR)

    page = _read(client, "/manage/cohorts/PUB22222/form")
    assert f'href="{PREVIEW}"' in page
    assert _tasks(_read(client, PREVIEW))[0] == "Sells?"


def test_try_form_reads_nothing_that_it_has_not_written_itself(client, form):
    path, _page = _follow(client, _read(client, PREVIEW), "Sells?")
    there = client.post(path, data={"answer": "yes", "action": "save"}).location

    forged = re.sub(r"said=\w", "said=x", there)
    assert "Shop 1: Name?" in _tasks(_read(client, there))
    assert "Shop 1: Name?" not in _tasks(_read(client, forged))
