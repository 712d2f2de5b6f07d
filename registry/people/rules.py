"""What is true of people's particulars. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core.errors import InvalidInput
from registry.core.forms import plain_digits
from registry.core.i18n import _l, is_script
from registry.people.models import Person

NAME_SIGNS = frozenset(" -‐‑–'‘’ʼʻ`´.·・•,،")
"""What stands in names besides letters and their marks."""

JOINERS = frozenset("\u200c\u200d")
OLDEST = 120
NO_NAME = _l("Enter your family name or your given name. If you have one name only, enter it in either.")


@dataclass(frozen=True)
class Names:
    """All forms of a person's name, as typed. Empty where there is none."""

    family_name: str = ""
    given_names: str = ""
    patronymic: str = ""
    native_name: str = ""
    latin_name: str = ""


@dataclass(frozen=True)
class ConsentText:
    """Exactly what was read when the consent was given."""

    version: str
    locale: str
    text: str


def check_names(names: Names) -> None:
    """Errors: InvalidInput at the first field that cannot be a name."""
    for field, message in why_not_names(names).items():
        raise InvalidInput(message, field=field)


def why_not_names(names: Names) -> dict[str, Any]:
    """Field -> what is wrong there; empty where all is well."""
    wrong: dict[str, Any] = {}
    if not (names.family_name or names.given_names):
        wrong["family_name"] = NO_NAME
    for field, value in vars(names).items():
        if value and not is_name(value):
            wrong[field] = _l("Enter a name with letters. Digits and signs like @ or < cannot stand in it.")
    if names.latin_name and "latin_name" not in wrong and not is_script(names.latin_name, "latin"):
        wrong["latin_name"] = _l(
            "Enter the name in Latin letters, as in the passport, like DILNOZA KARIMOVA."
        )
    return wrong


def is_name(text: str) -> bool:
    """Whether the text has a letter, and nothing but letters, marks and the signs of names, in any script."""
    return any(character.isalpha() for character in text) and all(
        character.isalpha() or character in NAME_SIGNS | JOINERS or unicodedata.category(character)[0] == "M"
        for character in text
    )


def check_birth(born_on: date, *, today: date) -> None:
    """Errors: InvalidInput("born_on") for a day to come or more than 120 years ago."""
    if born_on >= today:
        raise InvalidInput(_l("Your date of birth must be in the past."), field="born_on")
    if born_on.year < today.year - OLDEST:
        raise InvalidInput(_l("This date is too far away. Check the year."), field="born_on")


def normalise_phone(typed: str, countries: Iterable[str | None] = ()) -> str:
    """The number as E.164; empty for nothing typed.

    Without an international code, the number is read as one of the first of `countries` where it fits.
    Errors: InvalidInput("phone").
    """
    typed = plain_digits(typed)
    if not typed:
        return ""
    for country in [*filter(None, countries), None]:
        try:
            number = phonenumbers.parse(typed, country)
        except phonenumbers.NumberParseException:
            continue
        # Whether a range of numbers is in use changes faster than our copy of the list.
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise InvalidInput(
        _l("Enter the phone number with its country code, like +998 90 123 45 67."), field="phone"
    )


def mask_email(address: str) -> str:
    """Enough of an address for its owner's family to recognise, and for nobody else to write to."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}•••@{host}"


def plain(value: Any) -> Any:
    """A particular as JSON holds it: enums by value, days by ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value


@policy.rule(Permission.APPLICATION_EDIT, on=Person)
def is_self(actor: Actor, person: Person) -> bool:
    """Whether the actor is this person."""
    return actor.person_id is not None and actor.person_id == person.id
