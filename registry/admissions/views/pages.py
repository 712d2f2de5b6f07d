"""The pages of an application by name and address."""

from typing import Any

from flask import url_for

from registry.admissions.enums import PersonalPage, QuestionKind
from registry.admissions.models import Question
from registry.admissions.rules.answers import describe_answer, label_of
from registry.admissions.rules.attachments import GivenFiles, read_files
from registry.admissions.rules.journey import CONSENT, FILE, QUESTION, Journey, Page, page_key
from registry.admissions.rules.summaries import Row
from registry.catalogue.models import Cohort
from registry.core.i18n import _, format_bytes, show_translation
from registry.people.enums import ConsentAction, ConsentPurpose

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


def page_url(cohort: Cohort, key: str, **values: Any) -> str:
    """The address of a page of the application."""
    if key.startswith(QUESTION):
        return url_for("admissions.save_answer", code=cohort.code, key=key.removeprefix(QUESTION), **values)
    if key.startswith(FILE):
        return url_for("admissions.save_files", code=cohort.code, key=key.removeprefix(FILE), **values)
    if key.startswith(CONSENT):
        purpose = key.removeprefix(CONSENT)
        return url_for("admissions.answer_consent", code=cohort.code, purpose=purpose, **values)
    return url_for(f"admissions.{ENDPOINTS[PersonalPage.of(key)]}", code=cohort.code, **values)


def page_label(journey: Journey, key: str) -> str:
    """What the page is called; a question by its own words."""
    if key.startswith((QUESTION, FILE)):
        return label_of(_get_question(journey, key))[1]
    if key.startswith(CONSENT):
        return str(ConsentPurpose.of(key.removeprefix(CONSENT)).label)
    return str(PersonalPage.of(key).label)


def group_pages(journey: Journey) -> list[tuple[Any, list[tuple[Page, str]]]]:
    """The task list: groups of pages with their labels, the questions by the sections of the form."""
    about: list[tuple[Page, str]] = []
    consent: list[tuple[Page, str]] = []
    sections = _make_sections(journey)
    for page in journey.pages:
        group = about
        if page.key.startswith((QUESTION, FILE)):
            group = sections[_get_question(journey, page.key).section_id][1]
        elif page.key.startswith(CONSENT) or page.key == PersonalPage.GUARDIAN:
            group = consent
        group.append((page, page_label(journey, page.key)))
    return [(_("About you"), about), *sections.values(), (_("Consent"), consent)]


def list_files(question: Question, value: Any) -> list[dict[str, str]]:
    """The files that were given as the answer, for `summary_list`."""
    return describe_files(read_files(value)) if question.kind is QuestionKind.FILE else []


def describe_files(given: GivenFiles) -> list[dict[str, str]]:
    """Each file by name, kind and size, with the address it is read at."""
    return [
        {
            "name": file.name,
            "size": _("%(kind)s, %(size)s", kind=file.media_type.name, size=format_bytes(file.size)),
            "href": url_for("admissions.download_file", code=file.code),
        }
        for file in given.files
    ]


def _make_sections(journey: Journey) -> dict[int | None, tuple[Any, list[Any]]]:
    """By the key of the section: its title, and room for what stands in it."""
    titles = {
        question.section_id: show_translation(question.section.titles)
        if question.section
        else _("Your plans")
        for question in journey.asked
    }
    return {key: (title, []) for key, title in titles.items()}


def _get_question(journey: Journey, page: str) -> Question:
    return next(question for question in journey.questions if page_key(question) == page)


def summarise_journey(journey: Journey, rows: list[Row]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Everything that will be sent, in sections, each line with the way back to its page."""
    cohort = journey.cohort
    choosable = {page.key for page in journey.pages}
    about = [
        {
            "key": row.label,
            "value": row.value,
            "change": page_url(cohort, row.page, back="check") if row.page in choosable else None,
        }
        for row in rows
    ]
    sections = _make_sections(journey)
    for question in journey.asked:
        line = {
            "key": label_of(question)[1],
            "value": describe_answer(question, journey.answers.get(question.key)),
            "files": list_files(question, journey.answers.get(question.key)),
            "change": page_url(cohort, page_key(question), back="check"),
        }
        sections[question.section_id][1].append(line)
    return [(_("About you"), about), *sections.values(), (_("Consent"), _summarise_consents(journey))]


def _summarise_consents(journey: Journey) -> list[dict[str, Any]]:
    cohort = journey.cohort
    lines = []
    if journey.is_minor:
        guardian = journey.guardianship
        lines.append(
            {
                "key": PersonalPage.GUARDIAN.label,
                "value": [guardian.name, guardian.email] if guardian else "",
                "change": page_url(cohort, PersonalPage.GUARDIAN, back="check"),
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
                    "change": page_url(cohort, page.key, back="check"),
                }
            )
    return lines
