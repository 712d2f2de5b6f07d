"""The applicant's own applications: lists, one with its history, and offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.access.actor import Actor
from registry.admissions.enums import (
    ApplicationStatus,
    GuardianAnswer,
    PublicStatus,
    RejectionReason,
    RuleName,
    RuleResult,
)
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import (
    Application,
    EligibilityResult,
    GuardianRequest,
    Offer,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.queries import guardians
from registry.admissions.queries.guardians import find_last_request
from registry.admissions.queries.journey import get_heading
from registry.admissions.queries.seats import find_current_entry, find_open_offer, get_position
from registry.admissions.queries.shares import get_shares
from registry.admissions.rules.applications import closing_sentence, public_status
from registry.admissions.rules.selection_lines import describe_shares
from registry.admissions.rules.shares import Shares
from registry.catalogue.models import Cohort, Programme
from registry.core.audit import AuditEntry
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.messages.enums import MessageStatus
from registry.people import queries as people
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.rules import mask_email


@dataclass(frozen=True)
class Step:
    """A public status the application has reached."""

    status: PublicStatus
    at: datetime


@dataclass(frozen=True)
class Rejection:
    """Why there was no place."""

    reason: RejectionReason
    note: str


@dataclass(frozen=True)
class Summary:
    """An application as the applicant's lists show it."""

    application: Application
    title: str
    cohort_name: str
    status: PublicStatus


@dataclass(frozen=True)
class OwnOffer:
    """An offer with what it is for."""

    offer: Offer
    application: Application
    cohort: Cohort
    title: str
    cohort_name: str


@dataclass(frozen=True)
class AskedGuardian:
    """How far the question to the guardian has come."""

    name: str
    email: str
    """Masked."""
    is_undelivered: bool
    has_denied: bool
    """Whoever got the link says not to be the guardian."""
    has_question: bool
    """Asked something first, which is not answered yet."""
    is_of_age: bool
    """The applicant decides alone by now."""


@dataclass(frozen=True)
class OwnApplication:
    """Everything the applicant's page about one application shows."""

    application: Application
    cohort: Cohort
    title: str
    cohort_name: str
    status: PublicStatus
    steps: Sequence[Step]
    offer: Offer | None
    entry: WaitlistEntry | None
    position: int | None
    shares: Shares
    """What a promotion from the waiting list keeps; nothing while the applicant does not wait."""
    request: GuardianRequest | None
    guardian: AskedGuardian | None
    """Filled while the application waits for the guardian."""
    failures: Sequence[RuleName]
    rejection: Rejection | None
    agrees_to_follow_up: bool
    """Whether the consent to questions after the training stands."""

    @property
    def closing(self) -> str:
        """Why the application ended without a decision, in words."""
        return closing_sentence(self.application)

    @property
    def share_lines(self) -> list[str]:
        """Who may pass others on the waiting list, in words."""
        return describe_shares(self.shares)


def _own(actor: Actor) -> sa.Select[Application]:
    """The applications of the actor, with what the headings need."""
    owner = Application.person_id == actor.person_id if actor.person_id is not None else sa.false()
    return (
        sa.select(Application)
        .where(owner)
        .options(
            joinedload(Application.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations)
        )
    )


def list_own(actor: Actor) -> list[Summary]:
    """The actor's applications, the newest first."""
    applications = db.session.scalars(_own(actor).order_by(Application.id.desc())).all()
    released = _list_released({application.cohort_id for application in applications})
    return [
        _summarise(application, is_released=application.cohort_id in released) for application in applications
    ]


def get_own(code: str, *, actor: Actor) -> Application:
    """One of the actor's applications with its cohort.

    Errors: NotFound, also for somebody else's.
    """
    application = db.session.scalar(_own(actor).where(Application.code == normalise_code(code)))
    if application is None:
        raise NotFound
    return application


def get_own_application(code: str, *, actor: Actor) -> OwnApplication:
    """One of the actor's applications with its public history.

    Errors: NotFound, also for somebody else's.
    """
    application = get_own(code, actor=actor)
    is_released = application.cohort_id in _list_released({application.cohort_id})
    summary = _summarise(application, is_released=is_released)
    entry = find_current_entry(application)
    request = find_last_request(application)
    return OwnApplication(
        application=application,
        cohort=application.cohort,
        title=summary.title,
        cohort_name=summary.cohort_name,
        status=summary.status,
        steps=_list_steps(application, is_released=is_released),
        offer=find_open_offer(application),
        entry=entry,
        position=get_position(entry) if entry else None,
        request=request,
        guardian=_describe_guardian(application, request),
        shares=get_shares(application.cohort) if entry else Shares(),
        failures=_list_failures(application),
        rejection=_find_rejection(application),
        agrees_to_follow_up=_agrees(application),
    )


