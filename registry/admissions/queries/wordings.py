"""Own wordings of a programme's mails, and what a sample of one is made of."""

from collections.abc import Sequence

import sqlalchemy as sa

from registry.admissions.enums import MailEvent
from registry.admissions.models import MessageWording
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db


def find_used_wording(programme_id: int, event: MailEvent, locale: str) -> MessageWording | None:
    """The own wording that this mail has in this language; None where it has the standard one."""
    return db.session.scalar(
        _of(programme_id, event).where(MessageWording.locale == locale, MessageWording.is_used)
    )


def find_wording(programme: Programme, event: MailEvent, locale: str) -> MessageWording | None:
    """What was written last, used or not."""
    return db.session.scalar(
        _of(programme.id, event)
        .where(MessageWording.locale == locale)
        .execution_options(populate_existing=True)
    )


def list_used_wordings(programme: Programme) -> Sequence[MessageWording]:
    """All own wordings that the programme's mails have now."""
    return db.session.scalars(
        sa.select(MessageWording)
        .where(MessageWording.programme_id == programme.id, MessageWording.is_used)
        .order_by(MessageWording.event, MessageWording.locale)
    ).all()


def find_sample_cohort(programme: Programme) -> Cohort | None:
    """The programme's newest cohort."""
    return db.session.scalar(
        sa.select(Cohort)
        .where(Cohort.programme_id == programme.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(1)
    )


def _of(programme_id: int, event: MailEvent) -> sa.Select[MessageWording]:
    return sa.select(MessageWording).where(
        MessageWording.programme_id == programme_id, MessageWording.event == event
    )
