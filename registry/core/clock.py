"""The only source of the current time, so that tests and the demo can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The current instant, UTC-aware."""
    return _travelled.get() or datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The current day in the IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@cache
def known_zones() -> frozenset[str]:
    """The names of all IANA zones, read from the disk once: that takes 35 ms."""
    return frozenset(available_timezones())


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Stand still at the instant `to` inside the block."""
    if to.tzinfo is None:
        raise ValueError("a naive datetime is not an instant")
    token = _travelled.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
