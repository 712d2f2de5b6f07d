"""Bulk actions: what is still to do, and what became of each application."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, BulkResult
from registry.admissions.models import Application, BulkRow, BulkRun, StagedDecision
from registry.admissions.queries.scope import _visible_to
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page

CHUNK = 100


def get_bulk_run(code: str, cohort: Cohort) -> BulkRun:
    """A bulk action of a cohort that the caller has opened. Errors: NotFound."""
    run = db.session.scalar(sa.select(BulkRun).where(BulkRun.code == code, BulkRun.cohort_id == cohort.id))
    if run is None:
        raise NotFound
    return run


def find_bulk_run(run_id: int) -> BulkRun | None:
    """None where it was forgotten meanwhile."""
    return db.session.get(BulkRun, run_id)


def list_waiting(run: BulkRun) -> Sequence[int]:
    """Keys of the next applications whose turn has not come."""
    return db.session.scalars(
        sa.select(BulkRow.application_id)
        .where(BulkRow.run_id == run.id, BulkRow.result == BulkResult.WAITING)
        .order_by(BulkRow.application_id)
        .limit(CHUNK)
    ).all()


def get_application_of_row(application_id: int, *, actor: Actor) -> Application:
    """Errors: NotFound, also for what the actor may not see any more."""
    application = db.session.scalar(_visible_to(actor).where(Application.id == application_id))
    if application is None:
        raise NotFound
    return application


def count_results(run: BulkRun) -> dict[BulkResult, int]:
    """How many applications have come to each result."""
    counted = db.session.execute(
        sa.select(BulkRow.result, sa.func.count()).where(BulkRow.run_id == run.id).group_by(BulkRow.result)
    )
    found: dict[BulkResult, int] = {row[0]: row[1] for row in counted}
    return {result: found.get(result, 0) for result in BulkResult}


def count_by_status(run: BulkRun) -> list[tuple[ApplicationStatus, bool, int]]:
    """How many of the applications that wait are in which status, with or without a staged decision."""
    is_staged = _is_staged()
    rows = db.session.execute(
        sa.select(Application.status, is_staged, sa.func.count())
        .join(BulkRow.application)
        .where(BulkRow.run_id == run.id, BulkRow.result == BulkResult.WAITING)
        .group_by(Application.status, is_staged)
        .order_by(Application.status, is_staged)
    )
    return [(status, bool(staged), n) for status, staged, n in rows]


def list_staged_among(rows: Sequence[BulkRow]) -> frozenset[int]:
    """Keys of those applications for which a decision is staged."""
    return frozenset(
        db.session.scalars(
            sa.select(StagedDecision.application_id).where(
                StagedDecision.application_id.in_([row.application_id for row in rows]),
                StagedDecision.released_at.is_(None),
            )
        )
    )


def _is_staged() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        StagedDecision.application_id == Application.id, StagedDecision.released_at.is_(None)
    )


def list_rows(run: BulkRun, result: BulkResult | None, *, key: str | None) -> Page[BulkRow]:
    """The applications with what became of them, or those of one result."""
    statement = (
        sa.select(BulkRow)
        .join(BulkRow.application)
        .options(contains_eager(BulkRow.application))
        .where(BulkRow.run_id == run.id)
    )
    if result is not None:
        statement = statement.where(BulkRow.result == result)
    return get_page(statement, [SortKey(BulkRow.application_id)], key)
