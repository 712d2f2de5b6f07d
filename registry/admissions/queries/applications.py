"""The cohorts a coordinator runs with their counts, and one application with everything about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import (
    Answer,
    Application,
    ApplicationStatusCount,
    EligibilityResult,
    GuardianQuestion,
    GuardianRequest,
    Nomination,
    Offer,
    StagedDecision,
)
from registry.admissions.queries import guardians
from registry.admissions.queries.answers import list_answers, list_results
from registry.admissions.queries.scope import _visible_to
from registry.catalogue.models import Cohort, Programme
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import NotFound
from registry.messages.enums import MessageStatus
from registry.people.models import Consent
from registry.people.queries import get_person, list_consents


def get_cohort(code: str, *, actor: Actor, permission: Permission = Permission.DECISION_STAGE) -> Cohort:
    """A cohort the actor has the permission on (to run its selection), with its programme. Errors: NotFound."""
    cohort = db.session.scalar(_cohorts_of(actor, permission).where(Cohort.code == code))
    if cohort is None:
        raise NotFound
    return cohort


def list_cohorts(actor: Actor) -> Sequence[Cohort]:
    """The cohorts whose selection the actor runs, those that start last first."""
    return db.session.scalars(
        _cohorts_of(actor, Permission.DECISION_STAGE).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    ).all()


def _cohorts_of(actor: Actor, permission: Permission) -> sa.Select[Cohort]:
    statement = (
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(selectinload(Cohort.programme).selectinload(Programme.translations))
    )
    if actor.is_system:
        return statement
    clauses = [
        Programme.slug == grant.programme if grant.programme is not None else sa.true()
        for grant in actor.grants_with(permission)
        if grant.country is None
    ]
    return statement.where(sa.or_(sa.false(), *clauses))


def count_by_status(cohort: Cohort) -> dict[ApplicationStatus, int]:
    """How many applications are in each status, from the kept counts."""
    rows = db.session.execute(
        sa.select(ApplicationStatusCount.status, sa.func.sum(ApplicationStatusCount.n))
        .where(ApplicationStatusCount.cohort_id == cohort.id)
        .group_by(ApplicationStatusCount.status)
    )
    return {status: int(n) for status, n in rows if n}


def count_by_state_and_status(cohort: Cohort) -> dict[str, dict[ApplicationStatus, int]]:
    """The same by member state."""
    counts: dict[str, dict[ApplicationStatus, int]] = {}
    rows = db.session.execute(
        sa.select(
            ApplicationStatusCount.member_state, ApplicationStatusCount.status, ApplicationStatusCount.n
        ).where(ApplicationStatusCount.cohort_id == cohort.id)
    )
    for member_state, status, n in rows:
        if n:
            counts.setdefault(member_state, {})[status] = n
    return counts


@dataclass(frozen=True)
class AskedGuardian:
    """The link that was sent last, what became of it, and what guardians asked."""

    request: GuardianRequest
    delivery: MessageStatus | None
    questions: Sequence[GuardianQuestion]
    is_of_age: bool
    """Whether the applicant decides alone by now."""


@dataclass(frozen=True)
class Dossier:
    """One application with everything a coordinator may read about it."""

    application: Application
    answers: Sequence[Answer]
    results: Sequence[EligibilityResult]
    nomination: Nomination | None
    guardian: AskedGuardian | None
    consents: Sequence[Consent]
    staged: StagedDecision | None
    offers: Sequence[Offer]
    history: Sequence[AuditEntry]


def get_application(code: str, *, actor: Actor) -> Application:
    """Errors: NotFound, also for what the actor may not see."""
    application = db.session.scalar(_visible_to(actor).where(Application.code == code))
    if application is None:
        raise NotFound
    return application


def get_dossier(application: Application) -> Dossier:
    """Everything about the application, in a fixed number of queries."""
    key = application.id
    return Dossier(
        application=application,
        answers=list_answers(application),
        results=list_results(application),
        nomination=db.session.get(Nomination, key),
        guardian=_find_guardian(application),
        consents=list_consents(get_person(application.person_id), about=application.code),
        staged=db.session.scalar(
            sa.select(StagedDecision).where(
                StagedDecision.application_id == key, StagedDecision.released_at.is_(None)
            )
        ),
        offers=db.session.scalars(
            sa.select(Offer).where(Offer.application_id == key).order_by(Offer.id)
        ).all(),
        history=db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.object_type == Application.__tablename__, AuditEntry.object_id == key)
            .order_by(AuditEntry.id)
        ).all(),
    )


def _find_guardian(application: Application) -> AskedGuardian | None:
    request = guardians.find_last_request(application)
    if request is None:
        return None
    return AskedGuardian(
        request,
        guardians.find_delivery(request),
        guardians.list_questions(application),
        guardians.is_of_age(application),
    )


def find_status_before_closing(application: Application) -> ApplicationStatus | None:
    """What the application was when it was closed the last time."""
    before = db.session.scalar(
        sa.select(AuditEntry.from_state)
        .where(
            AuditEntry.object_type == Application.__tablename__,
            AuditEntry.object_id == application.id,
            AuditEntry.action == "admissions:application:close",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return ApplicationStatus.of(before) if before else None
