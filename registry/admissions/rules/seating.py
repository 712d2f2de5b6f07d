"""Who gets the seats of a selection run: by order within the pools, then moved as little as floors need. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.admissions.rules.shares import count_needed
from registry.catalogue.models import GENERAL


class Seat(StrEnum):
    """Whose seat somebody gets."""

    OWN = "own"
    GENERAL = "general"


@dataclass(frozen=True)
class _Kind:
    """What floors tell people apart by."""

    is_woman: bool
    is_rural: bool


KINDS = tuple(_Kind(is_woman, is_rural) for is_woman in (True, False) for is_rural in (True, False))


class _Line:
    """The people of one pool and one kind, by place in the order. Those with seats are always the first."""

    def __init__(self, pool: str, kind: _Kind) -> None:
        self.pool = pool
        self.kind = kind
        self.places: list[int] = []
        self.seated = 0

    @property
    def last_seated(self) -> int | None:
        return self.places[self.seated - 1] if self.seated else None

    @property
    def first_waiting(self) -> int | None:
        return self.places[self.seated] if self.seated < len(self.places) else None


@dataclass(frozen=True)
class _Move:
    """A seat goes from the last of one line to the first waiting one of another."""

    gives: _Line
    gets: _Line
    cost: int
    """By how many places the order is passed; below zero it is restored."""


class Seating:
    """Candidates, best first, as (member state, is a woman, is rural), and the free seats by pool.

    Everybody of a state with a pool competes for its seats; general seats serve states without one, and
    where they serve all, those whose own pool is full. People without a pool of their own form one line.
    """

    def __init__(
        self,
        candidates: Sequence[tuple[str, bool, bool]],
        seats: Mapping[str, int],
        *,
        general_serves_all: bool,
    ) -> None:
        self._candidates = candidates
        self._seats = {state: free for state, free in seats.items() if state != GENERAL}
        self._general = seats.get(GENERAL, 0)
        self._serves_all = general_serves_all and GENERAL in seats
        self._lines: dict[tuple[str, _Kind], _Line] = {}
        self._by_place: list[_Line] = []
        self._women = self._rural = 0
        for place, (state, is_woman, is_rural) in enumerate(candidates):
            pool, kind = self._pool_of(state), _Kind(is_woman, is_rural)
            line = self._lines.setdefault((pool, kind), _Line(pool, kind))
            line.places.append(place)
            self._by_place.append(line)
        self._fill()

    def _pool_of(self, state: str) -> str:
        return state if state in self._seats else GENERAL

    def is_general(self, state: str) -> bool:
        """Whether the general seats serve the state's people."""
        return self._serves_all or state not in self._seats

    def _fill(self) -> None:
        """In order: the own pool first, then the general seats."""
        self._in_pool = dict.fromkeys((*self._seats, GENERAL), 0)
        left = self._general
        for line in self._by_place:
            if self._in_pool[line.pool] < self._seats.get(line.pool, 0):
                pass
            elif left and self.is_general(line.pool):
                left -= 1
            else:
                continue
            self._seat(line, 1)
        self._count = sum(self._in_pool.values())

    def _seat(self, line: _Line, change: int) -> None:
        line.seated += change
        self._in_pool[line.pool] += change
        self._women += change * line.kind.is_woman
        self._rural += change * line.kind.is_rural

    # -- Floors

    def raise_shares(self, women: int, rural: int) -> None:
        """Give seats to women and to rural people until both shares (percent) are met, or cannot be."""
        self._women_wanted = count_needed(self._count, women)
        self._rural_wanted = count_needed(self._count, rural)
        while self._missing() and (moves := self._find_raising()):
            for move in moves:
                self._apply(move)
        while (restoring := self._find_restoring()) is not None:
            self._apply(restoring)

    def _missing(self, move: _Move | None = None) -> int:
        """How many seats the floors lack, after the move if one is given."""
        women, rural = self._women, self._rural
        if move is not None:
            women += move.gets.kind.is_woman - move.gives.kind.is_woman
            rural += move.gets.kind.is_rural - move.gives.kind.is_rural
        return max(0, self._women_wanted - women) + max(0, self._rural_wanted - rural)

    def _find_raising(self) -> list[_Move]:
        """The cheapest move that helps; where none does alone, two of which the second does."""
        missing = self._missing()
        helping = [(self._missing(move), move.cost, move) for move in self._list_moves()]
        helping = [each for each in helping if each[0] < missing]
        if helping:
            return [min(helping, key=lambda each: each[:2])[2]]
        pairs = []
        for first in list(self._list_moves()):
            if self._missing(first) != missing:
                continue
            self._apply(first)
            pairs += [
                (first.cost + second.cost, first, second)
                for second in self._list_moves()
                if self._missing(second) < missing
            ]
            self._apply(_Move(first.gets, first.gives, -first.cost))
        return list(min(pairs, key=lambda pair: pair[0])[1:]) if pairs else []

    def _find_restoring(self) -> _Move | None:
        """The move that restores the order most, among those that the floors allow."""
        missing = self._missing()
        moves = [move for move in self._list_moves() if move.cost < 0 and self._missing(move) <= missing]
        return min(moves, key=lambda move: move.cost, default=None)

    def _list_moves(self) -> Iterator[_Move]:
        """Within each pool, and among all who sit on general seats or could."""
        for pool in self._seats:
            lines = [line for kind in KINDS if (line := self._lines.get((pool, kind)))]
            yield from _pair(lines, lines)
        givers, getters = [], []
        for kind in KINDS:
            lines = [line for line in self._lines.values() if line.kind == kind]
            givers += _extreme(
                [line for line in lines if self._in_pool[line.pool] > self._seats.get(line.pool, 0)],
                seated=True,
            )
            getters += _extreme([line for line in lines if self.is_general(line.pool)], seated=False)
        yield from _pair(givers, getters)

    def _apply(self, move: _Move) -> None:
        self._seat(move.gives, -1)
        self._seat(move.gets, 1)

    # -- What came out

    def assign(self) -> list[Seat | None]:
        """Whose seat each candidate gets; the best of a state sit on the state's own seats."""
        seated = {place for line in self._lines.values() for place in line.places[: line.seated]}
        own_left = dict(self._seats)
        seats: list[Seat | None] = []
        for place, line in enumerate(self._by_place):
            if place not in seated:
                seats.append(None)
            elif own_left.get(line.pool, 0):
                own_left[line.pool] -= 1
                seats.append(Seat.OWN)
            else:
                seats.append(Seat.GENERAL)
        self._remember(seats)
        return seats

    def _remember(self, seats: Sequence[Seat | None]) -> None:
        """The last place that got a seat, and the first that did not, by contest."""
        self._last: dict[tuple[str, Seat], int] = {}
        self._first: dict[tuple[str, Seat], int] = {}
        for place, (line, seat) in enumerate(zip(self._by_place, seats, strict=True)):
            if seat is not None:
                self._last[self._contest(line, seat)] = place
                continue
            for contest in self._contests(line):
                self._first.setdefault(contest, place)

    def _contest(self, line: _Line, seat: Seat) -> tuple[str, Seat]:
        return (line.pool, seat) if seat is Seat.OWN else (GENERAL, seat)

    def _contests(self, line: _Line) -> list[tuple[str, Seat]]:
        own = [(line.pool, Seat.OWN)] if line.pool in self._seats else []
        return own + ([(GENERAL, Seat.GENERAL)] if self.is_general(line.pool) else [])

    def is_passed(self, place: int) -> bool:
        """Whether somebody ranked lower got a seat that this person could have had; after `assign`."""
        return any(self._last.get(contest, -1) > place for contest in self._contests(self._by_place[place]))

    def passes_somebody(self, place: int, seat: Seat) -> bool:
        """Whether this person got a seat that somebody ranked higher could have had; after `assign`."""
        contest = self._contest(self._by_place[place], seat)
        return self._first.get(contest, len(self._by_place)) < place


def _extreme(lines: Sequence[_Line], *, seated: bool) -> list[_Line]:
    """Of several lines the one whose last seated sits lowest, or whose first waiting stands highest."""
    if seated:
        full = [line for line in lines if line.last_seated is not None]
        return [max(full, key=lambda line: line.last_seated or 0)] if full else []
    open_ = [line for line in lines if line.first_waiting is not None]
    return [min(open_, key=lambda line: line.first_waiting or 0)] if open_ else []


def _pair(givers: Sequence[_Line], getters: Sequence[_Line]) -> Iterator[_Move]:
    for gives in givers:
        for gets in getters:
            last, first = gives.last_seated, gets.first_waiting
            if gives is not gets and last is not None and first is not None:
                yield _Move(gives, gets, first - last)
