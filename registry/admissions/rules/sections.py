"""Sections that repeat: which entries an application has, and questions as they stand in one of them. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from registry.admissions.enums import QuestionKind
from registry.admissions.models import Answer, FormSection, Question
from registry.core.i18n import _, pick_translation

AnswerKey = tuple[str, int]
"""The key of a question and the number of the entry; 1 outside of repeating sections."""

QUESTION, FILE, SECTION = "question-", "file-", "section-"
"""What the names of the pages begin with that ask a question, take files, and add or remove entries."""


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it is asked: once, or in each entry of its section."""

    question: Question
    entry: int = 1
    place: int = 0
    """How many-th entry that is for the reader; 0 outside of repeating sections."""

    @property
    def key(self) -> AnswerKey:
        return self.question.key, self.entry

    @property
    def page(self) -> str:
        return page_key(self.question, self.entry)

    @property
    def entry_name(self) -> str:
        """What its entry is called; empty outside of repeating sections."""
        section = self.question.section
        return name_entry(section, self.place) if self.place and section else ""

    @property
    def labels(self) -> dict[str, str]:
        """Locale -> the question's words, after the name of the entry."""
        texts, section = self.question.labels, self.question.section
        if not self.place or section is None:
            return dict(texts)
        return {
            locale: _("%(entry)s: %(question)s", entry=name_entry(section, self.place, locale), question=text)
            for locale, text in texts.items()
            if text
        }

    @property
    def label(self) -> str:
        """The same in the reader's language, or in the one there is."""
        return str(pick_translation(self.labels)[1])


def asked_by(answer: Answer) -> AskedQuestion:
    """The question of an answer that was sent: its entries are numbered through."""
    question = answer.question
    return AskedQuestion(question, answer.entry, answer.entry if is_repeating(question.section) else 0)


def is_repeating(section: FormSection | None) -> bool:
    """Whether the section is filled in several times."""
    return section is not None and section.is_repeating


def name_entry(section: FormSection, place: int, locale: str | None = None) -> str:
    """What an entry is called: "Shop 2"."""
    if not any(section.entry_labels.values()):
        return _("Entry %(number)s", number=place)
    return _("%(label)s %(number)s", label=pick_translation(section.entry_labels, locale)[1], number=place)


def page_key(question: Question, entry: int = 1) -> str:
    """The page that asks the question."""
    return name_page(FILE if question.kind is QuestionKind.FILE else QUESTION, question.key, entry)


def name_page(prefix: str, key: str, entry: int = 1) -> str:
    """The same for the key of a question that may not be there."""
    return f"{prefix}{key}" + (f"-{entry}" if entry > 1 else "")


def read_page_key(page: str) -> AnswerKey:
    """The question and the entry that a page of questions or files asks for."""
    key, _dash, entry = page.partition("-")[2].partition("-")
    return key, int(entry or 1)


def list_entries(
    section: FormSection, begun: Mapping[str, Sequence[int]], answered: Collection[AnswerKey], keys: set[str]
) -> list[int]:
    """The numbers of the entries there are: those begun, what holds an answer, and as many as are needed.

    A number never moves to another entry while the application is a draft, so a page that is open elsewhere
    cannot write into the wrong one.
    """
    numbers = {*begun.get(section.key, ()), *(entry for key, entry in answered if key in keys)}
    while len(numbers) < (section.least_entries or 0):
        numbers.add(max(numbers, default=0) + 1)
    return sorted(numbers)


def map_entries(
    questions: Iterable[Question], begun: Mapping[str, Sequence[int]], answered: Collection[AnswerKey]
) -> dict[str, list[int]]:
    """Key of each repeating section -> the numbers of its entries."""
    return {
        section.key: list_entries(section, begun, answered, {question.key for question in group})
        for section, group in group_by_section(questions)
        if section is not None and section.is_repeating
    }


def group_by_section(questions: Iterable[Question]) -> list[tuple[FormSection | None, list[Question]]]:
    """The questions of a form in their order, by the sections they stand in."""
    return [(section, list(group)) for section, group in groupby(questions, key=lambda each: each.section)]


def spread(questions: Iterable[Question], entries: Mapping[str, Sequence[int]]) -> list[AskedQuestion]:
    """Every question in every entry, in the order in which they are read."""
    return [
        each
        for section, group in group_by_section(questions)
        for each in spread_section(section, group, entries)
    ]


def spread_section(
    section: FormSection | None, questions: Sequence[Question], entries: Mapping[str, Sequence[int]]
) -> list[AskedQuestion]:
    """The same for the questions of one section."""
    if section is None or not section.is_repeating:
        return [AskedQuestion(question) for question in questions]
    numbers = enumerate(entries.get(section.key, ()), 1)
    return [AskedQuestion(question, entry, place) for place, entry in numbers for question in questions]


def reading_order(answer: Answer) -> tuple[Any, ...]:
    """Where an answer stands among the others."""
    question = answer.question
    return (question.section.position if question.section else 0, answer.entry, question.position)
