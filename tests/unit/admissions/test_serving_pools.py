"""Which pools serve whom, and until when an offer stands."""

from datetime import UTC, date, datetime

import pytest

from registry.admissions.rules.seats import choose_serving_pools, compute_accept_by, why_no_places
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import GENERAL, Cohort, SeatPool


@pytest.mark.parametrize(
    ("states", "member_state", "serves_all", "expected"),
    [
        ([GENERAL], "UZ", False, [GENERAL]),
        ([GENERAL], "UZ", True, [GENERAL]),
        ([GENERAL, "UZ"], "UZ", False, ["UZ"]),
        ([GENERAL, "UZ"], "UZ", True, ["UZ", GENERAL]),
        ([GENERAL, "UZ"], "KZ", False, [GENERAL]),
        ([GENERAL, "UZ"], "KZ", True, [GENERAL]),
        (["UZ"], "UZ", True, ["UZ"]),
        (["UZ"], "KZ", False, []),
        (["UZ"], "KZ", True, []),
        ([], "UZ", True, []),
        # Nobody is of the general "state".
        ([GENERAL, "UZ"], GENERAL, True, [GENERAL]),
    ],
)
def test_choose_serving_pools(
    states: list[str], member_state: str, serves_all: bool, expected: list[str]
) -> None:
    pools = [SeatPool(member_state=state) for state in states]

    chosen = choose_serving_pools(pools, member_state, general_serves_all=serves_all)

    assert [pool.member_state for pool in chosen] == expected


@pytest.mark.parametrize(
    ("zone", "at", "days", "starts_on", "ends"),
    [
        # 23:30 in Tashkent is still the 15th; the end of the 18th is midnight there.
        ("Asia/Tashkent", datetime(2027, 3, 15, 18, 30), 3, date(2027, 6, 1), datetime(2027, 3, 18, 19, 0)),
        ("Asia/Tashkent", datetime(2027, 3, 15, 19, 0), 3, date(2027, 6, 1), datetime(2027, 3, 19, 19, 0)),
        # Clocks go forward in Berlin on the 28th: the day has 23 hours.
        ("Europe/Berlin", datetime(2027, 3, 27, 12, 0), 1, date(2027, 6, 1), datetime(2027, 3, 28, 22, 0)),
        # Never later than the first day.
        ("UTC", datetime(2027, 3, 15, 12, 0), 7, date(2027, 3, 17), datetime(2027, 3, 17, 0, 0)),
        ("UTC", datetime(2027, 3, 15, 12, 0), 1, date(2027, 3, 17), datetime(2027, 3, 17, 0, 0)),
    ],
)
def test_compute_accept_by(zone: str, at: datetime, days: int, starts_on: date, ends: datetime) -> None:
    cohort = Cohort(zone=zone, accept_by_days=days, starts_on=starts_on)

    assert compute_accept_by(cohort, at.replace(tzinfo=UTC)) == ends.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "at", "refuses"),
    [
        (CohortStatus.PUBLISHED, datetime(2027, 3, 16, 18, 59), False),
        (CohortStatus.PUBLISHED, datetime(2027, 3, 16, 19, 0), True),
        (CohortStatus.DRAFT, datetime(2027, 1, 1), True),
        (CohortStatus.CANCELLED, datetime(2027, 1, 1), True),
        (CohortStatus.ARCHIVED, datetime(2027, 1, 1), True),
    ],
)
def test_why_no_places(status: CohortStatus, at: datetime, refuses: bool) -> None:
    cohort = Cohort(status=status, zone="Asia/Tashkent", starts_on=date(2027, 3, 17))

    assert (why_no_places(cohort, at.replace(tzinfo=UTC)) is not None) == refuses
