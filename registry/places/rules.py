"""What dated records say about a day. Pure.

A record without a start began before the registry's records: it decides the days from the one on which it
was recorded, and the last of its days; whether it held earlier is unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from registry.places.enums import UNKNOWN, Standing, Unknown

UNCONFIRMED_AGE_OF_CONSENT = 18
"""Where nothing is recorded: a guardian asked without need harms less than one not asked."""


class Period(Protocol):
    """A record that holds from one day to another, both inclusive; either may be open."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def recorded_on(self) -> date: ...


@dataclass(frozen=True)
class Span:
    """A plain period, for files that are not stored yet."""

    valid_from: date | None
    valid_to: date | None


def holds(period: Period, on: date) -> bool | Unknown:
    """Whether the record holds on the day, as far as it says."""
    if period.valid_to is not None and on > period.valid_to:
        return False
    if period.valid_from is not None:
        return on >= period.valid_from
    surely_from = period.recorded_on if period.valid_to is None else min(period.recorded_on, period.valid_to)
    return True if on >= surely_from else UNKNOWN


def possible_standings(memberships: Iterable[Any], on: date, *, today: date) -> frozenset[Standing | None]:
    """Every standing one country may have had in one bloc on the day; None stands for none at all.

    Shape: one element when the records decide. A day still to come decides nothing.
    """
    if on > today:
        return frozenset({*Standing, None})
    answers = [(membership.standing, holds(membership, on)) for membership in memberships]
    for standing, answer in answers:
        if answer is True:
            return frozenset({standing})
    return frozenset({None, *(standing for standing, answer in answers if answer is UNKNOWN)})


def decide(standings: frozenset[Standing | None]) -> Standing | Unknown | None:
    """The one possible standing, or UNKNOWN where several are."""
    (first, *others) = standings
    return UNKNOWN if others else first


def find_overlap(spans: Sequence[Any]) -> tuple[int, int] | None:
    """The positions of two periods that share a day, or None. The later one in time stands second."""
    order = sorted(range(len(spans)), key=lambda index: spans[index].valid_from or date.min)
    for earlier, later in pairwise(order):
        end = spans[earlier].valid_to or date.max
        if (spans[later].valid_from or date.min) <= end:
            return earlier, later
    return None


def find_age_of_consent(policies: Iterable[Any], on: date) -> int:
    """From which age a person consents alone on the day; UNCONFIRMED_AGE_OF_CONSENT where undecided."""
    for policy in policies:
        if holds(policy, on) is True:
            return int(policy.age_of_consent)
    return UNCONFIRMED_AGE_OF_CONSENT
