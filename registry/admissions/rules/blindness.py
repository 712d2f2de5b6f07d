"""What a reviewer reads of an application: an allow-list of fields, and texts without names. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.admissions.enums import AgeBand, QuestionKind, Sensitivity
from registry.admissions.models import Answer, Application, Question
from registry.admissions.rules.answers import describe_answer
from registry.admissions.rules.attachments import read_files
from registry.admissions.rules.profile import Background, read_background
from registry.admissions.rules.sections import asked_by
from registry.core.i18n import _l

HIDDEN = _l("[hidden]")

IDENTIFYING = frozenset({QuestionKind.LINK, QuestionKind.EMAIL, QuestionKind.PHONE, QuestionKind.FILE})
"""What cannot be read without learning whose it is: a blind cohort's reviewers get none of it."""

_MAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_ADDRESS = r"(?:https?://|www\.)\S+"
_PHONE = r"\+?\d(?:[\s().-]{0,2}\d){7,}"
_HANDLE = r"(?<![\w@])@\w{3,}"
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_NAMES = ("family_name", "given_names", "patronymic", "native_name", "latin_name", "certificate_name")
_INFLECTED_FROM = 4
"""Names of so many letters are also found with another ending: Slavic and Turkic names are inflected."""
_VOWELS = frozenset("аеёиоуыэюяәіөүұaeiouy")


@dataclass(frozen=True)
class ReviewSheet:
    """All that a reviewer's page gets. In a blind cohort `name`, `member_state` and `age_band` are None."""

    code: str
    name: str | None
    member_state: str | None
    age_band: AgeBand | None
    background: Background
    answers: Sequence[tuple[dict[str, str], Any]]
    """The question's labels, and what was answered: words, or files."""
    corrections: Sequence[Any] = ()
    """What was asked for again, with what stood there before and now."""


def make_review_sheet(application: Application, answers: Iterable[Answer]) -> ReviewSheet:
    """What the cohort lets its reviewers read; a blind one hides name, state, age, links, files and addresses."""
    is_blind = application.cohort.is_blind
    names = collect_names(application) if is_blind else []
    return ReviewSheet(
        code=application.code,
        name=None if is_blind else application.listed_name,
        member_state=None if is_blind else application.member_state,
        age_band=None if is_blind else application.age_band,
        background=read_background(application),
        answers=[
            (labels, mask(said, names) if is_blind else said)
            for labels, said in (
                read_answer(answer)
                for answer in answers
                if is_for_reviewers(answer.question, is_blind=is_blind)
            )
        ],
    )


def is_for_reviewers(question: Question, *, is_blind: bool) -> bool:
    """Whether the reviewers of the cohort may read the answer at all."""
    hidden = question.kind in IDENTIFYING or question.sensitivity is not Sensitivity.ORDINARY
    return question.reviewer_sees and not (is_blind and hidden)


def read_answer(answer: Answer) -> tuple[dict[str, str], Any]:
    """The question's labels, after the name of its entry, and what was answered: words, or files."""
    return asked_by(answer).labels, read_value(answer.question, answer.value)


def read_value(question: Question, value: Any) -> Any:
    """Words or files, for a value that is or was an answer to the question."""
    if question.kind is QuestionKind.FILE:
        return read_files(value)
    return describe_answer(question, value)


def collect_names(application: Application) -> list[str]:
    """Every part of every form of the applicant's name that could give the person away in a text."""
    forms = [application.listed_name, application.search_name]
    forms += [str(application.profile.get(key) or "") for key in _NAMES]
    # In Han script a text joins what the fields keep apart.
    forms += [re.sub(r"\s+", "", form) for form in forms if _HAN.search(form)]
    parts = {part.casefold() for form in forms for part in re.split(r"[\s,.·•\-]+", form)}
    return sorted((part for part in parts if len(part) > 1), key=lambda part: (-len(part), part))


def mask(value: Any, names: Sequence[str]) -> Any:
    """The text, or each of several, with names, addresses, telephone numbers and handles replaced."""
    if isinstance(value, list):
        return [mask(each, names) for each in value]
    if not isinstance(value, str):
        return value
    patterns = [_MAIL, _ADDRESS, _PHONE, _HANDLE, *(_name_pattern(name) for name in names)]
    return re.sub("|".join(patterns), str(HIDDEN), value, flags=re.IGNORECASE)


def _name_pattern(name: str) -> str:
    text = re.escape(name)
    if _HAN.search(name):
        return text
    if len(name) < _INFLECTED_FROM:
        return rf"(?<!\w){text}(?!\w)"
    stem = re.escape(name[:-1]) if name[-1] in _VOWELS else text
    return rf"(?<!\w){stem}\w{{0,4}}(?!\w)"
