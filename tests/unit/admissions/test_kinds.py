"""What is typed for each kind of question, as it is stored, as it reads, and as it stands in a file."""

import pytest

from registry.admissions.enums import QuestionKind as K
from registry.admissions.forms.answers import CONTROLS
from registry.admissions.models import Question
from registry.admissions.rules.answers import (
    KINDS,
    describe_answer,
    find_faults,
    make_cell,
    normalise_answer,
)
from registry.admissions.rules.entries import PARTS
from registry.admissions.rules.normalising import normalise_number
from registry.core.i18n import in_locale

OPTIONS = [
    {"value": "honey", "labels": {"en": "Honey", "ru": "Мёд"}},
    {"value": "silk", "labels": {"en": "Silk"}},
]
SCHOOL = {
    "place": " Tashkent College ".strip(),
    "country": "UZ",
    "level": "isced_3",
    "subject": "",
    "start": "2020-09",
    "end": None,
}
SHOP = {"type": "shop", "place": "Asal", "role": "Honey", "link": "asal.example.org", "start": "2025-01"}


def _question(kind, **given):
    values = {
        "is_required": True,
        "max_words": None,
        "helps": {},
        "options": OPTIONS,
        "units": {},
        "currency": "",
        "least": None,
        "most": None,
    }
    return Question(key="q", kind=kind, labels={"en": "Q?"}, **{**values, **given})


def test_every_kind_can_be_asked():
    assert set(KINDS) == set(K) == set(CONTROLS) | set(PARTS) | {K.FILE}


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "words", "cell"),
    [
        (K.SHORT_TEXT, "Honey", "Honey", "Honey", "Honey"),
        (K.CHOICE, "silk", "silk", "Silk", "silk"),
        (K.CHOICES, ["silk", "honey", "silk"], ["honey", "silk"], ["Honey", "Silk"], "honey; silk"),
        (K.YES_NO, "no", False, "No", "no"),
        (K.NUMBER, "１ 250，5", 1250.5, "1,250.5", 1250.5),
        (K.NUMBER, "0", 0, "0", 0),
        (
            K.MONEY,
            {"amount": "1 250,50", "currency": "USD"},
            {"minor": 125050, "currency": "USD"},
            "US$1,250.50",
            "1250.50 USD",
        ),
        (K.DATE, "2027-03-15", "2027-03-15", "15 March 2027", "2027-03-15"),
        (K.YEAR_MONTH, "2024-09", "2024-09", "September 2024", "2024-09"),
        (K.COUNTRY, "UZ", "UZ", "Uzbekistan", "UZ"),
        (
            K.LANGUAGE,
            {"tag": "ru", "level": "b2"},
            {"tag": "ru", "level": "b2"},
            "Russian: B2: upper intermediate",
            "ru b2",
        ),
        (
            K.EMAIL,
            "  Dilnoza@Example.ORG ",
            "dilnoza@example.org",
            "dilnoza@example.org",
            "dilnoza@example.org",
        ),
        (K.PHONE, "８ ７０１ １２３ ４５ ６７", "+77011234567", "+77011234567", "+77011234567"),
        (K.LINK, "shop.example.org", *["https://shop.example.org"] * 3),
        (K.CONSENT, "yes", {"agrees": True, "locale": "en"}, "Yes, I agree", "yes"),
        (
            K.EDUCATION,
            [SCHOOL, {"place": "", "level": ""}],
            [{"place": "Tashkent College", "country": "UZ", "level": "isced_3", "start": "2020-09"}],
            ["Tashkent College · Uzbekistan · Upper secondary school · since September 2020"],
            "Tashkent College, UZ, isced_3, 2020-09",
        ),
        (
            K.WORK,
            [SHOP],
            [{**SHOP, "link": "https://asal.example.org"}],
            ["A shop on the internet · Asal · Honey · https://asal.example.org · since January 2025"],
            "shop, Asal, Honey, https://asal.example.org, 2025-01",
        ),
    ],
)
def test_answer_of_a_kind_is_stored_read_and_exported(app, kind, typed, stored, words, cell):
    question = _question(kind)
    with app.test_request_context():
        value = normalise_answer(question, typed, ["KZ"])

        assert value == stored
        assert find_faults(question, value) == []
        assert describe_answer(question, value) == words
        assert make_cell(question, value) == cell


