"""Who shall read which application: a fair share for each, by a fixed rule. Pure and deterministic."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SLACK = 1
"""By how much a reviewer's load may lie above the lowest for the sake of language and state."""


@dataclass(frozen=True)
class ReviewerShare:
    """A reviewer of the cohort, and what they have already."""

    user_id: int
    load: int = 0
    """Applications of the cohort that are assigned to them."""
    languages: frozenset[str] = frozenset()
    member_states: frozenset[str] | None = None
    """Member states whose applications they may review; None for all."""
    states: tuple[tuple[str, int], ...] = ()
    """Member state -> how many of the load come from there."""


@dataclass(frozen=True)
class Unread:
    """An application that needs reviewers."""

    application_id: int
    member_state: str
    language: str
    readers: frozenset[int] = frozenset()
    """Reviewers it is assigned to already."""
    excluded: frozenset[int] = frozenset()
    """Reviewers with a conflict of interest."""


def can_take(reviewer: ReviewerShare, application: Unread) -> bool:
    """Whether the application may be assigned to the reviewer."""
    return reviewer.user_id not in application.readers | application.excluded and (
        reviewer.member_states is None or application.member_state in reviewer.member_states
    )


def distribute(
    applications: Iterable[Unread], reviewers: Iterable[ReviewerShare], *, per_application: int
) -> list[tuple[int, int]]:
    """New pairs of application and reviewer, so that each application has `per_application` readers.

    Applications that few may read come first. Each goes to a reviewer whose load is at most SLACK above the
    lowest of those who may take it; among them to one who reads its language, then to the one with the fewest
    from its state, then to the one with the lowest load. An application keeps fewer readers where nobody is left.
    The order of the arguments does not matter.
    """
    crew = sorted(reviewers, key=lambda each: each.user_id)
    loads = {each.user_id: each.load for each in crew}
    from_state = {each.user_id: Counter(dict(each.states)) for each in crew}
    able = {
        each: [reviewer for reviewer in crew if can_take(reviewer, each)]
        for each in sorted(applications, key=lambda each: each.application_id)
    }
    pairs = []
    for application in sorted(able, key=lambda each: (len(able[each]), each.application_id)):
        left = list(able[application])
        for _ in range(per_application - len(application.readers)):
            if not left:
                break
            lowest = min(loads[each.user_id] for each in left)
            chosen = min(
                (each for each in left if loads[each.user_id] <= lowest + SLACK),
                key=lambda each: (
                    application.language not in each.languages,
                    from_state[each.user_id][application.member_state],
                    loads[each.user_id],
                    each.user_id,
                ),
            )
            left.remove(chosen)
            loads[chosen.user_id] += 1
            from_state[chosen.user_id][application.member_state] += 1
            pairs.append((application.application_id, chosen.user_id))
    return sorted(pairs)
