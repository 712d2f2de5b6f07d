"""The release: everything that is staged is announced with one instant, in the background where it is much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor, Grant
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, Decision, ReleaseResult
from registry.admissions.errors import NoPlaces, NoPool
from registry.admissions.models import DecisionRelease, StagedDecision
from registry.admissions.operations import notices, offers
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import decisions as queries
from registry.admissions.queries import seats as seat_queries
from registry.catalogue.models import Cohort
from registry.core import audit, clock, jobs
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.transaction import transaction

RELEASE_BATCH = 200
"""Decisions released in one transaction: its pools are locked as long as it runs."""

JOB = "admissions:release"


@dataclass(frozen=True)
class ReleasedRow:
    """What the release made of one decision."""

    code: str
    result: ReleaseResult


def start_release(cohort: Cohort, *, actor: Actor) -> DecisionRelease:
    """Begin to announce everything that is staged; the worker does it, in batches.

    One that was begun and has not finished goes on instead, so that pressing twice, or two coordinators at
    once, make one release.
    Errors: NotAllowed; Conflict when nothing is staged.
    """
    release = _open_release(cohort, actor)
    jobs.enqueue(JOB, {"release": release.id})
    return release


def release_decisions(cohort: Cohort, *, actor: Actor) -> list[ReleasedRow]:
    """Announce everything that is staged, here and now. What finds no seat stays staged.

    Works through transactions of its own.
    Errors: NotAllowed; Conflict when nothing is staged.
    """
    with transaction():
        release = _open_release(cohort, actor)
    return run_release(release.id)


def _open_release(cohort: Cohort, actor: Actor) -> DecisionRelease:
    policy.require(actor, Permission.DECISION_RELEASE, cohort)
    # Two who press at once stand in line here.
    seat_queries.lock_total(cohort)
    if (unfinished := queries.find_unfinished_release(cohort)) is not None:
        return unfinished
    now = clock.now()
    total = len(queries.list_staged_ids(cohort, until=now))
    if not total:
        raise Conflict(_l("Nothing is staged. Somebody may have released the decisions a moment ago."))
    release = DecisionRelease(
        cohort_id=cohort.id,
        released_at=now,
        started_by=actor.user_id,
        started_label=actor.label,
        total=total,
    )
    db.session.add(release)
    audit.record(cohort, "admissions:decision:release", actor, about={"decisions": [None, total]})
    db.session.flush()
    return release


@jobs.handler(JOB)
def run_release_job(payload: dict[str, Any]) -> None:
    """What the worker runs."""
    run_release(payload["release"])


def run_release(release_id: int) -> list[ReleasedRow]:
    """Announce what the release has not dealt with yet; safe to run again, and by several at once.

    Each batch is a transaction: after a crash the next run goes on with the first batch that was not stored,
    and nobody is told twice. Shape: what this run made of the decisions it met.
    """
    with transaction():
        release = queries.get_release(release_id)
        if release.finished_at is not None:
            return []
        cohort = db.session.get_one(Cohort, release.cohort_id)
        staged_ids = queries.list_staged_ids(cohort, until=release.released_at)
    rows: list[ReleasedRow] = []
    for start in range(0, len(staged_ids), RELEASE_BATCH):
        with transaction():
            rows += _release_batch(cohort, release_id, staged_ids[start : start + RELEASE_BATCH])
    _tell_not_endorsed(cohort)
    with transaction():
        release = queries.get_release(release_id)
        if release.finished_at is None:
            release.finished_at = clock.now()
    return rows


def _release_batch(cohort: Cohort, release_id: int, staged_ids: Sequence[int]) -> list[ReleasedRow]:
    seat_queries.lock_pools(cohort)
    seat_queries.lock_total(cohort)
    release = queries.get_release(release_id)
    actor = _in_the_name_of(release)
    rows = []
    for staged in queries.list_releasable(staged_ids):
        application = staged.application
        try:
            result = _release(staged, actor)
        except NoPlaces:
            result = ReleaseResult.TOO_LATE
        except NoPool:
            result = ReleaseResult.NO_SEAT
        staged.result = result.value
        if result not in {ReleaseResult.NO_SEAT, ReleaseResult.TOO_LATE}:
            staged.released_at = release.released_at
        rows.append(ReleasedRow(application.code, result))
    release.done = min(release.total, release.done + len(rows))
    return rows


def _in_the_name_of(release: DecisionRelease) -> Actor:
    """Whoever pressed was allowed to then; a grant that ended since does not leave half a release behind."""
    return Actor(release.started_label, user_id=release.started_by, grants=(Grant(Role.SYSTEM),))


def _release(staged: StagedDecision, actor: Actor) -> ReleaseResult:
    application = staged.application
    if staged.decision is Decision.REJECT:
        take_step(application, "reject", actor=actor, about={"rejection": str(staged.rejection)})
        notices.tell_rejected(application, staged)
        return ReleaseResult.REJECTED
    if staged.decision is Decision.OFFER:
        offer = offers.make_offer(application, action="offer", actor=actor)
        return ReleaseResult.OFFERED if offer else ReleaseResult.NO_SEAT
    offers.join_waiting_list(application, action="waitlist", actor=actor, rank=_rank_on_list(staged))
    is_promoted = application.status is ApplicationStatus.OFFERED
    return ReleaseResult.PROMOTED if is_promoted else ReleaseResult.WAITLISTED


def _rank_on_list(staged: StagedDecision) -> int:
    """The coordinator's rank; without one the order of submission, after all who have one."""
    if staged.rank is not None:
        return staged.rank
    submitted_at = staged.application.submitted_at
    return int(submitted_at.timestamp() * 1_000_000) if submitted_at else 0


def _tell_not_endorsed(cohort: Cohort) -> None:
    """What the focal points declined is announced with the first release, and only then."""
    if queries.find_last_release(cohort) is None:
        return
    ids = queries.list_not_endorsed_ids(cohort)
    for start in range(0, len(ids), RELEASE_BATCH):
        with transaction():
            for application in queries.list_applications_by_id(ids[start : start + RELEASE_BATCH]):
                notices.tell_not_endorsed(application)
