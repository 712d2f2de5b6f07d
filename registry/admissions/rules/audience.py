"""Whom an audience mail fits. Pure."""

from collections.abc import Collection

from registry.admissions.enums import DRAFT_STATUSES, OPEN_STATUSES, SkipReason
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.rules.wordings import ALWAYS, Wordable

AUDIENCE = Wordable(ALWAYS)
"""What an audience mail may name; nothing must."""


def fitting_statuses(asked: Collection[S], *, is_released: bool) -> frozenset[S]:
    """The statuses a filter means: those it names, else all that have not ended.

    What a focal point declined reads "In review" until the release: it goes with the others, and is never named.
    """
    if asked:
        return frozenset(asked) if is_released else frozenset(asked) - {S.NOT_ENDORSED}
    going_on = (OPEN_STATUSES | {S.ACCEPTED}) - DRAFT_STATUSES
    return going_on if is_released else going_on | {S.NOT_ENDORSED}


def why_unfit(status: S, fitting: Collection[S], *, is_released: bool) -> SkipReason | None:
    """Why the mail is not for an application in this status, when it is planned."""
    if status in fitting:
        return None
    is_untold = status is S.NOT_ENDORSED and not is_released
    return SkipReason.UNTOLD if is_untold else SkipReason.ENDED
