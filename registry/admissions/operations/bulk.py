"""One action for many applications, each in a transaction of its own, with what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.queries import get_account_actor
from registry.admissions.enums import BulkAction, BulkResult, RejectionReason
from registry.admissions.models import Application, BulkRow, BulkRun
from registry.admissions.operations import decisions, lists
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import bulk as queries
from registry.admissions.rules.bulk import STAGED_BY
from registry.catalogue.models import Cohort
from registry.core import audit, clock, jobs
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import InvalidInput, RegistryError
from registry.core.i18n import _l, in_locale
from registry.core.transaction import transaction

RUN = "admissions:bulk"
AT_ONCE = 50
"""So many applications are done within the request; more are the worker's."""
KEPT_DAYS = 30
_TAGGING = {BulkAction.ADD_TAG, BulkAction.REMOVE_TAG}


@dataclass(frozen=True)
class BulkInput:
    """What is to be done to each."""

    action: BulkAction
    tag: str = ""
    rejection: RejectionReason | None = None


def plan_bulk(
    cohort: Cohort, given: BulkInput, ids: Sequence[int], *, arguments: Mapping[str, Any], actor: Actor
) -> BulkRun:
    """Note what is to be done to which of the cohort's applications. Nothing is done to them yet.

    Errors: NotAllowed; InvalidInput("tag", "rejection", or on top where no application is chosen).
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    if not ids:
        raise InvalidInput(_l("Tick at least one application and choose what to do."))
    if given.action is BulkAction.REJECT and given.rejection is None:
        raise InvalidInput(_l("Choose the reason that the applicant will read."), field="rejection")
    run = BulkRun(
        code=new_code(),
        cohort_id=cohort.id,
        user_id=actor.user_id,
        action=given.action,
        tag=lists.clean_tag(given.tag) if given.action in _TAGGING else "",
        rejection=given.rejection if given.action is BulkAction.REJECT else None,
        arguments=dict(arguments),
        total=len(ids),
        created_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    db.session.execute(sa.insert(BulkRow), [{"run_id": run.id, "application_id": each} for each in ids])
    return run


def start_bulk(run: BulkRun, cohort: Cohort, *, actor: Actor) -> bool:
    """Begin. True where the work is the caller's, by `run_bulk` after this transaction; else the worker does it.

    Beginning twice is beginning once. Errors: NotAllowed.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    if run.user_id != actor.user_id:
        raise InvalidInput(_l("Only whoever chose these applications can begin."))
    if run.started_at is None:
        run.started_at = clock.now()
        audit.record(cohort, f"admissions:bulk:{run.action}", actor, about={"applications": run.total})
        if run.total > AT_ONCE:
            jobs.enqueue(RUN, {"run": run.id})
    return run.total <= AT_ONCE


@jobs.handler(RUN)
def continue_bulk(payload: Mapping[str, Any]) -> None:
    """What the worker does; an interrupted one goes on where it stopped."""
    with transaction():
        run = queries.find_bulk_run(payload["run"])
        actor = get_account_actor(run.user_id) if run is not None else None
    if run is not None and actor is not None:
        run_bulk(run, actor=actor)


def run_bulk(run: BulkRun, *, actor: Actor) -> None:
    """Do it to each, in transactions of its own; refusals are noted in the actor's language."""
    act = _action_of(run, actor)
    while True:
        with transaction():
            waiting = queries.list_waiting(run)
            if not waiting and run.finished_at is None:
                run.finished_at = clock.now()
        if not waiting:
            return
        for application_id in waiting:
            _do(run, application_id, act, actor)


def _do(run: BulkRun, application_id: int, act: Callable[[Application], object], actor: Actor) -> None:
    try:
        with transaction():
            # Settled in the same transaction: of two workers one does it, and it is done once.
            if _settle(run, application_id, BulkResult.DONE):
                act(queries.get_application_of_row(application_id, actor=actor))
    except RegistryError as error:
        with in_locale(actor.locale):
            message = str(error)
        with transaction():
            _settle(run, application_id, BulkResult.REFUSED, message[:300])


def _settle(run: BulkRun, application_id: int, result: BulkResult, message: str = "") -> bool:
    changed = db.session.execute(
        sa.update(BulkRow)
        .where(
            BulkRow.run_id == run.id,
            BulkRow.application_id == application_id,
            BulkRow.result == BulkResult.WAITING,
        )
        .values(result=result, message=message)
    )
    assert isinstance(changed, CursorResult)  # noqa: S101 -- what an UPDATE returns; for the type checker
    return changed.rowcount == 1


def _action_of(run: BulkRun, actor: Actor) -> Callable[[Application], object]:
    if decision := STAGED_BY.get(run.action):
        given = DecisionInput(decision, run.rejection)
        return lambda application: decisions.stage_decision(application, given, actor=actor)
    others: Mapping[BulkAction, Callable[[Application], object]] = {
        BulkAction.REVIEW: lambda application: decisions.start_review(application, actor=actor),
        BulkAction.UNSTAGE: lambda application: decisions.unstage_decision(application, actor=actor),
        BulkAction.ADD_TAG: lambda application: lists.add_tag(application, run.tag, actor=actor),
        BulkAction.REMOVE_TAG: lambda application: lists.remove_tag(application, run.tag, actor=actor),
    }
    return others[run.action]


@jobs.periodic("admissions:forget_bulk", minutes=24 * 60)
def forget_bulk() -> None:
    """Forget the results of bulk actions after a month: the audit trail keeps what was done."""
    with transaction() as session:
        session.execute(
            sa.delete(BulkRun)
            .where(BulkRun.created_at < clock.now() - timedelta(days=KEPT_DAYS))
            .execution_options(synchronize_session=False)
        )
