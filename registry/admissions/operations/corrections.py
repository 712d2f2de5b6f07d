"""Sending an application back for what is missing, and taking it again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, PersonalPage, RuleName
from registry.admissions.models import (
    Application,
    CorrectionItem,
    CorrectionRequest,
    EligibilityResult,
)
from registry.admissions.operations import notices
from registry.admissions.operations.decisions import unstage_decision
from registry.admissions.operations.guardians import send_request
from registry.admissions.operations.judging import forget_answer, judge_again
from registry.admissions.operations.letters import write_applicant
from registry.admissions.operations.offers import place_first_come
from registry.admissions.operations.steps import take_step
from registry.admissions.operations.submission import freeze_names
from registry.admissions.queries import answers as answer_queries
from registry.admissions.queries import corrections as queries
from registry.admissions.queries.journey import get_journey
from registry.admissions.queries.nominations import find_answer
from registry.admissions.queries.seats import find_unreleased_decision, get_cohort_of, reload_locked
from registry.admissions.rules.corrections import (
    DECIDING,
    FIELDS,
    compute_due,
    is_over,
    list_following,
    list_returnable,
    needs_guardian,
    particulars_of,
    take_stock,
)
from registry.admissions.rules.eligibility import Verdict, judge
from registry.admissions.rules.journey import Journey, freeze_profile, needs_endorsement
from registry.admissions.rules.sections import asked_by, spread
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l

LONGEST_REASON = 300
_RULES = {PersonalPage.BACKGROUND: RuleName.EDUCATION, PersonalPage.LANGUAGES: RuleName.LANGUAGE}


def return_application(
    application: Application, reasons: Mapping[str, str], *, due_on: date, actor: Actor
) -> CorrectionRequest:
    """Ask for the pages in `reasons` again, each with its reason; they alone can be changed until the day ends.

    A staged decision is taken back: it was about what is now being corrected.
    Errors: NotAllowed, IllegalTransition; InvalidInput, also at "due_on".
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    application = reload_locked(application)
    cohort = get_cohort_of(application)
    pages = list_returnable(application, get_journey(application))
    if not reasons or not set(reasons) <= set(pages):
        raise InvalidInput(_l("Say of at least one answer what is missing."))
    if due_on <= clock.today(cohort.zone):
        raise InvalidInput(_l("Leave at least one day: choose a day from tomorrow on."), field="due_on")
    if due_on >= cohort.starts_on:
        raise InvalidInput(_l("Choose a day before the programme starts."), field="due_on")
    if application.status is ApplicationStatus.UNDER_REVIEW and find_unreleased_decision(application):
        unstage_decision(application, actor=actor)
    asked = [page for page in pages if page in reasons]
    take_step(
        application,
        "return",
        actor=actor,
        reason=" · ".join(reasons[page] for page in asked),
        about={"pages": [None, asked]},
    )
    request = CorrectionRequest(
        application_id=application.id,
        user_id=actor.user_id,
        requested_at=clock.now(),
        due_at=compute_due(cohort, due_on),
    )
    db.session.add(request)
    answers = _answers(application)
    particulars = particulars_of(application.profile, application.member_state)
    for position, page in enumerate(asked):
        before = take_stock(page, particulars, answers)
        db.session.add(
            CorrectionItem(request=request, page=page, position=position, reason=reasons[page], before=before)
        )
    db.session.flush()
    notices.tell_returned(application, request)
    return request


def resubmit_application(application: Application, *, actor: Actor) -> Application:
    """Send the corrected application. Twice changes nothing.

    Where it says now that somebody else may apply, or for another state, it is judged anew: it goes on, or to the
    coordinator as not eligible, to the guardian or to the state.
    Errors: NotAllowed; Conflict when it is too late or the application ended; InvalidInput when pages are
            missing.
    """
    application = reload_locked(application)
    policy.require(actor, Permission.APPLICATION_SUBMIT, application)
    request = queries.find_open_request(application)
    if request is None:
        if application.status in {ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW}:
            return application
        raise Conflict(_l("Nothing waits to be corrected in this application."))
    if is_over(request, clock.now()):
        raise Conflict(
            _l("The time for these corrections is over, so the application can no longer be changed or sent.")
        )
    journey = get_journey(application)
    asked = {item.page for item in request.items}
    if any(page.key in asked | {*list_following(asked, journey)} for page in journey.missing):
        raise InvalidInput(_l("Some answers are missing. Complete the pages below, then send."))
    _freeze_again(journey, asked)
    answers = _answers(application)
    verdict = judge_again(journey, actor=actor) if DECIDING & asked else None
    particulars = particulars_of(application.profile, application.member_state)
    for item in request.items:
        item.after = take_stock(item.page, particulars, answers)
    request.answered_at = clock.now()
    _go_on(journey, request, verdict, actor=actor)
    return application


def _go_on(journey: Journey, request: CorrectionRequest, verdict: Verdict | None, *, actor: Actor) -> None:
    application, again = journey.application, str(request.id)
    if verdict is not None and verdict.refuses:
        take_step(application, "resubmit_ineligible", actor=actor)
        failures = [outcome.rule.label for outcome in verdict.failures]
        write_applicant("application_ineligible", application, key=again, failures=failures)
    elif verdict is not None and needs_guardian(journey):
        forget_answer(application)
        take_step(application, "resubmit_to_guardian", actor=actor)
        send_request(application, journey.guardianship)
        write_applicant("application_received", application, key=again)
    elif verdict is not None and needs_endorsement(journey.cohort) and find_answer(application) is None:
        take_step(application, "resubmit_to_focal_point", actor=actor)
        write_applicant("application_received", application, key=again)
    else:
        take_step(application, "resubmit", actor=actor)
        if place_first_come(application) is None:
            notices.tell_resubmitted(application, request)


def list_changed_pages(request: CorrectionRequest, journey: Journey) -> set[str]:
    """Of the pages that are asked for, those that no longer say what they said."""
    profile = particulars_of(freeze_profile(journey.person), journey.member_state)
    answers = {
        each.page: journey.answers.get(each.key) for each in spread(journey.questions, journey.entries)
    }
    return {item.page for item in request.items if take_stock(item.page, profile, answers) != item.before}


def _answers(application: Application) -> dict[str, Any]:
    return {asked_by(answer).page: answer.value for answer in answer_queries.list_answers(application)}


def _freeze_again(journey: Journey, asked: set[str]) -> None:
    """The particulars on the pages that were asked for, and what the rules say of them."""
    application, profile = journey.application, freeze_profile(journey.person)
    names = {name for page in asked & set(FIELDS) for name in FIELDS[page]} & profile.keys()
    application.profile = {**application.profile, **{name: profile[name] for name in names}}
    if {PersonalPage.NAMES, PersonalPage.BIRTH} & asked:
        freeze_names(application, journey.person)
    rules = {rule for page, rule in _RULES.items() if page in asked}
    if not rules:
        return
    outcomes = {outcome.rule: outcome for outcome in judge(journey.conditions, journey.facts).outcomes}
    for rule in rules & set(outcomes):
        result = db.session.get(EligibilityResult, (application.id, rule))
        if result is not None:
            result.result, result.inputs = outcomes[rule].result, dict(outcomes[rule].inputs)
