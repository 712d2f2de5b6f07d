"""A coordinator composes a cohort's form: begins a version, fills it, publishes it."""

import html
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import QuestionKind as K
from registry.admissions.enums import Sensitivity
from registry.admissions.models import FormVersion
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.questions import (
    QuestionInput,
    SectionInput,
    add_question,
    add_section,
    edit_question,
    move_question,
    move_section,
    remove_question,
    remove_section,
)
from registry.admissions.queries.form_versions import find_published, get_draft, get_question, get_section
from registry.catalogue.enums import CohortStatus
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))


@pytest.fixture
def form(published):
    """The draft of a published cohort's form, with the standard questions."""
    with transaction():
        return start_form_draft(published, actor=COORDINATOR)


def _draft():
    return get_draft(load("PUB22222"))


def _layout(version=None):
    """Section key -> keys of its questions."""
    version = version or _draft()
    sections = {section.id: section.key for section in version.sections}
    found = {key: [] for key in sections.values()}
    for question in version.questions:
        found.setdefault(sections.get(question.section_id, ""), []).append(question.key)
    assert [question.position for question in version.questions] == list(range(1, len(version.questions) + 1))
    return {key: keys for key, keys in found.items() if keys or key}


def _path(rest=""):
    return f"/manage/cohorts/PUB22222/form{rest}"


STANDARD = {"plans": ["motivation", "goods", "experience", "shop_link", "plans"]}
QUESTION = {
    "version": "0",
    "shown": "{}",
    "label_en": "What do you sell?",
    "label_ru": "Что вы продаёте?",
    "label_zh": "你卖什么？",
    "help_en": "One answer is enough.",
    "section": "plans",
    "is_required": "y",
    "sensitivity": "ordinary",
    "reviewer_sees": "y",
}
OPTIONS = {
    "option-0-en": "Honey",
    "option-0-ru": "Мёд",
    "option-1-en": "Silk and cotton",
    "option-2-en": " ",
    "option-3-zh": "茶叶",
}


def test_start_form_draft_begins_with_what_is_chosen(client, published):
    other = CohortFactory(programme=published.programme, code="AAAA2222")
    with transaction():
        draft = start_form_draft(other, is_empty=True, actor=COORDINATOR)
        add_question(draft, K.NUMBER, QuestionInput({"en": "How many?"}), actor=COORDINATOR)
        publish_form(draft, version=None, actor=COORDINATOR)
    stranger = CohortFactory(programme=ProgrammeFactory(slug="silk", title="Silk"), code="BBBB2222")
    with transaction():
        publish_form(
            start_form_draft(stranger, actor=Actor.system("test")), version=None, actor=Actor.system("test")
        )

    page = client.get(_path()).get_data(as_text=True)
    assert re.findall(r'<option (?:selected )?value="(\w+)"', page) == ["standard", "empty", "AAAA2222"]
    assert client.post(_path(), data={"source": "BBBB2222"}).status_code == 422

    assert client.post(_path(), data={"source": "AAAA2222"}).status_code == 303
    assert _layout() == {"": ["how_many"]}
    again = client.post(_path(), data={"source": "empty"})
    assert again.status_code == 409
    assert "A new version of this form has been begun already." in again.get_data(as_text=True)


def test_add_question_from_its_page_stores_every_part(client, form):
    response = client.post(
        _path("/questions/new?kind=choices"), data=QUESTION | OPTIONS | {"sensitivity": "sensitive"}
    )

    assert response.status_code == 303, response.get_data(as_text=True)
    question = get_question(_draft(), "what_do_you_sell")
    assert question.kind is K.CHOICES
    assert question.labels == {"en": "What do you sell?", "ru": "Что вы продаёте?", "zh": "你卖什么？"}
    assert question.helps == {"en": "One answer is enough."}
    assert question.options == [
        {"value": "honey", "labels": {"en": "Honey", "ru": "Мёд"}},
        {"value": "silk_and_cotton", "labels": {"en": "Silk and cotton"}},
        {"value": "option", "labels": {"zh": "茶叶"}},
    ]
    assert (question.is_required, question.reviewer_sees, question.focal_point_sees) == (True, True, False)
    assert question.sensitivity is Sensitivity.SENSITIVE
    assert _layout() == {"plans": [*STANDARD["plans"], "what_do_you_sell"]}
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.changes["key"]) == ("admissions:form:add_question", "what_do_you_sell")


