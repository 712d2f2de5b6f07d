"""Disclosure control: which figures of a release must be hidden so that no small group can be worked out.

The method is cell suppression after aggregation (Hundepool et al., *Statistical Disclosure Control*, Wiley
2012, chapter 4): small figures are hidden first, then further ones, until somebody who knows every shown
figure, every sum and every order between stages cannot narrow a sensitive figure down. The interval in which
a hidden figure may lie is found by propagating bounds through the relations; it must span at least the
threshold. Bounds found so are a little wider than the true ones at times, so the promise kept, and tested
with linear programming, is that no sensitive figure can be worked out.
"""

from collections.abc import Mapping, Sequence, Set
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
class _Problem:
    """Figures with the differences between stages as figures of their own, which nobody is shown.

    A stage is the next one plus those who stopped between them: so every order becomes a sum, and the
    differences of the parts sum to the difference of the total.
    """

    values: dict[Key, int]
    sums: list[Sum]
    floors: Mapping[Key, int]
    """What a reader knows to be the least, never more than the value: so the truth fits all bounds."""
    hidden: set[Key]
    shielded: frozenset[Key]
    """Differences: hidden from the start, and no candidates for hiding."""


def protect(
    values: Mapping[Key, int],
    relations: Relations,
    *,
    threshold: int = SPONSOR_THRESHOLD,
    before: Mapping[Key, int] | None = None,
    concealed: Set[Key] = frozenset(),
) -> frozenset[Key]:
    """The figures to hide.

    `before` is what was shown last, in whichever release that was. Since figures only rise, a reader knows
    the old ones as lower bounds. `concealed` are the figures that the last release hid.
    Units:  people.
    """
    sensitive = find_sensitive(values, relations, threshold, concealed)
    problem = _set_up(values, relations, before or {}, sensitive)
    _protect(problem, _find_guarded(problem, sensitive, threshold), threshold, firm=sensitive)
    return frozenset(problem.hidden - problem.shielded)


def protect_changes(
    values: Mapping[Key, int],
    before: Mapping[Key, int],
    relations: Relations,
    *,
    hidden: Set[Key],
    threshold: int = SPONSOR_THRESHOLD,
    concealed: Set[Key] = frozenset(),
) -> frozenset[Key]:
    """The figures that must keep their old value, so that no small change since then can be worked out.

    A figure that keeps its old value is not known as of today, which is all that counts here: old values
    of different dates never stand in one sum. `hidden` is the answer of `protect`.
    """
    moved = {key for key, value in before.items() if 0 < abs(values[key] - value) < threshold}
    sensitive = find_sensitive(values, relations, threshold, concealed)
    problem = _set_up(values, relations, before, hidden | moved)
    guarded = _find_guarded(problem, sensitive, threshold) | moved
    _protect(problem, guarded, threshold, firm=hidden | moved)
    return frozenset(problem.hidden - problem.shielded - hidden)


def find_sensitive(
    values: Mapping[Key, int],
    relations: Relations,
    threshold: int,
    concealed: Set[Key] = frozenset(),
) -> set[Key]:
    """Figures to hide whatever else is shown, since they say something about a small group by themselves.

    These are counts below the threshold; what follows such a count in its chain, zero or not (all or none of
    a small group); and a stage that differs from the last shown one by fewer than the threshold. A zero where
    the whole is zero says nothing about anybody. A zero that the last release concealed stays hidden, even when
    its group has grown: shown now, it would say that it was zero then.
    """
    sensitive = {key for key, value in values.items() if 0 < value < threshold}
    for chain in relations.chains:
        sensitive |= _find_sensitive_stages(chain, values, threshold)
    sensitive |= {key for key in concealed if values.get(key) == 0}
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
    values: Mapping[Key, int],
    relations: Relations,
    before: Mapping[Key, int],
    hidden: Set[Key],
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
        # A correction may have lowered a figure; then the old one bounds nothing.
        floors={key: min(value, values[key]) for key, value in before.items()},
        hidden={*hidden, *differences},
        shielded=frozenset(differences),
    )


def _find_guarded(problem: _Problem, sensitive: Set[Key], threshold: int) -> set[Key]:
    """What must not be worked out: small groups, and small groups that stopped between two stages."""
    small = {key for key in sensitive if problem.values[key] < threshold}
    return small | {key for key in problem.shielded if 0 < problem.values[key] < threshold}


def _protect(problem: _Problem, guarded: Set[Key], threshold: int, *, firm: Set[Key]) -> None:
    """Hide further figures until the guarded are safe; those that `firm` names stay hidden anyway."""
    numbers_of: dict[Key, list[int]] = {}
    for number, each in enumerate(problem.sums):
        for key in (each.total, *each.parts):
            numbers_of.setdefault(key, []).append(number)
    _hide_until_safe(problem, guarded, threshold, numbers_of)
    _show_again(problem, guarded, threshold, numbers_of, firm)