def _describe_guardian(application: Application, request: GuardianRequest | None) -> AskedGuardian | None:
    if request is None or application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        return None
    questions = guardians.list_questions(application, request.guardianship_id)
    return AskedGuardian(
        name=request.guardianship.name,
        email=mask_email(request.guardianship.email),
        is_undelivered=guardians.find_delivery(request) is MessageStatus.FAILED,
        has_denied=request.answer is GuardianAnswer.NOT_GUARDIAN,
        has_question=any(each.answered_at is None for each in questions),
        is_of_age=guardians.is_of_age(application),
    )


def _own_offers(actor: Actor) -> sa.Select[Offer]:
    owner = Application.person_id == actor.person_id if actor.person_id is not None else sa.false()
    return (
        sa.select(Offer)
        .join(Offer.application)
        .where(owner)
        .options(
            joinedload(Offer.application, innerjoin=True)
            .joinedload(Application.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations)
        )
    )


def list_open_offers(actor: Actor, *, at: datetime) -> list[OwnOffer]:
    """The actor's offers that can still be answered, the most urgent first."""
    offers = db.session.scalars(
        _own_offers(actor)
        .where(Offer.answer.is_(None), Offer.accept_by_at > at)
        .order_by(Offer.accept_by_at, Offer.id)
    )
    return [_own_offer(offer) for offer in offers]


def get_own_offer(code: str, *, actor: Actor) -> OwnOffer:
    """An offer made to the actor, answered or not.

    Errors: NotFound, also for somebody else's.
    """
    offer = db.session.scalar(_own_offers(actor).where(Offer.code == normalise_code(code)))
    if offer is None:
        raise NotFound
    return _own_offer(offer)


def _own_offer(offer: Offer) -> OwnOffer:
    application = offer.application
    heading = get_heading(application.cohort)
    return OwnOffer(offer, application, application.cohort, heading.title, heading.cohort_name)


def _summarise(application: Application, *, is_released: bool) -> Summary:
    heading = get_heading(application.cohort)
    return Summary(
        application,
        heading.title,
        heading.cohort_name,
        public_status(application.status, is_released=is_released),
    )


def _list_released(cohort_ids: set[int]) -> frozenset[int]:
    """Which of the cohorts have announced decisions."""
    if not cohort_ids:
        return frozenset()
    statement = (
        sa.select(StagedDecision.cohort_id)
        .where(StagedDecision.cohort_id.in_(cohort_ids), StagedDecision.released_at.is_not(None))
        .distinct()
    )
    return frozenset(db.session.scalars(statement))


def _list_steps(application: Application, *, is_released: bool) -> list[Step]:
    """The public statuses in order of time; what is private in between does not show."""
    moves = db.session.execute(
        sa.select(AuditEntry.to_state, AuditEntry.at)
        .where(
            AuditEntry.object_type == Application.__tablename__,
            AuditEntry.object_id == application.id,
            AuditEntry.to_state.is_not(None),
            AuditEntry.action.in_([f"{APPLICATION.noun}:{name}" for name in APPLICATION.transitions]),
        )
        .order_by(AuditEntry.id)
    )
    steps: list[Step] = []
    for state, at in moves:
        status = public_status(ApplicationStatus.of(state or ""), is_released=is_released)
        if not steps or steps[-1].status is not status:
            steps.append(Step(status, at))
    current = public_status(application.status, is_released=is_released)
    if not steps or steps[-1].status is not current:
        # What was brought in from elsewhere has no trail of its own.
        steps.append(Step(current, application.submitted_at or application.saved_at))
    return steps


def _list_failures(application: Application) -> Sequence[RuleName]:
    if application.status is not ApplicationStatus.INELIGIBLE:
        return ()
    return db.session.scalars(
        sa.select(EligibilityResult.rule).where(
            EligibilityResult.application_id == application.id, EligibilityResult.result == RuleResult.FAIL
        )
    ).all()


def _agrees(application: Application) -> bool:
    consents = people.map_consents(people.get_person(application.person_id), about=application.code)
    said = consents.get(ConsentPurpose.FOLLOW_UP)
    return said is not None and said.action is ConsentAction.GIVEN


def _find_rejection(application: Application) -> Rejection | None:
    if application.status is not ApplicationStatus.REJECTED:
        return None
    staged = db.session.scalar(
        sa.select(StagedDecision)
        .where(StagedDecision.application_id == application.id, StagedDecision.released_at.is_not(None))
        .order_by(StagedDecision.id.desc())
        .limit(1)
    )
    return Rejection(staged.rejection, staged.note) if staged and staged.rejection else None
