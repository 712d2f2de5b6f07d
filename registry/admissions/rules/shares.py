"""Minimum shares of women and of people from villages among those who hold a place. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shares:
    """What is promised, in percent; 0 for nothing."""

    women: int = 0
    rural: int = 0

    def __bool__(self) -> bool:
        return bool(self.women or self.rural)


@dataclass(frozen=True)
class Held:
    """Who holds a place: an offer that can be answered, or one that was accepted and is not given up."""

    people: int
    women: int
    rural: int


@dataclass(frozen=True)
class Missing:
    """Which shares would be missed by giving the next place to somebody who does not count for them."""

    women: bool
    rural: bool

    def __bool__(self) -> bool:
        return self.women or self.rural


def count_needed(people: int, share: int) -> int:
    """How many of so many people make up the share, rounded up to whole people."""
    return -(-people * share // 100)


def find_missing(shares: Shares, held: Held) -> Missing:
    """What the next place has to be given for."""
    people = held.people + 1
    return Missing(
        women=held.women < count_needed(people, shares.women),
        rural=held.rural < count_needed(people, shares.rural),
    )
