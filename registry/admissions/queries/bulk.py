"""Bulk actions: what is still to do, and what became of each application."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, BulkResult, Decision
from registry.admissions.models import Application, BulkRow, BulkRun, StagedDecision
from registry.admissions.queries.scope import _visible_to
from registry.admissions.rules.bulk import DECIDABLE
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


def count_replaced(run: BulkRun, decision: Decision) -> dict[Decision, int]:
    """How many other decisions are staged for the applications that wait, by decision."""
    counted = db.session.execute(
        sa.select(StagedDecision.decision, sa.func.count())
        .join(BulkRow, BulkRow.application_id == StagedDecision.application_id)
        .where(
            BulkRow.run_id == run.id,
            BulkRow.result == BulkResult.WAITING,
            StagedDecision.released_at.is_(None),
            StagedDecision.decision != decision,
        )
        .group_by(StagedDecision.decision)
        .order_by(StagedDecision.decision)
    )
    return {row[0]: row[1] for row in counted}


def count_new_offers(run: BulkRun) -> Counter[str]:
    """How many offers staging one for each that waits would add, by member state."""
    is_offered = sa.exists().where(
        StagedDecision.application_id == Application.id,
        StagedDecision.released_at.is_(None),
        StagedDecision.decision == Decision.OFFER,
    )
    counted = db.session.execute(
        sa.select(Application.member_state, sa.func.count())
        .join(BulkRow, BulkRow.application_id == Application.id)
        .where(
            BulkRow.run_id == run.id,
            BulkRow.result == BulkResult.WAITING,
            Application.status.in_(DECIDABLE),
            ~is_offered,
        )
        .group_by(Application.member_state)
    )
    return Counter({row[0]: row[1] for row in counted})


def map_staged(rows: Sequence[BulkRow]) -> dict[int, Decision]:
    """What is staged for these applications, by application."""
    staged = db.session.execute(
        sa.select(StagedDecision.application_id, StagedDecision.decision).where(
            StagedDecision.application_id.in_([row.application_id for row in rows]),
            StagedDecision.released_at.is_(None),
        )
    )
    return {row[0]: row[1] for row in staged}


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
