"""Files of applications: of one question, given before, and the one behind a code."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application, Attachment, Question
from registry.catalogue.models import Cohort
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound

MOST_EARLIER = 20


def list_current(application: Application) -> Sequence[Attachment]:
    """The application's files, the first one given first."""
    return db.session.scalars(
        sa.select(Attachment)
        .where(Attachment.application_id == application.id, Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    ).all()


def list_given(application: Application, question: Question, entry: int = 1) -> list[Attachment]:
    """Those of them that answer the question."""
    return [
        each for each in list_current(application) if each.question_id == question.id and each.entry == entry
    ]


def list_earlier(application: Application, question: Question, entry: int = 1) -> list[Attachment]:
    """What the person gave elsewhere and not to this question, each content once, the latest first."""
    here = {each.digest for each in list_given(application, question, entry)}
    found: dict[str, Attachment] = {}
    for each in db.session.scalars(_of_person(application).order_by(Attachment.id.desc())):
        if each.digest not in here:
            found.setdefault(each.digest, each)
    return list(found.values())[:MOST_EARLIER]


def get_earlier(application: Application, code: str) -> Attachment:
    """A file the same person gave before. Errors: NotFound."""
    attachment = db.session.scalar(_of_person(application).where(Attachment.code == normalise_code(code)))
    if attachment is None:
        raise NotFound
    return attachment


def _of_person(application: Application) -> sa.Select[Attachment]:
    return (
        sa.select(Attachment)
        .join(Attachment.application)
        .where(Application.person_id == application.person_id, Attachment.removed_at.is_(None))
    )


def get_attachment(code: str, *, actor: Actor) -> Attachment:
    """The file behind the code. Errors: NotFound, also for what the actor may not see."""
    attachment = db.session.scalar(
        sa.select(Attachment)
        .where(Attachment.code == normalise_code(code))
        .options(
            joinedload(Attachment.question, innerjoin=True),
            joinedload(Attachment.application, innerjoin=True).options(
                joinedload(Application.cohort, innerjoin=True).joinedload(Cohort.programme, innerjoin=True),
                selectinload(Application.assignments),
            ),
        )
    )
    if attachment is None or not policy.can(actor, Permission.ATTACHMENT_VIEW, attachment):
        raise NotFound
    return attachment


def list_known_digests(digests: Collection[str]) -> set[str]:
    """Those of the contents that an application still names."""
    return set(db.session.scalars(sa.select(Attachment.digest).where(Attachment.digest.in_(digests))))
