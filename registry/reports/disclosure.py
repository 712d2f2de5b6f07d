"""Disclosure control: which figures of a release must be hidden so that no small group can be worked out.

The method is cell suppression after aggregation (Hundepool et al., *Statistical Disclosure Control*, Wiley
2012, chapter 4): small figures are hidden first, then further ones, until somebody who knows every shown
figure, every sum and every order between stages cannot narrow a sensitive figure down. The interval in which
a hidden figure may lie is found by propagating bounds through the relations; it must span at least the
threshold. Bounds found so are a little wider than the true ones at times, so the promise kept, and tested
with linear programming, is that no sensitive figure can be worked out.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

SPONSOR_THRESHOLD = 5
"""Figures of 1 to 4 people are hidden from sponsors."""

INFINITY = float("inf")


class Key(NamedTuple):
    """One figure: `table` ("all", "state", "sex" ...), `row` within it, `column` (the stage)."""

    table: str
    row: str
    column: str


@dataclass(frozen=True)
class Sum:
    """`total` is the sum of `parts`."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True)
class Relations:
    """How the figures of a release hang together.

    `chains` list figures of one group by stage: each is at most the one before it.
    """

    sums: Sequence[Sum] = ()
    chains: Sequence[Sequence[Key]] = ()


@dataclass
class _Interval:
    low: float
    high: float


@dataclass
class _Problem:
    """Figures with the differences between stages as figures of their own, which nobody is shown.

    A stage is the next one plus those who stopped between them: so every order becomes a sum, and the
    differences of the parts sum to the difference of the total.
    """

    values: dict[Key, int]
    sums: list[Sum]
    floors: Mapping[Key, int]
    hidden: set[Key]
    shielded: frozenset[Key] = frozenset()
    """Differences: hidden from the start, and no candidates for hiding."""


def protect(
    values: Mapping[Key, int],
    relations: Relations,
    *,
    threshold: int = SPONSOR_THRESHOLD,
    floors: Mapping[Key, int] | None = None,
    unknown: Iterable[Key] = (),
) -> frozenset[Key]:
    """The figures to hide.

    `floors` are lower bounds the reader knows already (an earlier release; figures only rise). `unknown` are
    figures the reader does not get anyway.
    Units:  people.
    """
    sensitive = find_sensitive(values, relations, threshold)
    problem = _set_up(values, relations, floors or {}, set(unknown) | sensitive)
    small = {key for key in sensitive if values[key] < threshold}
    stopped = {key for key in problem.shielded if 0 < problem.values[key] < threshold}
    _hide_until_safe(problem, small | stopped, threshold)
    return frozenset((problem.hidden - problem.shielded - set(unknown)) | sensitive)


def protect_changes(
    new: Mapping[Key, int],
    old: Mapping[Key, int],
    relations: Relations,
    *,
    unknown: Set[Key],
    threshold: int = SPONSOR_THRESHOLD,
) -> frozenset[Key]:
    """The figures that must keep their old value, so that no small change since then can be worked out.

    `unknown` are the figures hidden in either release. Figures only rise, so no change is negative.
    """
    changes = {key: new[key] - old.get(key, 0) for key in new}
    sensitive = {key for key, change in changes.items() if 0 < change < threshold}
    problem = _Problem(changes, list(relations.sums), {}, set(unknown) | sensitive)
    _hide_until_safe(problem, sensitive, threshold)
    return frozenset(problem.hidden - set(unknown))


def find_sensitive(values: Mapping[Key, int], relations: Relations, threshold: int) -> set[Key]:
    """Figures to hide whatever else is shown, since they say something about a small group by themselves.

    These are counts below the threshold; what follows such a count in its chain, zero or not (all or none of
    a small group); and a stage that differs from the last shown one by fewer than the threshold. A zero where
    the whole is zero says nothing about anybody.
    """
    sensitive = {key for key, value in values.items() if 0 < value < threshold}
    for chain in relations.chains:
        sensitive |= _find_sensitive_stages(chain, values, threshold)
    return sensitive - {
        part
        for each in relations.sums
        if values[each.total] == 0 and each.total not in sensitive
        for part in each.parts
    }


