"""What a form consists of, what it lacks, and how two versions of it differ. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.admissions.models import FormSection, FormVersion, Question
from registry.admissions.rules.answers import KINDS
from registry.admissions.rules.asking import Conditional, name_of, why_not_a_condition
from registry.core.i18n import LOCALES, _, _l

KEY_LENGTH = 40
LEAST_OPTIONS = 2
FROZEN = _l("This version was published, so it never changes. Begin a new version instead.")


@dataclass(frozen=True)
class Completeness:
    """How many of the form's texts are there in one language."""

    locale: str
    done: int
    total: int

    @property
    def missing(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class FormDifference:
    """Questions by what became of them, in the order of the newer form; removed ones in that of the older."""

    added: Sequence[Question]
    changed: Sequence[Question]
    removed: Sequence[Question]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def group_questions(version: FormVersion) -> list[tuple[FormSection | None, list[Question]]]:
    """Each section with its questions; first, without one, the questions that stand in none."""
    groups: dict[int | None, tuple[FormSection | None, list[Question]]] = {None: (None, [])}
    groups |= {section.id: (section, []) for section in version.sections}
    for question in version.questions:
        groups[question.section_id][1].append(question)
    return [group for key, group in groups.items() if key is not None or group[1]]


def measure_completeness(version: FormVersion) -> list[Completeness]:
    """Per language of the site: of all texts that stand in any language, how many stand in this one."""
    texts = [text for text in _list_texts(version) if any(text.values())]
    return [
        Completeness(locale, sum(bool(text.get(locale)) for text in texts), len(texts)) for locale in LOCALES
    ]


def _list_texts(version: FormVersion) -> Iterator[Mapping[str, str]]:
    for section in version.sections:
        yield from (section.titles, section.intros, section.entry_labels)
    for question in version.questions:
        yield from (question.labels, question.helps, question.units)
        yield from (option["labels"] for option in question.options)


def list_obstacles(version: FormVersion) -> list[str]:
    """The sentences that say why the form cannot be published yet."""
    if not version.questions:
        return [_("The form has no questions yet.")]
    lacking = [
        _("“%(question)s” needs at least two answers to choose from.", question=name_of(question))
        for question in version.questions
        if "options" in KINDS[question.kind].settings and len(question.options) < LEAST_OPTIONS
    ]
    parts: list[Conditional] = [*version.sections, *version.questions]
    unjudged = [why_not_a_condition(condition, part) for part in parts for condition in part.conditions]
    return [*lacking, *filter(None, unjudged)]


def compare_forms(older: FormVersion, newer: FormVersion) -> FormDifference:
    """How the newer version differs, question by question, joined by their keys."""
    before = {question.key: question for question in older.questions}
    after = {question.key: question for question in newer.questions}
    return FormDifference(
        added=[question for key, question in after.items() if key not in before],
        changed=[
            question
            for key, question in after.items()
            if key in before and _content(question) != _content(before[key])
        ],
        removed=[question for key, question in before.items() if key not in after],
    )


def _content(question: Question) -> tuple[Any, ...]:
    """What an applicant would notice."""
    names = (
        "kind",
        "labels",
        "helps",
        "options",
        "units",
        "currency",
        "is_required",
        "max_words",
        "least",
        "most",
    )
    section = question.section
    entries = (section.least_entries, section.most_entries) if section else (None, None)
    conditions = [*question.conditions, *(section.conditions if section else ())]
    return (
        *(getattr(question, name) for name in names),
        entries,
        [
            (each.alternative, each.subject, each.operator, each.values, each.source and each.source.key)
            for each in conditions
        ],
    )


def make_key(text: str, taken: Collection[str]) -> str:
    """A key made of the text's Latin letters and digits that is not taken yet."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: KEY_LENGTH - 3].strip("_") or "question"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def is_key(text: str) -> bool:
    """Whether the text can be a key: small Latin letters, digits and underscores."""
    return len(text) <= KEY_LENGTH and bool(re.fullmatch(r"[a-z][a-z0-9_]*", text))
