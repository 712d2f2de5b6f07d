"""What coordinators decide: staged in private, released to all at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason, ReleaseResult
from registry.admissions.errors import NoPlaces, NoPool
from registry.admissions.models import Application, StagedDecision
from registry.admissions.operations import notices, offers
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import decisions as queries
from registry.admissions.queries import seats as seat_queries
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, StaleWrite
from registry.core.i18n import _l
from registry.core.transaction import transaction

RELEASE_BATCH = 200
"""Decisions released in one transaction: its pools are locked as long as it runs."""


@dataclass(frozen=True)
class DecisionInput:
    """What a coordinator enters. `version` is that of the decision shown, None where none was."""

    decision: Decision
    rejection: RejectionReason | None = None
    note: str = ""
    rank: int | None = None


@dataclass(frozen=True)
class ReleasedRow:
    """What the release made of one decision."""

    code: str
    result: ReleaseResult


def stage_decision(
    application: Application, given: DecisionInput, *, actor: Actor, version: int | None = None
) -> StagedDecision:
    """Note a decision in private; a review that has not begun begins with it. Replaces what was staged.

    Errors: NotAllowed, IllegalTransition, InvalidInput("rejection", "note"), StaleWrite when `version` is not
            that of the staged decision.
    """
    policy.require(actor, Permission.DECISION_STAGE, application)
    if given.decision is Decision.REJECT and given.rejection is None:
        raise InvalidInput(_l("Choose the reason that the applicant will read."), field="rejection")
    if given.rejection is RejectionReason.OTHER and not given.note.strip():
        raise InvalidInput(_l("Write down the reason: the applicant will read it."), field="note")
    if application.status is ApplicationStatus.SUBMITTED:
        take_step(application, "start_review", actor=actor)
    if application.status is not ApplicationStatus.UNDER_REVIEW:
        raise IllegalTransition(_l("Only applications in review can be decided."))
    staged = seat_queries.find_unreleased_decision(application)
    if version is not None and version != (staged.version if staged else 0):
        raise StaleWrite(_describe_changes(staged, given))
    if staged is None:
        staged = StagedDecision(application=application, cohort_id=application.cohort_id)
        db.session.add(staged)
    staged.decision = given.decision
    staged.rejection = given.rejection if given.decision is Decision.REJECT else None
    staged.note = given.note.strip() if given.decision is Decision.REJECT else ""
    staged.rank = given.rank if given.decision is Decision.WAITLIST else None
    staged.staged_by = actor.user_id
    staged.staged_at = clock.now()
    staged.result = ""
    audit.record(
        application, "admissions:decision:stage", actor, about={"decision": [None, given.decision.value]}
    )
    db.session.flush()
    return staged


def _describe_changes(
    staged: StagedDecision | None, given: DecisionInput
) -> dict[str, tuple[object, object]]:
    now = staged.decision.label if staged else _l("nothing staged")
    return {"decision": (given.decision.label, now)}


def unstage_decision(application: Application, *, actor: Actor) -> None:
    """Take a staged decision back.

    Errors: NotAllowed, Conflict when nothing is staged.
    """
    policy.require(actor, Permission.DECISION_STAGE, application)
    staged = seat_queries.find_unreleased_decision(application)
    if staged is None:
        raise Conflict(_l("Nothing is staged for this application."))
    audit.record(
        application, "admissions:decision:unstage", actor, about={"decision": [staged.decision.value, None]}
    )
    db.session.delete(staged)
    db.session.flush()


def start_review(application: Application, *, actor: Actor) -> None:
    """Begin the review. Errors: NotAllowed, IllegalTransition."""
    take_step(application, "start_review", actor=actor)


def override_ineligible(application: Application, *, reason: str, actor: Actor) -> None:
    """Let an application go on although a rule failed.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason").
    """
    take_step(application, "override", actor=actor, reason=reason)
    if offers.place_first_come(application) is None:
        notices.tell_admitted(application)


def close_application(application: Application, *, reason: str, actor: Actor) -> None:
    """End an open application; what it held goes to the next. The applicant reads the reason.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason").
    """
    take_step(application, "close", actor=actor, reason=reason)
    application.closing_reason = reason.strip()
    offers.free_held(application)
    notices.tell_closed(application)


def release_decisions(cohort: Cohort, *, actor: Actor) -> list[ReleasedRow]:
    """Announce everything that is staged, with one instant for all.

    Works through transactions of its own, `RELEASE_BATCH` decisions each: a release that was interrupted is
    finished by pressing again, and of two at once each decision is released by one. What finds no seat stays
    staged.
    Errors: NotAllowed.
    """
    policy.require(actor, Permission.DECISION_RELEASE, cohort)
    released_at = clock.now()
    rows: list[ReleasedRow] = []
    with transaction():
        staged_ids = queries.list_staged_ids(cohort)
    for start in range(0, len(staged_ids), RELEASE_BATCH):
        with transaction():
            rows += _release_batch(cohort, staged_ids[start : start + RELEASE_BATCH], released_at, actor)
    _tell_not_endorsed(cohort)
    return rows


def _release_batch(
    cohort: Cohort, staged_ids: Sequence[int], released_at: datetime, actor: Actor
) -> list[ReleasedRow]:
    seat_queries.lock_pools(cohort)
    seat_queries.lock_total(cohort)
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
            staged.released_at = released_at
        rows.append(ReleasedRow(application.code, result))
    return rows


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
