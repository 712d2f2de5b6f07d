"""A selection run: candidates, seats and floors in, decisions with their reasons out. Pure.

docs/selection.md describes the procedure for those who want to recompute a run by themselves.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.admissions.enums import Decision, SelectionGround, SelectionOrder
from registry.admissions.rules.seating import Seat, Seating
from registry.catalogue.models import GENERAL

G = SelectionGround


@dataclass(frozen=True)
class Candidate:
    """What a run knows of an application."""

    code: str
    member_state: str
    submitted_at: datetime
    score: float | None = None
    rank: int | None = None
    """The focal point's, 1 for the best."""
    is_woman: bool = False
    is_rural: bool = False


@dataclass(frozen=True)
class SelectionSettings:
    """What the coordinator chooses. Shares are percent of the offers, 0 for no floor."""

    order: SelectionOrder
    women_share: int = 0
    rural_share: int = 0
    longest_list: int | None = None
    """People on the waiting list of each pool at most; the others are refused. None: no limit."""


@dataclass(frozen=True)
class SelectionInputs:
    """Everything a run depends on."""

    settings: SelectionSettings
    candidates: Sequence[Candidate]
    seats: Mapping[str, int]
    """Member state (or GENERAL) -> free seats; a state that is missing has no pool of its own."""
    general_serves_all: bool = False
    seed: str = ""
    """Of the lottery."""

    @property
    def hash(self) -> str:
        """SHA-256 of the inputs in one canonical form."""
        return hashlib.sha256(json.dumps(self._plain(), separators=(",", ":")).encode()).hexdigest()

    def _plain(self) -> list[Any]:
        chosen = self.settings
        return [
            [chosen.order.value, chosen.women_share, chosen.rural_share, chosen.longest_list],
            sorted(self.seats.items()),
            self.general_serves_all,
            self.seed,
            sorted(
                [
                    each.code,
                    each.member_state,
                    each.submitted_at.isoformat(),
                    each.score,
                    each.rank,
                    each.is_woman,
                    each.is_rural,
                ]
                for each in self.candidates
            ),
        ]


@dataclass(frozen=True)
class Outcome:
    """What a run decides about one candidate, and by which numbers. Without a decision it skips them."""

    code: str
    decision: Decision | None
    ground: SelectionGround
    number: int | None = None
    """Place in the order of all."""
    own_rank: int | None = None
    own_of: int | None = None
    """Rank among the candidates of the own state's pool, and how many there are."""
    general_rank: int | None = None
    general_of: int | None = None
    """The same among those whom the general seats serve and whose own state had no seat left for them."""


def draw_number(seed: str, code: str) -> str:
    """The lottery's number of an application: SHA-256 of seed, colon, code; the lowest comes first."""
    return hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()


def decide(inputs: SelectionInputs) -> list[Outcome]:
    """Decide about every candidate: in order, those who are skipped last.

    The same inputs give the same outcomes. There are never more offers than seats. Floors are met where any
    way of filling the same number of seats could meet them; who gets a seat before somebody ranked higher
    gets it for a floor, and both are told.
    """
    skipped = {
        each.code: why for each in inputs.candidates if (why := _why_skipped(each, inputs)) is not None
    }
    key = _order_key(inputs)
    ordered = sorted((each for each in inputs.candidates if each.code not in skipped), key=key)
    seating = Seating(
        [(each.member_state, each.is_woman, each.is_rural) for each in ordered],
        inputs.seats,
        general_serves_all=inputs.general_serves_all,
    )
    seating.raise_shares(inputs.settings.women_share, inputs.settings.rural_share)
    decided = _decide_in_order(ordered, seating, inputs)
    rest = sorted(skipped)
    return decided + [Outcome(code, None, skipped[code]) for code in rest]


def _why_skipped(candidate: Candidate, inputs: SelectionInputs) -> SelectionGround | None:
    if candidate.member_state not in inputs.seats and GENERAL not in inputs.seats:
        return G.NO_POOL
    if inputs.settings.order is SelectionOrder.SCORE and candidate.score is None:
        return G.NO_SCORE
    if inputs.settings.order is SelectionOrder.FOCAL_RANK and candidate.rank is None:
        return G.NO_RANK
    return None


def _order_key(inputs: SelectionInputs) -> Callable[[Candidate], Any]:
    """The best first; equal ones in the order of sending, then by code."""

    def by_score(each: Candidate) -> Any:
        return (-(each.score or 0), each.submitted_at, each.code)

    def by_rank(each: Candidate) -> Any:
        return (each.rank, each.submitted_at, each.code)

    keys: dict[SelectionOrder, Callable[[Candidate], Any]] = {
        SelectionOrder.SCORE: by_score,
        SelectionOrder.FIRST_COME: lambda each: (each.submitted_at, each.code),
        SelectionOrder.LOTTERY: lambda each: (draw_number(inputs.seed, each.code), each.code),
        SelectionOrder.FOCAL_RANK: by_rank,
    }
    return keys[inputs.settings.order]


