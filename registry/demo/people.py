"""Invented young people: who they are, before they meet the registry."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.demo.names import Name, invent_name
from registry.people.enums import Education, LanguageLevel, Occupation, Settlement, Sex

L = LanguageLevel


@dataclass(frozen=True)
class Homeland:
    """What people of a state have in common. `phone`: # stands for a digit."""

    locales: dict[str, int]
    """Locale of the registry -> weight."""
    languages: dict[str, LanguageLevel]
    phone: str
    weight: int = 0
    """Among applicants of SCO programmes."""


HOMELANDS = {
    "CN": Homeland({"zh": 9, "en": 1}, {"zh": L.C2, "en": L.B1}, "+86138########", 13),
    "IN": Homeland({"en": 1}, {"hi": L.C2, "en": L.B2}, "+9198########", 12),
    "RU": Homeland({"ru": 9, "en": 1}, {"ru": L.C2, "en": L.A2}, "+7916#######", 12),
    "KZ": Homeland({"ru": 8, "en": 2}, {"kk": L.C2, "ru": L.C1, "en": L.B1}, "+7701#######", 12),
    "UZ": Homeland({"ru": 7, "en": 3}, {"uz": L.C2, "ru": L.B2, "en": L.B1}, "+99890#######", 12),
    "PK": Homeland({"en": 1}, {"ur": L.C2, "en": L.B2}, "+9230########", 10),
    "KG": Homeland({"ru": 9, "en": 1}, {"ky": L.C2, "ru": L.C1}, "+996700######", 9),
    "TJ": Homeland({"ru": 9, "en": 1}, {"tg": L.C2, "ru": L.B2}, "+99290#######", 8),
    "BY": Homeland({"ru": 9, "en": 1}, {"be": L.C1, "ru": L.C2, "en": L.B1}, "+37529#######", 7),
    "IR": Homeland({"en": 1}, {"fa": L.C2, "en": L.B1}, "+9891########", 7),
    "ID": Homeland({"en": 1}, {"id": L.C2, "en": L.B1}, "+62812#######"),
    "VN": Homeland({"en": 1}, {"vi": L.C2, "en": L.B1}, "+8490#######"),
    "TH": Homeland({"en": 1}, {"th": L.C2, "en": L.B1}, "+6681#######"),
    "NG": Homeland({"en": 1}, {"yo": L.C2, "en": L.C1}, "+234803#######"),
    "KE": Homeland({"en": 1}, {"sw": L.C2, "en": L.C1}, "+25471#######"),
    "EG": Homeland({"en": 1}, {"ar": L.C2, "en": L.B1}, "+2010########"),
    "ET": Homeland({"en": 1}, {"am": L.C2, "en": L.B1}, "+25191#######"),
}


@dataclass(frozen=True)
class Figure:
    """One invented person."""

    name: Name
    country: str
    residence: str
    sex: Sex
    born_on: date
    settlement: Settlement
    education: Education
    occupation: Occupation
    languages: dict[str, LanguageLevel]
    locale: str
    phone: str
    email: str
    guardian_name: str
    guardian_email: str


def invent_person(number: int, country: str, *, on: date, ages: tuple[int, int], random: Random) -> Figure:
    """A person of the country whose age on the day lies between the ages, both inclusive."""
    home = HOMELANDS[country]
    is_female = random.random() < 0.52
    age = round(random.triangular(ages[0] - 0.49, ages[1] + 0.49, ages[0] + (ages[1] - ages[0]) * 0.35))
    name = invent_name(country, random, is_female=is_female)
    locale = random.choices(list(home.locales), list(home.locales.values()))[0]
    handle = _handle(name.latin)
    parent = invent_name(country, random, is_female=not is_female)
    return Figure(
        name=name,
        country=country,
        residence=country if random.random() < 0.96 else random.choice(sorted(HOMELANDS)),
        sex=_choose_sex(is_female, random),
        born_on=_birthday(on, age, random),
        settlement=Settlement.RURAL if random.random() < 0.38 else Settlement.URBAN,
        education=_choose_education(age, random),
        occupation=_choose_occupation(age, random),
        languages={
            tag: level
            for tag, level in home.languages.items()
            if level.rank > L.B1.rank or random.random() < 0.9
        },
        locale=locale,
        phone="".join(str(random.randrange(10)) if sign == "#" else sign for sign in home.phone),
        email=f"{handle}{number}@people.example",
        guardian_name=parent.latin or name.latin,
        guardian_email=f"parent.of.{handle}{number}@people.example",
    )


def _choose_sex(is_female: bool, random: Random) -> Sex:
    if random.random() < 0.015:
        return Sex.PREFER_NOT_TO_SAY
    return Sex.FEMALE if is_female else Sex.MALE


def _birthday(on: date, age: int, random: Random) -> date:
    day = min(on.day, 28)
    return on.replace(year=on.year - age, day=day) - timedelta(days=random.randrange(1, 360))


def _choose_education(age: int, random: Random) -> Education:
    if age < 16:
        return Education.ISCED_2
    if age < 18:
        return random.choice((Education.ISCED_2, Education.ISCED_3))
    if age < 22:
        return random.choices((Education.ISCED_3, Education.ISCED_4, Education.ISCED_5), (6, 2, 2))[0]
    levels = (Education.ISCED_3, Education.ISCED_4, Education.ISCED_6, Education.ISCED_7, Education.ISCED_8)
    return random.choices(levels, (3, 2, 6, 3, 0.2))[0]


def _choose_occupation(age: int, random: Random) -> Occupation:
    kinds = (Occupation.STUDYING, Occupation.EMPLOYED, Occupation.SELF_EMPLOYED, Occupation.LOOKING)
    return random.choices(kinds, (9, 1, 0.5, 0.5) if age < 21 else (2, 4, 2, 2))[0]


def _handle(latin: str) -> str:
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode().casefold()
    return ".".join("".join(sign for sign in part if sign.isalpha()) for part in plain.split()) or "person"
