"""Which questions somebody is asked, by earlier answers, age, state and bloc."""

import pytest

from registry.admissions.enums import ConditionOperator as O
from registry.admissions.enums import ConditionSubject as C
from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import FormSection, Question, QuestionCondition
from registry.admissions.rules.asking import (
    Situation,
    describe_conditions,
    holds,
    is_asked,
    select_parts,
    why_not_a_condition,
)
from registry.admissions.rules.sections import AskedQuestion, list_entries, read_page_key
from registry.core.i18n import in_locale
from registry.places.enums import Standing

OPTIONS = [{"value": "honey", "labels": {"en": "Honey"}}, {"value": "silk", "labels": {"en": "Silk"}}]
STANDINGS = {
    "sco": {
        "UZ": frozenset({Standing.MEMBER}),
        "TR": frozenset({Standing.PARTNER}),
        "LA": frozenset({Standing.PARTNER, None}),
    }
}


def _question(key, kind=K.SHORT_TEXT, position=1, conditions=()):
    return Question(
        key=key,
        kind=kind,
        position=position,
        labels={"en": f"{key}?"},
        options=OPTIONS,
        units={},
        currency="",
        is_required=True,
        conditions=list(conditions),
    )


def _condition(subject, operator, *values, source=None, alternative=1):
    return QuestionCondition(
        subject=subject, operator=operator, values=list(values), source=source, alternative=alternative
    )


@pytest.mark.parametrize(
    ("operator", "years", "age", "expected"),
    [
        (O.AT_LEAST, "18", (18, 18), True),
        (O.AT_LEAST, "18", (17, 17), False),
        (O.AT_LEAST, "18", (17, 18), None),
        (O.AT_MOST, "18", (18, 18), True),
        (O.AT_MOST, "18", (19, 19), False),
        (O.AT_MOST, "18", None, None),
    ],
)
def test_condition_on_age(operator, years, age, expected):
    assert holds(_condition(C.AGE, operator, years), Situation(age=age)) is expected


@pytest.mark.parametrize(
    ("subject", "operator", "values", "state", "expected"),
    [
        (C.COUNTRY, O.IS, ["UZ", "KZ"], "KZ", True),
        (C.COUNTRY, O.IS, ["UZ", "KZ"], "TR", False),
        (C.COUNTRY, O.IS_NOT, ["UZ"], "TR", True),
        (C.COUNTRY, O.IS_NOT, ["UZ"], "UZ", False),
        (C.COUNTRY, O.IS, ["UZ"], "", None),
        (C.BLOC, O.IS, ["sco:member"], "UZ", True),
        (C.BLOC, O.IS, ["sco:member"], "TR", False),
        (C.BLOC, O.IS, ["sco:member", "sco:partner"], "TR", True),
        (C.BLOC, O.IS, ["sco:partner"], "LA", None),
        (C.BLOC, O.IS, ["sco:member"], "LA", False),
        (C.BLOC, O.IS, ["sco:member"], "KE", False),
        (C.BLOC, O.IS, ["asean:member"], "UZ", False),
        (C.BLOC, O.IS_NOT, ["sco:member"], "KE", True),
        (C.BLOC, O.IS_NOT, ["sco:member"], "UZ", False),
        (C.BLOC, O.IS_NOT, ["sco:partner"], "LA", None),
        (C.BLOC, O.IS, ["sco:member"], "", None),
    ],
)
def test_condition_on_the_state_and_its_bloc(subject, operator, values, state, expected):
    situation = Situation(state=state, standings=STANDINGS)

    assert holds(_condition(subject, operator, *values), situation) is expected


