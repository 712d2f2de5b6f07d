"""The kinds of questions: what each takes for an answer, how that is stored, and how it reads. Pure.

These are the kinds of a single answer; `rules.entries` builds those of several entries from them. A kind is one
entry here and one of `forms.answers.CONTROLS`; files have pages of their own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from registry.admissions.enums import QuestionKind
from registry.admissions.rules import normalising
from registry.admissions.rules.normalising import Countries
from registry.core.i18n import (
    _,
    _l,
    country_name,
    current_locale,
    format_day,
    format_money,
    format_month,
    format_number,
    language_name,
    major_units,
    ngettext,
    pick_translation,
)
from registry.people.enums import LanguageLevel

LONGEST = {QuestionKind.SHORT_TEXT: 300, QuestionKind.LONG_TEXT: 20_000, QuestionKind.LINK: 300}
"""Characters that are stored at most, by kind."""

LONGEST_WORD = 20
"""Characters of a word at most, blank included, where words are counted: Thai or Khmer has no blanks between them."""

_HAN = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003fffd]")
_HAN_PER_WORD = 2
"""A Chinese word has two characters on average, and no blanks around it."""
_EARLIEST, _LATEST = "1900-01", "2100-12-31"


class Asked(Protocol):
    """A question of a form, or a part of an entry."""

    @property
    def kind(self) -> QuestionKind: ...
    @property
    def is_required(self) -> bool: ...
    @property
    def options(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def units(self) -> Mapping[str, str]: ...
    @property
    def currency(self) -> str: ...
    @property
    def max_words(self) -> int | None: ...
    @property
    def least(self) -> Any: ...
    @property
    def most(self) -> Any: ...


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer, in the reader's language, and at which of its fields; empty for the first."""

    sentence: str
    field: str = ""


Described = str | list[str]


@dataclass(frozen=True)
class Kind:
    """What is particular to a kind of question."""

    missing: Any
    """The sentence for an answer that is not there."""
    check: Callable[[Asked, Any], list[Fault]]
    """What is wrong with an answer that is there."""
    describe: Callable[[Asked, Any], Described] = lambda _asked, value: str(value)
    """The answer in the reader's language."""
    cell: Callable[[Asked, Any], Any] = lambda _asked, value: str(value)
    """The answer in a file, the same in every language."""
    normalise: Callable[[Asked, Any, Countries], Any] = lambda _asked, typed, _countries: typed or None
    """What was typed as it is stored; what cannot be read stays as typed, so that nothing is lost."""
    settings: frozenset[str] = frozenset()
    """Which of its own settings a question of this kind has: max_words, options, units, currency, bounds."""
    first: str = ""
    """The field at which a missing answer is told."""
    measure: Callable[[Any], Any] = lambda value: value
    """By what answers are compared with the bounds."""
    outside: tuple[Any, Any] = ("", "")
    """The sentences for an answer below the least and above the most one, which they name as `bound`."""

    def find_faults(self, asked: Asked, value: Any) -> list[Fault]:
        """Everything that keeps the value from being an answer; empty for an answer."""
        if not is_answered(value):
            return [Fault(str(self.missing), self.first)] if asked.is_required else []
        return self.check(asked, value) or self._check_bounds(asked, value)

    def _check_bounds(self, asked: Asked, value: Any) -> list[Fault]:
        below, above = self.outside
        if asked.least is not None and self.measure(value) < self.measure(asked.least):
            return [Fault(str(below % {"bound": self.describe(asked, asked.least)}))]
        if asked.most is not None and self.measure(value) > self.measure(asked.most):
            return [Fault(str(above % {"bound": self.describe(asked, asked.most)}))]
        return []

    def describe_bounds(self, asked: Asked) -> str:
        """Between what the answer must lie, in one sentence; empty without bounds."""
        least, most = (
            None if bound is None else self.describe(asked, bound) for bound in (asked.least, asked.most)
        )
        if least is not None and most is not None:
            return _("From %(least)s to %(most)s.", least=least, most=most)
        if least is not None:
            return _("At least %(least)s.", least=least)
        return _("At most %(most)s.", most=most) if most is not None else ""


def is_answered(value: Any) -> bool:
    """Whether anything was said; No is an answer."""
    if isinstance(value, Mapping):
        return any(is_answered(each) for each in value.values())
    return value is not None and value not in ("", [])


