"""Which applications somebody may see: the one start of every list of applications, and of every `get_`."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defaultload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from registry.access.actor import Actor, Grant
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.models import Application, Assignment
from registry.catalogue.models import Cohort, Programme

_ASKED = {
    Role.COORDINATOR: Permission.DECISION_STAGE,
    Role.FOCAL_POINT: Permission.APPLICATION_ENDORSE,
    Role.REVIEWER: Permission.APPLICATION_REVIEW,
}
"""The staff who see identified applications, by the permission that makes them."""


def _visible_to(actor: Actor, role: Role | None = None) -> sa.Select[Application]:
    """Applications that `rules.can_view` grants the actor, with their cohorts, programmes and assignments.

    With `role`, only those that are visible by grants of this role: what a room shows.
    """
    statement = (
        sa.select(Application)
        .join(Application.cohort)
        .join(Cohort.programme)
        .options(
            contains_eager(Application.cohort).contains_eager(Cohort.programme),
            selectinload(Application.assignments),
        )
    )
    if actor.is_system:
        return statement
    clauses = [
        _covered_by(grant, asked, actor)
        for asked, permission in _ASKED.items()
        if role in (None, asked)
        for grant in actor.grants_with(permission)
    ]
    return statement.where(Application.submitted_at.is_not(None), sa.or_(sa.false(), *clauses))


def _covered_by(grant: Grant, role: Role, actor: Actor) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [sa.true()]
    if grant.programme is not None:
        parts.append(Programme.slug == grant.programme)
    if role is Role.COORDINATOR:
        # Who runs a programme for one state only does not run its selection.
        parts.append(sa.true() if grant.country is None else sa.false())
    elif grant.country is not None:
        parts.append(Application.member_state == grant.country)
    elif role is Role.FOCAL_POINT:
        parts.append(sa.false())
    if role is Role.REVIEWER:
        parts.append(
            Application.id.in_(
                sa.select(Assignment.application_id).where(
                    Assignment.user_id == actor.user_id, Assignment.declared_at.is_not(None)
                )
            )
        )
    return sa.and_(*parts)


def _assigned_to(actor: Actor) -> sa.Select[Application]:
    """Applications that a reviewer has, opened or not; joined to the reviewer's assignment.

    What may be shown of one that is not opened is little: see `queries.reviews`.
    """
    clauses = [
        sa.and_(
            sa.true() if grant.programme is None else Programme.slug == grant.programme,
            sa.true() if grant.country is None else Application.member_state == grant.country,
        )
        for grant in actor.grants_with(Permission.APPLICATION_REVIEW)
    ]
    return (
        sa.select(Application)
        .join(Application.cohort)
        .join(Cohort.programme)
        .join(
            Assignment,
            sa.and_(Assignment.application_id == Application.id, Assignment.user_id == actor.user_id),
        )
        .options(
            contains_eager(Application.cohort).contains_eager(Cohort.programme),
            selectinload(Application.assignments),
        )
        .where(Application.submitted_at.is_not(None), sa.or_(sa.false(), *clauses))
    )


def with_titles() -> ORMOption:
    """Option for a statement of `_visible_to`: the programmes' titles too."""
    return defaultload(Application.cohort).defaultload(Cohort.programme).selectinload(Programme.translations)
