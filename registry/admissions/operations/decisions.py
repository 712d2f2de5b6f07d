"""What coordinators decide: staged in private, released to all at one moment."""

from dataclasses import dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason
from registry.admissions.models import Application, StagedDecision
from registry.admissions.operations import notices, offers
from registry.admissions.operations.guardians import send_request
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import decisions as queries
from registry.admissions.queries import seats as seat_queries
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.corrections import needs_guardian
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, StaleWrite
from registry.core.i18n import _l


@dataclass(frozen=True)
class DecisionInput:
    """What a coordinator enters. `version` is that of the decision shown, None where none was."""

    decision: Decision
    rejection: RejectionReason | None = None
    note: str = ""
    rank: int | None = None


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
    staged = write_staged(application, given, staged, actor=actor)
    db.session.flush()
    return staged


def write_staged(
    application: Application,
    given: DecisionInput,
    staged: StagedDecision | None,
    *,
    actor: Actor,
    run_id: int | None = None,
) -> StagedDecision:
    """Write the decision over `staged`, or anew; `run_id` is the selection run's that decided so.

    The caller has authorised it and knows that the application is in review.
    """
    if staged is None:
        staged = StagedDecision(application=application, cohort_id=application.cohort_id)
        db.session.add(staged)
    for name, value in note_staged(application, given, actor=actor, run_id=run_id).items():
        setattr(staged, name, value)
    return staged


def note_staged(
    application: Application, given: DecisionInput, *, actor: Actor, run_id: int | None = None
) -> dict[str, Any]:
    """Write down that the decision is staged. Shape: what its row says, for the caller to write."""
    audit.record(
        application, "admissions:decision:stage", actor, about={"decision": [None, given.decision.value]}
    )
    return {
        "decision": given.decision,
        "rejection": given.rejection if given.decision is Decision.REJECT else None,
        "note": given.note.strip() if given.decision is Decision.REJECT else "",
        "rank": given.rank if given.decision is Decision.WAITLIST else None,
        "run_id": run_id,
        "staged_by": actor.user_id,
        "staged_at": clock.now(),
        "result": "",
    }


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
    drop_staged(staged, application, actor=actor)
    db.session.flush()


def start_review(application: Application, *, actor: Actor) -> None:
    """Begin the review. Errors: NotAllowed, IllegalTransition."""
    take_step(application, "start_review", actor=actor)


def override_ineligible(application: Application, *, reason: str, actor: Actor) -> None:
    """Let an application go on although a rule failed; a minor's guardian is asked first.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason").
    """
    journey = get_journey(application)
    if needs_guardian(journey):
        take_step(application, "override_to_guardian", actor=actor, reason=reason)
        send_request(application, journey.guardianship)
        notices.tell_admitted(application)
        return
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


def unstage_all(cohort: Cohort, *, actor: Actor) -> int:
    """Take back everything that is staged and not released. How many decisions that were.

    Errors: NotAllowed; Conflict when nothing is staged, or a release is under way.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    seat_queries.lock_total(cohort)
    if queries.find_unfinished_release(cohort) is not None:
        raise Conflict(_l("A release is under way. Wait until it has finished."))
    staged = queries.list_all_staged(cohort)
    if not staged:
        raise Conflict(_l("Nothing is staged."))
    for each in staged:
        drop_staged(each, each.application, actor=actor)
    db.session.flush()
    return len(staged)


def drop_staged(staged: StagedDecision, application: Application, *, actor: Actor) -> None:
    """Write down that the decision is taken back, and forget it. The caller has authorised it."""
    audit.record(
        application, "admissions:decision:unstage", actor, about={"decision": [staged.decision.value, None]}
    )
    db.session.delete(staged)
