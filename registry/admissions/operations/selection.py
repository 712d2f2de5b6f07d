"""Selection runs: many decisions staged at once, by rules that anybody can check afterwards."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason, SelectionOrder
from registry.admissions.models import Application, SelectionEntry, SelectionRun, StagedDecision
from registry.admissions.operations.decisions import DecisionInput, drop_staged, note_staged, write_staged
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import seats as seat_queries
from registry.admissions.queries import selection as queries
from registry.admissions.rules.selection import Candidate, Outcome, SelectionSettings, decide
from registry.catalogue.models import Cohort
from registry.catalogue.operations import touch_catalogue
from registry.core import audit, clock
from registry.core.codes import new_code, new_seed
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l

BATCH = 1_000
"""Candidates written with one statement each for the entries, the new decisions and the audit trail."""


def commit_lottery(cohort: Cohort, *, actor: Actor) -> Cohort:
    """Draw the lottery's seed and bind it: its hash is public at once, the seed when the window has closed.

    Errors: NotAllowed; Conflict when it is bound already, or too late.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    if cohort.lottery_seed:
        raise Conflict(_l("The lottery is prepared already."))
    if clock.now() >= cohort.closes_at:
        raise Conflict(_l("Applications have closed: it is too late to prepare a lottery."))
    cohort.lottery_seed = new_seed()
    audit.record(cohort, "catalogue:cohort:commit_lottery", actor)
    db.session.flush()
    touch_catalogue()
    return cohort


def require_order(cohort: Cohort, settings: SelectionSettings) -> None:
    """Refuse an order that cannot be judged yet.

    Errors: InvalidInput("order").
    """
    if settings.order is not SelectionOrder.LOTTERY:
        return
    if not cohort.lottery_seed:
        raise InvalidInput(
            _l("No lottery was prepared before applications closed. Choose another order."), field="order"
        )
    if clock.now() < cohort.closes_at:
        raise InvalidInput(_l("The lottery can be drawn once applications have closed."), field="order")


