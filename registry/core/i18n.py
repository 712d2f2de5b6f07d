"""Languages: the reader's locale, translated enums, and how dates, numbers and names are written."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_name,
    get_currency_precision,
    get_territory_currencies,
)
from babel.units import format_unit
from flask import g
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup, escape
from wtforms import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs (3.2).

LOCALES: dict[str, str] = {"en": "English", "ru": "Русский", "zh": "中文"}
"""Locale -> its own name, in the order of the language menu."""

# fmt: off
LANGUAGE_TAGS = (
    "am", "ar", "az", "be", "bn", "en", "fa", "fr", "ha", "hi", "hy", "id", "kk",
    "km", "ko", "ky", "lo", "mn", "ms", "my", "ne", "ps", "pt", "ru", "si", "sw",
    "ta", "tg", "th", "tk", "tl", "tr", "ug", "uk", "ur", "uz", "vi", "zh",
)
# fmt: on
"""BCP 47 tags of the languages to choose from."""

HTML_LANGUAGE = {"zh": "zh-Hans"}

FORMATS = {"en": "en_GB"}
"""Locale -> the one whose dates and numbers it uses: our English writes 30 June 2027."""

LONG_DATES = {"ru": "d MMMM y"}
"""Locale -> pattern instead of CLDR's long date: the Russian one ends in “г.”, and its stop would double a sentence's."""

_IGNORED = frozenset("-‐‑‒–—'’‘ʻʼ`´")

babel = flask_babel.Babel()
_ = gettext
_l = lazy_gettext

_territory_overrides: dict[tuple[str, str], str] = {}
_phrases: dict[tuple[str, str], str] = {}


class Labelled(StrEnum):
    """A StrEnum whose members carry a translated label: `DRAFT = "draft", _l("Draft")`."""

    label: Any

    def __new__(cls, value: str, label: Any = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member with this value. Errors: ValueError."""
        members: Any = cls  # Type checkers take the call for one of `__new__`.
        found: Self = members(value)
        return found

    @classmethod
    def choices(cls) -> list[SelectChoice]:
        """For a select field, in the order of definition."""
        return [SelectChoice(value=member.value, label=member.label) for member in cls]


def current_locale() -> str:
    """The reader's locale as one of the keys of LOCALES (or a test's pseudo-locale)."""
    locale = flask_babel.get_locale()
    return str(locale).split("_")[0] if locale else "en"


def _formats() -> str:
    locale = current_locale()
    return FORMATS.get(locale, locale)


def match_locale(accepted: Any) -> str:
    """The best of LOCALES for werkzeug's accepted languages; English when none fits."""
    return accepted.best_match(list(LOCALES)) or "en"


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """Render inside the block in `locale`, whoever is asking: for mail."""
    with flask_babel.force_locale(locale):
        yield


def speak(locale: str) -> None:
    """Answer this request in `locale`, whatever the browser reads: for pages that know their reader."""
    if locale in LOCALES:
        g.locale = locale
        flask_babel.refresh()


def html_language(locale: str | None = None) -> str:
    """BCP 47 tag for the `lang` attribute."""
    locale = locale or current_locale()
    return HTML_LANGUAGE.get(locale, locale)


def text_direction(locale: str | None = None) -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return Locale.parse(locale or current_locale()).text_direction


def pick_translation(texts: Mapping[str, Any], locale: str | None = None) -> tuple[str, Any]:
    """The locale and text to show out of locale -> text: the reader's, else English, else any.

    Errors: KeyError when there is no text at all.
    """
    for candidate in (locale or current_locale(), "en", *sorted(texts)):
        if texts.get(candidate):
            return candidate, texts[candidate]
    raise KeyError("no text in any language")


def show_translation(texts: Mapping[str, str]) -> Markup:
    """What authors wrote, in the reader's language; marked with its own where that is another one."""
    locale, text = pick_translation(texts)
    if locale == current_locale():
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(html_language(locale), text)


