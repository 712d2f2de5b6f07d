"""The selection engine: by hand-counted examples, and against every other way of giving the seats."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.admissions.enums import Decision, SelectionGround, SelectionOrder
from registry.admissions.rules.selection import (
    Candidate,
    Outcome,
    SelectionInputs,
    SelectionSettings,
    decide,
    draw_number,
)
from registry.catalogue.models import GENERAL

START = datetime(2027, 3, 1, tzinfo=UTC)
ORDER = SelectionOrder
OFFER, WAITLIST, REJECT = Decision.OFFER, Decision.WAITLIST, Decision.REJECT
G = SelectionGround


def candidate(text: str, place: int) -> Candidate:
    """From "KZ w r 90": state, w for a woman, r for rural, score; sent one after the other."""
    state, *marks = text.split()
    scores = [float(mark) for mark in marks if mark[0].isdigit()]
    return Candidate(
        code=f"C{place:02}",
        member_state=state,
        submitted_at=START + timedelta(minutes=place),
        score=scores[0] if scores else None,
        is_woman="w" in marks,
        is_rural="r" in marks,
    )


def run(*people: str, seats: dict[str, int], serves_all: bool = False, **chosen) -> dict[str, Outcome]:
    settings = SelectionSettings(chosen.pop("order", ORDER.FIRST_COME), **chosen)
    candidates = [candidate(text, place) for place, text in enumerate(people, 1)]
    outcomes = decide(SelectionInputs(settings, candidates, seats, serves_all, seed="seed"))
    return {outcome.code: outcome for outcome in outcomes}


def offers(outcomes: dict[str, Outcome]) -> list[str]:
    return sorted(code for code, each in outcomes.items() if each.decision is OFFER)


@pytest.mark.parametrize(
    ("people", "seats", "serves_all", "expected"),
    [
        (["KZ", "KZ", "UZ"], {"KZ": 1, GENERAL: 1}, False, ["C01", "C03"]),
        (["KZ", "KZ", "UZ"], {"KZ": 1, GENERAL: 1}, True, ["C01", "C02"]),
        (["KZ", "KZ", "UZ"], {"KZ": 1, GENERAL: 2}, True, ["C01", "C02", "C03"]),
        (["KZ", "UZ"], {"KZ": 5}, False, ["C01"]),
        (["UZ", "UZ"], {GENERAL: 0}, False, []),
        ([], {GENERAL: 3}, False, []),
    ],
    ids=[
        "own pool and general pool",
        "general serves all",
        "room for all",
        "no pool",
        "no seats",
        "nobody",
    ],
)
def test_select_fills_the_own_pool_first_then_the_general_one(people, seats, serves_all, expected) -> None:
    assert offers(run(*people, seats=seats, serves_all=serves_all)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [(ORDER.SCORE, ["C02", "C03"]), (ORDER.FIRST_COME, ["C01", "C02"])],
)
def test_select_orders_as_chosen_and_breaks_ties_by_the_time_of_sending(order, expected) -> None:
    outcomes = run("UZ 70", "UZ 90", "UZ 80", "UZ 80", seats={GENERAL: 2}, order=order)

    assert offers(outcomes) == expected


def test_select_by_lottery_follows_the_published_formula() -> None:
    outcomes = run("UZ", "UZ", "UZ", "UZ", seats={GENERAL: 1}, order=ORDER.LOTTERY)

    drawn = sorted(outcomes, key=lambda code: draw_number("seed", code))
    assert [outcomes[code].number for code in drawn] == [1, 2, 3, 4]
    # printf seed:C01 | sha256sum
    assert draw_number("seed", "C01").startswith("24342cba14b24286")


def test_select_tells_rank_contest_and_ground_of_everybody() -> None:
    outcomes = run(
        *("KZ", "KZ w", "KZ", "UZ", "UZ w", "TJ"),
        seats={"KZ": 1, GENERAL: 1},
        women_share=100,
        longest_list=2,
    )

    told = {
        code: (each.decision, each.ground, each.own_rank, each.own_of, each.general_rank, each.general_of)
        for code, each in outcomes.items()
    }
    assert told == {
        "C01": (WAITLIST, G.PASSED, 1, 3, None, None),
        "C02": (OFFER, G.WOMEN_FLOOR, 2, 3, None, None),
        "C03": (WAITLIST, G.AFTER_SEATS, 3, 3, None, None),
        "C04": (WAITLIST, G.PASSED, None, None, 1, 3),
        "C05": (OFFER, G.WOMEN_FLOOR, None, None, 2, 3),
        "C06": (WAITLIST, G.AFTER_SEATS, None, None, 3, 3),
    }


def test_select_refuses_those_beyond_the_longest_list_of_each_pool() -> None:
    outcomes = run(*["KZ", "UZ"] * 4, seats={"KZ": 1, GENERAL: 1}, longest_list=2)

    assert Counter(each.decision for each in outcomes.values()) == {OFFER: 2, WAITLIST: 4, REJECT: 2}
    assert [code for code, each in outcomes.items() if each.ground is G.AFTER_LIST] == ["C07", "C08"]


@pytest.mark.parametrize(("order", "ground"), [(ORDER.SCORE, G.NO_SCORE), (ORDER.FOCAL_RANK, G.NO_RANK)])
def test_select_skips_whom_the_order_says_nothing_about(order, ground) -> None:
    outcomes = run("UZ", seats={GENERAL: 1}, order=order)

    assert outcomes["C01"] == Outcome("C01", None, ground)


def test_select_meets_both_floors_by_two_moves_where_one_alone_does_not_help() -> None:
    # The one rural person could only replace the woman of the first pool; a second woman waits in the other.
    people = ["KZ w", "UZ", "KZ r", "UZ w"]
    outcomes = run(*people, seats={"KZ": 1, "UZ": 1}, women_share=50, rural_share=50)

    assert offers(outcomes) == ["C03", "C04"]


def test_hash_depends_on_every_input_and_not_on_their_order() -> None:
    people = [candidate("UZ w 90", 1), candidate("KZ r 80", 2)]
    base = SelectionInputs(SelectionSettings(ORDER.SCORE), people, {GENERAL: 1})
    others = [
        SelectionInputs(SelectionSettings(ORDER.FIRST_COME), people, {GENERAL: 1}),
        SelectionInputs(SelectionSettings(ORDER.SCORE, women_share=1), people, {GENERAL: 1}),
        SelectionInputs(SelectionSettings(ORDER.SCORE), people[:1], {GENERAL: 1}),
        SelectionInputs(SelectionSettings(ORDER.SCORE), people, {GENERAL: 2}),
        SelectionInputs(SelectionSettings(ORDER.SCORE), people, {GENERAL: 1}, seed="x"),
        SelectionInputs(SelectionSettings(ORDER.SCORE), people, {GENERAL: 1}, True),
    ]

    assert len({base.hash, *(each.hash for each in others)}) == 7
    assert SelectionInputs(SelectionSettings(ORDER.SCORE), people[::-1], {GENERAL: 1}).hash == base.hash


# -- Any inputs

people = st.lists(
    st.tuples(st.sampled_from(["KZ", "UZ", "TJ", "BY"]), st.booleans(), st.booleans()), max_size=8
)
pools = st.dictionaries(st.sampled_from(["KZ", "UZ", GENERAL]), st.integers(0, 3), min_size=1)
shares = st.sampled_from([0, 20, 50, 70, 100])


def make(people, seats, serves_all, women, rural, longest=None) -> SelectionInputs:
    candidates = [
        Candidate(f"C{place:02}", state, START + timedelta(minutes=place), None, None, is_woman, is_rural)
        for place, (state, is_woman, is_rural) in enumerate(people)
    ]
    return SelectionInputs(
        SelectionSettings(ORDER.FIRST_COME, women, rural, longest), candidates, seats, serves_all
    )


def fits(chosen, inputs: SelectionInputs) -> bool:
    """Whether there is a seat for each of these people at once."""
    by_state = Counter(each.member_state for each in chosen)
    in_general = 0
    for state, n in by_state.items():
        own = inputs.seats.get(state, 0)
        if n > own and state in inputs.seats and not inputs.general_serves_all:
            return False
        in_general += max(0, n - own)
    return in_general <= inputs.seats.get(GENERAL, 0)


def missing(chosen, n: int, inputs: SelectionInputs) -> int:
    women = -(-n * inputs.settings.women_share // 100) - sum(each.is_woman for each in chosen)
    rural = -(-n * inputs.settings.rural_share // 100) - sum(each.is_rural for each in chosen)
    return max(0, women) + max(0, rural)


@settings(max_examples=600, deadline=None)
@given(people, pools, st.booleans(), shares, shares)
def test_select_gives_seats_within_pools_and_meets_floors_as_far_as_possible(
    people, seats, serves_all, women, rural
) -> None:
    inputs = make(people, seats, serves_all, women, rural)
    outcomes = {each.code: each for each in decide(inputs)}
    chosen = [each for each in inputs.candidates if outcomes[each.code].decision is OFFER]

    assert fits(chosen, inputs)
    n = max(
        n
        for n in range(len(people) + 1)
        if any(fits(each, inputs) for each in combinations(inputs.candidates, n))
    )
    assert len(chosen) == n
    best = min(missing(each, n, inputs) for each in combinations(inputs.candidates, n) if fits(each, inputs))
    assert missing(chosen, n, inputs) == best


@settings(max_examples=600, deadline=None)
@given(people, pools, st.booleans(), shares, shares)
def test_select_passes_nobody_but_for_a_floor_and_tells_both(people, seats, serves_all, women, rural) -> None:
    inputs = make(people, seats, serves_all, women, rural)
    outcomes = {each.code: each for each in decide(inputs)}
    chosen = [each for each in inputs.candidates if outcomes[each.code].decision is OFFER]
    waiting = [each for each in inputs.candidates if outcomes[each.code].decision is WAITLIST]

    for better in waiting:
        for other in chosen:
            swapped = [each for each in chosen if each is not other] + [better]
            if better.submitted_at < other.submitted_at and fits(swapped, inputs):
                # In the order of the list the other has no claim to the seat: a floor alone gives it.
                assert missing(swapped, len(chosen), inputs) > missing(chosen, len(chosen), inputs)
    floors = {G.WOMEN_FLOOR, G.RURAL_FLOOR}
    is_passing = any(outcomes[each.code].ground in floors for each in chosen)
    assert is_passing == any(outcomes[each.code].ground is G.PASSED for each in waiting)
    for each in chosen:
        if outcomes[each.code].ground is G.WOMEN_FLOOR:
            assert (each.is_woman, women > 0) == (True, True)
        if outcomes[each.code].ground is G.RURAL_FLOOR:
            assert (each.is_rural, rural > 0) == (True, True)


@settings(max_examples=200, deadline=None)
@given(people, pools, st.booleans(), shares, shares, st.randoms())
def test_select_is_deterministic_whatever_order_the_candidates_come_in(
    people, seats, serves_all, women, rural, random
) -> None:
    inputs = make(people, seats, serves_all, women, rural, longest=1)
    shuffled = list(inputs.candidates)
    random.shuffle(shuffled)

    other = SelectionInputs(inputs.settings, shuffled, seats, serves_all)
    assert decide(other) == decide(inputs)
    assert other.hash == inputs.hash
