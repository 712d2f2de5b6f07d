"""What reports are about: programmes, their cohorts, seats and targets; and releases."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.accounts.models import Organisation
from registry.catalogue.enums import CohortStatus, PartnershipRole, ProgrammeStatus
from registry.catalogue.models import (
    Cohort,
    IndicatorDefinition,
    Partnership,
    Programme,
    SeatPool,
    Target,
)
from registry.core.database import db
from registry.core.errors import NotFound
from registry.reports.models import Release

COUNTED_COHORTS = (CohortStatus.PUBLISHED, CohortStatus.CANCELLED, CohortStatus.ARCHIVED)


def _programmes_visible_to(actor: Actor, permission: Permission) -> sa.Select[Any]:
    """Programmes an actor reads reports of: run by the grant, or funded by the grant's organisation."""
    statement = sa.select(Programme).options(selectinload(Programme.translations))
    if actor.is_system:
        return statement
    clauses: list[Any] = [sa.false()]
    for grant in actor.grants_with(permission):
        if grant.role is Role.SPONSOR:
            funded = (
                sa.select(Partnership.programme_id)
                .join(Organisation)
                .where(Organisation.code == grant.organisation, Partnership.role == PartnershipRole.SPONSOR)
            )
            clauses.append(Programme.id.in_(funded))
        elif grant.country is None:
            clauses.append(Programme.slug == grant.programme if grant.programme else sa.true())
    return statement.where(sa.or_(*clauses))


def list_funded_programmes(actor: Actor) -> list[Programme]:
    """Programmes the actor's organisations fund, by slug."""
    statement = _programmes_visible_to(actor, Permission.RELEASE_VIEW).order_by(Programme.slug)
    return list(db.session.scalars(statement))


def get_reported_programme(slug: str, *, actor: Actor) -> Programme:
    """A programme whose live figures the actor may see. Errors: NotFound."""
    statement = (
        _programmes_visible_to(actor, Permission.REPORT_VIEW_LIVE)
        .where(Programme.slug == slug)
        .options(selectinload(Programme.reported_results))
    )
    programme = db.session.scalar(statement)
    if programme is None:
        raise NotFound
    return programme


def list_programmes_with_cohorts() -> list[Programme]:
    """Programmes that have something to release, by id."""
    counted = sa.select(Cohort.programme_id).where(Cohort.status.in_(COUNTED_COHORTS))
    statement = (
        sa.select(Programme)
        .where(Programme.id.in_(counted), Programme.status != ProgrammeStatus.PROPOSED)
        .options(selectinload(Programme.translations), selectinload(Programme.reported_results))
        .order_by(Programme.id)
    )
    return list(db.session.scalars(statement))


def list_counted_cohorts(programme: Programme) -> list[Cohort]:
    """Cohorts that count in the report, the earliest first; with their pools."""
    statement = (
        sa.select(Cohort)
        .where(Cohort.programme_id == programme.id, Cohort.status.in_(COUNTED_COHORTS))
        .options(selectinload(Cohort.pools))
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return list(db.session.scalars(statement))


def count_seats(cohort_ids: Sequence[int]) -> dict[str, int]:
    """Seats set aside per member state ("" is the general pool), over these cohorts."""
    statement = (
        sa.select(SeatPool.member_state, sa.func.sum(SeatPool.seats))
        .where(SeatPool.cohort_id.in_(cohort_ids))
        .group_by(SeatPool.member_state)
    )
    return {state: int(seats) for state, seats in db.session.execute(statement)}


def list_targets(programme: Programme) -> list[Target]:
    """The programme's targets, by due date, indicator and member state."""
    statement = (
        sa.select(Target)
        .join(IndicatorDefinition)
        .where(Target.programme_id == programme.id)
        .order_by(Target.due_on, IndicatorDefinition.code, Target.member_state)
    )
    return list(db.session.scalars(statement))


def list_definitions() -> list[IndicatorDefinition]:
    """Every indicator, by code."""
    return list(db.session.scalars(sa.select(IndicatorDefinition).order_by(IndicatorDefinition.code)))


def _releases_visible_to(actor: Actor) -> sa.Select[Any]:
    programmes = _programmes_visible_to(actor, Permission.RELEASE_VIEW).with_only_columns(Programme.id)
    return (
        sa.select(Release)
        .where(Release.programme_id.in_(programmes))
        .options(joinedload(Release.programme).selectinload(Programme.translations))
    )


def get_release(code: str, *, actor: Actor) -> Release:
    """A release of a programme the actor funds or runs. Errors: NotFound."""
    release = db.session.scalar(_releases_visible_to(actor).where(Release.code == code))
    if release is None:
        raise NotFound
    return release


def list_releases(*, actor: Actor, programme: Programme | None = None) -> list[Release]:
    """Releases the actor may read, the newest first."""
    statement = _releases_visible_to(actor).order_by(Release.id.desc()).limit(200)
    if programme is not None:
        statement = statement.where(Release.programme_id == programme.id)
    return list(db.session.scalars(statement))


def find_latest_release(programme: Programme, report: str) -> Release | None:
    """The newest release of a report on the programme."""
    return db.session.scalar(
        sa.select(Release)
        .where(Release.programme_id == programme.id, Release.report == report)
        .order_by(Release.id.desc())
        .limit(1)
    )


def find_correction(release: Release) -> Release | None:
    """The release that corrects this one."""
    return db.session.scalar(sa.select(Release).where(Release.corrects_id == release.id))
