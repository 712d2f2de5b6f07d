"""Invitations, as focal points list them and as the invited find theirs."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.models import User
from registry.admissions.models import Application, Invitation
from registry.admissions.queries.nominations import INVITATION_HISTORY, StateEntry
from registry.admissions.rules.invitations import LIVE_STATES, InvitationState
from registry.admissions.rules.nominations import Delegation
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page
from registry.people.queries import get_account


@dataclass(frozen=True)
class InvitationCounts:
    """How many invitations of a state are in each state."""

    by_state: dict[InvitationState, int]

    @property
    def live(self) -> int:
        """How many still stand."""
        return sum(self[state] for state in LIVE_STATES)

    def __getitem__(self, state: InvitationState) -> int:
        return self.by_state.get(state, 0)


def _state() -> sa.ColumnElement[str]:
    """`rules.invitation_state` in SQL."""
    closed = sa.or_(Cohort.closes_at <= clock.now(), Cohort.status != CohortStatus.PUBLISHED)
    return sa.case(
        (Invitation.withdrawn_at.is_not(None), InvitationState.WITHDRAWN.value),
        (Application.submitted_at.is_not(None), InvitationState.APPLIED.value),
        (closed, InvitationState.EXPIRED.value),
        (Invitation.opened_at.is_(None), InvitationState.SENT.value),
        else_=InvitationState.OPENED.value,
    )


def _joined() -> sa.Select[Invitation]:
    return (
        sa.select(Invitation)
        .join(Invitation.cohort)
        .outerjoin(Invitation.application)
        .options(
            joinedload(Invitation.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations),
            joinedload(Invitation.application),
            joinedload(Invitation.inviter),
        )
    )


def list_invitations(
    cohort: Cohort, member_state: str | None, key: str | None, *, state: InvitationState | None = None
) -> Page[Invitation]:
    """The state's invitations to the cohort, or those of all states, the latest first."""
    statement = _joined().where(Invitation.cohort_id == cohort.id)
    if member_state is not None:
        statement = statement.where(Invitation.member_state == member_state)
    if state is not None:
        statement = statement.where(_state() == state.value)
    return get_page(statement, [SortKey(Invitation.id, descending=True)], key)


def count_invitations(cohort: Cohort, member_state: str) -> InvitationCounts:
    """The same, counted."""
    state = _state().label("state")
    rows = db.session.execute(
        sa.select(state, sa.func.count())
        .select_from(Invitation)
        .join(Invitation.cohort)
        .outerjoin(Invitation.application)
        .where(Invitation.cohort_id == cohort.id, Invitation.member_state == member_state)
        .group_by(state)
    )
    return InvitationCounts({InvitationState.of(name): number for name, number in rows})


def get_invitation(code: str, *, actor: Actor) -> Invitation:
    """Errors: NotFound, also for another state's or programme's invitation."""
    invitation = db.session.scalar(
        _joined().where(Invitation.code == code).execution_options(populate_existing=True)
    )
    if invitation is None or not policy.can(
        actor, Permission.INVITATION_EDIT, Delegation(invitation.cohort, invitation.member_state)
    ):
        raise NotFound
    return invitation


def list_invitation_history(invitation: Invitation) -> list[StateEntry]:
    """What was done with the invitation, from the beginning."""
    rows = db.session.execute(
        sa.select(AuditEntry, User)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.object_type == Invitation.__tablename__,
            AuditEntry.object_id == invitation.id,
            AuditEntry.action.in_(INVITATION_HISTORY),
        )
        .order_by(AuditEntry.id)
    )
    return [StateEntry(entry, user, invitation=invitation) for entry, user in rows]


def get_invitation_by_token(token: str) -> Invitation:
    """The invitation behind a mailed link. Errors: NotFound for a token nobody issued."""
    invitation = db.session.scalar(_joined().where(Invitation.token_hash == hash_token(token)))
    if invitation is None:
        raise NotFound
    return invitation


def reload_locked_invitation(invitation: Invitation) -> Invitation:
    """The invitation as it is now, locked until the transaction ends."""
    return db.session.scalars(
        sa.select(Invitation)
        .where(Invitation.id == invitation.id)
        .options(
            joinedload(Invitation.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations),
            joinedload(Invitation.application),
        )
        .with_for_update(of=Invitation)
        .execution_options(populate_existing=True)
    ).one()


def find_own_invitation(cohort: Cohort, *, actor: Actor) -> Invitation | None:
    """The live invitation to the address of the actor's account, with what was imported about the person."""
    if actor.user_id is None:
        return None
    return db.session.scalar(
        sa.select(Invitation)
        .where(
            Invitation.cohort_id == cohort.id,
            Invitation.email == get_account(actor.user_id).email,
            Invitation.withdrawn_at.is_(None),
        )
        .options(joinedload(Invitation.person))
    )


def find_invitation_of(application: Application) -> Invitation | None:
    """The invitation that the application was begun with."""
    return db.session.scalar(sa.select(Invitation).where(Invitation.application_id == application.id))
