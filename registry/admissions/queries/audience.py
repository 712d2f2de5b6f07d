"""Mails to all that a filter shows: whom they reach, in which language, and what became of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus, AudienceResult, SkipReason
from registry.admissions.models import Application, AudienceMail, AudienceRow
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people.models import Person

CHUNK = 100
_IDS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Addressee:
    """Whom one application is, as far as a mail needs it."""

    application_id: int
    status: ApplicationStatus
    locale: str
    address: str


def get_audience_mail(code: str, cohort: Cohort) -> AudienceMail:
    """A mail of a cohort that the caller has opened, with its texts. Errors: NotFound."""
    mail = db.session.scalar(
        sa.select(AudienceMail)
        .where(AudienceMail.code == code, AudienceMail.cohort_id == cohort.id)
        .options(selectinload(AudienceMail.texts))
        .execution_options(populate_existing=True)
    )
    if mail is None:
        raise NotFound
    return mail


def find_audience_mail(mail_id: int) -> AudienceMail | None:
    """For the worker: with texts, cohort and programme."""
    return db.session.scalar(
        sa.select(AudienceMail)
        .where(AudienceMail.id == mail_id)
        .options(
            selectinload(AudienceMail.texts),
            selectinload(AudienceMail.cohort).selectinload(Cohort.programme),
        )
        .execution_options(populate_existing=True)
    )


def list_audience_mails(cohort: Cohort) -> Sequence[AudienceMail]:
    """What was sent to many of the cohort, the newest first."""
    return db.session.scalars(
        sa.select(AudienceMail)
        .where(AudienceMail.cohort_id == cohort.id, AudienceMail.started_at.is_not(None))
        .options(selectinload(AudienceMail.texts))
        .order_by(AudienceMail.id.desc())
        .limit(50)
    ).all()


def list_addressees(application_ids: Sequence[int]) -> list[Addressee]:
    """The applications with the language and address of whoever reads, in the order of the keys."""
    found: list[Addressee] = []
    for start in range(0, len(application_ids), _IDS_AT_ONCE):
        chunk = application_ids[start : start + _IDS_AT_ONCE]
        rows = db.session.execute(
            sa.select(Application.id, Application.status, Person.locale, _address())
            .join(Person, Person.id == Application.person_id)
            .outerjoin(User, User.id == Person.user_id)
            .where(Application.id.in_(chunk))
            .order_by(Application.id)
        )
        found += [Addressee(*row) for row in rows]
    return found


def _address() -> sa.ColumnElement[str]:
    return sa.case((Person.user_id.is_not(None), User.email), else_=Person.email)


def count_by_locale(application_ids: Sequence[int]) -> Counter[str]:
    """Language -> how many of the applicants read it."""
    return Counter(each.locale for each in list_addressees(application_ids))


def count_waiting_by_locale(mail: AudienceMail) -> Counter[str]:
    """Language -> how many of those who are to get the mail read it."""
    rows = db.session.execute(
        sa.select(Person.locale, sa.func.count())
        .join(Application, Application.person_id == Person.id)
        .join(AudienceRow, AudienceRow.application_id == Application.id)
        .where(*_waiting(mail))
        .group_by(Person.locale)
    )
    return Counter({row[0]: row[1] for row in rows})


def count_skipped(mail: AudienceMail) -> list[tuple[SkipReason, int]]:
    """Why people are left out, and how many for each reason."""
    rows = db.session.execute(
        sa.select(AudienceRow.reason, sa.func.count())
        .where(AudienceRow.mail_id == mail.id, AudienceRow.result == AudienceResult.SKIPPED)
        .group_by(AudienceRow.reason)
    )
    found = {row[0]: row[1] for row in rows}
    return [(reason, found[reason]) for reason in SkipReason if reason in found]


def count_results(mail: AudienceMail) -> Counter[Any]:
    """How many rows have come to which result; of those written, what became of the message."""
    rows = db.session.execute(
        sa.select(AudienceRow.result, Message.status, sa.func.count())
        .outerjoin(Message, Message.id == AudienceRow.message_id)
        .where(AudienceRow.mail_id == mail.id)
        .group_by(AudienceRow.result, Message.status)
    )
    counts: Counter[Any] = Counter()
    for result, status, n in rows:
        counts[status or result] += n
    return counts


def find_sample(mail: AudienceMail, locales: Sequence[str]) -> Application | None:
    """The first of those who are to get the mail and read one of these languages."""
    return db.session.scalar(
        sa.select(Application)
        .join(AudienceRow, AudienceRow.application_id == Application.id)
        .join(Person, Person.id == Application.person_id)
        .where(*_waiting(mail), Person.locale.in_(locales))
        .order_by(Application.id)
        .limit(1)
    )


def list_waiting(mail: AudienceMail) -> Sequence[Application]:
    """The next applications that have not been written to, locked: nothing moves them meanwhile."""
    return db.session.scalars(
        sa.select(Application)
        .join(AudienceRow, AudienceRow.application_id == Application.id)
        .where(*_waiting(mail))
        .order_by(Application.id)
        .limit(CHUNK)
        .with_for_update(key_share=True, of=Application)
        .execution_options(populate_existing=True)
    ).all()


def list_rows(mail: AudienceMail, *, key: str | None) -> Page[AudienceRow]:
    """Each application with what became of its mail."""
    statement = (
        sa.select(AudienceRow)
        .join(AudienceRow.application)
        .outerjoin(AudienceRow.message)
        .options(contains_eager(AudienceRow.application), contains_eager(AudienceRow.message))
        .where(AudienceRow.mail_id == mail.id)
    )
    return get_page(statement, [SortKey(AudienceRow.application_id)], key)


def list_mails_with(application: Application) -> Sequence[AudienceMail]:
    """The audience mails that were written to this application."""
    return db.session.scalars(
        sa.select(AudienceMail)
        .join(AudienceRow, AudienceRow.mail_id == AudienceMail.id)
        .where(AudienceRow.application_id == application.id, AudienceRow.message_id.is_not(None))
        .order_by(AudienceMail.id)
    ).all()


def has_audience_mail(cohort_id: int) -> bool:
    """Whether anybody wrote to many applicants of the cohort."""
    # Steps in bulk are written together: asking must not write each by itself.
    with db.session.no_autoflush:
        return (
            db.session.scalar(sa.select(AudienceMail.id).where(AudienceMail.cohort_id == cohort_id).limit(1))
            is not None
        )


def list_unsent_with(application: Application) -> Sequence[AudienceMail]:
    """Those of them that have not gone out, and could."""
    return db.session.scalars(
        sa.select(AudienceMail)
        .join(AudienceRow, AudienceRow.mail_id == AudienceMail.id)
        .join(Message, Message.id == AudienceRow.message_id)
        .where(
            AudienceRow.application_id == application.id,
            Message.status.in_((MessageStatus.QUEUED, MessageStatus.FAILED)),
        )
        .order_by(AudienceMail.id)
    ).all()


def _waiting(mail: AudienceMail) -> tuple[sa.ColumnElement[bool], ...]:
    return AudienceRow.mail_id == mail.id, AudienceRow.result == AudienceResult.WAITING
