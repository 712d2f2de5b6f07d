"""A form tried out: an application that nobody makes and nothing stores. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, FormSection, Question
from registry.admissions.rules.journey import Journey, Page
from registry.admissions.rules.sections import FILE, QUESTION, SECTION, AnswerKey, spread
from registry.people.models import Citizenship, Person


@dataclass(frozen=True)
class Trial:
    """Who the invented applicant is, and what was entered so far."""

    age: int | None = None
    """On the day that counts for the cohort; None hides nothing."""
    country: str = ""
    answers: Mapping[AnswerKey, Any] = field(default_factory=dict)
    entries: Mapping[str, list[int]] = field(default_factory=dict)
    saved_pages: Sequence[str] = ()

    def say(self, key: AnswerKey, value: Any, *, page: str) -> "Trial":
        """With another answer; None for none."""
        said = {**self.answers, key: value}
        return replace(self, answers={each: said[each] for each in said if said[each] is not None}).save(page)

    def save(self, page: str) -> "Trial":
        """With one more page that was gone on from."""
        return replace(self, saved_pages=[*dict.fromkeys([*self.saved_pages, page])])

    def set_entries(self, section: FormSection, numbers: list[int]) -> "Trial":
        """With these entries of the section."""
        saved = [page for page in self.saved_pages if page != f"{SECTION}{section.key}"]
        return replace(self, entries={**self.entries, section.key: numbers}, saved_pages=saved)

    def store(self, questions: Sequence[Question]) -> list[Any]:
        """As plain JSON, with the kinds of the questions, so that an answer to another one is known."""
        kinds = {question.key: question.kind.value for question in questions}
        said = [[*key, kinds[key[0]], value] for key, value in self.answers.items() if key[0] in kinds]
        return [said, dict(self.entries), list(self.saved_pages)]

    @classmethod
    def restore(cls, stored: Any, questions: Sequence[Question], **who: Any) -> "Trial":
        """What `store` gave; the form may have changed since."""
        said, entries, saved = stored
        kinds = {question.key: question.kind.value for question in questions}
        answers = {(key, entry): value for key, entry, kind, value in said if kinds.get(key) == kind}
        return cls(**who, answers=answers, entries=entries, saved_pages=saved)


class TrialJourney(Journey):
    """The way of the invented applicant: the pages of the form, without those about the person."""

    @property
    def pages(self) -> list[Page]:
        return [page for page in super().pages if page.key.startswith((QUESTION, FILE, SECTION))]


def make_application(trial: Trial) -> Application:
    """What the rules look at of an application; it belongs to no session."""
    return Application(
        status=ApplicationStatus.DRAFT,
        member_state="",
        entries=dict(trial.entries),
        saved_pages=list(trial.saved_pages),
    )


def make_person(trial: Trial, age_on: date) -> Person:
    """Somebody whose birthday is the day on which the age counts, with one country."""
    born = age_on.year - trial.age if trial.age is not None else None
    return Person(
        birth_year=born,
        birth_month=age_on.month if born else None,
        birth_day=min(age_on.day, 28) if born else None,
        citizenships=[Citizenship(country=trial.country)] if trial.country else [],
        residence=trial.country or None,
        languages=[],
        family_name="",
        given_names="",
    )


def drop_unasked(trial: Trial, journey: Journey) -> Trial:
    """Without answers to what is not asked, or not any more."""
    asked = {each.key for each in journey.asked}
    answers = {key: value for key, value in trial.answers.items() if key in asked}
    entries = {key: numbers for key, numbers in trial.entries.items() if key in journey.repeating}
    return replace(trial, answers=answers, entries=entries)


def drop_entry(trial: Trial, journey: Journey, section: FormSection, number: int) -> Trial:
    """Without an entry of the section and what was answered there."""
    numbers = [each for each in journey.entries[section.key] if each != number]
    gone = {
        each.key
        for each in spread(journey.questions, journey.entries)
        if each.question.section is section and each.entry == number
    }
    kept = {key: value for key, value in trial.answers.items() if key not in gone}
    return replace(trial, answers=kept).set_entries(section, numbers)
