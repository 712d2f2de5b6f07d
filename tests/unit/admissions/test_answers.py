"""What counts as an answer."""

import pytest

from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Question
from registry.admissions.rules.answers import describe_answer, why_not_an_answer
from registry.admissions.rules.kinds import count_words
from registry.admissions.rules.normalising import normalise_link

OPTIONS = [{"value": "none", "labels": {"en": "Nothing yet"}}]


def _question(kind, *, is_required=True, max_words=None):
    return Question(
        key="q",
        kind=kind,
        is_required=is_required,
        max_words=max_words,
        labels={"en": "Q?"},
        helps={},
        options=OPTIONS,
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("  \n ", 0),
        ("one", 1),
        ("well-known, isn’t it?", 3),
        ("— … !", 0),
        ("я продаю мёд", 3),
        ("我在网上卖蜂蜜", 4),
        ("我卖 honey", 2),
        ("a" * 500, 1),
    ],
)
def test_count_words_in_any_script(text, number):
    assert count_words(text) == number


@pytest.mark.parametrize(
    ("kind", "value", "fine"),
    [
        (K.LONG_TEXT, "x" * 20_000, True),
        (K.LONG_TEXT, "x" * 20_001, False),
        (K.LONG_TEXT, 5, False),
        (K.LONG_TEXT, ["x"], False),
        (K.SHORT_TEXT, "x" * 300, True),
        (K.SHORT_TEXT, "x" * 301, False),
        (K.CHOICE, "none", True),
        (K.CHOICE, "other", False),
        (K.CHOICE, True, False),
        (K.YES_NO, True, True),
        (K.YES_NO, False, True),
        (K.YES_NO, "yes", False),
        (K.LINK, "https://example.org/shop", True),
        (K.LINK, "example", False),
        *((kind, value, False) for kind in K for value in (None, "")),
    ],
)
def test_why_not_an_answer_by_kind(kind, value, fine):
    assert (why_not_an_answer(_question(kind), value) is None) is fine


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("value", [None, ""])
def test_why_not_an_answer_lets_optional_questions_stay_empty(kind, value):
    assert why_not_an_answer(_question(kind, is_required=False), value) is None


def test_why_not_an_answer_counts_the_words_that_are_too_many():
    question = _question(K.LONG_TEXT, max_words=3)

    assert why_not_an_answer(question, "one two three") is None
    assert why_not_an_answer(question, "one two three four") == "Your answer is 1 word too long."
    assert why_not_an_answer(question, "one two three four five") == "Your answer is 2 words too long."


def test_why_not_an_answer_stops_words_without_blanks():
    question = _question(K.LONG_TEXT, max_words=3)

    assert why_not_an_answer(question, "x" * 60) is None
    assert why_not_an_answer(question, "x" * 61) == "This is too long: shorten it to 60 characters."


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("shop.example.org", "https://shop.example.org"),
        ("http://shop.example.org/a?b=c", "http://shop.example.org/a?b=c"),
        ("HTTPS://Example.org", "HTTPS://Example.org"),
        ("магазин.рф", "https://магазин.рф"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("javascript:alert(1)", None),
        ("javascript://example.org/%0aalert(1)", None),
        ("data:text/html,x", None),
        ("ftp://example.org", None),
        ("https://user:secret@example.org", None),
        ("https://[::1", None),
        ("https://example.org:port", None),
        ("localhost", None),
        ("two words.org", None),
        ("", None),
    ],
)
def test_normalise_link_takes_web_addresses_only(typed, stored):
    assert normalise_link(typed) == stored


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (K.CHOICE, "none", "Nothing yet"),
        (K.CHOICE, "gone", "gone"),
        (K.YES_NO, True, "Yes"),
        (K.YES_NO, False, "No"),
        (K.SHORT_TEXT, "Honey", "Honey"),
        (K.SHORT_TEXT, None, ""),
    ],
)
def test_describe_answer_in_words(kind, value, words):
    assert describe_answer(_question(kind), value) == words
