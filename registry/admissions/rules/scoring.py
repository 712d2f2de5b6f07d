"""From scores to a ranking. Pure; docs/reviews.md explains it with an example."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

LOWEST, HIGHEST = 1, 5
SCORES = tuple(range(LOWEST, HIGHEST + 1))
MIN_REVIEWS = 3
"""A reviewer who has sent fewer is not corrected: nobody knows yet whether they are strict."""
DISPUTED_FROM = 1.5
"""Two opinions that lie so far apart are flagged."""


def compute_total(scores: Iterable[tuple[int, int]]) -> float:
    """The weighted mean of (weight, value): again between 1 and 5. Needs at least one score."""
    pairs = list(scores)
    return sum(weight * value for weight, value in pairs) / sum(weight for weight, _ in pairs)


@dataclass(frozen=True)
class Opinion:
    """The total of one review that was sent."""

    application_id: int
    user_id: int
    total: float


@dataclass(frozen=True)
class Rating:
    """What the reviews of one application come to."""

    raw: float
    """Mean of the totals."""
    normalised: float
    """Mean of the totals after each reviewer's strictness was taken out."""
    reviews: int
    spread: float
    """Highest minus lowest total."""

    @property
    def is_disputed(self) -> bool:
        return self.spread >= DISPUTED_FROM


def rate(opinions: Sequence[Opinion]) -> dict[int, Rating]:
    """Application -> its rating, for all opinions about one cohort.

    Each total becomes a z-score within its reviewer's own totals, (total - mean) / standard deviation (of the
    population), and is brought back to the scale of scores with mean and deviation of all totals. Whoever gave
    everybody the same says nothing about the order: their totals become the mean of all. Whoever has sent fewer
    than MIN_REVIEWS is left as they are.
    """
    if not opinions:
        return {}
    mean, deviation = _moments([each.total for each in opinions])
    by_reviewer: dict[int, list[float]] = {}
    for each in opinions:
        by_reviewer.setdefault(each.user_id, []).append(each.total)
    own = {user_id: _moments(totals) for user_id, totals in by_reviewer.items()}
    found: dict[int, list[tuple[float, float]]] = {}
    for each in opinions:
        corrected = each.total
        if len(by_reviewer[each.user_id]) >= MIN_REVIEWS:
            own_mean, own_deviation = own[each.user_id]
            z = (each.total - own_mean) / own_deviation if own_deviation else 0.0
            corrected = mean + z * deviation
        found.setdefault(each.application_id, []).append((each.total, corrected))
    return {
        application_id: Rating(
            raw=_mean([total for total, _ in pairs]),
            normalised=_mean([corrected for _, corrected in pairs]),
            reviews=len(pairs),
            spread=max(total for total, _ in pairs) - min(total for total, _ in pairs),
        )
        for application_id, pairs in found.items()
    }


def rank(values: Mapping[int, float]) -> dict[int, int]:
    """Key -> rank, the highest value first; equal values share a rank, and the next one is skipped."""
    ranks: dict[int, int] = {}
    # Sums of the same numbers in another order differ in the last digits, and mean the same.
    rounded = {key: round(value, 9) for key, value in values.items()}
    ordered = sorted(rounded, key=lambda key: (-rounded[key], key))
    for place, key in enumerate(ordered, 1):
        before = ordered[place - 2] if place > 1 else None
        ranks[key] = ranks[before] if before is not None and rounded[before] == rounded[key] else place
    return ranks


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _moments(values: Sequence[float]) -> tuple[float, float]:
    mean = _mean(values)
    deviation = sqrt(_mean([(value - mean) ** 2 for value in values]))
    # A deviation of rounding errors is none.
    return mean, deviation if deviation > 1e-9 else 0.0
