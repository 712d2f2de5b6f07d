"""Asking a minor's guardian, by one narrow link, and what the guardian says there."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianQuestion, GuardianRequest
from registry.admissions.operations import guardian_letters as mail
from registry.admissions.operations.letters import forget, write_applicant
from registry.admissions.operations.nominations import note_invited
from registry.admissions.operations.offers import place_first_come
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import guardians as queries
from registry.admissions.queries.invitations import find_invitation_of
from registry.admissions.queries.journey import get_heading_of
from registry.admissions.queries.seats import get_cohort_of, lock_serving_pools, reload_locked
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.guardians import LINK_LASTS, MOST_OPEN_QUESTIONS, PAUSE, LinkState
from registry.admissions.rules.journey import needs_endorsement
from registry.core import audit, clock
from registry.core.codes import hash_token, new_code, new_token
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.people import operations as people
from registry.people.enums import ConsentAction, ConsentGiver, ConsentPurpose
from registry.people.models import Guardianship
from registry.people.operations import Shown
from registry.people.queries import find_guardianship, get_person

CAME_OF_AGE, CONSENT_IS_YOURS = "came_of_age", "consent_is_yours"
NOT_WAITING = _l("This application does not wait for a guardian any more.")


def send_request(application: Application, guardianship: Guardianship | None) -> GuardianRequest:
    """Ask the guardian with a fresh link; links sent before stop working.

    Errors: InvalidInput when nobody is named.
    """
    if guardianship is None:
        raise InvalidInput(_l("Say who your parent or guardian is first."))
    request, token = _make_link(application, guardianship)
    mail.write_request(request, guardianship, token)
    return request


def _make_link(application: Application, guardianship: Guardianship) -> tuple[GuardianRequest, str]:
    now = clock.now()
    for earlier in queries.list_open_requests(application):
        earlier.expires_at = min(earlier.expires_at, now)
    token = new_token()
    request = GuardianRequest(
        application=application,
        guardianship=guardianship,
        token_hash=hash_token(token),
        sent_at=now,
        expires_at=now + LINK_LASTS,
    )
    db.session.add(request)
    db.session.flush()
    return request, token


def ask_guardian_again(
    application: Application, *, name: str, email: str, locale: str, actor: Actor, shown: Shown = None
) -> GuardianRequest:
    """Send the link again while the application waits, to a corrected address if need be.

    Errors: NotAllowed; Conflict when nothing waits for the guardian, or the last link is minutes old;
            InvalidInput at the guardian's fields; StaleWrite.
    """
    policy.require(actor, Permission.APPLICATION_EDIT, application)
    return _ask_again(application, "ask_guardian", name, email, locale, actor, shown)


def ask_guardian_on_behalf(
    application: Application, *, name: str, email: str, locale: str, actor: Actor, shown: Shown = None
) -> GuardianRequest:
    """The same by a coordinator, for an applicant who cannot.

    Errors: as for `ask_guardian_again`.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    return _ask_again(application, "ask_guardian_on_behalf", name, email, locale, actor, shown)


def _ask_again(
    application: Application, action: str, name: str, email: str, locale: str, actor: Actor, shown: Shown
) -> GuardianRequest:
    application = reload_locked(application)
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        raise Conflict(NOT_WAITING)
    if queries.is_of_age(application):
        raise Conflict(
            _l("The applicant is old enough to decide alone now, so no guardian is asked any more.")
        )
    last = queries.find_last_request(application)
    if last is not None and clock.now() < last.sent_at + PAUSE:
        raise Conflict(_l("The link was sent a few minutes ago. Wait ten minutes before you send it again."))
    if queries.has_denied(application, email):
        raise InvalidInput(
            _l("Whoever reads this address told us not to be the guardian. Enter another one."), field="email"
        )
    person = get_person(application.person_id)
    guardianship = people.name_guardian(
        person, name=name, email=email, locale=locale, actor=actor, shown=shown
    )
    audit.record(application, f"admissions:application:{action}", actor)
    return send_request(application, guardianship)