def override_territory_names(overrides: Mapping[tuple[str, str], str]) -> None:
    """Use other names than CLDR's for (locale, ISO 3166-1 alpha-2)."""
    _territory_overrides.clear()
    _territory_overrides.update(overrides)


def country_name(code: str | None, locale: str | None = None) -> str:
    """The name of an ISO 3166-1 alpha-2 code in the reader's language; the code itself if unknown."""
    if not code:
        return ""
    locale = locale or current_locale()
    override = _territory_overrides.get((locale, code))
    return override or Locale.parse(locale).territories.get(code) or code


def use_phrases(phrases: Mapping[tuple[str, str], str]) -> None:
    """Translate recurring texts of the reference data: (locale, text as stored) -> what readers see."""
    _phrases.clear()
    _phrases.update(phrases)


def phrase(text: str | None, locale: str | None = None) -> str:
    """A recurring text of the reference data in the reader's language; itself where nobody translated it."""
    return _phrases.get((locale or current_locale(), text or ""), text or "")


def language_name(tag: str | None, locale: str | None = None) -> str:
    """The name of a BCP 47 language tag in the reader's language."""
    if not tag:
        return ""
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale or current_locale()) or tag
    except (ValueError, LookupError):
        return tag


def list_languages() -> list[tuple[str, str]]:
    """Tag and name of the languages to choose from, by the reader's alphabet."""
    named = [(tag, language_name(tag)) for tag in LANGUAGE_TAGS]
    return sorted(named, key=lambda each: sort_key(each[1]))


def sort_key(text: str, locale: str | None = None) -> tuple[str, str]:
    """A key for alphabetical order in the reader's language; folds case and accents, Ё counts as Е.

    In Chinese: by pinyin, which is the order of GB 18030 for the characters of names in common use.
    """
    if (locale or current_locale()) == "zh":
        return (text.encode("gb18030", "replace").hex(), text)
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    # The breve stays: it makes й of и, which is another letter.
    letters = (each for each in folded if not unicodedata.combining(each) or each == "\u0306")
    return (unicodedata.normalize("NFC", "".join(letters)), text)


def fold(text: str) -> str:
    """For searching: case, accents, hyphens and apostrophes do not matter, and Ё is Е."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in folded if not unicodedata.combining(each) and each not in _IGNORED)


def format_day(value: date | None) -> str:
    """27 March 2007, in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        raise TypeError("an instant needs a zone: use format_instant")
    return format_date(value, format=LONG_DATES.get(current_locale(), "long"), locale=_formats())


def format_short_day(value: date | None) -> str:
    """27 Mar 2007, in the reader's language: where long dates would crowd out the figures beside them."""
    return format_date(value, format="medium", locale=_formats()) if value else ""


def format_month(value: date) -> str:
    """September 2024, in the reader's language."""
    return format_skeleton("yMMMM", value, locale=_formats())


def format_instant(value: datetime | None, zone: str = "UTC") -> str:
    """Day, time and offset in the IANA zone: 27 March 2027, 18:05 (UTC+5)."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    return _(
        "%(date)s, %(time)s (%(offset)s)",
        date=format_day(local.date()),
        time=format_time(local, "HH:mm", locale=_formats()),
        offset=format_offset(local),
    )


def format_deadline(value: datetime | None, zone: str = "UTC") -> str:
    """23:59 on 30 June 2027, Tashkent time (UTC+5). The end of a day is told as its last minute."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        local -= timedelta(minutes=1)
    return _tell_with_city(local, zone)


def format_opening(value: datetime | None, zone: str = "UTC") -> str:
    """09:00 on 3 June 2027, Tashkent time (UTC+5). A beginning at 00:00 is the first minute of its day."""
    return "" if value is None else _tell_with_city(value.astimezone(ZoneInfo(zone)), zone)


