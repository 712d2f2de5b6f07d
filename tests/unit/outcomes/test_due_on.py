"""When a wave's questions are due."""

from datetime import date

import pytest

from registry.catalogue.models import Cohort
from registry.outcomes.enums import WaveKind
from registry.outcomes.rules import add_months, compute_due_on

COHORT = Cohort(starts_on=date(2027, 5, 3), ends_on=date(2027, 8, 31))


@pytest.mark.parametrize(
    ("kind", "due_on"),
    [
        (WaveKind.BASELINE, date(2027, 5, 3)),
        (WaveKind.EXIT, date(2027, 8, 31)),
        (WaveKind.MONTHS_3, date(2027, 11, 30)),
        (WaveKind.MONTHS_6, date(2028, 2, 29)),
        (WaveKind.MONTHS_12, date(2028, 8, 31)),
    ],
)
def test_compute_due_on(kind: WaveKind, due_on: date) -> None:
    assert compute_due_on(COHORT, kind) == due_on


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2100, 1, 31), 1, date(2100, 2, 28)),
        (date(2000, 1, 31), 1, date(2000, 2, 29)),
        (date(2027, 12, 1), 1, date(2028, 1, 1)),
    ],
)
def test_add_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later
