"""From scores to a ranking, counted by hand."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.admissions.rules.scoring import Opinion, Rating, compute_total, rank, rate

STRICT, MILD, NEW = 1, 2, 3


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(1, 4)], 4),
        ([(1, 1), (1, 5)], 3),
        ([(3, 5), (1, 1)], 4),  # (15 + 1) / 4
        ([(50, 2), (30, 4), (20, 5)], 3.2),  # (100 + 120 + 100) / 100
    ],
    ids=str,
)
def test_compute_total_weighs_each_score(scores, expected) -> None:
    assert compute_total(scores) == pytest.approx(expected)


def test_rate_takes_the_strictness_of_each_reviewer_out() -> None:
    """Strict gives 1 2 3 to applications 10 11 12, mild gives 3 4 5 to 12 13 14.

    Their means are 2 and 4, the deviation of each is sqrt(2/3). All six totals have the mean 3 and the deviation
    sqrt((4 + 1 + 0 + 0 + 1 + 4) / 6) = sqrt(10/6). So a total one deviation above its reviewer's mean, z = sqrt(3/2),
    becomes 3 + sqrt(3/2) * sqrt(10/6) = 3 + sqrt(2.5).
    """
    opinions = [
        *(Opinion(application, STRICT, total) for application, total in ((10, 1), (11, 2), (12, 3))),
        *(Opinion(application, MILD, total) for application, total in ((12, 3), (13, 4), (14, 5))),
    ]

    found = rate(opinions)

    step = sqrt(2.5)
    assert {key: (each.raw, each.normalised) for key, each in found.items()} == {
        10: (1, pytest.approx(3 - step)),
        11: (2, pytest.approx(3)),
        12: (3, pytest.approx(3)),  # The best of the strict one, the worst of the mild one.
        13: (4, pytest.approx(3)),
        14: (5, pytest.approx(3 + step)),
    }
    assert rank({key: each.raw for key, each in found.items()}) == {14: 1, 13: 2, 12: 3, 11: 4, 10: 5}
    assert rank({key: each.normalised for key, each in found.items()}) == {14: 1, 11: 2, 12: 2, 13: 2, 10: 5}


def test_rate_leaves_whoever_has_sent_few_as_they_are() -> None:
    found = rate([Opinion(10, NEW, 5), Opinion(11, NEW, 2), Opinion(12, MILD, 4)])

    assert {key: each.normalised for key, each in found.items()} == {10: 5, 11: 2, 12: 4}


def test_rate_learns_nothing_from_whoever_gives_everybody_the_same() -> None:
    same = [Opinion(application, MILD, 5) for application in (10, 11, 12)]
    other = [Opinion(13, NEW, 1)]

    found = rate([*same, *other])

    assert {key: each.normalised for key, each in found.items()} == {10: 4, 11: 4, 12: 4, 13: 1}


def test_rate_of_no_opinions_is_nothing() -> None:
    assert rate([]) == {}


@pytest.mark.parametrize(
    ("totals", "expected"), [((4, 2.5), True), ((4, 2.6), False), ((3,), False)], ids=str
)
def test_opinions_far_apart_are_flagged(totals, expected) -> None:
    rating = rate([Opinion(10, reviewer, total) for reviewer, total in enumerate(totals)])[10]

    assert (rating.is_disputed, rating.reviews) == (expected, len(totals))


totals = st.integers(10, 50).map(lambda tenths: tenths / 10)
opinions = st.lists(
    st.builds(Opinion, st.integers(1, 12), st.integers(1, 4), totals),
    max_size=40,
    unique_by=lambda each: (each.application_id, each.user_id),
)


@given(opinions, st.randoms(use_true_random=False))
def test_rate_does_not_depend_on_the_order_and_keeps_the_mean(given_opinions, random) -> None:
    shuffled = list(given_opinions)
    random.shuffle(shuffled)

    found, again = rate(given_opinions), rate(shuffled)

    assert rank({key: each.normalised for key, each in found.items()}) == rank(
        {key: each.normalised for key, each in again.items()}
    )
    for key, each in found.items():
        own = [one.total for one in given_opinions if one.application_id == key]
        assert each == Rating(
            pytest.approx(sum(own) / len(own)),
            pytest.approx(again[key].normalised),
            len(own),
            pytest.approx(max(own) - min(own)),
        )


@given(opinions, st.integers(1, 4), totals)
def test_a_reviewer_who_gives_everybody_a_point_more_changes_no_order(given_opinions, who, more) -> None:
    """Within one reviewer's own list the order stays, whatever the others think."""
    own = [each for each in given_opinions if each.user_id == who]
    found = rate(own)
    shifted = rate([Opinion(each.application_id, each.user_id, each.total + more) for each in own])

    assert rank({key: each.normalised for key, each in found.items()}) == rank(
        {key: each.normalised for key, each in shifted.items()}
    )
