"""Taking back the consent that an application, or a place, rests on: it ends, whoever took it back."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application
from registry.admissions.operations.guardian_letters import tell_coordinators
from registry.admissions.operations.letters import forget, write_applicant
from registry.admissions.operations.offers import free_accepted_seat
from registry.admissions.operations.withdrawal import end_without_consent
from registry.admissions.queries.guardians import is_of_age
from registry.admissions.queries.seats import get_cohort_of, lock_serving_pools, reload_locked
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.enrolments import queries
from registry.enrolments.enums import DropoutReason, Ending
from registry.enrolments.lifecycle import ENROLMENT
from registry.enrolments.models import Enrolment
from registry.enrolments.rules import find_ending
from registry.people import operations as people
from registry.people.enums import ConsentGiver, ConsentPurpose
from registry.people.queries import get_person


def withdraw_consent(
    application: Application, purpose: ConsentPurpose, *, reason: str = "", actor: Actor
) -> Ending:
    """Take the consent back, as the applicant or the guardian; what rests on it ends, and a place goes on.

    `reason` is for the coordinators. Returns what has ended.
    Errors: NotAllowed; Conflict for a guardian once the applicant is of age, where no such consent stands, or
            where nothing goes on any more.
    """
    policy.require(actor, Permission.CONSENT_WITHDRAW, application)
    lock_serving_pools(get_cohort_of(application), application.member_state)
    application = reload_locked(application)
    is_guardian = actor.guarded_application_id == application.id
    if is_guardian and is_of_age(application):
        raise Conflict(_l("The applicant is old enough to decide alone now, so only they can take it back."))
    enrolment = queries.find_enrolment_of(application)
    ending = find_ending(application, enrolment)
    if ending is None:
        raise Conflict(_l("Nothing that rests on this consent goes on any more."))
    said = people.withdraw_consent(
        get_person(application.person_id),
        purpose,
        given_by=ConsentGiver.GUARDIAN if is_guardian else ConsentGiver.SELF,
        about=application.code,
        reason=reason,
        actor=actor,
    )
    if said is None:
        raise Conflict(_l("This consent was taken back already."))
    if enrolment is None:
        end_without_consent(application, actor=actor)
    else:
        _end(enrolment, ending, actor)
        forget(application)
        tell_coordinators("participant_left", application, key=application.code)
    write_applicant("consent_withdrawn", application, ending=ending.label, is_guardian=is_guardian)
    return ending


def _end(enrolment: Enrolment, ending: Ending, actor: Actor) -> None:
    reason = DropoutReason.CONSENT
    if ending is Ending.TRAINING:
        enrolment.dropout_reason = reason
        ENROLMENT.apply(enrolment, "leave_without_consent", actor=actor, reason=reason.value)
    else:
        ENROLMENT.apply(enrolment, "cancel_without_consent", actor=actor, reason=reason.value)
        free_accepted_seat(enrolment.application)
