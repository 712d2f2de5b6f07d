"""What of a cohort may still change, and how closings are entered and shown."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registry.admissions.rules import planning
from registry.catalogue.enums import CohortStatus

TASHKENT = ZoneInfo("Asia/Tashkent")
NOW = datetime(2027, 3, 15, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cohort(**values: Any) -> Any:
    return SimpleNamespace(
        **{
            "status": CohortStatus.PUBLISHED,
            "zone": "Asia/Tashkent",
            "opens_at": NOW - HOUR,
            "closes_at": NOW + 24 * HOUR,
            "starts_on": date(2027, 5, 1),
            "ends_on": date(2027, 6, 1),
        }
        | values
    )


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        (datetime(2027, 6, 30, 23, 59), datetime(2027, 6, 30, 23, 59, 59)),
        (datetime(2027, 7, 1, 0, 0), datetime(2027, 6, 30, 23, 59, 59)),
        (datetime(2027, 6, 30, 18, 0), datetime(2027, 6, 30, 18, 0, 59)),
    ],
)
def test_compute_closing_includes_the_last_minute(entered: datetime, stored: datetime) -> None:
    assert planning.compute_closing(entered.replace(tzinfo=TASHKENT)) == stored.replace(tzinfo=TASHKENT)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (datetime(2027, 6, 30, 23, 59, 59), datetime(2027, 6, 30, 23, 59)),
        (datetime(2027, 7, 1, 0, 0), datetime(2027, 6, 30, 23, 59)),
        (datetime(2027, 6, 30, 18, 0), datetime(2027, 6, 30, 18, 0)),
    ],
)
def test_show_closing_never_says_the_first_minute_of_a_day(stored: datetime, shown: datetime) -> None:
    stored = stored.replace(tzinfo=TASHKENT).astimezone(UTC)

    assert planning.show_closing(stored, "Asia/Tashkent") == shown.replace(tzinfo=TASHKENT)


@pytest.mark.parametrize(
    ("status", "is_possible"),
    [("draft", True), ("published", True), ("cancelled", False), ("archived", False)],
)
def test_why_not_editable(status: str, is_possible: bool) -> None:
    assert (planning.why_not_editable(cohort(status=CohortStatus.of(status))) is None) is is_possible


@pytest.mark.parametrize(
    ("status", "opens_in", "is_possible"),
    [
        ("published", -HOUR, True),
        ("published", 2 * HOUR, False),
        ("published", -2 * HOUR, False),
        ("draft", 2 * HOUR, True),
    ],
)
def test_why_not_opening(status: str, opens_in: timedelta, is_possible: bool) -> None:
    refusal = planning.why_not_opening(cohort(status=CohortStatus.of(status)), NOW + opens_in, NOW)

    assert (refusal is None) is is_possible


@pytest.mark.parametrize(
    ("status", "closes_in", "has_reason", "is_possible"),
    [
        ("published", 24 * HOUR, False, True),
        ("published", 48 * HOUR, False, True),
        ("published", 24 * HOUR - timedelta(seconds=1), False, True),
        ("published", 12 * HOUR, False, False),
        ("published", 12 * HOUR, True, True),
        ("published", -HOUR, True, False),
        ("draft", 12 * HOUR, False, True),
        ("draft", -HOUR, False, True),
    ],
)
def test_why_not_closing(status: str, closes_in: timedelta, has_reason: bool, is_possible: bool) -> None:
    refusal = planning.why_not_closing(
        cohort(status=CohortStatus.of(status)), NOW + closes_in, NOW, has_reason=has_reason
    )

    assert (refusal is None) is is_possible


@pytest.mark.parametrize(
    ("starts_on", "new", "is_applied_for", "has_reason", "is_possible"),
    [
        ("2027-05-01", "2027-05-01", True, False, True),
        ("2027-05-01", "2027-05-08", False, False, True),
        ("2027-05-01", "2027-05-08", True, False, False),
        ("2027-05-01", "2027-05-08", True, True, True),
        ("2027-03-15", "2027-03-20", False, True, False),
    ],
)
def test_why_not_dates(
    starts_on: str, new: str, is_applied_for: bool, has_reason: bool, is_possible: bool
) -> None:
    refusal = planning.why_not_dates(
        cohort(starts_on=date.fromisoformat(starts_on)),
        date.fromisoformat(new),
        date(2027, 6, 1),
        NOW,
        is_applied_for=is_applied_for,
        has_reason=has_reason,
    )

    assert (refusal is None) is is_possible
