"""Every question about enrolments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import Figure
from registry.admissions.models import Application, ApplicationCount
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.models import Enrolment, EnrolmentCount

BATCH = 500


class Group(NamedTuple):
    """What is counted together."""

    cohort_id: int
    figure: Figure
    member_state: str
    sex: str
    age_band: str


@dataclass(frozen=True)
class CountDifference:
    """A count that a recount from the stamps does not confirm."""

    cohort: str
    group: Group
    counted: int
    recounted: int


def _visible_to(actor: Actor) -> sa.Select[Enrolment]:
    """Enrolments that `rules.can_manage` grants the actor, with application, cohort and programme."""
    statement = (
        sa.select(Enrolment)
        .join(Enrolment.application)
        .join(Enrolment.cohort)
        .join(Cohort.programme)
        .options(
            contains_eager(Enrolment.application),
            contains_eager(Enrolment.cohort).contains_eager(Cohort.programme),
        )
    )
    if actor.is_system:
        return statement
    clauses = [
        Programme.slug == grant.programme if grant.programme is not None else sa.true()
        for grant in actor.grants_with(Permission.ENROLMENT_MANAGE)
        if grant.country is None
    ]
    return statement.where(sa.or_(sa.false(), *clauses))


def list_own(actor: Actor) -> Sequence[Enrolment]:
    """The actor's own enrolments with cohorts and titles, the newest first."""
    owner = Enrolment.person_id == actor.person_id if actor.person_id is not None else sa.false()
    return db.session.scalars(
        sa.select(Enrolment)
        .where(owner)
        .options(
            joinedload(Enrolment.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations),
            joinedload(Enrolment.application, innerjoin=True),
        )
        .order_by(Enrolment.id.desc())
    ).all()


def get_enrolment(code: str, *, actor: Actor) -> Enrolment:
    """Errors: NotFound."""
    enrolment = db.session.scalar(_visible_to(actor).where(Enrolment.code == code))
    if enrolment is None:
        raise NotFound
    return enrolment


def list_participants(
    cohort: Cohort, *, actor: Actor, status: EnrolmentStatus | None, key: str | None
) -> Page[Enrolment]:
    """A page of the cohort's participants by name."""
    statement = _visible_to(actor).where(Enrolment.cohort_id == cohort.id)
    if status is not None:
        statement = statement.where(Enrolment.status == status)
    return get_page(statement, [SortKey(Application.listed_name), SortKey(Enrolment.id)], key)


def count_participants(cohort: Cohort) -> dict[EnrolmentStatus, int]:
    """How many participants are in each status."""
    rows = db.session.execute(
        sa.select(Enrolment.status, sa.func.count())
        .where(Enrolment.cohort_id == cohort.id)
        .group_by(Enrolment.status)
    )
    return {row[0]: row[1] for row in rows}


def list_enrolment_ids_to_cancel() -> Sequence[int]:
    """Confirmed places in cohorts that were cancelled."""
    cancelled = sa.select(Cohort.id).where(Cohort.status == CohortStatus.CANCELLED)
    return db.session.scalars(
        sa.select(Enrolment.id)
        .where(Enrolment.cohort_id.in_(cancelled), Enrolment.status == EnrolmentStatus.CONFIRMED)
        .order_by(Enrolment.id)
        .limit(BATCH)
    ).all()


def find_enrolment(enrolment_id: int) -> Enrolment | None:
    """The enrolment with application and cohort."""
    return db.session.scalar(
        sa.select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.application), joinedload(Enrolment.cohort))
        .execution_options(populate_existing=True)
    )


def find_enrolment_of(application: Application) -> Enrolment | None:
    """The place that grew from the application, as it is now, locked until the transaction ends."""
    return db.session.scalar(
        sa.select(Enrolment)
        .where(Enrolment.application_id == application.id)
        .options(joinedload(Enrolment.application, innerjoin=True))
        .with_for_update(key_share=True, of=Enrolment)
        .execution_options(populate_existing=True)
    )


def find_own(application: Application) -> Enrolment | None:
    """The same for a page."""
    return db.session.scalar(sa.select(Enrolment).where(Enrolment.application_id == application.id))


def has_active(cohort: Cohort) -> bool:
    """Whether somebody is taking part."""
    return (
        db.session.scalar(
            sa.select(Enrolment.id)
            .where(Enrolment.cohort_id == cohort.id, Enrolment.status == EnrolmentStatus.ACTIVE)
            .limit(1)
        )
        is not None
    )


_STAMPS = {
    Figure.APPLIED: Application.submitted_at,
    Figure.ELIGIBLE: Application.eligible_at,
    Figure.ENDORSED: Application.endorsed_at,
    Figure.OFFERED: Application.offered_at,
    Figure.ACCEPTED: Application.accepted_at,
    Figure.STARTED: Enrolment.started_at,
    Figure.COMPLETED: Enrolment.completed_at,
}


def list_count_differences() -> list[CountDifference]:
    """Every group whose kept count differs from a recount of the stamps."""
    codes = dict(db.session.execute(sa.select(Cohort.id, Cohort.code)).all())
    kept = _read_counts(ApplicationCount) | _read_counts(EnrolmentCount)
    recounted: dict[Group, int] = {}
    for figure, stamp in _STAMPS.items():
        recounted |= _recount(figure, stamp)
    return [
        CountDifference(codes[key.cohort_id], key, kept.get(key, 0), recounted.get(key, 0))
        for key in sorted(kept.keys() | recounted.keys(), key=str)
        if kept.get(key, 0) != recounted.get(key, 0)
    ]


def _read_counts(model: type[ApplicationCount] | type[EnrolmentCount]) -> dict[Group, int]:
    rows = db.session.execute(
        sa.select(model.cohort_id, model.figure, model.member_state, model.sex, model.age_band, model.n)
    )
    return {Group(cohort, figure, state, sex, str(band)): n for cohort, figure, state, sex, band, n in rows}


def _recount(figure: Figure, stamp: Any) -> dict[Group, int]:
    statement = (
        sa.select(
            Application.cohort_id,
            Application.member_state,
            Application.sex,
            Application.age_band,
            sa.func.count(),
        )
        .where(stamp.is_not(None))
        .group_by(Application.cohort_id, Application.member_state, Application.sex, Application.age_band)
    )
    if figure in {Figure.STARTED, Figure.COMPLETED}:
        statement = statement.select_from(Enrolment).join(Enrolment.application)
    return {
        Group(cohort, figure, state, sex.value if sex else "", str(band)): n
        for cohort, state, sex, band, n in db.session.execute(statement)
    }
