"""What people type, as it is stored: numbers, amounts, addresses, telephone numbers. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from registry.accounts.rules import clean_email
from registry.core.errors import InvalidInput
from registry.core.forms import plain_digits
from registry.core.i18n import current_locale, minor_units
from registry.people.rules import normalise_phone

Countries = Iterable[str | None]

_GROUPING = re.compile(r"[\s'’_\u066c]")
_POINTS = str.maketrans({"\u066b": ".", "、": ",", "−": "-"})
_MOST_DIGITS, _MOST_DECIMALS = 12, 4
_COMMA_IS_DECIMAL = {"ru"}
"""Languages in which 1,500 is one and a half; in others it is one thousand five hundred."""


def normalise_number(typed: Any) -> Any:
    """A whole number or a decimal one; what cannot be read as one stays as it was typed.

    Digits and signs of any script are read. A single comma before exactly three digits separates thousands,
    unless the reader's language writes decimals so.
    """
    if not isinstance(typed, str):
        return typed
    number = _read_decimal(typed)
    if number is None:
        return typed
    return int(number) if number == number.to_integral_value() else float(number)


def _read_decimal(typed: str) -> Decimal | None:
    text = plain_digits(_GROUPING.sub("", unicodedata.normalize("NFKC", typed).translate(_POINTS)))
    text = _drop_grouping(text)
    match = re.fullmatch(r"[+-]?(\d+)(?:\.(\d+))?", text, re.ASCII)
    if match is None or len(match[1]) > _MOST_DIGITS or len((match[2] or "").rstrip("0")) > _MOST_DECIMALS:
        return None
    return Decimal(text)


def _drop_grouping(text: str) -> str:
    """The text with a point before its decimals, and no other separators."""
    if "," in text and "." in text:
        last = max(text.rfind(","), text.rfind("."))
        return re.sub("[,.]", "", text[:last]) + "." + text[last + 1 :]
    for sign in ",.":
        if text.count(sign) > 1:
            return text.replace(sign, "")
    groups = re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text, re.ASCII)
    if groups and current_locale() not in _COMMA_IS_DECIMAL:
        return text.replace(",", "")
    return text.replace(",", ".")


def normalise_money(amount: str, currency: str) -> Any:
    """{"minor", "currency"}; what cannot be read stays as typed, as {"amount", "currency"}; None for nothing."""
    if not amount:
        return None
    number = _read_decimal(amount)
    minor = minor_units(number, currency) if number is not None and currency else None
    if minor is None:
        return {"amount": amount, "currency": currency}
    return {"minor": minor, "currency": currency}


def normalise_email(typed: Any) -> Any:
    """The address as it is stored; what is none stays as it was typed."""
    if not isinstance(typed, str):
        return typed
    return clean_email(unicodedata.normalize("NFKC", typed)) or typed


def is_email(text: str) -> bool:
    """Whether mail could be addressed so."""
    return clean_email(text) == text


def normalise_telephone(typed: Any, countries: Countries) -> Any:
    """E.164, read as a number of one of the countries; what is none stays as it was typed."""
    if not isinstance(typed, str):
        return typed
    try:
        return normalise_phone(unicodedata.normalize("NFKC", typed), countries)
    except InvalidInput:
        return typed


def normalise_link(typed: str) -> str | None:
    """An http(s) address as it is stored; None for what is none. A missing https:// is added."""
    if any(character.isspace() for character in typed):
        return None
    text = typed if re.match("[a-zA-Z][a-zA-Z0-9+.-]*:", typed) and "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return None
    is_web = parts.scheme.lower() in {"http", "https"} and re.fullmatch(r"[\w-]+(\.[\w-]+)+\.?", host)
    return text if is_web and parts.username is None else None
