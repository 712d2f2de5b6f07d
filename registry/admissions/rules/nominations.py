"""What focal points may say of their state's applicants, and until when. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus as S
from registry.catalogue.models import Cohort
from registry.catalogue.rules import manages

HIGHEST_RANK = 100_000
RANKED_STATUSES = frozenset({S.SUBMITTED, S.RETURNED, S.UNDER_REVIEW})
"""While nothing is decided, the state may still change the order of its nominees."""


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


def find_clashes(ranks: Mapping[str, int | None]) -> set[str]:
    """Which of the applications (code -> rank) share their rank with another one."""
    given = Counter(rank for rank in ranks.values() if rank is not None)
    return {code for code, rank in ranks.items() if rank is not None and given[rank] > 1}
