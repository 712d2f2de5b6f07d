"""Pages of long lists, by key: page n costs what page 1 costs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import NotFound

PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page. `next` and `previous` are opaque keys for the address, None at either end."""

    rows: Sequence[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class SortKey:
    """A NOT NULL column to sort by; the last one of a list must be unique."""

    column: Any
    descending: bool = False


def get_page(
    statement: sa.Select[Any], order: Sequence[SortKey], key: str | None, *, size: int = PAGE_SIZE
) -> Page[Any]:
    """The page after (or before) `key`, in the order given.

    Shape:  rows as `statement` yields them: entities for a single entity, else Row tuples.
    Errors: NotFound for a key nobody issued.
    """
    backwards, values = _read_key(key, len(order)) if key else (False, None)
    columns = [each.column.label(f"_key{number}") for number, each in enumerate(order)]
    statement = statement.add_columns(*columns)
    if values is not None:
        statement = statement.where(_after(order, values, backwards))
    statement = statement.order_by(*_directed(order, backwards)).limit(size + 1)
    found = list(db.session.execute(statement))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    width = len(order)
    rows = [row[0] if len(row) - width == 1 else row[:-width] for row in found]
    first = _write_key(True, found[0][-width:]) if found else None
    last = _write_key(False, found[-1][-width:]) if found else None
    return Page(
        rows=rows,
        next=last if (more or backwards) else None,
        previous=first if (values is not None and (more or not backwards)) else None,
    )


def find_beside(
    statement: sa.Select[Any], order: Sequence[SortKey], values: Sequence[Any]
) -> tuple[Any, Any]:
    """The first column of the rows right before and right after the one with these values; None at an end."""
    before, after = (
        db.session.scalar(
            statement.where(_after(order, values, backwards)).order_by(*_directed(order, backwards)).limit(1)
        )
        for backwards in (True, False)
    )
    return before, after


def _directed(order: Sequence[SortKey], backwards: bool) -> list[Any]:
    return [each.column.desc() if each.descending != backwards else each.column.asc() for each in order]


def _after(order: Sequence[SortKey], values: Sequence[Any], backwards: bool) -> Any:
    columns = [each.column for each in order]
    bounds = [sa.literal(value, column.type) for value, column in zip(values, columns, strict=True)]
    if len({each.descending for each in order}) == 1:
        # One comparison of rows: both databases begin at the key, however many rows share its first columns.
        falls = order[0].descending != backwards
        here, there = sa.tuple_(*columns), sa.tuple_(*bounds)
        return here < there if falls else here > there
    clauses = []
    for number, each in enumerate(order):
        beyond = (
            each.column < bounds[number] if each.descending != backwards else each.column > bounds[number]
        )
        equal = [columns[before] == bounds[before] for before in range(number)]
        clauses.append(sa.and_(*equal, beyond))
    # Says nothing new, but lets both databases begin at the key instead of at the first row of the index.
    first, bound = order[0], bounds[0]
    start = first.column <= bound if first.descending != backwards else first.column >= bound
    return sa.and_(start, sa.or_(*clauses))


def _write_key(backwards: bool, values: Sequence[Any]) -> str:
    plain = [
        {"at": value.isoformat()}
        if isinstance(value, datetime)
        else {"on": value.isoformat()}
        if isinstance(value, date)
        else value
        for value in values
    ]
    text = json.dumps([backwards, *plain], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_key(key: str, width: int) -> tuple[bool, list[Any]]:
    try:
        padded = key + "=" * (-len(key) % 4)
        backwards, *values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if len(values) != width or not isinstance(backwards, bool):
            raise ValueError
        return backwards, [_plain(value) for value in values]
    except (ValueError, TypeError, KeyError) as error:
        raise NotFound from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if "at" in value:
            return datetime.fromisoformat(value["at"])
        return date.fromisoformat(value["on"])
    if isinstance(value, int) and abs(value) > 2**63 - 1:
        raise ValueError
    if not isinstance(value, (str, int, float)):
        raise ValueError
    return value