def _find_sensitive_stages(chain: Sequence[Key], values: Mapping[Key, int], threshold: int) -> set[Key]:
    sensitive = set()
    shown: int | None = None
    is_small = False
    for key in chain:
        value = values[key]
        is_small = is_small or 0 < value < threshold
        if is_small or (shown is not None and 0 < shown - value < threshold):
            sensitive.add(key)
        else:
            shown = value
    return sensitive


def _set_up(
    values: Mapping[Key, int], relations: Relations, floors: Mapping[Key, int], hidden: set[Key]
) -> _Problem:
    following = {key: after for chain in relations.chains for key, after in pairwise(chain)}
    stopped = {
        key: Key(key.table, key.row, f"{key.column}>{after.column}") for key, after in following.items()
    }
    sums = [
        *relations.sums,
        *(Sum(key, (following[key], difference)) for key, difference in stopped.items()),
        *(
            Sum(stopped[each.total], tuple(stopped[part] for part in each.parts))
            for each in relations.sums
            if all(key in stopped for key in (each.total, *each.parts))
        ),
    ]
    differences = {difference: values[key] - values[following[key]] for key, difference in stopped.items()}
    return _Problem(
        values={**values, **differences},
        sums=sums,
        floors=floors,
        hidden=hidden | set(differences),
        shielded=frozenset(differences),
    )


def _hide_until_safe(problem: _Problem, sensitive: Set[Key], threshold: int) -> None:
    sums_of: dict[Key, list[Sum]] = {}
    for each in problem.sums:
        for key in (each.total, *each.parts):
            sums_of.setdefault(key, []).append(each)
    while True:
        intervals = _find_intervals(problem)
        exposed = [key for key in sorted(sensitive) if intervals[key].high - intervals[key].low < threshold]
        if not exposed:
            return
        candidates = {
            candidate for key in exposed for candidate in _find_neighbours(key, sums_of, problem.hidden)
        }
        candidates = candidates or set(problem.values) - problem.hidden
        if not candidates:
            return
        problem.hidden.add(min(candidates, key=lambda key: _price(key, problem.values[key])))


def _price(key: Key, value: int) -> tuple[bool, bool, int, Key]:
    """Hide parts before totals, people before zeros (a zero shields nobody), small before large."""
    return (key.table == "all", value == 0, value, key)


def _find_neighbours(key: Key, sums_of: Mapping[Key, Sequence[Sum]], hidden: Set[Key]) -> set[Key]:
    """The nearest shown figures that narrow `key` down, reached through hidden ones."""
    seen = {key}
    front = [key]
    while front:
        related = {
            other
            for current in front
            for each in sums_of.get(current, ())
            for other in (each.total, *each.parts)
        } - seen
        if shown := related - hidden:
            return shown
        seen |= related
        front = list(related)
    return set()


def _find_intervals(problem: _Problem) -> dict[Key, _Interval]:
    """What a reader of the shown figures can say of each: its lowest and highest possible value."""
    intervals = {
        key: _Interval(problem.floors.get(key, 0), INFINITY)
        if key in problem.hidden
        else _Interval(value, value)
        for key, value in problem.values.items()
    }
    related = [(intervals[each.total], [intervals[key] for key in each.parts]) for each in problem.sums]
    changed = True
    while changed:
        changed = False
        for total, parts in related:
            changed |= _tighten_sum(total, parts)
    return intervals


def _tighten_sum(total: _Interval, parts: Sequence[_Interval]) -> bool:
    low = sum(part.low for part in parts)
    highs = sorted(part.high for part in parts)
    bounded = sum(high for high in highs if high != INFINITY)
    unbounded = len(parts) - sum(high != INFINITY for high in highs)
    changed = _raise_low(total, low) | _cut_high(total, INFINITY if unbounded else bounded)
    for part in parts:
        before = part.low
        rest_is_bounded = not unbounded or (unbounded == 1 and part.high == INFINITY)
        if rest_is_bounded:
            rest = bounded - (0 if part.high == INFINITY else part.high)
            changed |= _raise_low(part, total.low - rest)
        changed |= _cut_high(part, total.high - (low - before))
    return changed


def _raise_low(interval: _Interval, low: float) -> bool:
    if low <= interval.low:
        return False
    interval.low = low
    return True


def _cut_high(interval: _Interval, high: float) -> bool:
    if high >= interval.high:
        return False
    interval.high = high
    return True