@pytest.mark.parametrize(
    ("kind", "bad", "at"),
    [
        ("short_text", {"label_en": "", "label_ru": "", "label_zh": " "}, "label_en"),
        ("short_text", {"label_ru": "я" * 301}, "label_ru"),
        ("short_text", {"key": "Ключ"}, "key"),
        ("short_text", {"key": "goods"}, "key"),
        ("short_text", {"section": "nowhere"}, "section"),
        ("long_text", {"max_words": "0"}, "max_words"),
        ("long_text", {"max_words": "many"}, "max_words"),
        ("money", {"currency": "XYZ"}, "currency"),
        ("number", {"unit_en": "x" * 41}, "unit_en"),
        ("choice", {"option-1-en": "x" * 201}, "option-1-en"),
        ("choice", {"sensitivity": "secret"}, "sensitivity"),
        ("number", {"least": "few"}, "least"),
        ("number", {"least": "5", "most": "4"}, "most"),
        ("money", {"least": "5"}, "currency"),
        ("money", {"most": "5.001", "currency": "USD"}, "most"),
        ("date", {"most-day": "31", "most-month": "2", "most-year": "2027"}, "most"),
        (
            "year_month",
            {f"least-{part}": value for part, value in (("month", "13"), ("year", "2024"))},
            "least",
        ),
    ],
)
def test_add_question_with_a_bad_value_says_so_at_its_field(client, form, kind, bad, at):
    response = client.post(_path(f"/questions/new?kind={kind}"), data=QUESTION | OPTIONS | bad)

    assert response.status_code == 422
    text = html.unescape(response.get_data(as_text=True))
    assert set(re.findall(r'id="([a-z0-9_-]+)-error"', text)) == {at}
    assert 'value="Что вы продаёте?"' in text or "label_ru" in bad
    assert _layout() == STANDARD


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("number", {"least": "0", "most": "２,5"}, (0, 2.5)),
        ("number", {}, (None, None)),
        ("money", {"least": "10", "currency": "USD"}, ({"minor": 1000, "currency": "USD"}, None)),
        ("date", {"most-day": "1", "most-month": "3", "most-year": "2027"}, (None, "2027-03-01")),
        ("year_month", {"least-month": "9", "least-year": "2024"}, ("2024-09", None)),
    ],
)
def test_question_keeps_its_bounds_when_saved_again(client, form, kind, typed, stored):
    assert client.post(_path(f"/questions/new?kind={kind}"), data=QUESTION | typed).status_code == 303
    question = get_question(_draft(), "what_do_you_sell")
    assert (question.least, question.most) == stored

    page = client.get(_path("/questions/what_do_you_sell")).get_data(as_text=True)
    shown = dict(re.findall(r'name="((?:least|most)[a-z-]*)" [^>]*value="([^"]+)"', page))
    again = QUESTION | shown | {"version": "1", "label_en": "And now?", "currency": typed.get("currency", "")}
    assert client.post(_path("/questions/what_do_you_sell"), data=again).status_code == 303

    db.session.expire_all()
    question = get_question(_draft(), "what_do_you_sell")
    assert (question.labels["en"], question.least, question.most) == ("And now?", *stored)


def test_add_question_gives_room_for_more_answers_and_keeps_what_was_typed(client, form):
    response = client.post(_path("/questions/new?kind=choice"), data=QUESTION | OPTIONS | {"action": "more"})

    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert len(re.findall(r'name="option-\d+-en"', page)) == 8
    assert 'value="Silk and cotton"' in page
    assert _layout() == STANDARD


