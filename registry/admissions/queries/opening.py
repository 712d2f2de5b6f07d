"""The one application that an administrator asks for by its code. What asks here records its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.actor import Actor
from registry.admissions.models import Answer, Application, Attachment, EligibilityResult
from registry.admissions.queries.answers import list_answers, list_results
from registry.catalogue.models import Cohort, Programme
from registry.core.audit import AuditEntry
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.people.models import Consent
from registry.people.queries import get_person, list_consents


@dataclass(frozen=True)
class OpenedApplication:
    """An application with everything the registry was told in it."""

    application: Application
    answers: Sequence[Answer]
    results: Sequence[EligibilityResult]
    consents: Sequence[Consent]


def find_sent(code: str) -> Application | None:
    """The application with the code, unless it was never sent."""
    return db.session.scalar(
        sa.select(Application).where(Application.code == code, Application.submitted_at.is_not(None))
    )


def find_reason(application: Application, action: str, *, since: datetime, actor: Actor) -> str | None:
    """Why the actor did so with the application the last time, if that was since then."""
    return db.session.scalar(
        sa.select(AuditEntry.reason)
        .where(
            AuditEntry.object_type == Application.__tablename__,
            AuditEntry.object_id == application.id,
            AuditEntry.action == action,
            AuditEntry.actor_id == actor.user_id,
            AuditEntry.at > since,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def get_file(code: str, file: str) -> Attachment:
    """A file that the sent application names. Errors: NotFound."""
    attachment = db.session.scalar(
        sa.select(Attachment)
        .join(Attachment.application)
        .where(
            Application.code == normalise_code(code),
            Application.submitted_at.is_not(None),
            Attachment.code == normalise_code(file),
            Attachment.removed_at.is_(None),
        )
        .options(contains_eager(Attachment.application))
    )
    if attachment is None:
        raise NotFound
    return attachment


def get_opened(code: str) -> OpenedApplication:
    """What the page shows of an application that was just opened."""
    application = db.session.scalars(
        sa.select(Application)
        .where(Application.code == code)
        .options(
            joinedload(Application.cohort).joinedload(Cohort.programme).selectinload(Programme.translations)
        )
    ).one()
    return OpenedApplication(
        application,
        list_answers(application),
        list_results(application),
        list_consents(get_person(application.person_id), about=application.code),
    )
