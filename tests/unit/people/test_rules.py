"""What may stand in a name, a date of birth and a phone number."""

from datetime import date

import pytest

from registry.core.errors import InvalidInput
from registry.people.rules import Names, check_birth, check_names, is_name, normalise_phone, why_not_names


@pytest.mark.parametrize(
    "text",
    [
        "Karimova",
        "O’Neill-Ó Briain",
        "Ulug‘bek",
        "Жұмабек қызы",
        "Оглы Йўлдош",
        "ابن سینا",
        "علی\u200cرضا",
        "सुनीता",
        "王小明",
        "阿凡提·艾尼",
        "x" * 80,
    ],
)
def test_is_name_in_any_script_is_true(text):
    assert is_name(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "·", "R2D2", "a@b", "<script>", "x\ny", "a\u202eb", "Robert'); DROP TABLE", "😀", "１"],
)
def test_is_name_without_a_name_is_false(text):
    assert not is_name(text)


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (Names(), "family_name"),
        (Names(patronymic="Olimovna", native_name="Каримова"), "family_name"),
        (Names(family_name="Karimova1"), "family_name"),
        (Names(given_names="<b>"), "given_names"),
        (Names(family_name="Karimova", patronymic="@"), "patronymic"),
        (Names(family_name="Karimova", native_name="12"), "native_name"),
        (Names(family_name="Каримова", latin_name="Каримова"), "latin_name"),
        (Names(family_name="Каримова", latin_name="KARIMOVA 王"), "latin_name"),
    ],
)
def test_check_names_with_a_wrong_one_names_its_field(names, field):
    with pytest.raises(InvalidInput) as refusal:
        check_names(names)
    assert refusal.value.field == field


def test_why_not_names_tells_all_that_is_wrong_at_once():
    wrong = why_not_names(Names("@@@", "Dilnoza", "12", "<b>", "Дилноза"))

    assert list(wrong) == ["family_name", "patronymic", "native_name", "latin_name"]


@pytest.mark.parametrize(
    "names",
    [
        Names(family_name="Suharto"),
        Names(given_names="Gulnora"),
        Names("Каримова", "Дилноза", "Олимовна", "Каримова Дилноза", "KARIMOVA DILNOZA"),
    ],
)
def test_check_names_of_a_person_passes(names):
    assert check_names(names) is None


@pytest.mark.parametrize(
    ("typed", "countries", "number"),
    [
        ("", ["UZ"], ""),
        ("+998 90 123-45-67", [], "+998901234567"),
        ("＋９９８９０１２３４５６７", [], "+998901234567"),
        ("8 (912) 345-67-89", ["RU"], "+79123456789"),
        ("+7 912 345 67 89", ["UZ"], "+79123456789"),
        ("8 701 123 45 67", ["KZ"], "+77011234567"),
        ("90 123 45 67", ["UZ"], "+998901234567"),
        ("138 1234 5678", [None, "CN"], "+8613812345678"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", ["IR"], "+989123456789"),
        ("00998901234567", ["DE"], "+998901234567"),
    ],
)
def test_normalise_phone_as_people_write_it_gives_e164(typed, countries, number):
    assert normalise_phone(typed, countries) == number


@pytest.mark.parametrize(
    "typed", ["12", "call me", "+999", "1" * 400, "+998 90 123", "<script>alert(1)</script>"]
)
def test_normalise_phone_of_no_number_says_what_to_enter(typed):
    with pytest.raises(InvalidInput) as refusal:
        normalise_phone(typed, ["UZ"])
    assert refusal.value.field == "phone"
    assert str(refusal.value) == "Enter the phone number with its country code, like +998 90 123 45 67."


@pytest.mark.parametrize("born_on", [date(2027, 3, 15), date(2027, 3, 16), date(1906, 12, 31)])
def test_check_birth_out_of_range_is_refused(born_on):
    with pytest.raises(InvalidInput) as refusal:
        check_birth(born_on, today=date(2027, 3, 15))
    assert refusal.value.field == "born_on"


@pytest.mark.parametrize("born_on", [date(2027, 3, 14), date(1907, 1, 1)])
def test_check_birth_within_range_passes(born_on):
    assert check_birth(born_on, today=date(2027, 3, 15)) is None
