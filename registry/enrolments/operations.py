"""What changes a participant's place."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import OfferAnswer
from registry.admissions.models import Application, Offer
from registry.admissions.operations import offers
from registry.admissions.operations.steps import take_step
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.models import Enrolment


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
    return enrolment


def decline_offer(offer: Offer, *, actor: Actor) -> Application:
    """The applicant does not want the place; it goes to the next in line.

    Errors: as for `accept_offer`.
    """
    return offers.decline(offer, actor=actor)
