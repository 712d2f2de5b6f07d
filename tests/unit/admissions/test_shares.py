"""Which place has to be given for a minimum share."""

import pytest

from registry.admissions.rules.shares import Held, Missing, Shares, count_needed, find_missing


@pytest.mark.parametrize(
    ("people", "share", "needed"),
    [(0, 50, 0), (1, 0, 0), (1, 1, 1), (3, 33, 1), (3, 34, 2), (4, 50, 2), (5, 50, 3), (7, 100, 7)],
)
def test_count_needed_rounds_up_to_whole_people(people, share, needed) -> None:
    assert count_needed(people, share) == needed


@pytest.mark.parametrize(
    ("shares", "held", "women", "rural"),
    [
        (Shares(), Held(3, 0, 0), False, False),
        # Of four, two are to be women: the fourth place may go to anybody once there are two.
        (Shares(women=50), Held(3, 2, 0), False, False),
        (Shares(women=50), Held(3, 1, 0), True, False),
        (Shares(women=50), Held(0, 0, 0), True, False),
        (Shares(rural=25), Held(3, 3, 0), False, True),
        (Shares(rural=25), Held(4, 4, 1), False, True),
        (Shares(women=50, rural=25), Held(3, 1, 0), True, True),
    ],
)
def test_find_missing_looks_at_the_share_with_the_next_place_given(shares, held, women, rural) -> None:
    missing = find_missing(shares, held)

    assert missing == Missing(women, rural)
    assert bool(missing) is (women or rural)
