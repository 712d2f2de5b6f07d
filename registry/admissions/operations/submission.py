"""Sending an application: judged once, frozen, and passed on in one transaction."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, EligibilityResult
from registry.admissions.operations import guardians
from registry.admissions.operations.entries import number_through
from registry.admissions.operations.invitations import refuse_withdrawn
from registry.admissions.operations.journey import forget_unasked
from registry.admissions.operations.letters import write_applicant
from registry.admissions.operations.nominations import note_invited
from registry.admissions.operations.offers import place_first_come
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import journey as queries
from registry.admissions.queries.seats import reload_locked
from registry.admissions.rules.eligibility import Verdict, compute_age, compute_age_band, judge
from registry.admissions.rules.journey import Journey, birth_of, freeze_profile, needs_endorsement
from registry.admissions.rules.names import NAMES_EDITION, fold_names, make_match_key
from registry.catalogue.enums import Phase
from registry.catalogue.models import Cohort
from registry.catalogue.rules import compute_phase, is_open
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.people.models import Person


def submit_application(application: Application, *, actor: Actor) -> Application:
    """Send the application. The window is judged here, once; sending again changes nothing.

    What follows by rule: not eligible, waiting for the guardian or the focal point, or sent; in first-come
    cohorts an offer or the waiting list at once.
    Errors: NotAllowed; Conflict when the window is not open or the application ended; InvalidInput when
            pages are missing.
    """
    application = reload_locked(application)
    policy.require(actor, Permission.APPLICATION_SUBMIT, application)
    if application.submitted_at is not None:
        return application
    journey = queries.get_journey(application)
    _refuse_unless_possible(journey)
    invitation = refuse_withdrawn(application) if journey.nominating_state else None
    verdict = judge(journey.conditions, journey.facts)
    forget_unasked(journey)
    if journey.entries:
        number_through(journey)
    _freeze(journey, verdict)
    if verdict.refuses:
        take_step(application, "submit_ineligible", actor=actor)
    elif journey.is_minor:
        take_step(application, "submit_to_guardian", actor=actor)
        guardians.send_request(application, journey.guardianship)
    elif invitation is not None:
        take_step(application, "submit_nominated", actor=actor)
        note_invited(application, invitation)
        place_first_come(application)
    elif needs_endorsement(journey.cohort):
        take_step(application, "submit_to_focal_point", actor=actor)
    else:
        take_step(application, "submit", actor=actor)
        place_first_come(application)
    write_applicant(
        "application_ineligible" if verdict.refuses else "application_received",
        application,
        failures=[outcome.rule.label for outcome in verdict.failures],
    )
    return application


def _refuse_unless_possible(journey: Journey) -> None:
    application, cohort = journey.application, journey.cohort
    if application.status is ApplicationStatus.EXPIRED or not is_open(cohort, clock.now()):
        raise Conflict(_why_not_open(cohort))
    if application.status is not ApplicationStatus.DRAFT:
        raise Conflict(_l("This application has ended and can no longer be sent."))
    if journey.missing:
        raise InvalidInput(_l("Some answers are missing. Complete the pages below, then send."))


def _why_not_open(cohort: Cohort) -> object:
    if compute_phase(cohort, clock.now()) is Phase.UPCOMING:
        return _l("Applications are not open yet. Your answers are kept; send them once the window opens.")
    return _l("The application window has closed, so the application can no longer be sent.")


def _freeze(journey: Journey, verdict: Verdict) -> None:
    application, person = journey.application, journey.person
    birth = birth_of(person)
    application.member_state = journey.member_state
    application.sex = person.sex
    application.age_band = compute_age_band(birth, journey.today)
    application.age_years = compute_age(birth, journey.today)[0] if birth else None
    application.profile = freeze_profile(person)
    freeze_names(application, person)
    for outcome in verdict.outcomes:
        db.session.add(
            EligibilityResult(
                application_id=application.id,
                rule=outcome.rule,
                result=outcome.result,
                inputs=dict(outcome.inputs),
            )
        )


def freeze_names(application: Application, person: Person) -> None:
    """Under which name the application is listed and found; its profile is frozen already."""
    application.listed_name = person.display_name
    application.search_name = fold_names(application.profile)
    application.match_key = make_match_key(application.profile)
    application.names_edition = NAMES_EDITION
