"""What the clock has overtaken: keys only, oldest first, read from indexes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.enums import CLOSABLE_STATUSES, LIVE_STATUSES, ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, CorrectionRequest, GuardianRequest, Offer, WaitlistEntry
from registry.admissions.queries.guardians import has_come_of_age, has_open_questions
from registry.admissions.rules.guardians import WAITS_ON
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.catalogue.rules import has_started
from registry.core import clock
from registry.core.database import db
from registry.messages.models import Message

BATCH = 500
"""Keys read at a time; each is worked on in a transaction of its own."""


def list_lapsed_offer_ids() -> Sequence[int]:
    """Open offers nobody can accept any more."""
    return db.session.scalars(
        sa.select(Offer.id)
        .where(Offer.answer.is_(None), Offer.accept_by_at <= clock.now())
        .order_by(Offer.accept_by_at, Offer.id)
        .limit(BATCH)
    ).all()


def list_offer_ids_to_remind(ahead: timedelta, *, kind: str) -> Sequence[int]:
    """Open offers that end within `ahead`, made at least a day ago, whose reminder is not queued yet."""
    now = clock.now()
    return db.session.scalars(
        sa.select(Offer.id)
        .where(
            Offer.answer.is_(None),
            Offer.accept_by_at > now,
            Offer.accept_by_at <= now + ahead,
            Offer.offered_at <= now - timedelta(days=1),
            ~_has_message(sa.literal(f"{kind}:") + Offer.code),
        )
        .order_by(Offer.accept_by_at, Offer.id)
        .limit(BATCH)
    ).all()


def list_draft_ids_to_expire() -> Sequence[int]:
    """Drafts of cohorts whose window has closed, or that were cancelled."""
    closed = sa.select(Cohort.id).where(
        sa.or_(Cohort.closes_at <= clock.now(), Cohort.status == CohortStatus.CANCELLED)
    )
    return db.session.scalars(
        sa.select(Application.id)
        .where(Application.status == ApplicationStatus.DRAFT, Application.cohort_id.in_(closed))
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_draft_ids_to_remind(ahead: timedelta, *, kind: str) -> Sequence[int]:
    """Drafts whose window closes within `ahead`, begun at least a day ago, not reminded yet."""
    now = clock.now()
    closing = sa.select(Cohort.id).where(
        Cohort.status == CohortStatus.PUBLISHED, Cohort.closes_at > now, Cohort.closes_at <= now + ahead
    )
    return db.session.scalars(
        sa.select(Application.id)
        .where(
            Application.status == ApplicationStatus.DRAFT,
            Application.cohort_id.in_(closing),
            Application.created_at <= now - timedelta(days=1),
            ~_has_message(sa.literal(f"{kind}:") + Application.code),
        )
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_application_ids_of_started_cohorts() -> Sequence[int]:
    """Applications that are still open although their cohort has started."""
    now = clock.now()
    candidates = db.session.scalars(
        sa.select(Cohort).where(
            Cohort.status.in_({CohortStatus.PUBLISHED, CohortStatus.ARCHIVED}),
            # The host's day may be ahead of UTC's.
            Cohort.starts_on <= now.date() + timedelta(days=1),
        )
    )
    started = [cohort.id for cohort in candidates if has_started(cohort, now)]
    return db.session.scalars(
        sa.select(Application.id)
        .where(Application.cohort_id.in_(started), Application.status.in_(CLOSABLE_STATUSES))
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_cohort_ids_with_unused_seats() -> Sequence[int]:
    """Cohorts whose pools have opened while a state has unused seats, or general ones that somebody waits for."""
    now = clock.now()
    unused = sa.exists().where(SeatPool.cohort_id == Cohort.id, SeatPool.used < SeatPool.seats)
    waiting = sa.exists().where(
        WaitlistEntry.pool_id == SeatPool.id,
        SeatPool.cohort_id == Cohort.id,
        WaitlistEntry.left_at.is_(None),
    )
    return db.session.scalars(
        sa.select(Cohort.id)
        .where(
            Cohort.status == CohortStatus.PUBLISHED,
            Cohort.pools_open_at <= now,
            Cohort.starts_on >= now.date(),
            sa.or_(sa.and_(unused, waiting), unused.where(SeatPool.member_state != GENERAL)),
        )
        .order_by(Cohort.id)
        .limit(BATCH)
    ).all()


def find_cohort(cohort_id: int) -> Cohort | None:
    """The cohort as it is now."""
    return db.session.get(Cohort, cohort_id, populate_existing=True)


def list_application_ids_whose_list_has_ended() -> Sequence[int]:
    """Applications on a waiting list from which nobody moves up any more."""
    ended = sa.select(Cohort.id).where(Cohort.waiting_ends_at <= clock.now())
    return db.session.scalars(
        sa.select(Application.id)
        .where(Application.status == ApplicationStatus.WAITLISTED, Application.cohort_id.in_(ended))
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_application_ids_of_cancelled_cohorts() -> Sequence[int]:
    """Applications that are still open although their cohort was cancelled."""
    cancelled = sa.select(Cohort.id).where(Cohort.status == CohortStatus.CANCELLED)
    return db.session.scalars(
        sa.select(Application.id)
        .where(Application.cohort_id.in_(cancelled), Application.status.in_(CLOSABLE_STATUSES))
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_application_ids_of_silent_guardians() -> Sequence[int]:
    """Applications that waited in vain for a guardian, without a link and without an answer of ours to come."""
    last = (
        sa.select(GuardianRequest.application_id, sa.func.max(GuardianRequest.expires_at).label("expires_at"))
        .join(GuardianRequest.application)
        .where(Application.status == ApplicationStatus.AWAITING_GUARDIAN, ~has_come_of_age())
        .group_by(GuardianRequest.application_id)
        .subquery()
    )
    return db.session.scalars(
        sa.select(last.c.application_id)
        .where(last.c.expires_at <= clock.now() - WAITS_ON, ~has_open_questions(last.c.application_id))
        .order_by(last.c.application_id)
        .limit(BATCH)
    ).all()


def list_application_ids_come_of_age(*, kinds: Sequence[str]) -> Sequence[int]:
    """Applications whose guardian is asked, or has consented for a cohort that is not over, once of age.

    Those who were told so by one of the `kinds` of mail are left out.
    """
    consented = GuardianRequest.answer == GuardianAnswer.CONSENTED
    running = sa.select(Cohort.id).where(Cohort.ends_on >= clock.now().date())
    return db.session.scalars(
        sa.select(Application.id)
        .where(
            Application.id.in_(sa.select(GuardianRequest.application_id)),
            sa.or_(
                Application.status == ApplicationStatus.AWAITING_GUARDIAN,
                sa.and_(
                    Application.status.in_(LIVE_STATUSES),
                    Application.cohort_id.in_(running),
                    sa.exists().where(GuardianRequest.application_id == Application.id, consented),
                ),
            ),
            has_come_of_age(),
            *(~_has_message(sa.literal(f"{kind}:") + Application.code) for kind in kinds),
        )
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def list_request_ids_to_remind(ahead: timedelta, *, kind: str) -> Sequence[int]:
    """Open requests for corrections that end within `ahead`, made at least a day ago, not reminded yet."""
    now = clock.now()
    return db.session.scalars(
        _open_requests(CorrectionRequest.id)
        .where(
            CorrectionRequest.due_at > now,
            CorrectionRequest.due_at <= now + ahead,
            CorrectionRequest.requested_at <= now - timedelta(days=1),
            ~_has_message(sa.literal(f"{kind}:") + sa.cast(CorrectionRequest.id, sa.String)),
        )
        .order_by(CorrectionRequest.due_at, CorrectionRequest.id)
        .limit(BATCH)
    ).all()


def list_application_ids_of_unanswered_returns() -> Sequence[int]:
    """Returned applications whose corrections did not come in time."""
    return db.session.scalars(
        _open_requests(CorrectionRequest.application_id)
        .where(CorrectionRequest.due_at <= clock.now())
        .order_by(CorrectionRequest.due_at, CorrectionRequest.id)
        .limit(BATCH)
    ).all()


def _open_requests(column: Any) -> sa.Select[int]:
    return (
        sa.select(column)
        .join(CorrectionRequest.application)
        .where(CorrectionRequest.answered_at.is_(None), Application.status == ApplicationStatus.RETURNED)
    )


def find_offer(offer_id: int) -> Offer | None:
    """The offer with its application and cohort."""
    return db.session.scalar(
        sa.select(Offer)
        .where(Offer.id == offer_id)
        .options(joinedload(Offer.application).joinedload(Application.cohort))
    )


def find_application(application_id: int) -> Application | None:
    """The application as it is now, with its cohort."""
    return db.session.scalar(
        sa.select(Application)
        .where(Application.id == application_id)
        .options(joinedload(Application.cohort))
        .execution_options(populate_existing=True)
    )


def _has_message(key: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(Message.key == key)
