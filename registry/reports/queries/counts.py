"""The funnel's figures, from the counts that every step keeps, and recounted from the records themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from registry.admissions.enums import AgeBand, Figure
from registry.admissions.models import Application, ApplicationCount, ApplicationWeekCount
from registry.core.database import db
from registry.enrolments.models import Enrolment, EnrolmentCount
from registry.reports.disclosure import Key

APPLICATION_STAMPS = {
    Figure.APPLIED: Application.submitted_at,
    Figure.ELIGIBLE: Application.eligible_at,
    Figure.ENDORSED: Application.endorsed_at,
    Figure.OFFERED: Application.offered_at,
    Figure.ACCEPTED: Application.accepted_at,
}
ENROLMENT_STAMPS = {Figure.STARTED: Enrolment.started_at, Figure.COMPLETED: Enrolment.completed_at}


@dataclass(frozen=True)
class WeekCount:
    """How many applications were sent in the week that begins on the Monday `week_on`."""

    week_on: date
    n: int


def count_figures(cohort_ids: Sequence[int]) -> dict[Key, int]:
    """The funnel of these cohorts in all and by cohort, member state, sex and age band.

    Shape:  keys (table, row, figure); rows that are zero everywhere are absent; rows of the table `cohort`
            are ids as text. Costs the same for a thousand applications and for ten million.
    Units:  people.
    """
    return _collect(
        part
        for model in (ApplicationCount, EnrolmentCount)
        for part in _by_dimension(
            sa.select(model).where(model.cohort_id.in_(cohort_ids)).subquery(), value="n"
        )
    )


def recount_figures(cohort_ids: Sequence[int]) -> dict[Key, int]:
    """The same figures counted from applications and enrolments: must equal `count_figures` at all times."""
    group = (
        Application.cohort_id,
        Application.member_state,
        sa.func.coalesce(Application.sex, "").label("sex"),
        sa.func.coalesce(Application.age_band, AgeBand.UNKNOWN.value).label("age_band"),
    )
    parts = []
    for figure, stamp in APPLICATION_STAMPS.items():
        parts.append(
            sa.select(*group, sa.literal(figure.value).label("figure"), sa.func.count().label("n"))
            .where(Application.cohort_id.in_(cohort_ids), stamp.is_not(None))
            .group_by(*group)
        )
    for figure, stamp in ENROLMENT_STAMPS.items():
        parts.append(
            sa.select(*group, sa.literal(figure.value).label("figure"), sa.func.count().label("n"))
            .join(Enrolment, Enrolment.application_id == Application.id)
            .where(Application.cohort_id.in_(cohort_ids), stamp.is_not(None))
            .group_by(*group)
        )
    return _collect(_by_dimension(sa.union_all(*parts).subquery(), value="n"))


def _by_dimension(source: Any, *, value: str) -> Iterable[sa.Select[Any]]:
    total = sa.func.sum(source.c[value])
    dimensions = {
        "all": sa.literal("all"),
        "cohort": sa.cast(source.c.cohort_id, sa.String),
        "state": source.c.member_state,
        "sex": source.c.sex,
        "age": source.c.age_band,
    }
    for name, column in dimensions.items():
        yield (
            sa.select(
                sa.literal(name).label("dimension"),
                sa.cast(column, sa.String).label("row"),
                sa.cast(source.c.figure, sa.String).label("figure"),
                total.label("n"),
            ).group_by(source.c.figure, *([] if name == "all" else [column]))
        )


def _collect(parts: Iterable[sa.Select[Any]]) -> dict[Key, int]:
    rows = db.session.execute(sa.union_all(*parts))
    return {Key(row.dimension, row.row, row.figure): int(row.n) for row in rows if row.n}


def list_weeks(cohort_ids: Sequence[int], figure: Figure = Figure.APPLIED) -> list[WeekCount]:
    """Weeks in which applications reached the figure, in order; weeks without any are absent."""
    statement = (
        sa.select(ApplicationWeekCount.week_on, sa.func.sum(ApplicationWeekCount.n))
        .where(ApplicationWeekCount.cohort_id.in_(cohort_ids), ApplicationWeekCount.figure == figure)
        .group_by(ApplicationWeekCount.week_on)
        .order_by(ApplicationWeekCount.week_on)
    )
    return [WeekCount(week_on, int(n)) for week_on, n in db.session.execute(statement)]
