"""Questions that not everybody is asked: composed, asked, hidden, and never stored."""

import html
import re
from datetime import date

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ConditionOperator as O
from registry.admissions.enums import ConditionSubject as C
from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Answer, Question
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.question_conditions import ConditionInput, add_condition
from registry.admissions.operations.questions import (
    QuestionInput,
    add_question,
    move_question,
    remove_question,
)
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.form_versions import find_published, get_draft, get_question
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.transaction import transaction
from tests.factories.actors import applicant
from tests.factories.journeys import known_person, ready_draft
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))
PATH = "/manage/cohorts/PUB22222/form/questions/bees"
OPTIONS = [{"labels": {"en": "Honey"}}, {"labels": {"en": "Silk"}}]


@pytest.fixture
def form(published):
    """Sells? Goods (if so)? Bees (if honey, or from 30 years on)?"""
    with transaction():
        draft = start_form_draft(published, is_empty=True, actor=COORDINATOR)
        for key, kind, options in (
            ("sells", K.YES_NO, ()),
            ("goods", K.CHOICE, OPTIONS),
            ("bees", K.SHORT_TEXT, ()),
        ):
            given = QuestionInput({"en": f"About {key}?"}, options=options)
            add_question(draft, kind, given, key=key, actor=COORDINATOR)
        add_condition(_get("goods"), ConditionInput(C.ANSWER, O.IS, ["yes"], "sells"), actor=COORDINATOR)
    return draft


def _get(key):
    return get_question(get_draft(load("PUB22222")), key)


@pytest.fixture
def published_form(form):
    with transaction():
        add_condition(_get("bees"), ConditionInput(C.ANSWER, O.IS, ["honey"], "goods"), actor=COORDINATOR)
        add_condition(_get("bees"), ConditionInput(C.AGE, O.AT_LEAST, ["30"]), actor=COORDINATOR)
        publish_form(get_draft(load("PUB22222")), version=None, actor=COORDINATOR)
    return find_published(load("PUB22222"))


def _conditions(key):
    question = db.session.scalars(sa.select(Question).where(Question.key == key)).one()
    found = get_question(get_draft(load("PUB22222")), question.key).conditions
    return [(each.alternative, each.subject, each.operator, each.values) for each in found]


# -- Composing


def test_add_condition_in_two_steps_without_script(client, form):
    page = html.unescape(client.get(f"{PATH}/conditions").get_data(as_text=True))
    assert "Everybody is asked." in page
    assert [value for value in re.findall(r'<option value="([^"]+)"', page) if ":" in value] == [
        "answer:sells",
        "answer:goods",
    ]

    first = client.post(
        f"{PATH}/conditions?subject=answer:goods", data={"operator": "is", "values": ["honey"]}
    )
    second = client.post(
        f"{PATH}/conditions?subject=age", data={"operator": "at_least", "values": "１８", "alternative": "1"}
    )
    third = client.post(
        f"{PATH}/conditions?subject=bloc",
        data={"operator": "is", "values": ["sco:member"], "alternative": "0"},
    )

    assert {first.status_code, second.status_code, third.status_code} == {303}
    assert _conditions("bees") == [
        (1, C.ANSWER, O.IS, ["honey"]),
        (1, C.AGE, O.AT_LEAST, ["18"]),
        (2, C.BLOC, O.IS, ["sco:member"]),
    ]
    shown = html.unescape(client.get(f"{PATH}/conditions").get_data(as_text=True))
    assert re.findall(r"<h2>(Case \d)</h2>", shown) == ["Case 1", "Case 2"]
    assert "the answer to “About goods?” is Honey" in shown
    overview = html.unescape(client.get("/manage/cohorts/PUB22222/form").get_data(as_text=True))
    assert (
        "Asked if the answer to “About goods?” is Honey and the age is at least 18 or the state is"
        in overview
    )


@pytest.mark.parametrize(
    ("subject", "fields", "at"),
    [
        ("age", {"operator": "at_least", "values": "young"}, "values"),
        ("age", {"operator": "at_least", "values": "17.5"}, "values"),
        ("age", {"operator": "is", "values": "17"}, "operator"),
        ("age", {"operator": "", "values": "17"}, "operator"),
        ("country", {"operator": "is"}, "values"),
        ("country", {"operator": "is", "values": ["Uzbekistan"]}, "values"),
        ("bloc", {"operator": "is", "values": ["nato:member"]}, "values"),
        ("answer:goods", {"operator": "is", "values": ["tea"]}, "values"),
        ("answer:goods", {"operator": "at_least", "values": ["honey"]}, "operator"),
    ],
)
def test_add_condition_with_a_bad_value_says_so_at_its_field(client, form, subject, fields, at):
    response = client.post(f"{PATH}/conditions?subject={subject}", data=fields)

    assert response.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', response.get_data(as_text=True))) == {at}
    assert _conditions("bees") == []