def stage_selection(
    cohort: Cohort, settings: SelectionSettings, *, inputs_hash: str | None = None, actor: Actor
) -> SelectionRun:
    """Run the selection and stage what it decides. Replaces what earlier runs staged; hands' work stays.

    `inputs_hash` is that of the preview: a run over other inputs is refused.
    Errors: NotAllowed; InvalidInput("order"); Conflict when the inputs have changed, or nobody gets a decision.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    require_order(cohort, settings)
    # Two runs of a cohort stand in line.
    seat_queries.lock_total(cohort)
    inputs = queries.collect_inputs(cohort, settings)
    if inputs_hash is not None and inputs_hash != inputs.hash:
        raise Conflict(
            _l("Applications or seats have changed since this preview. Check the new one, then stage it.")
        )
    outcomes = decide(inputs)
    if not any(outcome.decision for outcome in outcomes):
        raise Conflict(_l("Nobody gets a decision by this run, so nothing was staged."))
    run = SelectionRun(
        code=new_code(),
        cohort_id=cohort.id,
        order=settings.order,
        women_share=settings.women_share,
        rural_share=settings.rural_share,
        longest_list=settings.longest_list,
        seats=dict(inputs.seats),
        general_serves_all=inputs.general_serves_all,
        seed=inputs.seed,
        inputs_hash=inputs.hash,
        made_by=actor.user_id,
        made_at=clock.now(),
    )
    db.session.add(run)
    audit.record(run, "admissions:selection_run:stage", actor)
    candidates = {each.code: each for each in inputs.candidates}
    staged = queries.map_staged(cohort)
    behind = queries.get_last_rank(cohort)
    placed = list(enumerate(outcomes, 1))
    for start in range(0, len(placed), BATCH):
        batch = placed[start : start + BATCH]
        with audit.written_together():
            _stage_batch(cohort, run, batch, candidates, staged, behind, actor)
    return run


def _stage_batch(
    cohort: Cohort,
    run: SelectionRun,
    batch: list[tuple[int, Outcome]],
    candidates: Mapping[str, Candidate],
    staged: Mapping[int, StagedDecision],
    behind: int,
    actor: Actor,
) -> None:
    applications = queries.list_by_code(cohort, sorted(outcome.code for _place, outcome in batch))
    entries, decisions = [], []
    for place, outcome in batch:
        application = applications[outcome.code]
        entries.append(_enter(run, place, application, candidates[outcome.code], outcome))
        if row := _stage(application, outcome, staged.get(application.id), run, behind, actor):
            decisions.append(row)
    db.session.flush()
    # Otherwise every change between a value and none begins another statement.
    with_nulls = {"render_nulls": True}
    db.session.execute(sa.insert(SelectionEntry), entries, execution_options=with_nulls)
    if decisions:
        db.session.execute(sa.insert(StagedDecision), decisions, execution_options=with_nulls)


def _enter(
    run: SelectionRun, place: int, application: Application, candidate: Candidate, outcome: Outcome
) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "application_id": application.id,
        "place": place,
        "member_state": candidate.member_state,
        "submitted_at": candidate.submitted_at,
        "score": candidate.score,
        "rank": candidate.rank,
        "is_woman": candidate.is_woman,
        "is_rural": candidate.is_rural,
        "decision": outcome.decision,
        "ground": outcome.ground,
        "number": outcome.number,
        "own_rank": outcome.own_rank,
        "own_of": outcome.own_of,
        "general_rank": outcome.general_rank,
        "general_of": outcome.general_of,
    }


def _stage(
    application: Application,
    outcome: Outcome,
    staged: StagedDecision | None,
    run: SelectionRun,
    behind: int,
    actor: Actor,
) -> dict[str, Any] | None:
    """What the row of a new decision says; None where an earlier run's row was written over, or dropped."""
    if outcome.decision is None:
        if staged is not None:
            drop_staged(staged, application, actor=actor)
        return None
    if application.status is ApplicationStatus.SUBMITTED:
        take_step(application, "start_review", actor=actor)
    given = DecisionInput(
        outcome.decision,
        RejectionReason.MORE_THAN_SEATS if outcome.decision is Decision.REJECT else None,
        # Whoever waits already stays in front.
        rank=behind + (outcome.number or 0),
    )
    if staged is not None:
        write_staged(application, given, staged, actor=actor, run_id=run.id)
        return None
    return {
        "application_id": application.id,
        "cohort_id": application.cohort_id,
        **note_staged(application, given, actor=actor, run_id=run.id),
    }


def undo_selection(run: SelectionRun, cohort: Cohort, *, actor: Actor) -> int:
    """Take back what the run staged and nobody has released. How many decisions that were.

    Errors: NotAllowed; Conflict when nothing of it is staged.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    seat_queries.lock_total(cohort)
    staged = queries.list_still_staged(run)
    if not staged:
        raise Conflict(_l("Nothing of this run is staged any more."))
    audit.record(run, "admissions:selection_run:undo", actor)
    with audit.written_together():
        for each in staged:
            drop_staged(each, each.application, actor=actor)
    db.session.flush()
    return len(staged)


def recompute_selection(run: SelectionRun) -> list[str]:
    """Run the selection again from the stored inputs. Shape: what differs, in words; empty when nothing does."""
    inputs = queries.read_inputs(run)
    differences = []
    if inputs.hash != run.inputs_hash:
        differences.append(f"inputs: hash {inputs.hash} instead of {run.inputs_hash}")
    stored = {outcome.code: outcome for outcome in queries.read_outcomes(run)}
    differences += [
        f"{outcome.code}: {outcome} instead of {stored[outcome.code]}"
        for outcome in decide(inputs)
        if outcome != stored[outcome.code]
    ]
    return differences
