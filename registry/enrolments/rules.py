"""Who may see or move an enrolment, and what participants read of it. Pure."""

from collections.abc import Sequence

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import CLOSABLE_STATUSES, LIVE_STATUSES, ApplicationStatus
from registry.admissions.models import Application
from registry.catalogue.models import Programme
from registry.catalogue.rules import manages
from registry.enrolments.enums import Ending, PublicStatus
from registry.enrolments.enums import EnrolmentStatus as E
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


@policy.rule(Permission.CONSENT_WITHDRAW, on=Enrolment)
def _has_consented(actor: Actor, enrolment: Enrolment) -> bool:
    is_participant = actor.person_id is not None and actor.person_id == enrolment.person_id
    return is_participant or actor.guarded_application_id == enrolment.application_id


def find_ending(application: Application, enrolment: Enrolment | None) -> Ending | None:
    """What ends when the consent to it is taken back; None where nothing goes on any more."""
    if enrolment is not None:
        return {E.CONFIRMED: Ending.PLACE, E.ACTIVE: Ending.TRAINING}.get(enrolment.status)
    if application.status not in CLOSABLE_STATUSES:
        return None
    ends = {ApplicationStatus.OFFERED: Ending.OFFER, ApplicationStatus.WAITLISTED: Ending.WAITING}
    return ends.get(application.status, Ending.APPLICATION)


@policy.rule(Permission.APPLICATION_PROCESS, on=Programme)
def _runs_programme(actor: Actor, programme: Programme) -> bool:
    return manages(actor, programme.slug, Permission.APPLICATION_PROCESS)


def pair_rivals(
    ours: Sequence[Application], theirs: Sequence[Application]
) -> list[tuple[Application, Application]]:
    """Live applications of two people in one cohort, of which one person could have only one."""
    by_cohort = {application.cohort_id: application for application in ours}
    return [(by_cohort[each.cohort_id], each) for each in theirs if each.cohort_id in by_cohort]


def is_rival(application: Application) -> bool:
    """Whether it is a sent one that stands in the way of another in its cohort."""
    return application.status in LIVE_STATUSES and not is_draft(application)


def is_draft(application: Application) -> bool:
    """Whether it was begun and not sent."""
    return application.status is ApplicationStatus.DRAFT
