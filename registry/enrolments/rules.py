"""Who may see or move an enrolment, and what participants read of it. Pure."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.rules import manages
from registry.enrolments.enums import EnrolmentStatus as E
from registry.enrolments.enums import PublicStatus
from registry.enrolments.models import Enrolment

STARTED_STATUSES = frozenset(E) - {E.CONFIRMED, E.NO_SHOW, E.CANCELLED}
"""Those of people who took part, however it ended."""

_PUBLIC_STATUS = {
    E.CONFIRMED: PublicStatus.ACCEPTED,
    E.ACTIVE: PublicStatus.TAKING_PART,
    E.COMPLETED: PublicStatus.COMPLETED,
    E.NOT_COMPLETED: PublicStatus.NOT_COMPLETED,
    E.DROPPED_OUT: PublicStatus.NOT_COMPLETED,
    E.EXCLUDED: PublicStatus.NOT_COMPLETED,
    E.NO_SHOW: PublicStatus.CLOSED,
    E.CANCELLED: PublicStatus.CLOSED,
    E.TRANSFERRED: PublicStatus.CLOSED,
}


def public_status(status: E) -> PublicStatus:
    """What the participant reads."""
    return _PUBLIC_STATUS[status]


@policy.rule(Permission.ENROLMENT_VIEW, Permission.ENROLMENT_MANAGE, Permission.OUTCOME_RECORD, on=Enrolment)
def can_manage(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether the actor runs the enrolment's programme."""
    return manages(actor, enrolment.cohort.programme.slug, Permission.ENROLMENT_MANAGE)
