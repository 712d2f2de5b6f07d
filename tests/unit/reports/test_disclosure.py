"""What a release hides, checked by hand-made tables and by an attacker who solves linear programmes."""

import random
from collections.abc import Mapping
from itertools import pairwise

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

    kept = protect_changes(new, old, relations, unknown=frozenset())

    assert Key("state", "r0", "x") in kept, "two more people would be told"
    assert len(kept) > 1, "one kept figure alone follows from total and rest"


def test_protect_changes_large_moves_are_shown() -> None:
    old, relations = totalled(20, 30)
    new, _ = totalled(26, 30)

    assert protect_changes(new, old, relations, unknown=frozenset()) == frozenset()


def funnel(seed: int, states: int, stages: int, people: int) -> tuple[dict[Key, int], Relations]:
    """A made-up funnel by state and sex with skewed states."""
    rng = random.Random(seed)
    records = []
    for _ in range(people):
        reached = 0
        while reached < stages - 1 and rng.random() < 0.75:
            reached += 1
        state = f"r{min(int(rng.expovariate(0.6)), states - 1)}"
        records.append((state, "x" if rng.random() < 0.1 else rng.choice("fm"), reached))
    rows = {"all": ["all"], "state": [f"r{number}" for number in range(states)], "sex": ["f", "m", "x"]}
    figures = {}
    for table, names in rows.items():
        for name in names:
            for stage in range(stages):
                figures[Key(table, name, str(stage))] = sum(
                    reached >= stage and (table == "all" or name in (state, sex))
                    for state, sex, reached in records
                )
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


def attack(
    figures: Mapping[Key, int],
    relations: Relations,
    hidden: frozenset[Key],
    key: Key,
    less: Key | None = None,
) -> tuple[float, float]:
    """The true interval of a figure (less another one), for somebody who knows everything shown."""
    index = {each: number for number, each in enumerate(figures)}
    equal = np.zeros((len(relations.sums), len(index)))
    for number, each in enumerate(relations.sums):
        equal[number, index[each.total]] = 1
        equal[number, [index[part] for part in each.parts]] = -1
    steps = [(before, after) for each in relations.chains for before, after in pairwise(each)]
    order = np.zeros((len(steps), len(index)))
    for number, (before, after) in enumerate(steps):
        order[number, index[after]], order[number, index[before]] = 1, -1
    bounds = [(0, 10_000) if each in hidden else (value, value) for each, value in figures.items()]
    ends = []
    for sign in (1, -1):
        goal = np.zeros(len(index))
        goal[index[key]] = sign
        if less is not None:
            goal[index[less]] = -sign
        solution = linprog(
            goal,
            A_ub=order,
            b_ub=np.zeros(len(steps)),
            A_eq=equal,
            b_eq=np.zeros(len(relations.sums)),
            bounds=bounds,
        )
        ends.append(sign * solution.fun)
    return ends[0], ends[1]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    states=st.integers(2, 7),
    stages=st.integers(2, 5),
    people=st.integers(0, 300),
)
def test_protect_funnel_no_sensitive_figure_can_be_worked_out(
    seed: int, states: int, stages: int, people: int
) -> None:
    figures, relations = funnel(seed, states, stages, people)

    hidden = protect(figures, relations)

    small = [(key, None) for key in find_sensitive(figures, relations, THRESHOLD) if figures[key] < THRESHOLD]
    stopped = [
        (before, after)
        for each in relations.chains
        for before, after in pairwise(each)
        if 0 < figures[before] - figures[after] < THRESHOLD
    ]
    for key, less in small + stopped:
        low, high = attack(figures, relations, hidden, key, less)
        assert high - low >= 3, f"{key} less {less} lies between {low} and {high}"


def test_attack_without_secondary_hiding_succeeds() -> None:
    """The control: the attacker of the test above is able to work a figure out."""
    figures, relations = totalled(3, 30, 40)

    assert attack(figures, relations, frozenset({Key("state", "r0", "x")}), Key("state", "r0", "x")) == (3, 3)