def _hide_until_safe(
    problem: _Problem, guarded: Set[Key], threshold: int, numbers_of: Mapping[Key, Sequence[int]]
) -> None:
    while True:
        intervals = _find_intervals(problem, numbers_of)
        exposed = [key for key in sorted(guarded) if intervals[key][1] - intervals[key][0] < threshold]
        chosen: set[Key] = set()
        for key in exposed:
            candidates = _find_neighbours(key, problem, numbers_of)
            # One more hidden figure may shield several: see what it does before hiding a second.
            if candidates and not candidates & chosen:
                chosen.add(min(candidates, key=lambda key: _price(key, problem)))
        if not chosen:
            return
        problem.hidden |= chosen


def _show_again(
    problem: _Problem,
    guarded: Set[Key],
    threshold: int,
    numbers_of: Mapping[Key, Sequence[int]],
    firm: Set[Key],
) -> None:
    """Show what was hidden early and shields nothing any more, now that others are hidden: the dearest first."""
    intervals = _find_intervals(problem, numbers_of)
    widths = {key: min(threshold, intervals[key][1] - intervals[key][0]) for key in guarded}
    candidates = problem.hidden - problem.shielded - firm
    for key in sorted(candidates, key=lambda key: _price(key, problem), reverse=True):
        problem.hidden.remove(key)
        intervals = _find_intervals(problem, numbers_of)
        if any(intervals[each][1] - intervals[each][0] < width for each, width in widths.items()):
            problem.hidden.add(key)


def _price(key: Key, problem: _Problem) -> tuple[bool, bool, bool, int, Key]:
    """What to hide first.

    Parts before totals; what was hidden before rather than what was shown; people before zeros (a zero
    shields nobody); small before large.
    """
    value = problem.values[key]
    return (key.table == "all", key in problem.floors, value == problem.floors.get(key, 0), value, key)


def _find_neighbours(key: Key, problem: _Problem, numbers_of: Mapping[Key, Sequence[int]]) -> set[Key]:
    """The nearest shown figures that narrow `key` down, reached through hidden ones."""
    seen = {key}
    front = [key]
    while front:
        related = {
            other
            for current in front
            for number in numbers_of.get(current, ())
            for other in (problem.sums[number].total, *problem.sums[number].parts)
        } - seen
        if shown := related - problem.hidden:
            return shown
        seen |= related
        front = list(related)
    return set()


def _find_intervals(
    problem: _Problem, numbers_of: Mapping[Key, Sequence[int]]
) -> dict[Key, tuple[float, float]]:
    """What a reader of the shown figures can say of each: its lowest and highest possible value.

    The truth lies inside every interval and all bounds are whole numbers, so narrowing comes to an end.
    """
    bounds: dict[Key, tuple[float, float]] = {
        key: (problem.floors.get(key, 0), INFINITY) if key in problem.hidden else (value, value)
        for key, value in problem.values.items()
    }
    waiting = dict.fromkeys(range(len(problem.sums)))
    while waiting:
        number = next(iter(waiting))
        del waiting[number]
        for key in _narrow(problem.sums[number], bounds):
            waiting.update(dict.fromkeys(numbers_of[key]))
    return bounds


def _narrow(each: Sum, bounds: dict[Key, tuple[float, float]]) -> list[Key]:
    """Narrow the bounds of one sum's figures by the others'; returns the figures that changed."""
    total_low, total_high = bounds[each.total]
    lows, highs = zip(*(bounds[part] for part in each.parts), strict=True)
    low = sum(lows)
    unbounded = highs.count(INFINITY)
    high = sum(highs) if not unbounded else sum(value for value in highs if value != INFINITY)
    changed = []
    if low > total_low or (not unbounded and high < total_high):
        total_low = max(total_low, low)
        total_high = total_high if unbounded else min(total_high, high)
        bounds[each.total] = (total_low, total_high)
        changed.append(each.total)
    for part, part_low, part_high in zip(each.parts, lows, highs, strict=True):
        if part_low == part_high:
            continue
        new_low, new_high = part_low, min(part_high, total_high - (low - part_low))
        others_are_bounded = unbounded == (part_high == INFINITY)
        if others_are_bounded:
            new_low = max(part_low, total_low - (high - (0 if part_high == INFINITY else part_high)))
        if (new_low, new_high) != (part_low, part_high):
            bounds[part] = (new_low, new_high)
            changed.append(part)
    return changed
