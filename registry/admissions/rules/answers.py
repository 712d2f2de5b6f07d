"""What counts as an answer to a question of a form. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from registry.admissions.enums import QuestionKind
from registry.admissions.models import Question
from registry.core.i18n import _, ngettext, pick_translation

LONGEST = {QuestionKind.SHORT_TEXT: 300, QuestionKind.LONG_TEXT: 20_000, QuestionKind.LINK: 300}
"""Characters that are stored at most, by kind."""

LONGEST_WORD = 20
"""Characters of a word at most, blank included, where words are counted: Thai or Khmer has no blanks between them."""

_HAN = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003fffd]")
_HAN_PER_WORD = 2
"""A Chinese word has two characters on average, and no blanks around it."""


def count_words(text: str) -> int:
    """Words as people count them; two Han characters are one."""
    han = len(_HAN.findall(text))
    others = [word for word in _HAN.sub(" ", text).split() if any(each.isalnum() for each in word)]
    return -(-han // _HAN_PER_WORD) + len(others)


def is_answered(value: Any) -> bool:
    """Whether anything was said; No is an answer."""
    return value is not None and value != ""


def why_not_an_answer(question: Question, value: Any) -> str | None:
    """The sentence that says what is wrong with the value, in the reader's language; None for an answer."""
    if not is_answered(value):
        return _missing(question) if question.is_required else None
    if question.kind is QuestionKind.YES_NO:
        return None if isinstance(value, bool) else _("Choose yes or no.")
    if question.kind is QuestionKind.FILE:
        return None
    if not isinstance(value, str):
        return _missing(question)
    if question.kind is QuestionKind.CHOICE:
        return None if value in {option["value"] for option in question.options} else _missing(question)
    return _why_no_text(question, value)


def _missing(question: Question) -> str:
    if question.kind is QuestionKind.YES_NO:
        return _("Choose yes or no.")
    if question.kind is QuestionKind.CHOICE:
        return _("Choose one of the answers.")
    if question.kind is QuestionKind.LINK:
        return _("Enter the address of a page, like https://shop.example.org.")
    if question.kind is QuestionKind.FILE:
        return _("Choose a file.")
    return _("Write your answer.")


def _why_no_text(question: Question, value: str) -> str | None:
    longest = LONGEST[question.kind]
    if question.max_words:
        longest = min(longest, question.max_words * LONGEST_WORD)
    if len(value) > longest:
        return _("This is too long: shorten it to %(number)s characters.", number=longest)
    if question.max_words and (words := count_words(value)) > question.max_words:
        return ngettext(
            "Your answer is %(num)s word too long.",
            "Your answer is %(num)s words too long.",
            words - question.max_words,
        )
    if question.kind is QuestionKind.LINK and normalise_link(value) is None:
        return _missing(question)
    return None


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


def label_of(question: Question) -> tuple[str, str]:
    """Locale and text of the question, the reader's language first."""
    return pick_translation(question.labels)


def describe_answer(question: Question, value: Any) -> str:
    """The answer in words; empty where there is none."""
    if not is_answered(value):
        return ""
    if question.kind is QuestionKind.YES_NO:
        return _("Yes") if value else _("No")
    if question.kind is QuestionKind.CHOICE:
        labels: Mapping[str, Mapping[str, str]] = {
            option["value"]: option["labels"] for option in question.options
        }
        return str(pick_translation(labels[value])[1]) if value in labels else str(value)
    if question.kind is QuestionKind.FILE:
        return ", ".join(each["name"] for each in value)
    return str(value)