@pytest.mark.parametrize(
    ("kind", "operator", "values", "answer", "expected"),
    [
        (K.CHOICE, O.IS, ["honey"], "honey", True),
        (K.CHOICE, O.IS, ["honey"], "silk", False),
        (K.CHOICE, O.IS, ["honey"], None, False),
        (K.CHOICE, O.IS_NOT, ["honey"], "silk", True),
        (K.CHOICE, O.IS_NOT, ["honey"], None, False),
        (K.CHOICE, O.IS_NOT, ["honey"], "gone", False),
        (K.CHOICES, O.IS, ["honey"], ["honey", "silk"], True),
        (K.CHOICES, O.IS_NOT, ["honey"], ["honey", "silk"], False),
        (K.YES_NO, O.IS, ["yes"], True, True),
        (K.YES_NO, O.IS, ["yes"], False, False),
        (K.YES_NO, O.IS, ["no"], False, True),
        (K.CONSENT, O.IS, ["yes"], {"agrees": True, "locale": "en"}, True),
        (K.COUNTRY, O.IS, ["UZ"], "UZ", True),
        (K.LANGUAGE, O.IS, ["ru"], {"tag": "ru", "level": "b2"}, True),
        (K.LANGUAGE, O.IS, ["ru"], {"tag": "ru", "level": ""}, False),
        (K.NUMBER, O.AT_LEAST, ["2.5"], 3, True),
        (K.NUMBER, O.AT_LEAST, ["2.5"], 2, False),
        (K.NUMBER, O.AT_MOST, ["12"], 9, True),
        (K.NUMBER, O.AT_LEAST, ["2"], "a dozen", False),
        (K.DATE, O.AT_MOST, ["2027-03-15"], "2027-03-15", True),
        (K.YEAR_MONTH, O.AT_LEAST, ["2024-09"], "2023-12", False),
        (K.LINK, O.ANSWERED, [], "https://example.org", True),
        (K.LINK, O.ANSWERED, [], None, False),
        (K.LINK, O.NOT_ANSWERED, [], None, True),
        (K.YES_NO, O.ANSWERED, [], False, True),
    ],
)
def test_condition_on_an_answer(kind, operator, values, answer, expected):
    source = _question("source", kind)

    assert (
        holds(_condition(C.ANSWER, operator, *values, source=source), Situation({"source": answer}))
        is expected
    )


ADULT = (C.AGE, O.AT_LEAST, "18")
LOCAL = (C.COUNTRY, O.IS, "UZ")


@pytest.mark.parametrize(
    ("alternatives", "age", "state", "expected"),
    [
        ([], None, "", True),
        ([(1, ADULT), (1, LOCAL)], 20, "UZ", True),
        ([(1, ADULT), (1, LOCAL)], 20, "KZ", False),
        ([(1, ADULT), (1, LOCAL)], 17, "UZ", False),
        ([(1, ADULT), (2, LOCAL)], 17, "UZ", True),
        ([(1, ADULT), (2, LOCAL)], 20, "KZ", True),
        ([(1, ADULT), (2, LOCAL)], 17, "KZ", False),
        ([(1, ADULT), (1, LOCAL)], None, "UZ", True),
        ([(1, ADULT), (1, LOCAL)], None, "KZ", False),
    ],
)
def test_is_asked_in_one_of_the_cases_in_which_all_holds(alternatives, age, state, expected):
    conditions = [_condition(*each, alternative=number) for number, each in alternatives]
    situation = Situation(age=age and (age, age), state=state)

    assert is_asked(conditions, situation) is expected


def _section(key, position, most=None, conditions=()):
    least = None if most is None else 1
    return FormSection(
        key=key,
        position=position,
        titles={"en": key.title()},
        entry_labels={"en": "Shop", "ru": "Магазин"},
        least_entries=least,
        most_entries=most,
        conditions=list(conditions),
    )


def _asked(questions, answers, entries=None, **situation):
    parts = select_parts(questions, answers, Situation(**situation), entries or {})
    return [(each.question.key, each.entry, each.place) for part in parts for each in part.questions]


def test_select_parts_takes_no_answer_of_a_question_that_is_not_asked():
    sells = _question("sells", K.YES_NO)
    goods = _question("goods", K.CHOICE, conditions=[_condition(C.ANSWER, O.IS, "yes", source=sells)])
    bees = _question("bees", conditions=[_condition(C.ANSWER, O.IS, "honey", source=goods)])
    answers = {("sells", 1): True, ("goods", 1): "honey", ("bees", 1): "Ten hives"}

    def asked(**changed):
        changes = {(key, 1): value for key, value in changed.items()}
        return [key for key, _entry, _place in _asked([sells, goods, bees], answers | changes)]

    assert asked() == ["sells", "goods", "bees"]
    assert asked(sells=False) == ["sells"]
    assert asked(goods="silk") == ["sells", "goods"]


