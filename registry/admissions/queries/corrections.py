"""What applicants are asked to correct."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, CorrectionRequest, Question
from registry.admissions.queries.journey import Heading, get_heading, get_journey
from registry.admissions.rules.corrections import (
    FOLLOWS,
    Change,
    list_changes,
    list_following,
    list_reviewed_changes,
)
from registry.admissions.rules.sections import AskedQuestion, spread
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db


@dataclass(frozen=True)
class OwnCorrection:
    """A request that waits for the applicant, with what it is about."""

    request: CorrectionRequest
    application: Application
    heading: Heading


@dataclass(frozen=True)
class ComparedCorrection:
    """A request, and what was before and is now."""

    request: CorrectionRequest
    changes: Sequence[Change]


def find_open_request(application: Application) -> CorrectionRequest | None:
    """What the application was returned for; None unless it is returned."""
    if application.status is not ApplicationStatus.RETURNED:
        return None
    return db.session.scalar(
        sa.select(CorrectionRequest)
        .where(CorrectionRequest.application_id == application.id, CorrectionRequest.answered_at.is_(None))
        .options(selectinload(CorrectionRequest.items))
        .order_by(CorrectionRequest.id.desc())
        .limit(1)
    )


def find_reason(application: Application, page: str) -> str:
    """Why the page is asked for again; empty when it is not. A page that follows from another one says so."""
    request = find_open_request(application)
    reasons = {item.page: item.reason for item in request.items} if request else {}
    if page in reasons or not reasons:
        return reasons.get(page, "")
    is_open = page in list_following(reasons, get_journey(application))
    return str(FOLLOWS) if is_open else ""


def list_own_open(actor: Actor) -> list[OwnCorrection]:
    """The requests that wait for the actor, the most urgent first."""
    if actor.person_id is None:
        return []
    requests = db.session.scalars(
        sa.select(CorrectionRequest)
        .join(CorrectionRequest.application)
        .where(
            Application.person_id == actor.person_id,
            Application.status == ApplicationStatus.RETURNED,
            CorrectionRequest.answered_at.is_(None),
        )
        .options(
            selectinload(CorrectionRequest.items),
            joinedload(CorrectionRequest.application, innerjoin=True)
            .joinedload(Application.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations),
        )
        .order_by(CorrectionRequest.due_at, CorrectionRequest.id)
    )
    return [OwnCorrection(each, each.application, get_heading(each.application.cohort)) for each in requests]


def list_compared(application: Application, *, for_reviewer: bool = False) -> list[ComparedCorrection]:
    """All requests of the application with their changes, the latest first."""
    requests = db.session.scalars(
        sa.select(CorrectionRequest)
        .where(CorrectionRequest.application_id == application.id)
        .options(selectinload(CorrectionRequest.items))
        .order_by(CorrectionRequest.id.desc())
    ).all()
    if not requests:
        return []
    questions = list_asked(application)
    compare = list_reviewed_changes if for_reviewer else list_changes
    return [ComparedCorrection(each, compare(each, application, questions)) for each in requests]


def list_asked(application: Application) -> list[AskedQuestion]:
    """The questions of the form that the application answers, in all their entries."""
    questions = db.session.scalars(
        sa.select(Question)
        .where(Question.form_version_id == application.form_version_id)
        .options(joinedload(Question.section))
        .order_by(Question.position)
    ).all()
    return spread(questions, application.entries)


def find_request(request_id: int) -> CorrectionRequest | None:
    """The request with its application as it is now."""
    return db.session.scalar(
        sa.select(CorrectionRequest)
        .where(CorrectionRequest.id == request_id)
        .options(joinedload(CorrectionRequest.application).joinedload(Application.cohort))
    )
