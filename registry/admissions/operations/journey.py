"""Starting an application and saving it page by page."""

from collections.abc import Callable
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.errors import InvalidAnswer
from registry.admissions.models import Answer, Application, Attachment, Question
from registry.admissions.operations.invitations import use_invitation
from registry.admissions.operations.judging import change_state
from registry.admissions.queries import journey as queries
from registry.admissions.queries.attachments import list_current
from registry.admissions.queries.corrections import find_open_request, find_reason
from registry.admissions.rules.answers import find_faults
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.corrections import is_over
from registry.admissions.rules.invitations import is_by_invitation
from registry.admissions.rules.journey import CONSENT, Journey
from registry.admissions.rules.kinds import is_answered
from registry.admissions.rules.sections import page_key
from registry.catalogue.models import Cohort
from registry.catalogue.rules import is_open
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, StaleWrite
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.people import operations as people
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent
from registry.people.operations import Shown

ONE_LIVE = {"uq_application_live": (None, _l("You already have an application for this cohort."))}


def start_application(cohort: Cohort, *, actor: Actor) -> Application:
    """Begin an application; a second start opens the first one.

    Errors: NotAllowed; Conflict when the window is not open, or for whoever is not invited where one must be.
    """
    policy.require(actor, Permission.APPLICATION_START)
    invitation = use_invitation(cohort, actor=actor) if is_by_invitation(cohort) else None
    person = people.ensure_person(actor=actor)
    existing = queries.find_live_application(person, cohort)
    if existing is not None:
        return existing
    version = queries.find_form_version_to_start(cohort)
    if version is None or not is_open(cohort, clock.now()):
        raise Conflict(_l("Applications for this cohort are not open now."))
    now = clock.now()
    try:
        with storing(ONE_LIVE) as session:
            application = Application(
                code=new_code(),
                person=person,
                cohort=cohort,
                form_version=version,
                member_state=invitation.member_state if invitation else "",
                created_at=now,
                saved_at=now,
            )
            session.add(application)
            if invitation is not None:
                session.flush()
                invitation.application_id = application.id
    except Conflict:
        # Started in another tab at the same moment.
        started = queries.find_live_application(person, cohort)
        if started is None:
            raise
        return started
    audit.record(application, "admissions:application:start", actor)
    return application


def open_page(application: Application, page: str, *, actor: Actor) -> None:
    """Note that the page is being saved; the caller saves what stands on it in the same transaction.

    Errors: NotAllowed; Conflict when the application is neither a draft nor returned for this page.
    """
    policy.require(actor, Permission.APPLICATION_EDIT, application)
    if application.status is ApplicationStatus.EXPIRED:
        raise Conflict(
            _l("The application window has closed, so this application can no longer be changed or sent.")
        )
    if application.status is ApplicationStatus.RETURNED:
        _require_asked(application, page)
    elif application.status is not ApplicationStatus.DRAFT:
        raise Conflict(_l("This application was sent already, so its answers can no longer be changed."))
    application.saved_at = clock.now()
    if page not in application.saved_pages:
        application.saved_pages = [*application.saved_pages, page]
    audit.record(application, "admissions:application:save", actor, about={"page": page})


def _require_asked(application: Application, page: str) -> None:
    request = find_open_request(application)
    if request is None or not find_reason(application, page):
        raise Conflict(_l("Only the answers we asked about can be changed now."))
    if is_over(request, clock.now()):
        raise Conflict(
            _l("The time for these corrections is over, so the application can no longer be changed or sent.")
        )


def save_state(application: Application, state: str, *, journey: Journey, actor: Actor) -> Application:
    """Choose whose seat it would be, among the states that qualify.

    Errors: as for `open_page`; InvalidInput("state").
    """
    if state not in journey.states:
        raise InvalidInput(_l("Choose one of the states."), field="state")
    open_page(application, "state", actor=actor)
    if application.submitted_at is None:
        application.member_state = state
    else:
        change_state(application, state, actor=actor)
    return application


def save_answer(
    application: Application,
    question: Question,
    value: Any,
    *,
    entry: int = 1,
    shown: Shown = None,
    as_draft: bool = False,
    actor: Actor,
) -> Application:
    """Store the answer, and none to questions that are not asked after it.

    `as_draft` keeps also what is not complete or too long yet.

    Errors: as for `open_page`; InvalidAnswer; StaleWrite.
    """
    faults = find_faults(question, value)
    if faults and not as_draft:
        raise InvalidAnswer(faults)
    open_page(application, page_key(question, entry), actor=actor)
    answer = queries.find_answer(application, question.id, entry)
    current = answer.value if answer else None
    if current == value:
        return application
    if shown is not None and current != shown.get("answer"):
        raise StaleWrite({"answer": (shown.get("answer"), current)})
    if not is_answered(value):
        if answer is not None:
            db.session.delete(answer)
    elif answer is None:
        db.session.add(Answer(application=application, question=question, entry=entry, value=value))
    else:
        answer.value = value
    if queries.decides_what_is_asked(question):
        db.session.flush()
        forget_unasked(queries.get_journey(application))
    return application


def forget_unasked(journey: Journey) -> None:
    """Delete the answers, and files, to questions that this person is not asked, or not any more."""
    asked = {(each.question.id, each.entry) for each in journey.asked}
    application, repeating = journey.application, journey.repeating
    if application.entries.keys() - repeating:
        application.entries = {
            key: application.entries[key] for key in application.entries if key in repeating
        }
    forget(application, lambda each: (each.question_id, each.entry) not in asked)


def forget(application: Application, is_gone: Callable[[Answer | Attachment], bool]) -> None:
    """Delete the answers and files of which `is_gone` says so; files that were sent stay, as removed."""
    for answer in application.answers:
        if is_gone(answer):
            db.session.delete(answer)
    for attachment in list_current(application):
        if not is_gone(attachment):
            continue
        if application.status is ApplicationStatus.DRAFT:
            db.session.delete(attachment)
        else:
            attachment.removed_at = clock.now()
    db.session.flush()


def answer_consent(journey: Journey, purpose: ConsentPurpose, *, agrees: bool, actor: Actor) -> Consent:
    """Enter into the ledger what the applicant said to the text of this purpose, as shown in this language.

    Errors: as for `open_page`.
    """
    open_page(journey.application, f"{CONSENT}{purpose}", actor=actor)
    return people.record_consent(
        journey.person,
        purpose,
        ConsentAction.GIVEN if agrees else ConsentAction.REFUSED,
        text=get_consent_text(purpose, programme=journey.title),
        about=journey.application.code,
        actor=actor,
    )