def _tell_with_city(local: datetime, zone: str) -> str:
    values = {
        "time": format_time(local, "HH:mm", locale=_formats()),
        "date": format_day(local.date()),
        "offset": format_offset(local),
    }
    if zone == "UTC":
        return _("%(time)s on %(date)s, UTC", **values)
    return _("%(time)s on %(date)s, %(city)s time (%(offset)s)", city=zone_city(zone), **values)


def format_offset(local: datetime) -> str:
    """UTC+5, UTC−3:30 or UTC of an aware datetime."""
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def zone_city(zone: str) -> str:
    """The city that stands for an IANA zone, in the reader's language."""
    return get_timezone_location(zone, locale=current_locale(), return_city=True) or zone


def format_number(value: int | float | Decimal | None, digits: int | None = None) -> str:
    """A number with the reader's separators; `digits` after the point, at most three by default."""
    if value is None:
        return ""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_formats())


def format_share(value: float | None, digits: int = 0) -> str:
    """A fraction from 0 to 1 as percent."""
    if value is None:
        return ""
    return format_percent(
        value, format="#,##0" + ("." + "0" * digits if digits else "") + "%", locale=_formats()
    )


def major_units(minor: int, currency: str) -> Decimal:
    """An amount in minor units (cents) as the currency writes it."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def minor_units(amount: Decimal, currency: str) -> int | None:
    """The amount in minor units; None where it is finer than the currency."""
    minor = amount.scaleb(get_currency_precision(currency))
    return int(minor) if minor == minor.to_integral_value() else None


def list_currencies(countries: Iterable[str]) -> list[tuple[str, str]]:
    """ISO 4217 code and name of what is paid with in the countries, by the reader's alphabet."""
    codes = {currency for country in countries for currency in get_territory_currencies(country)}
    named = [(code, get_currency_name(code, locale=current_locale())) for code in codes]
    return sorted(named, key=lambda each: sort_key(each[1]))


def format_money(minor: int, currency: str) -> str:
    """An amount in minor units of an ISO 4217 currency, with the currency's sign."""
    return format_currency(major_units(minor, currency), currency, locale=_formats())


def format_bytes(number: int) -> str:
    """The size of a file: 1.2 MB, or 84 kB below a tenth of one."""
    if number < 100_000:
        return format_unit(max(1, round(number / 1024)), "digital-kilobyte", "short", locale=_formats())
    return format_unit(number / 1024**2, "digital-megabyte", "short", "#,##0.0", locale=_formats())


def format_listing(items: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    """Words in a row as the reader's language strings them together; style `standard` (and) or `or`."""
    return format_list([str(item) for item in items], style=style, locale=_formats())


def iso_instant(value: datetime | None) -> str:
    """ISO 8601 in UTC, for `datetime` attributes and machine formats."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""


def is_script(text: str, script: str) -> bool:
    """Whether every letter of `text` belongs to the script (`latin`, `cyrillic` or `han`)."""
    ranges = {"latin": r"A-Za-zÀ-ɏḀ-ỿ", "cyrillic": r"Ѐ-ԯ", "han": r"㐀-䶿一-鿿々〇"}
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and all(re.match(f"[{ranges[script]}]", letter) for letter in letters)


FILTERS = {
    "date": format_day,
    "short_date": format_short_day,
    "datetime": format_instant,
    "time_with_zone": format_deadline,
    "opening_with_zone": format_opening,
    "number": format_number,
    "percent": format_share,
    "country": country_name,
    "language": language_name,
    "phrase": phrase,
    "translated": show_translation,
    "plain_translation": lambda texts: pick_translation(texts)[1],
    "in_best_language": pick_translation,
    "html_language": html_language,
    "money": format_money,
    "iso": iso_instant,
    "bytes": format_bytes,
    "listing": format_listing,
    "zone_city": zone_city,
}

__all__ = ["FILTERS", "LOCALES", "Labelled", "SelectChoice", "_", "_l", "gettext", "lazy_gettext", "ngettext"]