def _decide_in_order(
    ordered: Sequence[Candidate], seating: Seating, inputs: SelectionInputs
) -> list[Outcome]:
    seats = seating.assign()
    own_ranks, general_ranks = _Ranks(), _Ranks()
    for each, seat in zip(ordered, seats, strict=True):
        if each.member_state in inputs.seats:
            own_ranks.add(each.member_state)
        if seat is not Seat.OWN and seating.is_general(each.member_state):
            general_ranks.add(GENERAL)
    waiting: dict[str, int] = defaultdict(int)
    outcomes = []
    for place, (each, seat) in enumerate(zip(ordered, seats, strict=True)):
        ground = _find_ground(each, place, seat, seats, seating, inputs)
        decision = Decision.OFFER
        if seat is None:
            pool = each.member_state if each.member_state in inputs.seats else GENERAL
            waiting[pool] += 1
            limit = inputs.settings.longest_list
            decision = Decision.WAITLIST if limit is None or waiting[pool] <= limit else Decision.REJECT
        if decision is Decision.REJECT and ground is G.AFTER_SEATS:
            ground = G.AFTER_LIST
        has_own = each.member_state in inputs.seats
        meets_others = seat is not Seat.OWN and seating.is_general(each.member_state)
        outcomes.append(
            Outcome(
                each.code,
                decision,
                ground,
                number=place + 1,
                own_rank=own_ranks.next(each.member_state) if has_own else None,
                own_of=own_ranks.count(each.member_state) if has_own else None,
                general_rank=general_ranks.next(GENERAL) if meets_others else None,
                general_of=general_ranks.count(GENERAL) if meets_others else None,
            )
        )
    return outcomes


def _find_ground(
    candidate: Candidate,
    place: int,
    seat: Seat | None,
    seats: Sequence[Seat | None],
    seating: Seating,
    inputs: SelectionInputs,
) -> SelectionGround:
    if seat is None:
        return G.PASSED if seating.is_passed(place) else G.AFTER_SEATS
    if not seating.passes_somebody(place, seat):
        return G.SEAT
    is_for_women = candidate.is_woman and inputs.settings.women_share
    return G.WOMEN_FLOOR if is_for_women else G.RURAL_FLOOR


class _Ranks:
    """Counts contestants of a pool, then numbers them."""

    def __init__(self) -> None:
        self._of: dict[str, int] = defaultdict(int)
        self._given: dict[str, int] = defaultdict(int)

    def add(self, pool: str) -> None:
        self._of[pool] += 1

    def count(self, pool: str) -> int:
        return self._of[pool]

    def next(self, pool: str) -> int:
        self._given[pool] += 1
        return self._given[pool]


@dataclass(frozen=True)
class PoolSummary:
    """What a run makes of one pool's seats, and of those who compete for them first."""

    pool: str
    seats: int
    candidates: int
    offers: int
    waiting: int
    refused: int


@dataclass(frozen=True)
class Summary:
    """A run in numbers."""

    pools: Sequence[PoolSummary]
    offers: int
    women: int
    rural: int
    """Of those who get an offer."""
    skipped: int


def summarise(inputs: SelectionInputs, outcomes: Sequence[Outcome]) -> Summary:
    """Counts by pool, in the order of the seats given; an offer counts where its seat comes from."""
    candidates = {each.code: each for each in inputs.candidates}
    counts: dict[str, Counter[str]] = {pool: Counter() for pool in inputs.seats}
    women = rural = 0
    for outcome in outcomes:
        if outcome.decision is None:
            continue
        home = candidates[outcome.code].member_state if outcome.own_rank is not None else GENERAL
        counts[home]["candidates"] += 1
        is_offer = outcome.decision is Decision.OFFER
        counts[GENERAL if is_offer and outcome.general_rank is not None else home][outcome.decision] += 1
        women += is_offer and candidates[outcome.code].is_woman
        rural += is_offer and candidates[outcome.code].is_rural
    pools = [
        PoolSummary(
            pool,
            seats,
            counts[pool]["candidates"],
            counts[pool][Decision.OFFER],
            counts[pool][Decision.WAITLIST],
            counts[pool][Decision.REJECT],
        )
        for pool, seats in inputs.seats.items()
    ]
    return Summary(
        pools,
        offers=sum(pool.offers for pool in pools),
        women=women,
        rural=rural,
        skipped=sum(outcome.decision is None for outcome in outcomes),
    )


@dataclass(frozen=True)
class Difference:
    """Somebody whom two runs decide about differently."""

    code: str
    before: Decision | None
    after: Decision | None


def compare(outcomes: Sequence[Outcome], others: Sequence[Outcome]) -> list[Difference]:
    """Who gets another decision by the other run, in its order."""
    before = {outcome.code: outcome.decision for outcome in outcomes}
    return [
        Difference(other.code, before[other.code], other.decision)
        for other in others
        if before[other.code] is not other.decision
    ]
