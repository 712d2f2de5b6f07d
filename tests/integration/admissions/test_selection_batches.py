"""Selection runs over many: written in batches, with the records and counts that single decisions leave."""

from collections import Counter

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision, SelectionOrder
from registry.admissions.models import Application, ApplicationStatusCount, SelectionEntry, StagedDecision
from registry.admissions.operations import decisions, selection
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import selection as queries
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.models import Cohort
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from tests.integration.admissions.test_selection import COORDINATOR, apply, cohort, list_staged, stage
from tests.queries import counted_queries

__all__ = ["cohort"]

S = ApplicationStatus


def test_stage_selection_records_and_counts_each_as_if_it_was_staged_by_hand(cohort) -> None:
    by_run, by_hand = apply(cohort, "UZ", "UZ", status=S.SUBMITTED)
    with transaction():
        decisions.stage_decision(by_hand, DecisionInput(Decision.OFFER), actor=COORDINATOR)
    by_hand_counts = count_statuses(cohort)

    stage(cohort)

    assert list_records(by_run) == list_records(by_hand)
    assert [action for action, *_ in list_records(by_run)] == [
        "admissions:application:start_review",
        "admissions:decision:stage",
    ]
    assert count_statuses(cohort) == {key: 2 * n for key, n in by_hand_counts.items()}
    first, second = db.session.scalars(sa.select(StagedDecision).order_by(StagedDecision.id))
    assert (first.note, first.result, first.version, first.staged_by) == (
        second.note,
        second.result,
        second.version,
        second.staged_by,
    )


def list_records(application: Application) -> list[tuple]:
    rows = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.from_state, AuditEntry.to_state, AuditEntry.actor_label)
        .add_columns(AuditEntry.object_type, AuditEntry.at)
        .where(AuditEntry.object_code == application.code)
        .order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def count_statuses(cohort: Cohort) -> dict[ApplicationStatus, int]:
    rows = db.session.execute(
        sa.select(ApplicationStatusCount.status, ApplicationStatusCount.n).where(
            ApplicationStatusCount.cohort_id == cohort.id
        )
    )
    return dict(rows.all())


def test_stage_selection_in_several_batches_is_one_run(cohort, monkeypatch) -> None:
    monkeypatch.setattr(selection, "BATCH", 2)
    apply(cohort, "KZ", "KZ", "KZ", "UZ", "UZ")

    run = stage(cohort)
    again = stage(cohort, SelectionSettings(SelectionOrder.FIRST_COME, longest_list=0))

    assert Counter(decision for decision, _ in list_staged(cohort).values()) == {
        Decision.OFFER: 3,
        Decision.REJECT: 2,
    }
    assert len(list_staged(cohort)) == 5
    for each in (run, again):
        places = db.session.scalars(
            sa.select(SelectionEntry.place)
            .where(SelectionEntry.run_id == each.id)
            .order_by(SelectionEntry.place)
        )
        assert places.all() == [1, 2, 3, 4, 5]
        assert selection.recompute_selection(each) == []


def test_stage_selection_that_breaks_off_leaves_nothing_and_can_be_repeated(cohort, monkeypatch) -> None:
    monkeypatch.setattr(selection, "BATCH", 2)
    people = apply(cohort, "KZ", "KZ", "UZ", status=S.SUBMITTED)
    read = queries.list_by_code

    def read_first_batch(cohort: Cohort, codes: list[str]) -> dict[str, Application]:
        if len(codes) < 2:
            raise ConnectionError
        return read(cohort, codes)

    monkeypatch.setattr(queries, "list_by_code", read_first_batch)
    db.session.commit()
    with pytest.raises(ConnectionError):
        stage(cohort)
    monkeypatch.setattr(queries, "list_by_code", read)

    assert list_staged(cohort) == {}
    assert [list_records(each) for each in people] == [[], [], []]
    assert {each.status for each in people} == {S.SUBMITTED}
    assert queries.list_runs(cohort) == []

    stage(cohort)

    assert {decision for decision, _ in list_staged(cohort).values()} == {Decision.OFFER}
    assert [len(list_records(each)) for each in people] == [2, 2, 2]


def test_stage_selection_takes_as_many_statements_for_3_and_30_people(cohort) -> None:
    costs = []
    for n in (3, 27):
        with transaction():
            apply(cohort, *["UZ", "KZ", "TJ"] * (n // 3))
        with counted_queries() as statements:
            run = stage(cohort, SelectionSettings(SelectionOrder.FIRST_COME, longest_list=1))
        costs.append(len(statements))
        with transaction():
            selection.undo_selection(run, cohort, actor=COORDINATOR)

    assert costs[0] == costs[1]
