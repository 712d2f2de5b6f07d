"""The pages of an application by name and address."""

from typing import Any

from flask import url_for

from registry.admissions.enums import PersonalPage
from registry.admissions.rules.answers import describe_answer, label_of
from registry.admissions.rules.journey import CONSENT, QUESTION, Journey, Page
from registry.admissions.rules.summaries import Row
from registry.catalogue.models import Cohort
from registry.core.i18n import _
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
    if key.startswith(CONSENT):
        purpose = key.removeprefix(CONSENT)
        return url_for("admissions.answer_consent", code=cohort.code, purpose=purpose, **values)
    return url_for(f"admissions.{ENDPOINTS[PersonalPage.of(key)]}", code=cohort.code, **values)


def page_label(journey: Journey, key: str) -> str:
    """What the page is called; a question by its own words."""
    if key.startswith(QUESTION):
        wanted = key.removeprefix(QUESTION)
        return next(label_of(question)[1] for question in journey.questions if question.key == wanted)
    if key.startswith(CONSENT):
        return str(ConsentPurpose.of(key.removeprefix(CONSENT)).label)
    return str(PersonalPage.of(key).label)


def group_pages(journey: Journey) -> list[tuple[str, list[tuple[Page, str]]]]:
    """The task list: groups of pages with their labels."""
    groups: dict[str, list[tuple[Page, str]]] = {
        _("About you"): [],
        _("Your plans"): [],
        _("Consent"): [],
    }
    about, plans, consent = groups.values()
    for page in journey.pages:
        group = about
        if page.key.startswith(QUESTION):
            group = plans
        elif page.key.startswith(CONSENT) or page.key == PersonalPage.GUARDIAN:
            group = consent
        group.append((page, page_label(journey, page.key)))
    return list(groups.items())


def summarise_journey(journey: Journey, rows: list[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
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
    plans = [
        {
            "key": label_of(question)[1],
            "value": describe_answer(question, journey.answers.get(question.key)),
            "change": page_url(cohort, f"{QUESTION}{question.key}", back="check"),
        }
        for question in journey.questions
    ]
    return [(_("About you"), about), (_("Your plans"), plans), (_("Consent"), _summarise_consents(journey))]


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
