"""Every question about follow-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.access.actor import Actor
from registry.admissions.models import Application
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db
from registry.core.tables import Page, SortKey, get_page
from registry.enrolments.models import Enrolment
from registry.enrolments.rules import STARTED_STATUSES
from registry.outcomes.enums import InviteStatus, WaveKind
from registry.outcomes.models import SurveyInvite, SurveyResponse, Wave
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent


@dataclass(frozen=True)
class WaveCount:
    """How far a wave has come: people who were asked, and who answered. `asked` counts who takes part."""

    kind: WaveKind
    asked: int
    answered: int


@dataclass(frozen=True)
class FollowUpRow:
    """One participant in a wave; `invite` and `response` are None before anything was recorded."""

    enrolment: Enrolment
    name: str
    member_state: str
    invite: SurveyInvite | None
    response: SurveyResponse | None


def list_own_invites(actor: Actor) -> Sequence[SurveyInvite]:
    """The follow-ups the actor is, or was, asked in; the newest first. What was said is not among it."""
    owner = Enrolment.person_id == actor.person_id if actor.person_id is not None else sa.false()
    return db.session.scalars(
        sa.select(SurveyInvite)
        .join(SurveyInvite.enrolment)
        .where(owner)
        .options(
            joinedload(SurveyInvite.wave, innerjoin=True)
            .joinedload(Wave.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations)
        )
        .order_by(SurveyInvite.id.desc())
    ).all()


def find_wave(cohort: Cohort, kind: WaveKind) -> Wave | None:
    """The cohort's wave of this kind."""
    return db.session.scalar(sa.select(Wave).where(Wave.cohort_id == cohort.id, Wave.kind == kind))


def find_invite(wave: Wave, enrolment: Enrolment) -> SurveyInvite | None:
    """Who was asked in the wave."""
    return db.session.scalar(
        sa.select(SurveyInvite).where(
            SurveyInvite.wave_id == wave.id, SurveyInvite.enrolment_id == enrolment.id
        )
    )


def find_response(invite: SurveyInvite) -> SurveyResponse | None:
    """What the person said."""
    return db.session.get(SurveyResponse, invite.response_id) if invite.response_id else None


def list_enrolment_ids_to_invite(wave: Wave) -> Sequence[int]:
    """Participants of the wave's cohort who took part and were not invited yet."""
    invited = sa.select(SurveyInvite.enrolment_id).where(SurveyInvite.wave_id == wave.id)
    return db.session.scalars(
        sa.select(Enrolment.id)
        .where(
            Enrolment.cohort_id == wave.cohort_id,
            Enrolment.status.in_(STARTED_STATUSES),
            Enrolment.id.not_in(invited),
            ~_refuses(),
        )
        .order_by(Enrolment.id)
    ).all()


def refuses_follow_up(enrolment: Enrolment) -> bool:
    """Whether the participant has refused, or taken back, the consent to be asked."""
    statement = sa.select(Enrolment.id).where(Enrolment.id == enrolment.id, _refuses())
    return db.session.scalar(statement) is not None


def _refuses() -> sa.ColumnElement[bool]:
    """What was said last about the enrolment's application is no; who was never asked has not refused."""
    last = (
        sa.select(Consent.action)
        .join(Application, Application.code == Consent.about)
        .where(
            Application.id == Enrolment.application_id,
            Consent.person_id == Enrolment.person_id,
            Consent.purpose == ConsentPurpose.FOLLOW_UP,
        )
        .order_by(Consent.id.desc())
        .limit(1)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return sa.func.coalesce(last, ConsentAction.GIVEN) != ConsentAction.GIVEN


def list_open_invites(application: Application) -> Sequence[SurveyInvite]:
    """What the participant was asked, or will be, and has not answered."""
    return db.session.scalars(
        sa.select(SurveyInvite)
        .join(SurveyInvite.enrolment)
        .where(
            Enrolment.application_id == application.id,
            SurveyInvite.status.in_({InviteStatus.PLANNED, InviteStatus.SENT, InviteStatus.OPENED}),
        )
        .order_by(SurveyInvite.id)
    ).all()


def count_waves(cohort: Cohort) -> dict[WaveKind, WaveCount]:
    """The waves that were opened, with how many were asked and answered."""
    rows = db.session.execute(
        sa.select(
            Wave.kind,
            sa.func.count(SurveyInvite.id),
            sa.func.sum(sa.case((SurveyInvite.status == InviteStatus.ANSWERED, 1), else_=0)),
        )
        .outerjoin(SurveyInvite, SurveyInvite.wave_id == Wave.id)
        .where(Wave.cohort_id == cohort.id)
        .group_by(Wave.kind)
    )
    return {kind: WaveCount(kind, asked, int(answered or 0)) for kind, asked, answered in rows}


def list_follow_ups(cohort: Cohort, kind: WaveKind, key: str | None) -> Page[FollowUpRow]:
    """A page of those who took part, by name, with what they said in this wave."""
    statement: Any = (
        sa.select(Enrolment, Application.listed_name, Application.member_state, SurveyInvite, SurveyResponse)
        .join(Enrolment.application)
        .outerjoin(Wave, sa.and_(Wave.cohort_id == Enrolment.cohort_id, Wave.kind == kind))
        .outerjoin(
            SurveyInvite,
            sa.and_(SurveyInvite.wave_id == Wave.id, SurveyInvite.enrolment_id == Enrolment.id),
        )
        .outerjoin(SurveyResponse, SurveyResponse.id == SurveyInvite.response_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.status.in_(STARTED_STATUSES))
    )
    page = get_page(statement, [SortKey(Application.listed_name), SortKey(Enrolment.id)], key)
    return Page([FollowUpRow(*row) for row in page.rows], page.next, page.previous)