def test_select_parts_judges_each_entry_by_its_own_answers_and_all_by_those_before():
    sells = _question("sells", K.YES_NO)
    shops = _section("shops", 1, most=3)
    goods = _question("goods", K.CHOICE, 2, [_condition(C.ANSWER, O.IS, "yes", source=sells)])
    bees = _question("bees", position=3, conditions=[_condition(C.ANSWER, O.IS, "honey", source=goods)])
    goods.section = bees.section = shops
    plans = _question("plans", position=4)
    questions = [sells, goods, bees, plans]
    answers = {("sells", 1): True, ("goods", 1): "silk", ("goods", 4): "honey"}

    assert _asked(questions, answers, {"shops": [1, 4, 5]}) == [
        ("sells", 1, 0),
        ("goods", 1, 1),
        ("goods", 4, 2),
        ("bees", 4, 2),
        ("goods", 5, 3),
        ("plans", 1, 0),
    ]
    assert _asked(questions, answers | {("sells", 1): False}, {"shops": [1, 4]}) == [
        ("sells", 1, 0),
        ("plans", 1, 0),
    ]


def test_select_parts_leaves_out_a_section_whose_condition_does_not_hold():
    young = _section("young", 1, conditions=[_condition(C.AGE, O.AT_MOST, "17")])
    school = _question("school")
    school.section = young
    plans = _question("plans", position=2)

    assert _asked([school, plans], {}, age=(16, 16)) == [("school", 1, 0), ("plans", 1, 0)]
    assert _asked([school, plans], {}, age=(18, 18)) == [("plans", 1, 0)]


def test_questions_are_named_after_their_entry_in_every_language(app):
    goods = _question("goods")
    goods.section = _section("shops", 1, most=2)
    goods.labels = {"en": "Goods?", "zh": "商品？"}
    with app.test_request_context(), in_locale("en"):
        assert AskedQuestion(goods, 4, 2).labels == {"en": "Shop 2: Goods?", "zh": "Shop 2: 商品？"}
        assert AskedQuestion(goods, 4, 2).page == "question-goods-4"
        goods.section.entry_labels = {}
        assert AskedQuestion(goods, 4, 2).label == "Entry 2: Goods?"
    assert read_page_key("question-goods-4") == ("goods", 4)
    assert read_page_key("file-goods") == ("goods", 1)


@pytest.mark.parametrize(
    ("least", "begun", "answered", "expected"),
    [
        (0, {}, [], []),
        (2, {}, [], [1, 2]),
        (1, {"shops": [3]}, [], [3]),
        (2, {"shops": [3]}, [], [3, 4]),
        (0, {}, [("goods", 1), ("other", 7)], [1]),
        (0, {"shops": [2]}, [("goods", 5)], [2, 5]),
    ],
)
def test_list_entries_has_as_many_as_needed_and_whatever_is_answered(least, begun, answered, expected):
    section = _section("shops", 1, most=3)
    section.least_entries = least

    assert list_entries(section, begun, answered, {"goods"}) == expected


def test_describe_conditions_says_when_in_words(app):
    sells = _question("Do you sell", K.CHOICE)
    conditions = [
        _condition(*ADULT),
        _condition(C.ANSWER, O.IS, "honey", "silk", source=sells),
        _condition(C.BLOC, O.IS_NOT, "sco:member", alternative=2),
    ]
    with app.test_request_context(), in_locale("en"):
        assert describe_conditions(_question("x", conditions=conditions), {"sco": "SCO"}) == (
            "Asked if the age is at least 18 and the answer to “Do you sell?” is Honey or Silk "
            "or the state is not SCO: Member state"
        )
        assert describe_conditions(_question("x"), {}) == ""


@pytest.mark.parametrize(
    ("position", "values", "words"),
    [(1, ["honey"], None), (3, ["honey"], "later"), (2, ["honey"], "later"), (1, ["tea"], "no longer")],
)
def test_why_not_a_condition_on_what_comes_later_or_is_gone(app, position, values, words):
    source = _question("goods", K.CHOICE, position=position)
    condition = _condition(C.ANSWER, O.IS, *values, source=source)
    with app.test_request_context():
        refusal = why_not_a_condition(condition, _question("bees", position=2))

    assert (refusal is None) if words is None else (words in refusal)