def renew_link(request: GuardianRequest, *, actor: Actor) -> GuardianRequest | None:
    """Send a fresh link to the address that this one went to, where it has run out and is still the right one.

    Shape:  None where nothing is sent; whoever asks is told the same.
    Errors: NotAllowed.
    """
    application = _lock(request, actor)
    guardianship = find_guardianship(get_person(application.person_id))
    last = queries.find_last_request(application)
    if (
        queries.get_link_state(request) is not LinkState.EXPIRED
        or guardianship is None
        or guardianship.id != request.guardianship_id
        or last is None
        or clock.now() < last.sent_at + PAUSE
    ):
        return None
    audit.record(application, "admissions:application:renew_guardian_link", actor)
    return send_request(application, guardianship)


def choose_guardian_locale(request: GuardianRequest, locale: str, *, actor: Actor) -> None:
    """Speak the language that the guardian chose, here and in mails to come.

    Errors: NotAllowed; InvalidInput("locale").
    """
    policy.require(actor, Permission.GUARDIAN_CONSENT, queries.get_application_of(request))
    people.choose_guardian_locale(request.guardianship, locale, actor=actor)


def ask_question(request: GuardianRequest, text: str, *, actor: Actor) -> GuardianQuestion:
    """Ask the coordinators before answering; the link lives on. The same question again adds nothing.

    Errors: NotAllowed; Conflict when the link does nothing more, or enough questions wait for an answer.
    """
    application = _lock_open(request, actor)
    waiting = [
        each
        for each in queries.list_questions(application, request.guardianship_id)
        if each.answered_at is None
    ]
    for each in waiting:
        if each.text == text:
            return each
    if len(waiting) >= MOST_OPEN_QUESTIONS:
        raise Conflict(_l("Your questions are not answered yet. We write to you as soon as they are."))
    now = clock.now()
    question = GuardianQuestion(
        code=new_code(),
        application=application,
        guardianship=request.guardianship,
        locale=request.guardianship.locale,
        text=text,
        asked_at=now,
    )
    db.session.add(question)
    request.expires_at = max(request.expires_at, now + LINK_LASTS)
    audit.record(application, "admissions:application:ask_question", actor)
    mail.tell_coordinators("guardian_asked", application, key=question.code)
    return question


