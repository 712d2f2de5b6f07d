"""What can be asked for again, and what was changed. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registry.admissions.enums import PersonalPage
from registry.admissions.models import Application, CorrectionItem, CorrectionRequest
from registry.admissions.rules.blindness import collect_names, is_for_reviewers, mask, read_value
from registry.admissions.rules.journey import Journey
from registry.admissions.rules.sections import AskedQuestion
from registry.admissions.rules.summaries import list_rows
from registry.catalogue.models import Cohort
from registry.core.i18n import _l
from registry.people.enums import ConsentAction, ConsentPurpose

FIELDS: Mapping[str, tuple[str, ...]] = {
    PersonalPage.NAMES: (*("family_name", "given_names", "patronymic", "native_name", "latin_name"),),
    PersonalPage.BIRTH: ("born_on", "sex"),
    PersonalPage.COUNTRIES: ("citizenship_codes", "residence", "settlement"),
    PersonalPage.STATE: ("member_state",),
    PersonalPage.CONTACT: ("phone", "locale"),
    PersonalPage.BACKGROUND: ("education", "occupation"),
    PersonalPage.LANGUAGES: ("language_levels",),
}
"""Pages about the person that can be asked for again, with what they say (see `particulars_of`)."""

DECIDING = frozenset({PersonalPage.BIRTH, PersonalPage.COUNTRIES, PersonalPage.STATE})
"""Those that say whose seat it is and who may apply: the application is judged and counted anew with them."""

FOLLOWS = _l("This follows from what you corrected.")
"""The reason on a page that nobody named."""

DAYS = 7
"""Days to answer that a return proposes."""


@dataclass(frozen=True)
class Change:
    """One answer that was asked for again, before and now; `label` maps locale -> text for a question."""

    label: Any
    reason: str
    before: Any
    after: Any


def list_returnable(application: Application, journey: Journey) -> list[str]:
    """The pages that can be asked for again, in the order of the form."""
    has_choice = len(journey.states) > 1
    personal = [
        page.value
        for page in PersonalPage
        if page in FIELDS and application.profile and (page is not PersonalPage.STATE or has_choice)
    ]
    return personal + [each.page for each in journey.asked]


def list_following(asked: Collection[str], journey: Journey) -> list[str]:
    """Pages that nobody named, but that what is being corrected opens.

    Other countries may leave a choice of states, another date of birth may need a guardian, who has not agreed
    yet, and both, like another answer, may ask a question that was not asked before.
    """
    questions = {each.page for each in journey.asked} - set(asked)
    found = [page.key for page in journey.missing if page.key in questions]
    if PersonalPage.COUNTRIES in asked and PersonalPage.STATE not in asked and len(journey.states) > 1:
        found.append(PersonalPage.STATE.value)
    if DECIDING & set(asked) and needs_guardian(journey):
        found.append(PersonalPage.GUARDIAN.value)
    return found


def needs_guardian(journey: Journey) -> bool:
    """Whether a guardian must agree and has not."""
    said = journey.consents.get(ConsentPurpose.PARTICIPATION)
    return journey.is_minor and (said is None or said.action is not ConsentAction.GIVEN)


def particulars_of(profile: Mapping[str, Any], member_state: str) -> dict[str, Any]:
    """What the personal pages say, with whose seat it would be."""
    return {**profile, "member_state": member_state}


def compute_due(cohort: Cohort, due_on: date) -> datetime:
    """First instant after the due day, in the host's zone."""
    return datetime.combine(due_on + timedelta(days=1), time(), ZoneInfo(cohort.zone))


def is_over(request: CorrectionRequest, at: datetime) -> bool:
    """Whether it is too late to answer, whether or not the sweep has run."""
    return at >= request.due_at


def take_stock(page: str, profile: Mapping[str, Any], answers: Mapping[str, Any]) -> Any:
    """What the page says now, as plain JSON. `profile` is of `particulars_of`; `answers` maps page -> value."""
    if page in FIELDS:
        return {name: profile.get(name) for name in FIELDS[page]}
    return answers.get(page)


def list_changes(
    request: CorrectionRequest, application: Application, questions: Sequence[AskedQuestion]
) -> list[Change]:
    """Before and now of everything that was asked for, for those who see the whole application."""
    by_page = {each.page: each for each in questions}
    changes: list[Change] = []
    for item in request.items:
        if item.page in by_page:
            changes.append(_compare(item, by_page[item.page]))
        elif item.page in FIELDS:
            changes += _compare_particulars(item, application)
    return changes


def list_reviewed_changes(
    request: CorrectionRequest, application: Application, questions: Sequence[AskedQuestion]
) -> list[Change]:
    """What of it a reviewer reads: answers to questions only, in a blind cohort without what identifies."""
    is_blind = application.cohort.is_blind
    names = collect_names(application) if is_blind else []
    by_page = {each.page: each for each in questions if is_for_reviewers(each.question, is_blind=is_blind)}
    changes = [_compare(item, by_page[item.page]) for item in request.items if item.page in by_page]
    if not is_blind:
        return changes
    return [
        Change(each.label, mask(each.reason, names), mask(each.before, names), mask(each.after, names))
        for each in changes
    ]


def _compare(item: CorrectionItem, asked: AskedQuestion) -> Change:
    before, after = (read_value(asked.question, each) for each in (item.before, item.after))
    return Change(asked.labels, item.reason, before, after)


def _compare_particulars(item: CorrectionItem, application: Application) -> Iterator[Change]:
    before, after = (
        {
            row.label: row.value
            for row in list_rows({**application.profile, **side}, side.get("member_state", ""))
            if row.page == item.page
        }
        for side in (item.before, item.after or {})
    )
    if item.after is None:
        after = {}
    for number, label in enumerate(dict.fromkeys([*before, *after])):
        reason = "" if number else item.reason
        yield Change(label, reason, before.get(label, ""), after.get(label, ""))