def test_edit_question_keeps_the_values_of_its_answers(client, form):
    page = client.get(_path("/questions/experience")).get_data(as_text=True)
    assert 'name="key"' not in page
    given = QUESTION | {
        "version": "1",
        "option-0-value": "none",
        "option-0-en": "Nothing so far",
        "option-1-value": "some",
        "option-1-en": "Something",
        "option-2-value": "",
        "option-2-en": "None",
        "option-3-value": "regular",
        "option-3-en": "",
        "option-3-ru": "",
        "option-3-zh": "",
    }

    response = client.post(_path("/questions/experience"), data=given)

    assert response.status_code == 303
    question = get_question(_draft(), "experience")
    assert [(each["value"], each["labels"]["en"]) for each in question.options] == [
        ("none", "Nothing so far"),
        ("some", "Something"),
        ("none_2", "None"),
    ]
    stale = client.post(_path("/questions/experience"), data=given | {"label_en": "Other?"})
    assert stale.status_code == 409
    assert get_question(_draft(), "experience").labels["en"] == "What do you sell?"


def test_questions_and_sections_move_in_their_order(form):
    with transaction():
        add_section(_draft(), SectionInput({"en": "Your shop"}), actor=COORDINATOR)
        edit_question(
            get_question(_draft(), "goods"),
            QuestionInput({"en": "Goods?"}, section="your_shop"),
            actor=COORDINATOR,
        )
    assert _layout() == {"plans": ["motivation", "experience", "shop_link", "plans"], "your_shop": ["goods"]}

    with transaction():
        move_question(get_question(_draft(), "shop_link"), down=False, actor=COORDINATOR)
        move_question(get_question(_draft(), "goods"), down=True, actor=COORDINATOR)
    assert _layout()["plans"] == ["motivation", "shop_link", "experience", "plans"]
    with transaction():
        move_section(get_section(_draft(), "your_shop"), down=False, actor=COORDINATOR)
    assert list(_layout().items()) == [
        ("your_shop", ["goods"]),
        ("plans", ["motivation", "shop_link", "experience", "plans"]),
    ]
    with transaction():
        remove_section(get_section(_draft(), "plans"), actor=COORDINATOR)
        remove_question(get_question(_draft(), "experience"), actor=COORDINATOR)
    assert _layout() == {"": ["motivation", "shop_link", "plans"], "your_shop": ["goods"]}


def test_moving_a_question_does_not_refuse_who_edits_it(client, form):
    page = client.get(_path("/questions/goods")).get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    client.post(_path("/questions/goods/move"), data={"to": "down"})

    response = client.post(_path("/questions/goods"), data=QUESTION | {"version": version})

    assert response.status_code == 303
    assert _layout()["plans"][:3] == ["motivation", "experience", "goods"]


def test_publish_form_freezes_it_for_ever(client, form):
    seen = _draft().version
    client.post(_path("/sections/new"), data={"version": "0", "shown": "{}", "title_en": "Your shop"})
    stale = client.post(_path("/publish"), data={"version": str(seen), "shown": "{}"})
    assert stale.status_code == 409
    assert find_published(load("PUB22222")) is None

    response = client.post(_path("/publish"), data={"version": str(_draft().version), "shown": "{}"})

    assert response.status_code == 303
    version = find_published(load("PUB22222"))
    assert version.published_at is not None
    question = get_question(version, "goods")
    for change in (
        lambda: edit_question(question, QuestionInput({"en": "Other?"}), actor=COORDINATOR),
        lambda: move_question(question, down=True, actor=COORDINATOR),
        lambda: remove_question(question, actor=COORDINATOR),
        lambda: add_question(version, K.DATE, QuestionInput({"en": "When?"}), actor=COORDINATOR),
        lambda: add_section(version, SectionInput({"en": "More"}), actor=COORDINATOR),
        lambda: remove_section(version.sections[0], actor=COORDINATOR),
        lambda: publish_form(version, version=None, actor=COORDINATOR),
    ):
        with pytest.raises(Conflict), transaction():
            change()
    assert client.get(_path("/questions/goods")).status_code == 404


