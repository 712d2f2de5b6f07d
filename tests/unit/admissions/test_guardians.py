"""What a guardian's link can do, and the day on which the young person decides alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianRequest
from registry.admissions.rules.guardians import LinkState, is_of_age, link_state
from registry.people.rules import mask_email

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
S, A, L = ApplicationStatus, GuardianAnswer, LinkState


@pytest.mark.parametrize(
    ("born_on", "age", "day", "expected"),
    [
        ("2010-03-16", 18, date(2028, 3, 15), False),
        ("2010-03-16", 18, date(2028, 3, 16), True),
        ("2010-03-16", 16, date(2026, 3, 15), False),
        ("2010-03-16", 16, date(2026, 3, 16), True),
        ("2010-12-31", 14, date(2024, 12, 31), True),
        # On 29 February: in a leap year on the day, else on 1 March.
        ("2008-02-29", 16, date(2024, 2, 28), False),
        ("2008-02-29", 16, date(2024, 2, 29), True),
        ("2008-02-29", 18, date(2026, 2, 28), False),
        ("2008-02-29", 18, date(2026, 3, 1), True),
        (None, 14, date(2099, 1, 1), False),
        ("", 14, date(2099, 1, 1), False),
    ],
)
def test_day_of_coming_of_age(born_on: str | None, age: int, day: date, expected: bool) -> None:
    assert is_of_age(Application(profile={"born_on": born_on}), age, day) is expected


@pytest.mark.parametrize(
    ("answer", "status", "of_age", "seconds_left", "expected"),
    [
        (None, S.AWAITING_GUARDIAN, False, 1, L.OPEN),
        (None, S.AWAITING_GUARDIAN, False, 0, L.EXPIRED),
        (None, S.AWAITING_GUARDIAN, True, 1, L.OF_AGE),
        (None, S.AWAITING_GUARDIAN, True, 0, L.OF_AGE),
        (None, S.SUBMITTED, True, 1, L.OVER),
        (None, S.WITHDRAWN, False, 1, L.OVER),
        (None, S.CLOSED, False, 0, L.OVER),
        (A.CONSENTED, S.SUBMITTED, False, 1, L.CONSENTED),
        (A.CONSENTED, S.ACCEPTED, True, 0, L.CONSENTED),
        (A.REFUSED, S.WITHDRAWN, False, 1, L.REFUSED),
        (A.NOT_GUARDIAN, S.AWAITING_GUARDIAN, False, 1, L.NOT_GUARDIAN),
        (A.NOT_GUARDIAN, S.AWAITING_GUARDIAN, True, 0, L.NOT_GUARDIAN),
    ],
)
def test_state_of_the_link(
    answer: GuardianAnswer | None,
    status: ApplicationStatus,
    of_age: bool,
    seconds_left: int,
    expected: LinkState,
) -> None:
    request = GuardianRequest(answer=answer, expires_at=NOW + timedelta(seconds=seconds_left))

    assert link_state(request, Application(status=status), NOW, of_age=of_age) is expected


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("gulnora@example.org", "g•••@example.org"),
        ("g@example.org", "g•••@example.org"),
        ("мама@пример.рф", "м•••@пример.рф"),
    ],
)
def test_masked_address(address: str, masked: str) -> None:
    assert mask_email(address) == masked
