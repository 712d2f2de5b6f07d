"""How names are stored for finding them, and for seeing who may be the same."""

import pytest

from registry.admissions.rules.names import fold_names, make_match_key

LATIN = {"family_name": "Karimova", "given_names": "Dilnoza", "native_name": "Каримова Дилноза"}


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        (LATIN, "karimova dilnoza каримова дилноза"),
        ({"family_name": "Хасанов", "given_names": "Юлиан"}, "хасанов юлиан hasanov iulian"),
        ({"family_name": "李", "given_names": "娜"}, "李 娜 李娜 li na lina"),
        ({"family_name": "Li", "given_names": "Tingting"}, "li tingting litingting"),
        ({"given_names": "Suharto"}, "suharto"),
        ({"family_name": None}, ""),
    ],
)
def test_fold_names(names, folded) -> None:
    assert fold_names(names) == folded


def test_fold_names_of_the_longest_names_fits() -> None:
    longest = {"family_name": "щ" * 80, "given_names": "ж" * 80, "native_name": "щж" * 80}

    assert len(fold_names(longest)) <= 600
    assert len(make_match_key(longest | {"born_on": "2004-03-27"}) or "") <= 200


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({"family_name": "Каримова", "given_names": "Дилноза"}, True),
        ({"family_name": "DILNOZA", "given_names": "KARIMOVA"}, True),  # In the other field.
        ({"family_name": "Karimova", "given_names": "Dilnoza", "patronymic": "Akmalovna"}, True),
        ({"family_name": "Karimova", "given_names": "Dilnoza", "born_on": "2004-03-28"}, False),
        ({"family_name": "Karimova", "given_names": "Dilbar"}, False),
    ],
)
def test_make_match_key(other, is_same) -> None:
    born = {"born_on": "2004-03-27"}

    assert (make_match_key(born | other) == make_match_key(born | LATIN)) is is_same


@pytest.mark.parametrize("names", [LATIN, LATIN | {"born_on": None}, {"born_on": "2004-03-27"}])
def test_make_match_key_without_name_or_birth_is_none(names) -> None:
    assert make_match_key(names) is None
