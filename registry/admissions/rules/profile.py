"""Reads the particulars that a submission froze, in groups: each page shows the groups it may. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.admissions.models import Application
from registry.people.enums import Education, LanguageLevel, Occupation, Settlement, Sex


@dataclass(frozen=True)
class Background:
    """What somebody learnt and does. Nothing here names anybody."""

    settlement: Settlement | None
    education: Education | None
    occupation: Occupation | None
    languages: Sequence[tuple[str, LanguageLevel]]
    """BCP 47 tag and level."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is, without how to reach them."""

    name: str
    native_name: str
    latin_name: str
    born_on: date | None
    sex: Sex | None
    citizenships: Sequence[str]
    residence: str | None


@dataclass(frozen=True)
class Contact:
    """How to reach somebody."""

    email: str
    phone: str
    locale: str


def read_background(application: Application) -> Background:
    """Education, work, languages, and whether from town or country."""
    profile = application.profile
    return Background(
        settlement=_member(Settlement, profile.get("settlement")),
        education=_member(Education, profile.get("education")),
        occupation=_member(Occupation, profile.get("occupation")),
        languages=[
            (tag, _member(LanguageLevel, level))
            for tag, level in sorted(profile.get("language_levels", {}).items())
        ],
    )


def read_identity(application: Application) -> Identity:
    """Names, birth, sex and countries."""
    profile = application.profile
    return Identity(
        name=application.listed_name,
        native_name=profile.get("native_name", ""),
        latin_name=profile.get("latin_name", ""),
        born_on=_day(profile),
        sex=application.sex,
        citizenships=profile.get("citizenship_codes", ()),
        residence=profile.get("residence"),
    )


def read_contact(application: Application) -> Contact:
    """Address, telephone and language."""
    profile = application.profile
    return Contact(
        email=profile.get("email", ""), phone=profile.get("phone", ""), locale=profile.get("locale", "")
    )


def _member(kind: Any, value: Any) -> Any:
    return kind(value) if value else None


def _day(profile: Mapping[str, Any]) -> date | None:
    text = profile.get("born_on")
    return date.fromisoformat(text) if text else None
