"""Waiting lists as coordinators see them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.models import Application, WaitlistEntry
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core.database import db
from registry.core.tables import Page, SortKey, get_page


@dataclass(frozen=True)
class WaitingPool:
    """A pool's list in numbers."""

    pool: SeatPool
    n: int


@dataclass(frozen=True)
class WaitingRow:
    """One person on a list. Positions count from 1."""

    entry: WaitlistEntry
    position: int
    state_position: int
    """Among those of the same member state on this list."""


def list_waiting_pools(cohort: Cohort) -> list[WaitingPool]:
    """The cohort's pools, those with the longest lists first."""
    n = sa.func.count(WaitlistEntry.id)
    rows = db.session.execute(
        sa.select(SeatPool, n)
        .outerjoin(
            WaitlistEntry, sa.and_(WaitlistEntry.pool_id == SeatPool.id, WaitlistEntry.left_at.is_(None))
        )
        .where(SeatPool.cohort_id == cohort.id)
        .group_by(SeatPool.id)
        .order_by(n.desc(), SeatPool.member_state)
    )
    return [WaitingPool(pool, count) for pool, count in rows]


def list_waiting(
    pools: Sequence[WaitingPool], member_state: str, key: str | None, *, general_serves_all: bool
) -> Page[WaitingRow]:
    """A page of those in line for the seats of this state (or the GENERAL ones), the next one first."""
    is_for_all = member_state == GENERAL and general_serves_all
    turn = WaitlistEntry.general_turn if member_state == GENERAL else WaitlistEntry.turn
    order = (turn, WaitlistEntry.rank, WaitlistEntry.id)
    ids = [each.pool.id for each in pools if is_for_all or each.pool.member_state == member_state]
    places = (
        sa.select(
            WaitlistEntry.id,
            sa.func.row_number().over(order_by=order).label("position"),
            sa.func.row_number()
            .over(partition_by=Application.member_state, order_by=order)
            .label("state_position"),
        )
        .join(WaitlistEntry.application)
        .where(WaitlistEntry.pool_id.in_(ids), WaitlistEntry.left_at.is_(None))
        .subquery()
    )
    statement = (
        sa.select(WaitlistEntry, places.c.position, places.c.state_position)
        .join(places, places.c.id == WaitlistEntry.id)
        .options(joinedload(WaitlistEntry.application, innerjoin=True))
    )
    page = get_page(statement, [SortKey(column) for column in order], key)
    return Page([WaitingRow(*row) for row in page.rows], page.next, page.previous)
