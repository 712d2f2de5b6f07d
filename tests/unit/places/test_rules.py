"""What dated records say about a day."""

from dataclasses import dataclass
from datetime import date

import pytest

from registry.places import rules
from registry.places.enums import UNKNOWN, Standing

TODAY = date(2027, 3, 15)
MEMBER, OBSERVER, PARTNER = Standing.MEMBER, Standing.OBSERVER, Standing.PARTNER


@dataclass(frozen=True)
class Record:
    valid_from: date | None
    valid_to: date | None
    standing: Standing = MEMBER
    age_of_consent: int = 18
    recorded_on: date = date(2026, 11, 24)


def day(text: str) -> date:
    return date.fromisoformat(text)


def record(start: str, end: str, **values: object) -> Record:
    return Record(day(start) if start else None, day(end) if end else None, **values)


@pytest.mark.parametrize(
    ("start", "end", "on", "expected"),
    [
        ("2001-06-15", "", "2001-06-14", False),
        ("2001-06-15", "", "2001-06-15", True),
        ("2001-06-15", "", "2027-03-15", True),
        ("2001-06-15", "2010-01-01", "2010-01-01", True),
        ("2001-06-15", "2010-01-01", "2010-01-02", False),
        ("", "2025-08-31", "2025-08-30", UNKNOWN),
        ("", "2025-08-31", "2025-08-31", True),
        ("", "2025-08-31", "2025-09-01", False),
        ("", "", "2026-11-23", UNKNOWN),
        ("", "", "2026-11-24", True),
        ("", "", "2027-03-15", True),
    ],
)
def test_holds_on_a_day(start: str, end: str, on: str, expected: object) -> None:
    assert rules.holds(record(start, end), day(on)) is expected


BEFORE = record("", "2025-08-31", standing=OBSERVER)
AFTER = record("2025-09-01", "", standing=PARTNER)
FOREVER = record("", "")


@pytest.mark.parametrize(
    ("records", "on", "possible", "decided"),
    [
        ([], "2020-01-13", {None}, None),
        ([BEFORE, AFTER], "2020-01-13", {None, OBSERVER}, UNKNOWN),
        ([BEFORE, AFTER], "2025-08-31", {OBSERVER}, OBSERVER),
        ([BEFORE, AFTER], "2025-09-01", {PARTNER}, PARTNER),
        ([AFTER], "2025-08-31", {None}, None),
        ([FOREVER], "1999-01-01", {None, MEMBER}, UNKNOWN),
        ([FOREVER], "2027-03-15", {MEMBER}, MEMBER),
        ([FOREVER], "2027-03-16", {None, *Standing}, UNKNOWN),
        ([], "2027-03-16", {None, *Standing}, UNKNOWN),
    ],
)
def test_possible_standings_on_a_day(
    records: list[Record], on: str, possible: set[Standing | None], decided: object
) -> None:
    found = rules.possible_standings(records, day(on), today=TODAY)

    assert found == possible
    assert rules.decide(found) is decided


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([], None),
        ([("2001-06-15", "")], None),
        ([("2001-06-15", "2010-01-01"), ("2010-01-02", "")], None),
        ([("2001-06-15", "2010-01-01"), ("2010-01-01", "")], (0, 1)),
        ([("2010-01-01", ""), ("2001-06-15", "2010-01-01")], (1, 0)),
        ([("", "2010-01-01"), ("2010-01-02", "")], None),
        ([("", ""), ("2010-01-02", "")], (0, 1)),
        ([("", ""), ("", "2010-01-02")], (0, 1)),
        ([("2001-01-01", ""), ("2002-01-01", "2003-01-01")], (0, 1)),
    ],
)
def test_find_overlap(periods: list[tuple[str, str]], expected: tuple[int, int] | None) -> None:
    spans = [rules.Span(day(start) if start else None, day(end) if end else None) for start, end in periods]

    assert rules.find_overlap(spans) == expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], 18),
        ([record("", "", age_of_consent=14)], 14),
        ([record("", "2027-03-14", age_of_consent=14)], 18),
        ([record("", "2020-01-01", age_of_consent=16), record("2020-01-02", "", age_of_consent=14)], 14),
    ],
)
def test_find_age_of_consent_today(policies: list[Record], expected: int) -> None:
    assert rules.find_age_of_consent(policies, TODAY) == expected


def test_find_age_of_consent_before_it_was_recorded_is_the_safe_one() -> None:
    assert rules.find_age_of_consent([record("", "", age_of_consent=14)], day("2020-01-01")) == 18
