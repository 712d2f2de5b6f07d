"""What focal points may say of their state's applicants, and until when. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Nomination
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import Cohort
from registry.catalogue.rules import manages
from registry.core.i18n import _l

HIGHEST_RANK = 100_000
RANKED_STATUSES = frozenset({S.SUBMITTED, S.RETURNED, S.UNDER_REVIEW})
"""While nothing is decided, the state may still change the order of its nominees."""

UNDOABLE_STATUSES = frozenset({S.SUBMITTED, S.NOT_ENDORSED})
"""While nobody has begun to review it, the state may take its answer back."""


@dataclass(frozen=True)
class Delegation:
    """What a focal point speaks for: one member state in one cohort."""

    cohort: Cohort
    member_state: str


@policy.rule(Permission.APPLICATION_ENDORSE, on=Delegation)
def _speaks_for(actor: Actor, delegation: Delegation) -> bool:
    return any(
        grant.country == delegation.member_state
        and grant.programme in (None, delegation.cohort.programme.slug)
        for grant in actor.grants_with(Permission.APPLICATION_ENDORSE)
    )


@policy.rule(Permission.APPLICATION_PROCESS, on=Delegation)
def _runs(actor: Actor, delegation: Delegation) -> bool:
    return manages(actor, delegation.cohort.programme.slug, Permission.DECISION_STAGE)


@policy.rule(Permission.INVITATION_EDIT, on=Delegation)
def _invites(actor: Actor, delegation: Delegation) -> bool:
    """The state itself, and whoever runs the cohort."""
    return _speaks_for(actor, delegation) or _runs(actor, delegation)


def why_not_undoing(
    cohort: Cohort, status: S, nomination: Nomination | None, at: datetime, *, is_released: bool
) -> Any:
    """The sentence that says why the state's answer for an application stays, or None."""
    if nomination is None:
        return _l("The state has not answered for this application.")
    if cohort.nomination is NominationMode.NOMINATE_THEN_APPLY:
        return _l("The invitation was the endorsement, and this person has applied with it.")
    if status not in UNDOABLE_STATUSES:
        return _l("The application has moved on, so the answer stays.")
    if is_released:
        return _l("Decisions are announced, so the answer stays.")
    if cohort.endorse_by_at is not None and at >= cohort.endorse_by_at:
        return _l("The date to endorse has passed, so the answer stays.")
    return None


def close_gap(ranks: Sequence[tuple[str, int]], left: int) -> dict[str, int]:
    """Who moves to which rank when rank `left` is given up: each after it takes the place before its own.

    `ranks` are those that may still change (code, rank), in order. What is decided keeps its rank, so the
    places are handed on instead of counted anew.
    """
    after = [(code, rank) for code, rank in ranks if rank > left]
    places = [left, *(rank for _, rank in after)]
    return {code: place for (code, _), place in zip(after, places, strict=False)}


def find_clashes(ranks: Mapping[str, int | None]) -> set[str]:
    """Which of the applications (code -> rank) share their rank with another one."""
    given = Counter(rank for rank in ranks.values() if rank is not None)
    return {code for code, rank in ranks.items() if rank is not None and given[rank] > 1}