def answer_question(question: GuardianQuestion, text: str, *, actor: Actor) -> GuardianQuestion:
    """Answer the guardian, with a fresh link.

    Errors: NotAllowed; Conflict when somebody has answered already, or nobody waits for the answer any more.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, question.application)
    application = reload_locked(question.application)
    db.session.refresh(question, ["answered_at"])
    if question.answered_at is not None:
        raise Conflict(_l("This question was answered meanwhile."))
    if not queries.is_open_question(question) or queries.is_of_age(application):
        raise Conflict(_l("The application does not wait for this guardian any more."))
    question.answer = text
    question.answered_at = clock.now()
    question.answered_by = actor.user_id
    audit.record(application, "admissions:application:answer_question", actor)
    request, token = _make_link(application, question.guardianship)
    mail.write_answer(request, question.guardianship, token, question)
    return question


def deny_guardianship(request: GuardianRequest, *, actor: Actor) -> Application:
    """Whoever got the link is not the guardian: the applicant is asked to name another one.

    Errors: NotAllowed; Conflict when the link does nothing more.
    """
    application = _lock_open(request, actor)
    request.answer = GuardianAnswer.NOT_GUARDIAN
    request.answered_at = clock.now()
    audit.record(application, "admissions:application:deny_guardianship", actor)
    forget(application)
    write_applicant("guardian_denied", application, key=str(request.id))
    return application


def answer_as_guardian(
    request: GuardianRequest, answer: GuardianAnswer, *, reason: str = "", actor: Actor
) -> Application:
    """The guardian consents or refuses; the application goes on, or ends. `reason` is for the coordinators.

    Errors: NotAllowed; Conflict when the link was used, is too old, or the application no longer waits.
    """
    application = _lock_open(request, actor)
    consents = answer is GuardianAnswer.CONSENTED
    _enter_consent(application, ConsentGiver.GUARDIAN, consents=consents, reason=reason, actor=actor)
    request.answer = answer
    request.answered_at = clock.now()
    if consents:
        _go_on(application, "consent", actor=actor)
        receipt, token = _make_link(application, request.guardianship)
        receipt.answer, receipt.answered_at = request.answer, request.answered_at
        mail.write_receipt(receipt, request.guardianship, token)
        write_applicant("guardian_consented", application)
    else:
        take_step(application, "refuse", actor=actor)
        write_applicant("guardian_refused", application)
    return application


def confirm_own_consent(application: Application, *, actor: Actor) -> Application:
    """The applicant, of age now, consents alone: the guardian's link ceases and the application goes on.

    Errors: NotAllowed; Conflict when the application does not wait, or the day has not come.
    """
    application = _lock_with_pools(application)
    policy.require(actor, Permission.APPLICATION_SUBMIT, application)
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        raise Conflict(NOT_WAITING)
    if not queries.is_of_age(application):
        raise Conflict(_l("You are not old enough yet to decide alone, so your guardian is asked."))
    _enter_consent(application, ConsentGiver.SELF, consents=True, actor=actor)
    _go_on(application, "confirm", actor=actor)
    write_applicant("consent_confirmed", application)
    return application


def tell_of_age(application: Application) -> bool:
    """Tell the applicant, once, that the consent is theirs from now on; False while they are too young for it.

    Only the notice waits for the clock: what a link or a page can do is judged when it is used.
    """
    if not queries.is_of_age(application):
        return False
    if application.status is ApplicationStatus.AWAITING_GUARDIAN:
        forget(application)
        write_applicant(CAME_OF_AGE, application)
    else:
        write_applicant(CONSENT_IS_YOURS, application)
    return True


def _lock(request: GuardianRequest, actor: Actor) -> Application:
    application = _lock_with_pools(queries.get_application_of(request))
    db.session.refresh(request)
    policy.require(actor, Permission.GUARDIAN_CONSENT, application)
    return application


def _lock_open(request: GuardianRequest, actor: Actor) -> Application:
    application = _lock(request, actor)
    state = queries.get_link_state(request)
    if state is not LinkState.OPEN:
        raise Conflict(state.label)
    return application


def _lock_with_pools(application: Application) -> Application:
    # In first-come cohorts a seat is taken next, and pools are locked before applications (see queries.seats).
    lock_serving_pools(get_cohort_of(application), application.member_state)
    return reload_locked(application)


def _go_on(application: Application, verb: str, *, actor: Actor) -> None:
    """What follows the consent, whoever gave it."""
    if invitation := find_invitation_of(application):
        take_step(application, f"{verb}_nominated", actor=actor)
        note_invited(application, invitation)
        place_first_come(application)
    elif needs_endorsement(get_cohort_of(application)):
        take_step(application, f"{verb}_to_focal_point", actor=actor)
    else:
        take_step(application, verb, actor=actor)
        place_first_come(application)


def _enter_consent(
    application: Application, giver: ConsentGiver, *, consents: bool, reason: str = "", actor: Actor
) -> None:
    person = get_person(application.person_id)
    heading = get_heading_of(application)
    is_guardian = giver is ConsentGiver.GUARDIAN
    people.record_consent(
        person,
        ConsentPurpose.PARTICIPATION,
        ConsentAction.GIVEN if consents else ConsentAction.REFUSED,
        text=get_consent_text(
            ConsentPurpose.PARTICIPATION,
            programme=heading.title,
            name=(person.given_names or person.family_name) if is_guardian else "",
        ),
        given_by=giver,
        about=application.code,
        reason=reason,
        actor=actor,
    )
