"""What changes a participant's place, from the accepted offer to the end."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import AgeBand, ClosingReason, Figure, OfferAnswer
from registry.admissions.models import Application, Offer
from registry.admissions.operations import letters, notices, offers, sweeps
from registry.admissions.operations.steps import take_step
from registry.catalogue.lifecycle import COHORT
from registry.catalogue.models import Cohort
from registry.catalogue.operations import touch_catalogue
from registry.core import audit, clock, jobs, tally
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.enrolments import queries
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.enrolments.lifecycle import ENROLMENT
from registry.enrolments.models import Enrolment, EnrolmentCount

CLOCK = Actor.system("clock")
_FIGURES = {"started_at": Figure.STARTED, "completed_at": Figure.COMPLETED}


def accept_offer(offer: Offer, *, actor: Actor) -> Enrolment:
    """The applicant takes the place; the enrolment begins in the same transaction.

    Errors: NotAllowed; Conflict, with what became of the offer, when it is no longer open.
    """
    application = offers.lock_offer(offer)
    policy.require(actor, Permission.OFFER_ANSWER, application)
    offers.refuse_unless_open(offer, application)
    take_step(application, "accept", actor=actor)
    offers.answer_offer(offer, OfferAnswer.ACCEPTED)
    enrolment = Enrolment(
        code=new_code(),
        application=application,
        cohort_id=application.cohort_id,
        person_id=application.person_id,
        confirmed_at=clock.now(),
    )
    db.session.add(enrolment)
    audit.record(enrolment, "enrolments:enrolment:confirm", actor, to_state=EnrolmentStatus.CONFIRMED.value)
    notices.tell_accepted(application)
    return enrolment


def decline_offer(offer: Offer, *, actor: Actor) -> Application:
    """The applicant does not want the place; it goes to the next in line.

    Errors: as for `accept_offer`.
    """
    return offers.decline(offer, actor=actor)


def start(enrolment: Enrolment, *, actor: Actor) -> None:
    """The participant has begun. Errors: NotAllowed, IllegalTransition."""
    _take_step(enrolment, "start", actor)


def complete(enrolment: Enrolment, *, actor: Actor) -> None:
    """The participant met the criteria. Errors: NotAllowed, IllegalTransition."""
    _take_step(enrolment, "complete", actor)


def mark_not_completed(enrolment: Enrolment, *, actor: Actor) -> None:
    """The participant stayed but did not meet the criteria. Errors: NotAllowed, IllegalTransition."""
    _take_step(enrolment, "mark_not_completed", actor)


def drop_out(enrolment: Enrolment, *, reason: DropoutReason | None, actor: Actor) -> None:
    """The participant left. Errors: NotAllowed, IllegalTransition, InvalidInput("reason")."""
    if reason is None:
        raise InvalidInput(_l("Choose why the participant left."), field="reason")
    enrolment.dropout_reason = reason
    _take_step(enrolment, "drop_out", actor, reason=reason.value)


def mark_no_show(enrolment: Enrolment, *, actor: Actor) -> None:
    """The participant never came: the seat is free, and before the start goes to the next in line.

    Errors: NotAllowed, IllegalTransition.
    """
    _take_step(enrolment, "mark_no_show", actor)
    letters.forget(enrolment.application)
    offers.free_accepted_seat(enrolment.application)


def cancel(enrolment: Enrolment, *, reason: str, actor: Actor) -> None:
    """The place is given up before the start.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason").
    """
    _take_step(enrolment, "cancel", actor, reason=reason)
    letters.forget(enrolment.application)
    offers.free_accepted_seat(enrolment.application)


def _take_step(enrolment: Enrolment, action: str, actor: Actor, *, reason: str | None = None) -> None:
    transition = ENROLMENT.apply(enrolment, action, actor=actor, reason=reason)
    application = enrolment.application
    for stamp in transition.stamps:
        if stamp in _FIGURES:
            tally.add(
                EnrolmentCount,
                {
                    "cohort_id": enrolment.cohort_id,
                    "figure": _FIGURES[stamp],
                    "member_state": application.member_state,
                    "sex": application.sex.value if application.sex else "",
                    "age_band": application.age_band or AgeBand.UNKNOWN,
                },
            )


def cancel_cohort(cohort: Cohort, *, reason: str, actor: Actor) -> None:
    """Call the cohort off. Nobody gets a place from here on; a job tells everybody and frees every seat.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason"), Conflict when somebody is taking part.
    """
    policy.require(actor, Permission.COHORT_PUBLISH, cohort)
    if queries.has_active(cohort):
        raise Conflict(_l("Participants have started. Mark how it ended for them first."))
    COHORT.apply(cohort, "cancel", actor=actor, reason=reason)
    touch_catalogue()
    jobs.enqueue(WIND_UP)


def wind_up_cancelled_cohorts() -> None:
    """Close what is still open in cancelled cohorts, one small transaction each; safe to repeat."""
    sweeps.run_sweep(sweeps.CLOSE_CANCELLED)
    sweeps.run_sweep(sweeps.EXPIRE_DRAFTS)
    sweeps.run_sweep(CANCEL_PLACES)


def _cancel_place(enrolment_id: int) -> bool:
    enrolment = queries.find_enrolment(enrolment_id)
    if enrolment is None or enrolment.status is not EnrolmentStatus.CONFIRMED:
        return False
    cancel(enrolment, reason=ClosingReason.COHORT_CANCELLED.value, actor=CLOCK)
    notices.tell_cancelled(enrolment.application)
    return True


CANCEL_PLACES = sweeps.Sweep("cancel places", queries.list_enrolment_ids_to_cancel, _cancel_place)
WIND_UP = "enrolments:wind_up_cancelled_cohorts"
jobs.periodic(WIND_UP, minutes=15)(wind_up_cancelled_cohorts)
