"""The pages of an application by name and address."""

from typing import Any

from flask import url_for

from registry.admissions.enums import PersonalPage, QuestionKind
from registry.admissions.models import FormSection, Question
from registry.admissions.rules.answers import describe_answer, label_of
from registry.admissions.rules.asking import AskedPart
from registry.admissions.rules.attachments import GivenFiles, read_files
from registry.admissions.rules.journey import CONSENT, Journey, Page
from registry.admissions.rules.sections import (
    FILE,
    QUESTION,
    SECTION,
    AskedQuestion,
    name_entry,
    read_page_key,
    spread,
)
from registry.admissions.rules.summaries import Row
from registry.catalogue.models import Cohort
from registry.core.i18n import _, format_bytes, format_number, show_translation
from registry.people.enums import ConsentAction, ConsentPurpose

CHECK = "check"
"""Where a page leads back to that was opened from there."""

Line = dict[str, Any]
"""A row of `summary_list`."""

ENDPOINTS = {
    PersonalPage.NAMES: "save_names",
    PersonalPage.BIRTH: "save_birth_and_sex",
    PersonalPage.COUNTRIES: "save_countries",
    PersonalPage.STATE: "save_state",
    PersonalPage.CONTACT: "save_contact",
    PersonalPage.BACKGROUND: "save_background",
    PersonalPage.LANGUAGES: "save_languages",
    PersonalPage.GUARDIAN: "save_guardian",
}


class Way:
    """Where the pages of an application lead; those of a preview lead elsewhere."""

    def __init__(self, cohort: Cohort) -> None:
        self.code = cohort.code
        self._cohort = cohort

    @property
    def tasks(self) -> str:
        return url_for("admissions.show_tasks", code=self.code)

    @property
    def check(self) -> str:
        return url_for("admissions.submit", code=self.code)

    def page(self, key: str, back: str | None = None) -> str:
        return page_url(self._cohort, key, back=back)

    def add_entry(self, section: str, back: str | None = None) -> str:
        return url_for("admissions.add_entry", code=self.code, key=section, back=back or None)

    def remove_entry(self, section: str, number: int) -> str:
        return url_for("admissions.remove_entry", code=self.code, key=section, number=number)

    def remove_file(self, asked: AskedQuestion, back: str | None = None) -> str:
        key, entry = asked.key
        return url_for("admissions.remove_file", code=self.code, key=key, entry=entry, back=back or None)


def page_url(cohort: Cohort, key: str, **values: Any) -> str:
    """The address of a page of the application."""
    if key.startswith((QUESTION, FILE)):
        endpoint = "admissions.save_answer" if key.startswith(QUESTION) else "admissions.save_files"
        question, entry = read_page_key(key)
        return url_for(endpoint, code=cohort.code, key=question, entry=entry, **values)
    if key.startswith(SECTION):
        return url_for("admissions.save_entries", code=cohort.code, key=key.removeprefix(SECTION), **values)
    if key.startswith(CONSENT):
        purpose = key.removeprefix(CONSENT)
        return url_for("admissions.answer_consent", code=cohort.code, purpose=purpose, **values)
    return url_for(f"admissions.{ENDPOINTS[PersonalPage.of(key)]}", code=cohort.code, **values)


def page_label(journey: Journey, key: str) -> str:
    """What the page is called; a question by its own words."""
    if key.startswith((QUESTION, FILE)):
        asked = spread(journey.questions, journey.entries)
        return next(each.label for each in asked if each.page == key)
    if key.startswith(SECTION):
        return _("Add or remove entries")
    if key.startswith(CONSENT):
        return str(ConsentPurpose.of(key.removeprefix(CONSENT)).label)
    return str(PersonalPage.of(key).label)


def group_pages(journey: Journey) -> list[tuple[Any, list[tuple[Page, str]]]]:
    """The task list: groups of pages with their labels, the questions by the sections of the form."""
    about: list[tuple[Page, str]] = []
    consent: list[tuple[Page, str]] = []
    sections = _make_sections(journey)
    section_of = {page: part.section for part in journey.parts for page in _list_page_keys(part)}
    for page in journey.pages:
        group = about
        if page.key in section_of:
            group = sections[section_of[page.key]][1]
        elif page.key.startswith(CONSENT) or page.key == PersonalPage.GUARDIAN:
            group = consent
        group.append((page, page_label(journey, page.key)))
    return [(_("About you"), about), *sections.values(), (_("Consent"), consent)]


