"""Particulars in words: the same rows on "check answers" and beside what was sent. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.admissions.enums import PersonalPage
from registry.core.i18n import LOCALES, _, country_name, format_day, language_name
from registry.people.enums import Education, LanguageLevel, Occupation, Settlement, Sex


@dataclass(frozen=True)
class Row:
    """A line of the summary, and the page that asks for it."""

    page: PersonalPage
    label: str
    value: str | list[str]


def list_rows(profile: Mapping[str, Any], member_state: str) -> list[Row]:
    """The particulars of `rules.journey.freeze_profile`; optional ones only where they were given."""
    return [row for row in _list_rows(profile, member_state) if row.value or row.page != PersonalPage.NAMES]


def _list_rows(profile: Mapping[str, Any], member_state: str) -> Iterator[Row]:
    names, birth, countries = PersonalPage.NAMES, PersonalPage.BIRTH, PersonalPage.COUNTRIES
    yield Row(names, _("Family name"), profile["family_name"])
    yield Row(names, _("Given names"), profile["given_names"])
    yield Row(names, _("Patronymic"), profile["patronymic"])
    yield Row(names, _("Full name in your own script"), profile["native_name"])
    yield Row(names, _("Name in Latin letters, as in the passport"), profile["latin_name"])
    born_on = profile["born_on"]
    yield Row(birth, _("Date of birth"), format_day(date.fromisoformat(born_on)) if born_on else "")
    yield Row(birth, _("Sex"), _label(Sex, profile["sex"]))
    yield Row(countries, _("Citizenship"), [country_name(code) for code in profile["citizenship_codes"]])
    yield Row(countries, _("Country where you live"), country_name(profile["residence"]))
    yield Row(countries, _("Where do you live there?"), _label(Settlement, profile["settlement"]))
    if member_state:
        yield Row(PersonalPage.STATE, _("State you apply for"), country_name(member_state))
    yield Row(PersonalPage.CONTACT, _("E-mail address"), profile["email"])
    yield Row(PersonalPage.CONTACT, _("Phone"), profile["phone"])
    yield Row(PersonalPage.CONTACT, _("Language of our mails"), LOCALES.get(profile["locale"], ""))
    yield Row(PersonalPage.BACKGROUND, _("Education"), _label(Education, profile["education"]))
    yield Row(PersonalPage.BACKGROUND, _("Work"), _label(Occupation, profile["occupation"]))
    yield Row(
        PersonalPage.LANGUAGES,
        _("Languages"),
        [
            _("%(language)s: %(level)s", language=language_name(tag), level=_label(LanguageLevel, level))
            for tag, level in profile["language_levels"].items()
        ],
    )


def _label(kind: Any, value: str | None) -> str:
    return str(kind(value).label) if value else ""
