"""Cohorts as those see them who plan them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.models import Cohort, Programme
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound


def get_managed_cohort(code: str, *, actor: Actor) -> Cohort:
    """A cohort in any status with its rules, seats and programme.

    Errors: NotFound, also for one that the actor does not plan.
    """
    cohort = db.session.scalar(
        _planned_by(actor)
        .where(Cohort.code == normalise_code(code))
        .execution_options(populate_existing=True)
    )
    if cohort is None:
        raise NotFound
    return cohort


def list_managed_cohorts(
    actor: Actor, *, among: sa.Select[Any] | None = None, but: Cohort | None = None
) -> Sequence[Cohort]:
    """The cohorts that the actor plans, the newest first; of them those with a key `among`, without one."""
    statement = _planned_by(actor).order_by(None).order_by(Cohort.id.desc())
    if among is not None:
        statement = statement.where(Cohort.id.in_(among))
    if but is not None:
        statement = statement.where(Cohort.id != but.id)
    return db.session.scalars(statement).all()


def _planned_by(actor: Actor) -> sa.Select[Cohort]:
    statement = (
        sa.select(Cohort)
        .join(Programme, Programme.id == Cohort.programme_id)
        .options(
            selectinload(Cohort.scopes),
            selectinload(Cohort.language_rules),
            selectinload(Cohort.pools),
            joinedload(Cohort.programme, innerjoin=True).options(
                selectinload(Programme.translations), selectinload(Programme.partnerships)
            ),
        )
        .order_by(Cohort.id)
    )
    grants = [grant for grant in actor.grants_with(Permission.COHORT_EDIT) if grant.country is None]
    if any(grant.programme is None for grant in grants):
        return statement
    return statement.where(Programme.slug.in_([grant.programme for grant in grants]))
