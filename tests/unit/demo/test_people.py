"""Invented people could be real ones: the registry's own rules take their names, numbers and answers."""

from datetime import date
from random import Random

import pytest

from registry.admissions.enums import QuestionKind
from registry.admissions.models import Question
from registry.admissions.operations.standard_form import QUESTIONS
from registry.admissions.rules.answers import why_not_an_answer
from registry.core.i18n import is_script
from registry.demo.names import NAMINGS, invent_name
from registry.demo.people import HOMELANDS, invent_person
from registry.demo.scripts import from_cyrillic, from_devanagari, from_han
from registry.demo.texts import GOODS, write_answers
from registry.people.enums import Sex
from registry.people.rules import Names, check_birth, check_names, normalise_phone

ON = date(2027, 3, 15)


@pytest.mark.parametrize("country", sorted(NAMINGS))
def test_names_of_a_country_are_names_with_a_latin_form(country) -> None:
    for number in range(300):
        name = invent_name(country, Random(f"{country}{number}"), is_female=number % 2 == 0)

        check_names(Names(name.family, name.given, name.patronymic, name.native, name.latin))
        assert is_script(name.latin, "latin"), name


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        (from_cyrillic("Ұлжан Ғафурова"), "Ulzhan Ghafurova"),
        (from_cyrillic("Щукина"), "Shchukina"),
        (from_devanagari("राम"), "Ram"),
        (from_devanagari("मुख़र्जी"), "Mukharji"),
        (from_devanagari("पार्वती"), "Parvati"),
        (from_han("小明"), "Xiaoming"),
    ],
)
def test_transliteration(written, latin) -> None:
    assert written == latin


@pytest.mark.parametrize("country", sorted(HOMELANDS))
def test_people_of_a_country_are_plausible(country) -> None:
    random = Random(country)
    figures = [invent_person(number, country, on=ON, ages=(14, 36), random=random) for number in range(300)]

    ages = {
        ON.year - each.born_on.year - ((ON.month, ON.day) < (each.born_on.month, each.born_on.day))
        for each in figures
    }
    assert min(ages) >= 14
    assert max(ages) <= 36
    assert len({each.email for each in figures}) == 300
    assert all(each.email.endswith("@people.example") and each.email.isascii() for each in figures)
    assert {normalise_phone(each.phone) for each in figures} == {each.phone for each in figures}
    women = sum(each.sex is Sex.FEMALE for each in figures)
    assert 110 < women < 190
    for each in figures:
        check_birth(each.born_on, today=ON)


def test_the_same_chance_invents_the_same_person() -> None:
    first, second = (invent_person(1, "CN", on=ON, ages=(14, 36), random=Random(5)) for _ in range(2))

    assert first == second


@pytest.mark.parametrize("locale", sorted(GOODS))
def test_answers_satisfy_the_standard_form(locale) -> None:
    questions = {each["key"]: Question(**({"is_required": True} | each)) for each in QUESTIONS}
    for number in range(200):
        answers = write_answers(locale, Random(number))

        assert set(answers) == {key for key, each in questions.items() if each.is_required}
        for key, value in answers.items():
            assert why_not_an_answer(questions[key], value) is None
            assert questions[key].kind is not QuestionKind.LINK