def test_remove_condition_by_its_place_on_the_form_as_it_was_seen(client, form):
    for years in ("18", "21"):
        with transaction():
            given = ConditionInput(C.AGE, O.AT_LEAST, [years], alternative=1)
            add_condition(_get("bees"), given, actor=COORDINATOR)
    seen = str(get_draft(load("PUB22222")).version)

    assert client.post(f"{PATH}/conditions/1/remove", data={"version": seen}).status_code == 303
    assert client.post(f"{PATH}/conditions/1/remove", data={"version": seen}).status_code == 409
    assert _conditions("bees") == [(1, C.AGE, O.AT_LEAST, ["21"])]


def test_conditions_look_at_earlier_questions_only_and_keep_them(form):
    with pytest.raises(InvalidInput), transaction():
        add_condition(_get("sells"), ConditionInput(C.ANSWER, O.ANSWERED, source="bees"), actor=COORDINATOR)
    with pytest.raises(Conflict, match="About goods"), transaction():
        remove_question(_get("sells"), actor=COORDINATOR)
    with transaction():
        move_question(_get("sells"), down=True, actor=COORDINATOR)
    with pytest.raises(Conflict, match="comes later"), transaction():
        publish_form(get_draft(load("PUB22222")), version=None, actor=COORDINATOR)


def test_start_form_draft_copies_the_conditions(published_form):
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)

    copy = get_draft(load("PUB22222"))
    bees, goods = get_question(copy, "bees"), get_question(copy, "goods")
    assert [(each.alternative, each.subject) for each in bees.conditions] == [(1, C.ANSWER), (2, C.AGE)]
    assert bees.conditions[0].source is goods


# -- Answering


@pytest.fixture
def apply(client, acting_as, published_form):
    person = known_person(born_on=date(2005, 3, 15))
    acting_as(applicant(person))
    client.post("/apply/PUB22222")

    def answer(key, value, **fields):
        return client.post(f"/apply/PUB22222/questions/{key}", data={"answer": value, **fields})

    return answer


def _tasks(client):
    return re.findall(r"About (\w+)\?", client.get("/apply/PUB22222/tasks").get_data(as_text=True))


def _answers():
    return {answer.question.key: answer.value for answer in db.session.scalars(sa.select(Answer)).unique()}


def test_question_opens_and_closes_with_the_answer_it_depends_on(apply, client):
    assert _tasks(client) == ["sells"]

    assert apply("sells", "yes").location == "/apply/PUB22222/questions/goods"
    assert apply("goods", "honey").location == "/apply/PUB22222/questions/bees"
    apply("bees", "Ten hives")
    assert _tasks(client) == ["sells", "goods", "bees"]
    assert _answers() == {"sells": True, "goods": "honey", "bees": "Ten hives"}

    apply("sells", "no")
    assert _tasks(client) == ["sells"]
    assert _answers() == {"sells": False}
    check = client.get("/apply/PUB22222/check").get_data(as_text=True)
    assert "About sells?" in check
    assert "About goods?" not in check


def test_page_that_another_tab_has_closed_leads_to_the_task_list_and_stores_nothing(apply, client):
    apply("sells", "yes")
    apply("sells", "no")  # In another tab, while the page of the goods is still open.

    response = apply("goods", "honey")

    assert (response.status_code, response.location) == (303, "/apply/PUB22222/tasks")
    told = html.unescape(client.get("/apply/PUB22222/tasks").get_data(as_text=True))
    assert "“About goods?” is not asked any more, so nothing was stored for it." in told
    assert _answers() == {"sells": False}
    assert client.get("/apply/PUB22222/questions/goods").location == "/apply/PUB22222/tasks"
    assert client.get("/apply/PUB22222/questions/never_asked").status_code == 404


def test_submission_stores_nothing_that_was_not_asked(published_form):
    application, actor = ready_draft(load("PUB22222"), known_person(born_on=date(2005, 3, 15)))
    for answer in db.session.scalars(sa.select(Answer)):
        if answer.question.key == "sells":
            answer.value = False
    db.session.flush()
    assert set(_answers()) == {"sells", "goods", "bees"}

    with transaction():
        submit_application(application, actor=actor)

    assert application.submitted_at is not None
    assert _answers() == {"sells": False}


def test_question_asked_by_age_follows_the_date_of_birth(apply, client):
    fields = {"born_on-day": "1", "born_on-month": "2", "born_on-year": "1990", "sex": "female"}
    assert _tasks(client) == ["sells"]

    client.post("/apply/PUB22222/birth", data=fields)

    assert _tasks(client) == ["sells", "bees"]
