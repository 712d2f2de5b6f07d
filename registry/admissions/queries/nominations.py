"""What a focal point endorses, ranks and has done, in one cohort of its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import PERMISSIONS, Role
from registry.accounts.models import RoleGrant, User
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, Invitation, Nomination
from registry.admissions.queries.decisions import find_last_release
from registry.admissions.queries.due import BATCH
from registry.admissions.queries.scope import _visible_to
from registry.admissions.rules.nominations import why_not_undoing
from registry.catalogue.enums import NominationMode, WithoutFocalPoint
from registry.catalogue.models import GENERAL, Cohort, Programme, SeatPool
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.tables import Page, SortKey, get_page
from registry.places.models import Country
from registry.places.queries import list_country_codes

UNRANKED = 1_000_000
HISTORY = tuple(
    f"admissions:application:{step}"
    for step in (
        *("endorse", "decline_endorsement", "undo_endorsement", "rank", "pass_on"),
        *("endorse_for_state", "decline_for_state", "undo_for_state"),
        *("submit_to_focal_point", "consent_to_focal_point", "resubmit_to_focal_point", "withdraw"),
        *("submit_nominated", "consent_nominated"),
    )
)
"""What of an application's trail a focal point reads: the state's own part, and what began or ended it."""
INVITATION_HISTORY = tuple(
    f"admissions:invitation:{step}" for step in ("send", "resend", "correct", "withdraw")
)

_SPEAKING = tuple(role for role in Role if Permission.APPLICATION_ENDORSE in PERMISSIONS[role])


@dataclass(frozen=True)
class Nominated:
    """An application the state has answered for."""

    application: Application
    nomination: Nomination


@dataclass(frozen=True)
class GivenAnswer:
    """What was said of an application, and by whom."""

    nomination: Nomination
    user: User | None


def _of_state(cohort: Cohort, member_state: str, actor: Actor) -> sa.Select[Application]:
    return _visible_to(actor, Role.FOCAL_POINT).where(
        Application.cohort_id == cohort.id, Application.member_state == member_state
    )


def list_to_endorse(cohort: Cohort, member_state: str, key: str | None, *, actor: Actor) -> Page[Application]:
    """Applications that wait for the state, the longest waiting first."""
    statement = _of_state(cohort, member_state, actor).where(
        Application.status == ApplicationStatus.AWAITING_ENDORSEMENT
    )
    return get_page(statement, [SortKey(Application.submitted_at), SortKey(Application.id)], key)


def reload_to_endorse(application: Application) -> Application:
    """The application as it is now with its cohort, locked until the transaction ends."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id == application.id)
        .options(joinedload(Application.cohort, innerjoin=True))
        .with_for_update(key_share=True, of=Application)
        .execution_options(populate_existing=True)
    ).one()


def find_next_to_endorse(application: Application, *, actor: Actor) -> str | None:
    """The code of another application of the same cohort and state that waits."""
    return db.session.scalar(
        _of_state(application.cohort, application.member_state, actor)
        .with_only_columns(Application.code)
        .where(Application.status == ApplicationStatus.AWAITING_ENDORSEMENT, Application.id != application.id)
        .order_by(Application.submitted_at, Application.id)
        .limit(1)
    )


def list_nominated(
    cohort: Cohort, member_state: str, key: str | None, *, is_endorsed: bool, actor: Actor
) -> Page[Nominated]:
    """What the state has endorsed, in the order of its ranks; or what it has not."""
    statement = (
        _of_state(cohort, member_state, actor)
        .add_columns(Nomination)
        .join(Nomination, Nomination.application_id == Application.id)
        .where(Nomination.is_endorsed == is_endorsed)
    )
    rank = sa.func.coalesce(Nomination.rank, UNRANKED)
    page = get_page(statement, [SortKey(rank), SortKey(Application.id)], key)
    return Page([Nominated(*row) for row in page.rows], page.next, page.previous)


def lock_endorsed(cohort: Cohort, member_state: str) -> list[Nominated]:
    """All that the state has endorsed, in the order of its ranks, locked until the transaction ends."""
    rows = db.session.execute(
        sa.select(Nomination, Application)
        .join(Application, Application.id == Nomination.application_id)
        .options(joinedload(Application.cohort, innerjoin=True))
        .where(
            Nomination.cohort_id == cohort.id,
            Nomination.member_state == member_state,
            Nomination.is_endorsed,
        )
        .order_by(Nomination.application_id)
        .with_for_update(of=Nomination)
        .execution_options(populate_existing=True)
    )
    found = [Nominated(application, nomination) for nomination, application in rows]
    return sorted(found, key=lambda each: (each.nomination.rank or UNRANKED, each.application.id))