def count_words(text: str) -> int:
    """Words as people count them; two Han characters are one."""
    han = len(_HAN.findall(text))
    others = [word for word in _HAN.sub(" ", text).split() if any(each.isalnum() for each in word)]
    return -(-han // _HAN_PER_WORD) + len(others)


def option_labels(asked: Asked) -> dict[str, str]:
    """Value -> label in the reader's language, or in the one there is."""
    return {option["value"]: str(pick_translation(option["labels"])[1]) for option in asked.options}


# -- Texts


def _check_text(asked: Asked, value: Any) -> list[Fault]:
    if not isinstance(value, str):
        return [Fault(str(BASIC[asked.kind].missing))]
    longest = LONGEST[asked.kind]
    if asked.max_words:
        longest = min(longest, asked.max_words * LONGEST_WORD)
    if len(value) > longest:
        return [Fault(_("This is too long: shorten it to %(number)s characters.", number=longest))]
    if asked.max_words and (words := count_words(value)) > asked.max_words:
        over = words - asked.max_words
        sentence = ngettext(
            "Your answer is %(num)s word too long.", "Your answer is %(num)s words too long.", over
        )
        return [Fault(sentence)]
    return []


def _check_link(asked: Asked, value: Any) -> list[Fault]:
    faults = _check_text(asked, value)
    return faults or _unless(normalising.normalise_link(value) is not None, asked)


def _check_email(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, str) and normalising.is_email(value), asked)


def _check_phone(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, str) and bool(re.fullmatch(r"\+\d{5,15}", value, re.ASCII)), asked)


def _unless(fine: bool, asked: Asked) -> list[Fault]:
    return [] if fine else [Fault(str(BASIC[asked.kind].missing))]


# -- Choices


def _check_choice(asked: Asked, value: Any) -> list[Fault]:
    return _unless(value in [option["value"] for option in asked.options], asked)


def _check_choices(asked: Asked, value: Any) -> list[Fault]:
    known = [option["value"] for option in asked.options]
    return _unless(isinstance(value, list) and all(each in known for each in value), asked)


def _normalise_choices(asked: Asked, typed: Any, _countries: Countries) -> Any:
    order = [option["value"] for option in asked.options]
    chosen = list(dict.fromkeys(typed or ()))
    return sorted(chosen, key=lambda value: order.index(value) if value in order else len(order)) or None


def _describe_choice(asked: Asked, value: Any) -> str:
    return option_labels(asked).get(value, str(value))


def _describe_choices(asked: Asked, value: Any) -> list[str]:
    labels = option_labels(asked)
    return [labels.get(each, str(each)) for each in value]


def _normalise_yes_no(_asked: Asked, typed: Any, _countries: Countries) -> Any:
    return {"yes": True, "no": False}.get(typed)


def _check_yes_no(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, bool), asked)


def _describe_yes_no(_asked: Asked, value: Any) -> str:
    return _("Yes") if value else _("No")


def _normalise_consent(_asked: Asked, typed: Any, _countries: Countries) -> Any:
    # The published text never changes, so that its language says what was read.
    return {"agrees": typed == "yes", "locale": current_locale()} if typed in {"yes", "no"} else None


def _check_consent(asked: Asked, value: Any) -> list[Fault]:
    if not isinstance(value, Mapping) or not isinstance(value.get("agrees"), bool):
        return [Fault(str(BASIC[asked.kind].missing))]
    if asked.is_required and not value["agrees"]:
        return [Fault(_("You can only take part if you agree."))]
    return []


# -- Figures


def _check_number(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, int | float) and not isinstance(value, bool), asked)


def _describe_number(asked: Asked, value: Any) -> str:
    number = format_number(value, 0 if value == int(value) else None)
    if not any(asked.units.values()):
        return number
    return _("%(number)s %(unit)s", number=number, unit=pick_translation(asked.units)[1])


def _normalise_money(asked: Asked, typed: Any, _countries: Countries) -> Any:
    return normalising.normalise_money(typed["amount"], asked.currency or typed["currency"])


def _check_money(asked: Asked, value: Any) -> list[Fault]:
    if not isinstance(value, Mapping) or not value.get("currency"):
        return [Fault(_("Choose the currency."), "currency")]
    fits = asked.currency in ("", value["currency"]) and isinstance(value.get("minor"), int)
    return _unless(fits and value["minor"] >= 0, asked)


# -- Days, places, languages


def _check_day(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, str) and _is_day(value, 10), asked)


def _check_month(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, str) and _is_day(value + "-01", 10), asked)


def _is_day(text: str, length: int) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == length and _EARLIEST <= text <= _LATEST


def _check_country(asked: Asked, value: Any) -> list[Fault]:
    return _unless(isinstance(value, str) and bool(re.fullmatch("[A-Z]{2}", value)), asked)


def _normalise_language(_asked: Asked, typed: Any, _countries: Countries) -> Any:
    return typed if is_answered(typed) else None


def _check_language(asked: Asked, value: Any) -> list[Fault]:
    if not isinstance(value, Mapping) or not value.get("tag"):
        return [Fault(str(BASIC[asked.kind].missing))]
    if value.get("level") not in list(LanguageLevel):
        return [Fault(_("Choose how well you know this language."), "level")]
    return []


