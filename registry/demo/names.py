"""Invented names, plausible in their own script and in Latin letters.

Faker knows names of CN, RU, UZ, IN, ID, VN, NG and KE. For KZ, KG, TJ, BY, IR, PK, TH, EG and ET it has none,
or none with a Latin spelling that fits: those come from lists of our own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any

from faker import Faker

from registry.demo import name_lists as lists
from registry.demo.scripts import from_cyrillic, from_devanagari, from_han, is_pinyin_known

Pairs = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Name:
    """As the person fills the form: some write their own script first, some Latin letters."""

    family: str
    given: str
    patronymic: str = ""
    native: str = ""
    latin: str = ""


@cache
def _library(locale: str) -> Any:
    return Faker(locale)


def _draw(locale: str, kind: str, random: Random) -> str:
    library = _library(locale)
    library.seed_instance(random.getrandbits(32))
    return str(getattr(library, kind)())


def _female_surname(name: str) -> str:
    """The form Slavic and Turkic family names in -ов, -ев, -ин and -скі take for women."""
    if name.endswith(("ов", "ев", "ёв", "ин", "ов'")):
        return name + "а"
    return name[:-1] + "ая" if name.endswith("скі") else name


def _russian(random: Random, is_female: bool) -> Name:
    kind = "female" if is_female else "male"
    given = random.choice(lists.RUSSIAN_GIVEN[0 if is_female else 1])
    family, patronymic = (_draw("ru_RU", f"{part}_{kind}", random) for part in ("last_name", "middle_name"))
    return Name(family, given, patronymic, latin=f"{from_cyrillic(given)} {from_cyrillic(family)}")


def _cyrillic(names: lists.Names, random: Random, is_female: bool) -> Name:
    given = random.choice(names[0] if is_female else names[1])
    family = random.choice(names[2])
    family = _female_surname(family) if is_female else family
    return Name(family, given, latin=f"{from_cyrillic(given)} {from_cyrillic(family)}")


def _paired(names: Pairs, random: Random, is_female: bool) -> Name:
    given = random.choice(names[0] if is_female else names[1])
    family = random.choice(names[2])
    latin = f"{given[1]} {family[1]}"
    if random.random() < 0.5:
        return Name(family[1], given[1], native=f"{given[0]} {family[0]}", latin=latin)
    return Name(family[0], given[0], latin=latin)


def _chinese(random: Random, is_female: bool) -> Name:
    kind = "first_name_female" if is_female else "first_name_male"
    family = given = "?"
    while not (is_pinyin_known(family) and is_pinyin_known(given)):
        family, given = _draw("zh_CN", "last_name", random), _draw("zh_CN", kind, random)
    latin = f"{from_han(family)} {from_han(given)}"
    if random.random() < 0.2:
        return Name(from_han(family), from_han(given), native=family + given, latin=latin)
    return Name(family, given, latin=latin)


def _hindi(random: Random, is_female: bool) -> Name:
    given = _draw("hi_IN", "first_name_female" if is_female else "first_name_male", random)
    family = _draw("hi_IN", "last_name", random)
    latin = f"{from_devanagari(given)} {from_devanagari(family)}"
    if random.random() < 0.6:
        return Name(from_devanagari(family), from_devanagari(given), native=f"{given} {family}", latin=latin)
    return Name(family, given, latin=latin)


def _latin(locale: str, random: Random, is_female: bool) -> Name:
    kind = "female" if is_female else "male"
    given, family = _draw(locale, f"first_name_{kind}", random), _draw(locale, f"last_name_{kind}", random)
    if locale == "id_ID" and random.random() < 0.1:
        return Name("", given, latin=given)
    return Name(family, given, latin=f"{given} {family}")


NAMINGS: dict[str, Callable[[Random, bool], Name]] = {
    "CN": _chinese,
    "RU": _russian,
    "KZ": partial(_cyrillic, lists.KAZAKH),
    "KG": partial(_cyrillic, lists.KYRGYZ),
    "TJ": partial(_cyrillic, lists.TAJIK),
    "BY": partial(_cyrillic, lists.BELARUSIAN),
    "UZ": partial(_latin, "uz_UZ"),
    "IN": _hindi,
    "PK": partial(_paired, lists.URDU),
    "IR": partial(_paired, lists.PERSIAN),
    "ID": partial(_latin, "id_ID"),
    "VN": partial(_latin, "vi_VN"),
    "TH": partial(_paired, lists.THAI),
    "NG": partial(_latin, "yo_NG"),
    "KE": partial(_latin, "en_KE"),
    "EG": partial(_paired, lists.EGYPTIAN),
    "ET": partial(_paired, lists.ETHIOPIAN),
}


def invent_name(country: str, random: Random, *, is_female: bool) -> Name:
    """A name as people of the country have it.

    Errors: KeyError for a country the demo has nobody of.
    """
    return NAMINGS[country](random, is_female)
