"""What a release hides, checked by hand-made tables and by an attacker who solves linear programmes."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from registry.reports.disclosure import Key, Relations, Sum, find_sensitive, protect, protect_changes

THRESHOLD = 5


def column(table: str, *values: int) -> dict[Key, int]:
    return {Key(table, f"r{number}", "x"): value for number, value in enumerate(values)}


def totalled(*values: int) -> tuple[dict[Key, int], Relations]:
    parts = column("state", *values)
    total = Key("all", "all", "x")
    return {total: sum(values), **parts}, Relations(sums=[Sum(total, tuple(parts))])


def hidden_rows(hidden: frozenset[Key], table: str = "state") -> set[str]:
    return {key.row for key in hidden if key.table == table}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((20, 30, 40), set(), id="nothing small, nothing hidden"),
        pytest.param((0, 30, 40), set(), id="a zero says nothing about anybody"),
        pytest.param((3, 30, 40), {"r0", "r1"}, id="one small needs a second, the smallest that shields"),
        pytest.param((3, 0, 30, 40), {"r0", "r2"}, id="a zero shields nobody"),
        pytest.param((3, 4, 40), {"r0", "r1"}, id="two small of seven shield each other"),
        pytest.param((1, 1, 9, 40), {"r0", "r1", "r2"}, id="two of together two do not"),
        pytest.param((4, 5), {"r0", "r1"}, id="exactly at the threshold is shown unless needed"),
        pytest.param((5, 6), set(), id="five are shown"),
    ],
)
def test_protect_column_hides_small_and_what_shields_them(
    values: tuple[int, ...], expected: set[str]
) -> None:
    figures, relations = totalled(*values)

    assert hidden_rows(protect(figures, relations)) == expected
    assert Key("all", "all", "x") not in protect(figures, relations)


def test_protect_all_small_hides_the_total_too() -> None:
    figures, relations = totalled(1, 2)

    assert protect(figures, relations) == frozenset(figures)


def chain(*values: int) -> tuple[dict[Key, int], Relations]:
    keys = [Key("all", "all", f"s{number}") for number in range(len(values))]
    return dict(zip(keys, values, strict=True)), Relations(chains=[tuple(keys)])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((50, 40, 30), [], id="wide steps are shown"),
        pytest.param((50, 50, 30), [], id="all of a large group says nothing of a small one"),
        pytest.param((50, 48, 30), [1], id="two people fewer would be a small group"),
        pytest.param((50, 48, 46, 40), [1, 2], id="compared with the last shown stage"),
        pytest.param((50, 3, 0), [1, 2], id="none of three is as telling as three"),
        pytest.param((50, 0, 0), [], id="none of fifty is shown"),
        pytest.param((4, 4, 4), [0, 1, 2], id="all of four"),
        pytest.param((0, 0, 0), [], id="nobody at all"),
    ],
)
def test_protect_chain_hides_small_differences(values: tuple[int, ...], expected: list[int]) -> None:
    figures, relations = chain(*values)

    hidden = protect(figures, relations)

    assert sorted(int(key.column[1:]) for key in hidden) == expected


def test_protect_changes_keeps_small_moves_and_what_would_give_them_away() -> None:
    old, relations = totalled(20, 30, 40)
    new, _ = totalled(22, 30, 50)

    kept = protect_changes(new, old, relations, hidden=frozenset())

    assert Key("state", "r0", "x") in kept, "two more people would be told"
    assert len(kept) > 1, "one kept figure alone follows from total and rest"


def test_protect_changes_large_moves_are_shown() -> None:
    old, relations = totalled(20, 30)
    new, _ = totalled(26, 30)

    assert protect_changes(new, old, relations, hidden=frozenset()) == frozenset()


def test_protect_changes_old_figures_of_several_dates_do_not_contradict_each_other() -> None:
    """A total kept from an older release does not sum up the newer parts beside it."""
    old, relations = totalled(20, 30, 40)
    old[Key("all", "all", "x")] = 60
    new, _ = totalled(20, 30, 47)

    assert protect_changes(new, old, relations, hidden=frozenset()) == frozenset()


def test_protect_none_of_a_small_group_stays_hidden_when_the_group_has_grown() -> None:
    figures, relations = chain(9, 0)
    none = Key("all", "all", "s1")

    assert protect(figures, relations) == frozenset()
    assert protect(figures, relations, concealed={none}) == {none}


def test_protect_hides_nothing_that_shields_nothing() -> None:
    """Hiding goes on until all is safe; what was hidden on the way and is of no use is shown, totals first."""
    figures, relations = funnel(people(2, 7, 150), 7, 5)
    sensitive = find_sensitive(figures, relations, THRESHOLD)

    hidden = protect(figures, relations)

    assert {key for key in hidden - sensitive if key.table == "all"} == set()


def test_protect_changes_a_figure_may_fall_after_a_correction() -> None:
    old, relations = totalled(20, 30, 40)
    new, _ = totalled(18, 30, 32)

    kept = protect_changes(new, old, relations, hidden=frozenset())

    assert Key("state", "r0", "x") in kept


@dataclass(frozen=True)
class Person:
    """A made-up person: arrives at one release and goes on by so many stages until each later one."""

    state: str
    sex: str
    arrives: int
    strides: tuple[int, ...]

    def reached(self, release: int) -> int:
        """The last stage reached by then; -1 before they arrive."""
        if release < self.arrives:
            return -1
        return sum(self.strides[self.arrives : release + 1])


def people(seed: int, states: int, n: int, releases: int = 1) -> list[Person]:
    """Made-up people in skewed states."""
    rng = random.Random(seed)
    return [
        Person(
            state=f"r{min(int(rng.expovariate(0.6)), states - 1)}",
            sex="x" if rng.random() < 0.1 else rng.choice("fm"),
            arrives=rng.randrange(releases),
            strides=tuple(min(int(rng.expovariate(0.5)), 6) for _ in range(releases)),
        )
        for _ in range(n)
    ]


def funnel(
    crowd: Sequence[Person], states: int, stages: int, release: int = 0
) -> tuple[dict[Key, int], Relations]:
    """Their funnel by state and sex."""
    rows = {"all": ["all"], "state": [f"r{number}" for number in range(states)], "sex": ["f", "m", "x"]}
    figures = {
        Key(table, name, str(stage)): sum(
            person.reached(release) >= stage and (table == "all" or name in (person.state, person.sex))
            for person in crowd
        )
        for table, names in rows.items()
        for name in names
        for stage in range(stages)
    }
    sums = [
        Sum(Key("all", "all", str(stage)), tuple(Key(table, name, str(stage)) for name in rows[table]))
        for table in ("state", "sex")
        for stage in range(stages)
    ]
    chains = [
        tuple(Key(table, name, str(stage)) for stage in range(stages))
        for table, names in rows.items()
        for name in names
    ]
    return figures, Relations(sums=sums, chains=chains)


class Attacker:
    """Knows every figure shown in a series of releases, all sums and orders, and that figures only rise."""

    def __init__(self, series: Sequence[Mapping[Key, int]], relations: Relations) -> None:
        """`series` are the figures that are shown as of each release."""
        keys = {key for each in relations.sums for key in (each.total, *each.parts)}
        keys |= {key for each in relations.chains for key in each}
        moments = range(len(series))
        self.index = {place: number for number, place in enumerate(product(moments, sorted(keys)))}
        self.bounds = [
            (series[moment][key],) * 2 if key in series[moment] else (0, 10_000) for moment, key in self.index
        ]
        self.equal = self._matrix(
            {(moment, each.total): 1} | {(moment, part): -1 for part in each.parts}
            for moment in moments
            for each in relations.sums
        )
        steps = [
            ((moment, after), (moment, before))
            for moment in moments
            for each in relations.chains
            for before, after in pairwise(each)
        ]
        steps += [((moment - 1, key), (moment, key)) for moment in moments[1:] for key in keys]
        self.order = self._matrix({less: 1, more: -1} for less, more in steps)

    def _matrix(self, rows: Iterable[Mapping[tuple[int, Key], int]]) -> np.ndarray:
        lines = list(rows)
        matrix = np.zeros((len(lines), len(self.index)))
        for line, row in zip(matrix, lines, strict=True):
            for place, factor in row.items():
                line[self.index[place]] = factor
        return matrix

    def narrow(self, *terms: tuple[int, int, Key]) -> tuple[float, float]:
        """The true interval of a sum of figures, each given as factor, moment and key."""
        goal = np.zeros(len(self.index))
        for factor, moment, key in terms:
            goal[self.index[moment, key]] += factor
        low, high = (
            sign
            * linprog(
                sign * goal,
                A_ub=self.order,
                b_ub=np.zeros(len(self.order)),
                A_eq=self.equal,
                b_eq=np.zeros(len(self.equal)),
                bounds=self.bounds,
            ).fun
            for sign in (1, -1)
        )
        return low, high


def find_guarded(
    figures: Mapping[Key, int], relations: Relations, moment: int = 0
) -> list[tuple[tuple[int, int, Key], ...]]:
    """Small groups, and small groups that stopped between two stages, as an attacker would ask for them."""
    small = [
        ((1, moment, key),)
        for key in find_sensitive(figures, relations, THRESHOLD)
        if figures[key] < THRESHOLD
    ]
    stopped = [
        ((1, moment, before), (-1, moment, after))
        for each in relations.chains
        for before, after in pairwise(each)
        if 0 < figures[before] - figures[after] < THRESHOLD
    ]
    return small + stopped


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    states=st.integers(2, 7),
    stages=st.integers(2, 5),
    n=st.integers(0, 300),
)
def test_protect_funnel_no_sensitive_figure_can_be_worked_out(
    seed: int, states: int, stages: int, n: int
) -> None:
    figures, relations = funnel(people(seed, states, n), states, stages)

    hidden = protect(figures, relations)

    attacker = Attacker([{key: figures[key] for key in figures if key not in hidden}], relations)
    for terms in find_guarded(figures, relations):
        low, high = attacker.narrow(*terms)
        assert high - low >= 3, f"{terms} lies between {low} and {high}"


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    states=st.integers(2, 6),
    stages=st.integers(2, 4),
    n=st.integers(0, 300),
)
def test_releases_in_a_row_no_sensitive_figure_and_no_small_change_can_be_worked_out(
    seed: int, states: int, stages: int, n: int
) -> None:
    crowd = people(seed, states, n, releases=3)
    shown: dict[Key, int] = {}
    concealed: frozenset[Key] = frozenset()
    series, guarded = [], []
    for moment in range(3):
        figures, relations = funnel(crowd, states, stages, moment)
        hidden = protect(figures, relations, before=shown, concealed=concealed)
        kept = protect_changes(figures, shown, relations, hidden=hidden, concealed=concealed)
        fresh = {key: value for key, value in figures.items() if key not in hidden | kept}
        guarded += find_guarded(figures, relations, moment)
        guarded += [
            ((1, moment, key),) for key, value in shown.items() if 0 < figures[key] - value < THRESHOLD
        ]
        series.append(fresh)
        shown |= fresh
        concealed = frozenset(figures.keys() - shown.keys()) | hidden

    attacker = Attacker(series, relations)
    for terms in guarded:
        low, high = attacker.narrow(*terms)
        assert high - low >= 1, f"{terms} lies between {low} and {high}"


def test_attack_without_secondary_hiding_succeeds() -> None:
    """The control: the attacker of the tests above is able to work a figure out."""
    figures, relations = totalled(3, 30, 40)
    small = Key("state", "r0", "x")
    del figures[small]

    assert Attacker([figures], relations).narrow((1, 0, small)) == (3, 3)
