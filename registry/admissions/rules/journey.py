"""The way to an application: which pages it has, which of them are done, and what is sent. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.admissions.enums import PageStatus
from registry.admissions.models import Application, FormSection, Question
from registry.admissions.rules import eligibility
from registry.admissions.rules.answers import why_not_an_answer
from registry.admissions.rules.asking import AskedPart, Situation, select_parts
from registry.admissions.rules.eligibility import Birth, Conditions, Facts, Standings
from registry.admissions.rules.kinds import is_answered
from registry.admissions.rules.sections import (
    SECTION,
    AnswerKey,
    AskedQuestion,
    is_repeating,
    map_entries,
)
from registry.catalogue.enums import NominationMode, QuotaBasis
from registry.catalogue.models import Cohort
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent, Guardianship, Person
from registry.people.rules import plain

PURPOSES = (ConsentPurpose.APPLICATION, ConsentPurpose.FOLLOW_UP)
"""What applicants are asked to agree to, each on a page of its own."""

CONSENT = "consent-"

_NOT_STARTED, _IN_PROGRESS, _DONE = PageStatus.NOT_STARTED, PageStatus.IN_PROGRESS, PageStatus.DONE


@dataclass(frozen=True)
class Journey:
    """An application on its way, with everything the rules look at."""

    application: Application
    person: Person
    cohort: Cohort
    conditions: Conditions
    questions: Sequence[Question]
    answers: Mapping[AnswerKey, Any]
    """Question key and entry -> value."""
    consents: Mapping[ConsentPurpose, Consent]
    guardianship: Guardianship | None
    age_of_consent: int
    """From which age the member state lets young people consent alone."""
    today: date
    """The day in the host's zone."""
    title: str
    """Of the programme, in the reader's language."""
    cohort_name: str
    nominating_state: str = ""
    """The state that has invited the applicant: whose seat it is cannot be chosen then."""
    standings: Standings = field(default_factory=dict)
    """Of the blocs that conditions of questions name."""

    @property
    def is_minor(self) -> bool:
        """Whether a guardian must consent; False while the date of birth is not known."""
        birth = birth_of(self.person)
        return birth is not None and eligibility.may_be_under(birth, self.age_of_consent, self.today)

    @property
    def states(self) -> tuple[str, ...]:
        """The states whose seat this person may ask for."""
        if self.nominating_state:
            return (self.nominating_state,)
        return eligibility.list_qualifying_states(self.conditions, facts_of(self.person))

    @property
    def member_state(self) -> str:
        """Whose seat it would be; empty while it must still be chosen."""
        if self.nominating_state:
            return self.nominating_state
        return choose_state(self.person, self.application.member_state, self.conditions)

    @property
    def facts(self) -> Facts:
        return facts_of(self.person, self.member_state)

    @property
    def entries(self) -> Mapping[str, Sequence[int]]:
        """Key of each repeating section -> the numbers of its entries."""
        return map_entries(self.questions, self.application.entries, self.answers)

    @property
    def parts(self) -> list[AskedPart]:
        """What this person is asked, by sections."""
        birth = birth_of(self.person)
        age = eligibility.compute_age(birth, self.conditions.age_on) if birth else None
        situation = Situation(age=age, state=self.member_state, standings=self.standings)
        return select_parts(self.questions, self.answers, situation, self.entries)

    @property
    def repeating(self) -> set[str]:
        """The keys of the repeating sections that this person is asked."""
        sections = (part.section for part in self.parts)
        return {section.key for section in sections if section is not None and section.is_repeating}

    @property
    def asked(self) -> list[AskedQuestion]:
        """The questions that this person is asked."""
        return [each for part in self.parts for each in part.questions]

    def list_entry_pages(self, page: str) -> set[str]:
        """The pages of the same entry of a repeating section; none for a page outside of one."""
        return {
            each.page
            for part in self.parts
            for asked in part.questions
            if asked.page == page and asked.place
            for each in part.questions
            if each.entry == asked.entry
        }

    @property
    def is_fixed(self) -> bool:
        """Whether the form asks everybody the same, once."""
        return not any(
            each.conditions or (each.section and (each.section.conditions or is_repeating(each.section)))
            for each in self.questions
        )

    @property
    def pages(self) -> list["Page"]:
        """Every page in the order of the task list."""
        return list(_list_pages(self))

    @property
    def missing(self) -> list["Page"]:
        """The pages without which the application cannot be sent."""
        return [page for page in self.pages if page.blocks]


