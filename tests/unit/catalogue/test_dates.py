"""Phases of cohorts, when they change, and what programmes are to visitors."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from registry.catalogue.enums import Availability, Phase, ProgrammeStatus
from registry.catalogue.rules import compute_availability, compute_phase, find_next_change


@dataclass(frozen=True)
class Dates:
    """In Tashkent, five hours ahead: days begin at 19:00 UTC of the day before."""

    zone: str = "Asia/Tashkent"
    opens_at: datetime = datetime(2027, 5, 1, 4, tzinfo=UTC)
    closes_at: datetime = datetime(2027, 6, 30, 18, 59, tzinfo=UTC)
    starts_on: date = date(2027, 9, 1)
    ends_on: date = date(2027, 10, 31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "phase", "next_change"),
    [
        ("2027-04-30T00:00:00", Phase.UPCOMING, "2027-05-01T04:00:00"),
        ("2027-05-01T03:59:59", Phase.UPCOMING, "2027-05-01T04:00:00"),
        ("2027-05-01T04:00:00", Phase.OPEN, "2027-06-30T18:59:00"),
        ("2027-06-30T18:58:59", Phase.OPEN, "2027-06-30T18:59:00"),
        ("2027-06-30T18:59:00", Phase.CLOSED, "2027-08-31T19:00:00"),
        ("2027-08-31T18:59:59", Phase.CLOSED, "2027-08-31T19:00:00"),
        ("2027-08-31T19:00:00", Phase.RUNNING, "2027-10-31T19:00:00"),
        ("2027-10-31T18:59:59", Phase.RUNNING, "2027-10-31T19:00:00"),
        ("2027-10-31T19:00:00", Phase.ENDED, None),
    ],
)
def test_a_phase_lasts_until_the_next_change(moment: str, phase: Phase, next_change: str | None) -> None:
    assert compute_phase(Dates(), at(moment)) is phase
    assert find_next_change(Dates(), at(moment)) == (at(next_change) if next_change else None)


@pytest.mark.parametrize(
    ("status", "phases", "expected"),
    [
        (ProgrammeStatus.PUBLISHED, {Phase.OPEN, Phase.UPCOMING, Phase.ENDED}, Availability.OPEN),
        (ProgrammeStatus.PUBLISHED, {Phase.UPCOMING, Phase.RUNNING}, Availability.UPCOMING),
        (ProgrammeStatus.PUBLISHED, {Phase.CLOSED, Phase.RUNNING, Phase.ENDED}, Availability.CLOSED),
        (ProgrammeStatus.PUBLISHED, set(), Availability.CLOSED),
        (ProgrammeStatus.PROPOSED, {Phase.OPEN}, Availability.PROPOSED),
        (ProgrammeStatus.SUSPENDED, {Phase.OPEN}, Availability.SUSPENDED),
        (ProgrammeStatus.ARCHIVED, {Phase.OPEN}, Availability.ENDED),
    ],
)
def test_availability_of_a_programme(
    status: ProgrammeStatus, phases: set[Phase], expected: Availability
) -> None:
    assert compute_availability(status, phases) is expected
