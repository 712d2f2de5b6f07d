"""Answers to the questions of a form, whatever their kind. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.admissions.enums import QuestionKind
from registry.admissions.models import Question
from registry.admissions.rules.entries import ENTRY_KINDS
from registry.admissions.rules.kinds import BASIC, Asked, Described, Fault, Kind, is_answered
from registry.admissions.rules.normalising import Countries
from registry.core.i18n import pick_translation

KINDS: Mapping[QuestionKind, Kind] = {**BASIC, **ENTRY_KINDS}


def find_faults(asked: Asked, value: Any) -> list[Fault]:
    """Everything that keeps the value from being an answer; empty for an answer."""
    return KINDS[asked.kind].find_faults(asked, value)


def why_not_an_answer(asked: Asked, value: Any) -> str | None:
    """The sentence that says what is wrong with the value, in the reader's language; None for an answer."""
    return next((fault.sentence for fault in find_faults(asked, value)), None)


def normalise_answer(asked: Asked, typed: Any, countries: Countries = ()) -> Any:
    """What was typed as it is stored; telephone numbers are read as those of the countries."""
    return KINDS[asked.kind].normalise(asked, typed, countries)


def describe_bounds(asked: Asked) -> str:
    """Between what the answer must lie, in one sentence; empty without bounds."""
    return KINDS[asked.kind].describe_bounds(asked)


def label_of(question: Question) -> tuple[str, str]:
    """Locale and text of the question, the reader's language first."""
    return pick_translation(question.labels)


def describe_answer(asked: Asked, value: Any) -> Described:
    """The answer in words; empty where there is none. What is no answer yet reads as it was typed."""
    if not is_answered(value):
        return ""
    if KINDS[asked.kind].check(asked, value):
        return _as_typed(value)
    return KINDS[asked.kind].describe(asked, value)


def make_cell(asked: Asked, value: Any) -> Any:
    """The answer in a file, the same in every language."""
    if not is_answered(value):
        return ""
    if KINDS[asked.kind].check(asked, value):
        # Answered in a version that asked otherwise.
        said = _as_typed(value)
        return "; ".join(said) if isinstance(said, list) else said
    return KINDS[asked.kind].cell(asked, value)


def _as_typed(value: Any) -> Described:
    if isinstance(value, Mapping):
        return ", ".join(str(each) for each in value.values() if is_answered(each))
    if isinstance(value, list):
        return [str(_as_typed(each)) for each in value]
    return str(value)