def test_publish_form_without_what_it_needs_is_refused_and_said_so(client, published):
    with transaction():
        draft = start_form_draft(published, is_empty=True, actor=COORDINATOR)
    assert "The form has no questions yet." in client.get(_path()).get_data(as_text=True)
    with transaction():
        options = [{"labels": {"en": "Honey"}}]
        add_question(
            get_draft(load("PUB22222")),
            K.CHOICE,
            QuestionInput({"en": "What?"}, options=options),
            actor=COORDINATOR,
        )

    page = client.get(_path()).get_data(as_text=True)
    response = client.post(_path("/publish"), data={"version": "2", "shown": "{}"})

    assert "“What?” needs at least two answers to choose from." in page
    assert "Publish this version" not in page
    assert response.status_code == 409
    assert db.session.get(FormVersion, draft.id).published_at is None


def test_publish_cohort_publishes_the_form_composed_for_it(client, draft):
    client.post("/manage/cohorts/DRAFT222/form", data={"source": "empty"})
    refused = client.post("/manage/cohorts/DRAFT222/status/publish")
    assert refused.status_code == 409
    assert "The form has no questions yet." in refused.get_data(as_text=True)
    client.post("/manage/cohorts/DRAFT222/form/questions/new?kind=date", data=QUESTION | {"section": ""})

    response = client.post("/manage/cohorts/DRAFT222/status/publish")

    assert response.status_code == 303
    assert load("DRAFT222").status is CohortStatus.PUBLISHED
    assert [each.key for each in find_published(load("DRAFT222")).questions] == ["what_do_you_sell"]


def test_discard_form_draft_leaves_the_published_version(client, published):
    with transaction():
        publish_form(start_form_draft(published, actor=COORDINATOR), version=None, actor=COORDINATOR)
    client.post(_path(), data={"source": "current"})

    response = client.post(_path("/discard"))

    assert response.status_code == 303
    (version,) = db.session.scalars(sa.select(FormVersion)).all()
    assert (version.number, version.published_at is not None) == (1, True)


def test_composing_is_refused_to_strangers_and_for_a_cohort_that_is_over(form):
    with pytest.raises(NotAllowed):
        add_question(
            _draft(),
            K.DATE,
            QuestionInput({"en": "When?"}),
            actor=Actor(label="x", user_id=3, grants=(Grant(Role.COORDINATOR, programme="silk"),)),
        )
    over = CohortFactory(programme=form.cohort.programme, status=CohortStatus.ARCHIVED)
    with pytest.raises(Conflict, match="archived"):
        start_form_draft(over, actor=COORDINATOR)


def test_show_form_tells_what_is_missing_in_which_language(client, form):
    client.post(_path("/questions/new?kind=choice"), data=QUESTION | OPTIONS)

    page = client.get(_path()).get_data(as_text=True)

    meters = re.findall(r'<meter min="0" max="(\d+)" value="(\d+)" aria-labelledby="meter-(\w+)"', page)
    assert {locale: int(total) - int(done) for total, done, locale in meters} == {"en": 1, "ru": 3, "zh": 3}
    assert "1 of its texts is missing" in page


def test_show_form_asks_the_database_as_often_for_many_questions(client, form):
    def count():
        statements = []

        def listen(*arguments):
            statements.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            assert client.get(_path()).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    few = count()
    with transaction():
        for number in range(5):
            add_section(_draft(), SectionInput({"en": f"Part {number}"}), actor=COORDINATOR)
            add_question(_draft(), K.DATE, QuestionInput({"en": "When?"}), actor=COORDINATOR)

    assert count() == few