def _describe_language(_asked: Asked, value: Any) -> str:
    level = LanguageLevel.of(value["level"]).label
    return _("%(language)s: %(level)s", language=language_name(value["tag"]), level=level)


_AMOUNT = (_l("Enter at least %(bound)s."), _l("Enter at most %(bound)s."))
_DAY = (_l("Enter %(bound)s or a later date."), _l("Enter %(bound)s or an earlier date."))

BASIC: dict[QuestionKind, Kind] = {
    QuestionKind.SHORT_TEXT: Kind(
        missing=_l("Write your answer."), check=_check_text, settings=frozenset({"max_words"})
    ),
    QuestionKind.LONG_TEXT: Kind(
        missing=_l("Write your answer."), check=_check_text, settings=frozenset({"max_words"})
    ),
    QuestionKind.CHOICE: Kind(
        missing=_l("Choose one of the answers."),
        check=_check_choice,
        describe=_describe_choice,
        settings=frozenset({"options"}),
    ),
    QuestionKind.CHOICES: Kind(
        missing=_l("Choose at least one of the answers."),
        check=_check_choices,
        describe=_describe_choices,
        cell=lambda _asked, value: "; ".join(value),
        normalise=_normalise_choices,
        settings=frozenset({"options"}),
    ),
    QuestionKind.YES_NO: Kind(
        missing=_l("Choose yes or no."),
        check=_check_yes_no,
        describe=_describe_yes_no,
        cell=lambda _asked, value: "yes" if value else "no",
        normalise=_normalise_yes_no,
    ),
    QuestionKind.NUMBER: Kind(
        missing=_l("Enter a number, like 12 or 2.5."),
        check=_check_number,
        describe=_describe_number,
        cell=lambda _asked, value: value,
        normalise=lambda _asked, typed, _countries: normalising.normalise_number(typed or None),
        settings=frozenset({"units", "bounds"}),
        outside=_AMOUNT,
    ),
    QuestionKind.MONEY: Kind(
        missing=_l("Enter an amount, like 1250 or 1250.50."),
        check=_check_money,
        describe=lambda _asked, value: format_money(value["minor"], value["currency"]),
        cell=lambda _asked, value: f"{major_units(value['minor'], value['currency'])} {value['currency']}",
        normalise=_normalise_money,
        settings=frozenset({"currency", "bounds"}),
        measure=lambda value: value["minor"],
        outside=_AMOUNT,
    ),
    QuestionKind.DATE: Kind(
        missing=_l("Enter the date, like 27 3 2007."),
        check=_check_day,
        describe=lambda _asked, value: format_day(date.fromisoformat(value)),
        settings=frozenset({"bounds"}),
        outside=_DAY,
    ),
    QuestionKind.YEAR_MONTH: Kind(
        missing=_l("Enter month and year, like 9 2024."),
        check=_check_month,
        describe=lambda _asked, value: format_month(date.fromisoformat(f"{value}-01")),
        settings=frozenset({"bounds"}),
        outside=_DAY,
    ),
    QuestionKind.COUNTRY: Kind(
        missing=_l("Choose a country."),
        check=_check_country,
        describe=lambda _asked, value: country_name(value),
    ),
    QuestionKind.LANGUAGE: Kind(
        missing=_l("Choose the language."),
        check=_check_language,
        describe=_describe_language,
        cell=lambda _asked, value: f"{value['tag']} {value['level']}",
        normalise=_normalise_language,
    ),
    QuestionKind.EMAIL: Kind(
        missing=_l("Enter an e-mail address, like name@example.org."),
        check=_check_email,
        normalise=lambda _asked, typed, _countries: normalising.normalise_email(typed or None),
    ),
    QuestionKind.PHONE: Kind(
        missing=_l("Enter the phone number with its country code, like +998 90 123 45 67."),
        check=_check_phone,
        normalise=lambda _asked, typed, countries: normalising.normalise_telephone(typed or None, countries),
    ),
    QuestionKind.LINK: Kind(
        missing=_l("Enter the address of a page, like https://shop.example.org."),
        check=_check_link,
        normalise=lambda _asked, typed, _countries: (
            (normalising.normalise_link(typed) or typed) if typed else None
        ),
    ),
    QuestionKind.FILE: Kind(
        missing=_l("Choose a file."),
        # The registry itself names the files; nobody types this answer.
        check=lambda _asked, _value: [],
        describe=lambda _asked, value: ", ".join(each["name"] for each in value),
        cell=lambda _asked, value: ", ".join(each["name"] for each in value),
    ),
    QuestionKind.CONSENT: Kind(
        missing=_l("Choose yes or no."),
        check=_check_consent,
        describe=lambda _asked, value: _("Yes, I agree") if value["agrees"] else _("No, I do not agree"),
        cell=lambda _asked, value: "yes" if value["agrees"] else "no",
        normalise=_normalise_consent,
    ),
}