def _list_page_keys(part: AskedPart) -> list[str]:
    own = [f"{SECTION}{part.section.key}"] if part.section else []
    return [each.page for each in part.questions] + own


def list_files(question: Question, value: Any) -> list[dict[str, Any]]:
    """The files that were given as the answer, for `summary_list`."""
    return describe_files(read_files(value)) if question.kind is QuestionKind.FILE else []


def describe_files(given: GivenFiles) -> list[dict[str, Any]]:
    """Each file by name, kind and size, with the address it is read at."""
    return [
        {
            "name": file.name,
            "size": _("%(kind)s, %(size)s", kind=file.media_type.name, size=format_bytes(file.size)),
            "href": url_for("admissions.download_file", code=file.code) if file.code else None,
        }
        for file in given.files
    ]


def _make_sections(journey: Journey) -> dict[FormSection | None, tuple[Any, list[Any]]]:
    """Section -> its title, and room for what stands in it."""
    return {
        part.section: (show_translation(part.section.titles) if part.section else _("Your plans"), [])
        for part in journey.parts
    }


def summarise_journey(journey: Journey, rows: list[Row], way: Way) -> list[tuple[Any, list[Line]]]:
    """Everything that will be sent, in sections, each line with the way back to its page."""
    choosable = {page.key for page in journey.pages}
    about: list[Line] = [
        {
            "key": row.label,
            "value": row.value,
            "change": way.page(row.page, back=CHECK) if row.page in choosable else None,
        }
        for row in rows
    ]
    sections = _make_sections(journey)
    for part in journey.parts:
        lines = sections[part.section][1]
        if part.section is not None and part.section.is_repeating:
            page = f"{SECTION}{part.section.key}"
            change = way.page(page, back=CHECK) if page in choosable else None
            lines.append(
                {"key": _("Number of entries"), "value": format_number(len(part.entries)), "change": change}
            )
        lines += [_summarise(journey, asked, asked.label, way) for asked in part.questions]
    return [(_("About you"), about), *sections.values(), (_("Consent"), _summarise_consents(journey, way))]


def summarise_entries(
    journey: Journey, section: FormSection, part: AskedPart, way: Way
) -> list[tuple[int, str, list[Line]]]:
    """Number and name of each entry of the section, and what was answered there so far."""
    return [
        (
            number,
            name_entry(section, place),
            [
                _summarise(journey, asked, label_of(asked.question)[1], way)
                for asked in part.questions
                if asked.entry == number
            ],
        )
        for place, number in enumerate(part.entries, 1)
    ]


def _summarise(journey: Journey, asked: AskedQuestion, label: str, way: Way) -> Line:
    value = journey.answers.get(asked.key)
    return {
        "key": label,
        "value": describe_answer(asked.question, value),
        "files": list_files(asked.question, value),
        "change": way.page(asked.page, back=CHECK),
    }


def _summarise_consents(journey: Journey, way: Way) -> list[Line]:
    lines: list[Line] = []
    if journey.is_minor:
        guardian = journey.guardianship
        lines.append(
            {
                "key": PersonalPage.GUARDIAN.label,
                "value": [guardian.name, guardian.email] if guardian else "",
                "change": way.page(PersonalPage.GUARDIAN, back=CHECK),
            }
        )
    for page in journey.pages:
        if page.key.startswith(CONSENT):
            purpose = ConsentPurpose.of(page.key.removeprefix(CONSENT))
            said = journey.consents.get(purpose)
            agreed = said is not None and said.action is ConsentAction.GIVEN
            lines.append(
                {
                    "key": purpose.label,
                    "value": (_("Yes, I agree") if agreed else _("No, I do not agree")) if said else "",
                    "change": way.page(page.key, back=CHECK),
                }
            )
    return lines
