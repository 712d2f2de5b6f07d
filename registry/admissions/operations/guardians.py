"""Asking a minor's guardian, by one link that does one thing."""

from datetime import timedelta

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianRequest
from registry.admissions.operations.letters import forget, write_applicant, write_guardian
from registry.admissions.operations.nominations import note_invited
from registry.admissions.operations.offers import place_first_come
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import guardians as queries
from registry.admissions.queries.invitations import find_invitation_of
from registry.admissions.queries.journey import get_heading_of
from registry.admissions.queries.seats import get_cohort_of, reload_locked
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.guardians import LinkState, link_state
from registry.admissions.rules.journey import needs_endorsement
from registry.core import audit, clock
from registry.core.codes import hash_token, new_token
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.people import operations as people
from registry.people.enums import ConsentAction, ConsentGiver, ConsentPurpose
from registry.people.models import Guardianship
from registry.people.operations import Shown
from registry.people.queries import get_person

LINK_LASTS = timedelta(days=14)
PAUSE = timedelta(minutes=10)
"""Between two links, so that nobody's mailbox is flooded."""


def send_request(application: Application, guardianship: Guardianship | None) -> GuardianRequest:
    """Ask the guardian with a fresh link; links sent before stop working.

    Errors: InvalidInput when nobody is named.
    """
    if guardianship is None:
        raise InvalidInput(_l("Say who your parent or guardian is first."))
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
    write_guardian(request, guardianship, token)
    return request


def ask_guardian_again(
    application: Application, *, name: str, email: str, locale: str, actor: Actor, shown: Shown = None
) -> GuardianRequest:
    """Send the link again while the application waits, to a corrected address if need be.

    Errors: NotAllowed; Conflict when nothing waits for the guardian, or the last link is minutes old;
            InvalidInput at the guardian's fields; StaleWrite.
    """
    application = reload_locked(application)
    policy.require(actor, Permission.APPLICATION_EDIT, application)
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        raise Conflict(_l("This application does not wait for a guardian any more."))
    last = queries.find_last_request(application)
    if last is not None and clock.now() < last.sent_at + PAUSE:
        raise Conflict(_l("The link was sent a few minutes ago. Wait ten minutes before you send it again."))
    guardianship = people.save_guardian(
        get_person(application.person_id), name=name, email=email, locale=locale, actor=actor, shown=shown
    )
    audit.record(application, "admissions:application:ask_guardian", actor)
    return send_request(application, guardianship)


def answer_as_guardian(request: GuardianRequest, answer: GuardianAnswer, *, actor: Actor) -> Application:
    """The guardian consents or refuses; the application goes on, or ends.

    Errors: NotAllowed; Conflict when the link was used, is too old, or the application no longer waits.
    """
    application = reload_locked(queries.get_application_of(request))
    db.session.refresh(request)
    policy.require(actor, Permission.GUARDIAN_CONSENT, application)
    state = link_state(request, application, clock.now())
    if state is not LinkState.OPEN:
        raise Conflict(state.label)
    consents = answer is GuardianAnswer.CONSENTED
    _enter_consent(application, consents=consents, actor=actor)
    request.answer = answer
    request.answered_at = clock.now()
    forget(application)
    if not consents:
        take_step(application, "refuse", actor=actor)
        write_applicant("guardian_refused", application)
    elif invitation := find_invitation_of(application):
        take_step(application, "consent_nominated", actor=actor)
        note_invited(application, invitation)
        place_first_come(application)
        write_applicant("guardian_consented", application)
    elif needs_endorsement(get_cohort_of(application)):
        take_step(application, "consent_to_focal_point", actor=actor)
        write_applicant("guardian_consented", application)
    else:
        take_step(application, "consent", actor=actor)
        place_first_come(application)
        write_applicant("guardian_consented", application)
    return application


def _enter_consent(application: Application, *, consents: bool, actor: Actor) -> None:
    person = get_person(application.person_id)
    heading = get_heading_of(application)
    people.record_consent(
        person,
        ConsentPurpose.PARTICIPATION,
        ConsentAction.GIVEN if consents else ConsentAction.REFUSED,
        text=get_consent_text(
            ConsentPurpose.PARTICIPATION,
            programme=heading.title,
            name=person.given_names or person.family_name,
        ),
        given_by=ConsentGiver.GUARDIAN,
        about=application.code,
        actor=actor,
    )