@pytest.mark.parametrize(
    ("kind", "typed", "fields"),
    [
        (K.CHOICES, ["silk", "tea"], [""]),
        (K.NUMBER, "twelve", [""]),
        (K.NUMBER, "1" * 13, [""]),
        (K.NUMBER, "1.00001", [""]),
        (K.MONEY, {"amount": "12.345", "currency": "USD"}, [""]),
        (K.MONEY, {"amount": "12.5", "currency": "JPY"}, [""]),
        (K.MONEY, {"amount": "-1", "currency": "USD"}, [""]),
        (K.MONEY, {"amount": "12", "currency": ""}, ["currency"]),
        (K.DATE, "2027-02-29", [""]),
        (K.DATE, "1850-01-01", [""]),
        (K.YEAR_MONTH, "2027-13", [""]),
        (K.COUNTRY, "Uzbekistan", [""]),
        (K.LANGUAGE, {"tag": "", "level": "b2"}, [""]),
        (K.LANGUAGE, {"tag": "ru", "level": ""}, ["level"]),
        (K.EMAIL, "nobody", [""]),
        (K.EMAIL, "a@b", [""]),
        (K.PHONE, "call me", [""]),
        (K.LINK, "javascript:alert(1)", [""]),
        (K.CONSENT, "no", [""]),
        (K.EDUCATION, [{"place": "College"}], ["0-level", "0-start"]),
        (K.EDUCATION, [SCHOOL, {**SCHOOL, "end": "2019-06"}], ["1-end"]),
        (K.WORK, [{**SHOP, "link": "no link"}], ["0-link"]),
        (K.EDUCATION, [SCHOOL] * 11, ["10-place"]),
    ],
)
def test_answer_that_is_none_is_refused_at_its_field_and_kept_as_typed(app, kind, typed, fields):
    question = _question(kind)
    with app.test_request_context():
        value = normalise_answer(question, typed, [])

        assert [fault.field for fault in find_faults(question, value)] == fields
        assert describe_answer(question, value)


@pytest.mark.parametrize("kind", list(K))
def test_answer_left_out_is_told_at_the_first_field_unless_it_is_optional(app, kind):
    with app.test_request_context():
        typed = (
            {"amount": "", "currency": "", "tag": "", "level": ""} if kind in (K.MONEY, K.LANGUAGE) else None
        )
        value = normalise_answer(_question(kind), typed)

        assert value is None
        (fault,) = find_faults(_question(kind), value)
        assert fault.field == ("" if kind not in PARTS else f"0-{PARTS[kind][0].key}")
        assert find_faults(_question(kind, is_required=False), value) == []


def test_money_in_the_currency_of_the_question_takes_no_other(app):
    with app.test_request_context():
        question = _question(K.MONEY, currency="UZS")

        assert normalise_answer(question, {"amount": "5", "currency": "USD"})["currency"] == "UZS"
        assert find_faults(question, {"minor": 5, "currency": "USD"}) != []


@pytest.mark.parametrize(
    ("typed", "locale", "number"),
    [
        ("1,500", "en", 1500),
        ("1,500", "zh", 1500),
        ("1,500", "ru", 1.5),
        ("1,5", "en", 1.5),
        ("0,500", "en", 0.5),
        ("1.500", "en", 1.5),
        ("1,250,000", "ru", 1250000),
        ("1.250.000", "en", 1250000),
        ("1.250,75", "ru", 1250.75),
        ("1,250.75", "ru", 1250.75),
        ("1 250 000", "ru", 1250000),
        ("١٢٫٥", "en", 12.5),
        ("−3", "en", -3),
        ("1e5", "en", "1e5"),
        ("٣٫", "en", "٣٫"),
        ("", "en", ""),
    ],
)
def test_normalise_number_reads_what_people_type(app, typed, locale, number):
    with app.test_request_context(), in_locale(locale):
        assert normalise_number(typed) == number


def test_number_reads_with_its_unit_in_the_readers_language(app):
    question = _question(K.NUMBER, units={"en": "hours a week", "ru": "часов в неделю"})
    with app.test_request_context(), in_locale("ru"):
        assert describe_answer(question, 12) == "12 часов в неделю"


def _usd(minor):
    return {"minor": minor, "currency": "USD"}


@pytest.mark.parametrize(
    ("kind", "bounds", "inside", "below", "above", "sentences"),
    [
        (K.NUMBER, (1, 2.5), [1, 2, 2.5], 0, 3, ["Enter at least 1.", "Enter at most 2.5."]),
        (
            K.MONEY,
            (_usd(100), _usd(250)),
            [_usd(100), _usd(250)],
            _usd(99),
            _usd(251),
            ["Enter at least US$1.00.", "Enter at most US$2.50."],
        ),
        (
            K.DATE,
            ("2020-01-31", "2020-02-01"),
            ["2020-01-31", "2020-02-01"],
            "2020-01-30",
            "2020-02-02",
            ["Enter 31 January 2020 or a later date.", "Enter 1 February 2020 or an earlier date."],
        ),
        (
            K.YEAR_MONTH,
            ("2020-01", "2020-12"),
            ["2020-01", "2020-12"],
            "2019-12",
            "2021-01",
            ["Enter January 2020 or a later date.", "Enter December 2020 or an earlier date."],
        ),
    ],
)
def test_bounds_refuse_what_lies_outside_in_words(kind, bounds, inside, below, above, sentences):
    question = _question(kind, least=bounds[0], most=bounds[1], currency="USD" if kind is K.MONEY else "")
    with in_locale("en"):
        assert [find_faults(question, each) for each in inside] == [[]] * len(inside)
        told = [fault.sentence for each in (below, above) for fault in find_faults(question, each)]
        assert told == sentences
        # What was stored before the bounds still reads as what it is.
        assert describe_answer(question, below) == describe_answer(
            _question(kind, currency=question.currency), below
        )