@dataclass(frozen=True)
class Page:
    """A page and how far it is."""

    key: str
    status: PageStatus
    is_optional: bool = False

    @property
    def blocks(self) -> bool:
        """Whether the application cannot be sent without it."""
        return self.status is not _DONE and not (self.is_optional and self.status is _NOT_STARTED)


def birth_of(person: Person) -> Birth | None:
    """The date of birth as far as it is known."""
    if person.birth_year is None:
        return None
    return Birth(person.birth_year, person.birth_month, person.birth_day)


def facts_of(person: Person, member_state: str = "") -> Facts:
    """What the eligibility rules ask about the person."""
    return Facts(
        birth=birth_of(person),
        citizenships=person.citizenship_codes,
        residence=person.residence,
        member_state=member_state or None,
        education=person.education,
        languages=person.language_levels or None,
    )


def choose_state(person: Person, chosen: str, conditions: Conditions) -> str:
    """Whose seat it would be: the state chosen, or the only one there is. Empty while a choice is due.

    Somebody whose countries do not qualify keeps the first of them: the rules then say no, in words.
    """
    states = eligibility.list_qualifying_states(conditions, facts_of(person))
    if states:
        return chosen if chosen in states else (states[0] if len(states) == 1 else "")
    by_residence = conditions.quota_basis is QuotaBasis.RESIDENCE
    return (person.residence or "") if by_residence else next(iter(person.citizenship_codes), "")


def needs_endorsement(cohort: Cohort) -> bool:
    """Whether a focal point must speak for each applicant after the application."""
    return cohort.nomination is NominationMode.APPLY_THEN_ENDORSE


def freeze_profile(person: Person) -> dict[str, Any]:
    """The person's particulars as they are sent."""
    names = (
        *("family_name", "given_names", "patronymic", "native_name", "latin_name", "born_on", "sex"),
        *("citizenship_codes", "residence", "settlement", "education", "occupation", "language_levels"),
        *("email", "phone", "locale", "zone"),
    )
    return {name: plain(getattr(person, name)) for name in names}


def _list_pages(journey: Journey) -> Iterator[Page]:
    person, saved = journey.person, frozenset(journey.application.saved_pages)
    named = bool(person.family_name or person.given_names)
    yield Page("names", _progress(named, not journey.cohort.needs_latin_name or person.latin_name))
    yield Page("birth", _progress(person.born_on, person.sex))
    yield Page("countries", _progress(person.citizenships, person.residence))
    if len(journey.states) > 1:
        yield Page("state", _progress(journey.member_state))
    yield Page("contact", _progress(person.phone or "contact" in saved))
    yield Page("background", _progress(person.education, person.occupation))
    yield Page("languages", _progress(person.languages))
    for part in journey.parts:
        for asked in part.questions:
            yield _question_page(journey, asked, saved)
        if part.section is not None and part.section.is_repeating:
            yield from _list_entries_pages(part.section, part.entries, saved)
    if journey.is_minor:
        yield Page("guardian", _progress(journey.guardianship))
    for purpose in PURPOSES:
        yield _consent_page(journey, purpose)


def _progress(*parts: object) -> PageStatus:
    filled = [bool(part) for part in parts]
    if all(filled):
        return _DONE
    return _IN_PROGRESS if filled[0] else _NOT_STARTED


def _question_page(journey: Journey, asked: AskedQuestion, saved: frozenset[str]) -> Page:
    value = journey.answers.get(asked.key)
    if why_not_an_answer(asked.question, value) is not None:
        status = _IN_PROGRESS if is_answered(value) else _NOT_STARTED
    else:
        status = _DONE if is_answered(value) or asked.page in saved else _NOT_STARTED
    return Page(asked.page, status, is_optional=not asked.question.is_required)


def _list_entries_pages(
    section: FormSection, entries: Sequence[int], saved: frozenset[str]
) -> Iterator[Page]:
    """Where entries are added and removed, if there is a choice."""
    key = f"{SECTION}{section.key}"
    if len(entries) > (section.most_entries or 0):
        # A later version of the form has made room for fewer.
        yield Page(key, _IN_PROGRESS)
    elif section.least_entries != section.most_entries:
        yield Page(key, _DONE if key in saved else _NOT_STARTED, is_optional=True)


def _consent_page(journey: Journey, purpose: ConsentPurpose) -> Page:
    said = journey.consents.get(purpose)
    if said is None:
        status = _NOT_STARTED
    elif purpose is ConsentPurpose.APPLICATION and said.action is not ConsentAction.GIVEN:
        status = _IN_PROGRESS
    else:
        status = _DONE
    return Page(f"{CONSENT}{purpose}", status)