def count_endorsed(cohort: Cohort, member_state: str) -> int:
    """How many applications the state has endorsed."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Nomination.cohort_id == cohort.id,
                Nomination.member_state == member_state,
                Nomination.is_endorsed,
            )
        )
        or 0
    )


def get_last_rank(cohort_id: int, member_state: str) -> int:
    """The lowest place given so far; 0 before the first."""
    return (
        db.session.scalar(
            sa.select(sa.func.max(Nomination.rank)).where(
                Nomination.cohort_id == cohort_id, Nomination.member_state == member_state
            )
        )
        or 0
    )


def find_answer(application: Application) -> GivenAnswer | None:
    """What was said of the application, as it is stored now."""
    row = db.session.execute(
        sa.select(Nomination, User)
        .outerjoin(User, User.id == Nomination.user_id)
        .where(Nomination.application_id == application.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return GivenAnswer(*row) if row else None


def can_undo_endorsement(application: Application, cohort: Cohort, given: GivenAnswer | None) -> bool:
    """Whether the state may still take back what it has said."""
    return given is not None and (
        why_not_undoing(
            cohort,
            application.status,
            given.nomination,
            clock.now(),
            is_released=find_last_release(cohort) is not None,
        )
        is None
    )


def has_focal_point(cohort: Cohort, member_state: str) -> bool:
    """Whether somebody speaks for the state in this cohort now."""
    return bool(
        db.session.scalar(
            sa.select(_is_spoken_for(sa.literal(member_state), sa.literal(cohort.programme.slug)))
        )
    )


def list_states_without_focal_point(cohort: Cohort) -> Sequence[str]:
    """Countries for which nobody speaks in this cohort now, among those with seats of their own, else all."""
    own = _list_states_with_seats(cohort)
    states = own or list_country_codes()
    spoken = set(
        db.session.scalars(
            sa.select(Country.code).where(
                Country.code.in_(states), _is_spoken_for(Country.code, sa.literal(cohort.programme.slug))
            )
        )
    )
    return [state for state in states if state not in spoken]


def _list_states_with_seats(cohort: Cohort) -> Sequence[str]:
    """States that have seats of their own, unless general seats serve the others too."""
    states = db.session.scalars(sa.select(SeatPool.member_state).where(SeatPool.cohort_id == cohort.id)).all()
    return [] if GENERAL in states else states


def can_endorse_for_state(application: Application, cohort: Cohort) -> bool:
    """Whether the coordinator answers for the state: nobody else speaks for it, and the cohort says so."""
    return (
        application.status is ApplicationStatus.AWAITING_ENDORSEMENT
        and cohort.without_focal_point is WithoutFocalPoint.COORDINATOR
        and not has_focal_point(cohort, application.member_state)
    )


def can_undo_for_state(application: Application, cohort: Cohort) -> bool:
    """Whether the coordinator may still take back what was said in place of the state."""
    return (
        cohort.without_focal_point is WithoutFocalPoint.COORDINATOR
        and can_undo_endorsement(application, cohort, find_answer(application))
        and not has_focal_point(cohort, application.member_state)
    )


def list_application_ids_to_pass_on() -> Sequence[int]:
    """Applications whose state has no focal point, in cohorts that pass these on at a date that has come."""
    return db.session.scalars(
        sa.select(Application.id)
        .join(Application.cohort)
        .join(Cohort.programme)
        .where(
            Application.status == ApplicationStatus.AWAITING_ENDORSEMENT,
            Cohort.nomination != NominationMode.OPEN,
            Cohort.without_focal_point == WithoutFocalPoint.PASS_ON,
            Cohort.endorse_by_at <= clock.now(),
            ~_is_spoken_for(Application.member_state, Programme.slug),
        )
        .order_by(Application.id)
        .limit(BATCH)
    ).all()


def _is_spoken_for(member_state: Any, programme: Any) -> sa.ColumnElement[bool]:
    grant = aliased(RoleGrant)
    now = clock.now()
    return sa.exists().where(
        grant.role.in_(_SPEAKING),
        grant.country == member_state,
        sa.or_(grant.programme.is_(None), grant.programme == programme),
        grant.from_at <= now,
        sa.or_(grant.to_at.is_(None), grant.to_at > now),
    )


@dataclass(frozen=True)
class StateEntry:
    """One line of the state's history."""

    entry: AuditEntry
    user: User | None
    """Who acted, with an account."""
    application: Application | None = None
    invitation: Invitation | None = None
    """Which of the two the entry is about."""


def list_state_history(
    cohort: Cohort, member_state: str, key: str | None, *, actor: Actor
) -> Page[StateEntry]:
    """What was done with the state's applications and invitations, the latest first."""
    of_applications = (
        _of_state(cohort, member_state, actor)
        .with_only_columns(AuditEntry.id)
        .join(AuditEntry, _is_about(Application))
        .where(AuditEntry.action.in_(HISTORY))
    )
    of_invitations = (
        sa.select(AuditEntry.id)
        .join(Invitation, _is_about(Invitation))
        .where(
            Invitation.cohort_id == cohort.id,
            Invitation.member_state == member_state,
            AuditEntry.action.in_(INVITATION_HISTORY),
        )
    )
    statement = (
        sa.select(AuditEntry)
        .add_columns(User, Application, Invitation)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .outerjoin(Application, _is_about(Application))
        .outerjoin(Invitation, _is_about(Invitation))
        .where(AuditEntry.id.in_(sa.union_all(of_applications, of_invitations)))
    )
    page = get_page(statement, [SortKey(AuditEntry.id, descending=True)], key)
    return Page([StateEntry(*row) for row in page.rows], page.next, page.previous)


def _is_about(model: type[Application] | type[Invitation]) -> sa.ColumnElement[bool]:
    return sa.and_(AuditEntry.object_type == model.__tablename__, AuditEntry.object_id == model.id)


def list_own_history(application: Application) -> list[StateEntry]:
    """The same for one application, from the beginning."""
    rows = db.session.execute(
        sa.select(AuditEntry, User)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.object_type == Application.__tablename__,
            AuditEntry.object_id == application.id,
            AuditEntry.action.in_(HISTORY),
        )
        .order_by(AuditEntry.id)
    )
    return [StateEntry(entry, user, application) for entry, user in rows]
