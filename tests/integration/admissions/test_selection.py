"""Selection runs: staged from what is stored, reproducible, taken back; and the pages around them."""

import re
from collections import Counter
from datetime import timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision, SelectionGround, SelectionOrder
from registry.admissions.models import Application, SelectionEntry, StagedDecision
from registry.admissions.operations import releases, selection
from registry.admissions.queries import selection as queries
from registry.admissions.rules.selection import SelectionSettings, draw_number
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.people.enums import Sex
from tests.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import (
    ApplicationFactory,
    AssignmentFactory,
    ReviewFactory,
    StagedDecisionFactory,
    WaitlistEntryFactory,
)
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.queries import counted_queries

S = ApplicationStatus
COORDINATOR = coordinator()
BY_TIME = SelectionSettings(SelectionOrder.FIRST_COME)


@pytest.fixture
def cohort() -> Cohort:
    """Two seats for Kazakhstan and one general seat."""
    cohort = CohortFactory(programme=ProgrammeFactory(slug="honey", title="Honey online"), capacity=3)
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=2)
    SeatPoolFactory(cohort=cohort, member_state=GENERAL, seats=1)
    return cohort


def apply(cohort: Cohort, *states: str, **values) -> list[Application]:
    """One application after the other, by men unless said otherwise."""
    values = {"status": S.UNDER_REVIEW, "sex": Sex.MALE} | values
    return [
        ApplicationFactory(
            cohort=cohort,
            member_state=state,
            submitted_at=NOW - timedelta(days=1) + timedelta(minutes=minute),
            **values,
        )
        for minute, state in enumerate(states)
    ]


def stage(cohort: Cohort, settings: SelectionSettings = BY_TIME, **values):
    with transaction():
        return selection.stage_selection(cohort, settings, actor=COORDINATOR, **values)


def list_staged(cohort: Cohort) -> dict[str, tuple[Decision, int | None]]:
    rows = db.session.execute(
        sa.select(Application.code, StagedDecision.decision, StagedDecision.rank)
        .join(StagedDecision.application)
        .where(Application.cohort_id == cohort.id)
    )
    return {code: (decision, rank) for code, decision, rank in rows}


def test_stage_selection_stages_what_the_rules_decide_and_begins_reviews(cohort) -> None:
    kz = apply(cohort, "KZ", "KZ", "KZ")
    (uz,) = apply(cohort, "UZ", status=S.SUBMITTED)

    run = stage(cohort)

    assert list_staged(cohort) == {
        kz[0].code: (Decision.OFFER, None),
        kz[1].code: (Decision.OFFER, None),
        kz[2].code: (Decision.WAITLIST, 4),
        uz.code: (Decision.OFFER, None),
    }
    assert uz.status is S.UNDER_REVIEW
    entry = db.session.get(SelectionEntry, (run.id, kz[2].id))
    assert (entry.ground, entry.own_rank, entry.own_of) == (SelectionGround.AFTER_SEATS, 3, 3)
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_id == kz[0].id)).all()
    assert "admissions:decision:stage" in actions


def test_stage_selection_then_release_makes_exactly_these_offers(cohort) -> None:
    men = apply(cohort, "KZ", "KZ", "UZ")
    women = apply(cohort, "KZ", "UZ", sex=Sex.FEMALE)
    stage(cohort, SelectionSettings(SelectionOrder.FIRST_COME, women_share=60))

    releases.release_decisions(cohort, actor=COORDINATOR)

    offered = {each.code for each in (*men, *women) if each.status is S.OFFERED}
    assert offered == {men[0].code, women[0].code, women[1].code}
    assert {each.code for each in men if each.status is S.WAITLISTED} == {men[1].code, men[2].code}


def test_stage_selection_leaves_what_was_staged_by_hand_and_keeps_a_seat_for_it(cohort) -> None:
    (chosen,) = apply(cohort, "KZ")
    StagedDecisionFactory(application=chosen)
    others = apply(cohort, "KZ", "KZ")

    stage(cohort)

    staged = list_staged(cohort)
    assert [staged[each.code][0] for each in (chosen, *others)] == [
        Decision.OFFER,
        Decision.OFFER,
        Decision.WAITLIST,
    ]
    assert [(each.code, each.staged) for each in queries.list_left_out(cohort)] == [
        (chosen.code, Decision.OFFER)
    ]


def test_stage_selection_replaces_what_an_earlier_run_staged(cohort) -> None:
    people = apply(cohort, "UZ", "UZ")
    stage(cohort)
    stage(cohort, SelectionSettings(SelectionOrder.FIRST_COME, longest_list=0))

    assert list_staged(cohort) == {
        people[0].code: (Decision.OFFER, None),
        people[1].code: (Decision.REJECT, None),
    }


def test_stage_selection_puts_its_people_behind_those_who_wait_already(cohort) -> None:
    apply(cohort, "UZ", "UZ")
    waiting = WaitlistEntryFactory(application__cohort=cohort, pool=cohort_pool(cohort), rank=7)

    stage(cohort)

    ranks = sorted(rank for _decision, rank in list_staged(cohort).values() if rank is not None)
    assert min(ranks) > waiting.rank


def cohort_pool(cohort: Cohort):
    return next(pool for pool in queries.list_pools(cohort) if pool.member_state == GENERAL)


def test_stage_selection_refuses_inputs_that_changed_since_the_preview(cohort) -> None:
    people = apply(cohort, "KZ", "KZ")
    shown = queries.collect_inputs(cohort, BY_TIME).hash
    apply(cohort, "UZ")

    with pytest.raises(Conflict):
        stage(cohort, inputs_hash=shown)

    assert list_staged(cohort) == {}
    assert {each.status for each in people} == {S.UNDER_REVIEW}


def test_stage_selection_is_for_coordinators_of_the_programme(cohort) -> None:
    apply(cohort, "KZ")

    with pytest.raises(NotAllowed), transaction():
        selection.stage_selection(cohort, BY_TIME, actor=coordinator("another"))


def test_stage_selection_by_score_skips_people_without_a_review(cohort) -> None:
    apply(cohort, "KZ")

    with pytest.raises(Conflict):
        stage(cohort, SelectionSettings(SelectionOrder.SCORE))


def test_stage_selection_by_score_follows_the_corrected_scores_of_the_reviews(cohort) -> None:
    by_strict, by_mild, other, last = apply(cohort, "KZ", "KZ", "KZ", "KZ")
    # The strict reviewer's best is the mild one's worst: raw scores would choose `by_mild` and `other`.
    for user, totals in (
        (UserFactory(), {by_strict: 3, last: 2, apply(cohort, "UZ")[0]: 1}),
        (UserFactory(), {by_mild: 4, other: 5, apply(cohort, "UZ")[0]: 3}),
    ):
        for application, total in totals.items():
            ReviewFactory(assignment=AssignmentFactory(application=application, user=user), total=total)

    candidates = {each.code: each.score for each in collect(cohort)}

    assert candidates[by_strict.code] == pytest.approx(candidates[other.code])
    assert candidates[by_strict.code] > candidates[by_mild.code] == pytest.approx(candidates[last.code])


def collect(cohort: Cohort):
    return queries.collect_inputs(cohort, SelectionSettings(SelectionOrder.SCORE)).candidates


def test_recompute_selection_finds_the_same_and_notices_a_changed_row(app, cohort) -> None:
    apply(cohort, "KZ", "KZ", "KZ", "UZ", sex=Sex.FEMALE)
    run = stage(cohort, SelectionSettings(SelectionOrder.FIRST_COME, women_share=50, longest_list=0))
    same = app.test_cli_runner().invoke(args=["admissions", "recompute", run.code])
    db.session.execute(
        sa.update(SelectionEntry).where(SelectionEntry.place == 1).values(decision=Decision.REJECT)
    )
    db.session.execute(sa.update(SelectionEntry).where(SelectionEntry.place == 2).values(is_woman=False))
    other = app.test_cli_runner().invoke(args=["admissions", "recompute", run.code])

    assert (same.exit_code, same.output) == (0, "The same outcome.\n")
    assert other.exit_code == 1
    assert other.output.startswith("inputs: hash ")
    assert other.output.endswith("2 differences.\n")


def test_undo_selection_takes_back_the_run_and_nothing_else(cohort) -> None:
    (by_hand,) = apply(cohort, "UZ")
    StagedDecisionFactory(application=by_hand)
    apply(cohort, "KZ", "KZ")
    run = stage(cohort)

    with transaction():
        n = selection.undo_selection(run, cohort, actor=COORDINATOR)

    assert n == 2
    assert list(list_staged(cohort)) == [by_hand.code]
    with pytest.raises(Conflict):
        selection.undo_selection(run, cohort, actor=COORDINATOR)


# -- The lottery


def test_lottery_is_bound_before_and_drawn_after_the_window_has_closed(cohort) -> None:
    people = apply(cohort, "UZ", "UZ", "UZ")
    settings = SelectionSettings(SelectionOrder.LOTTERY)
    with pytest.raises(InvalidInput):
        selection.stage_selection(cohort, settings, actor=COORDINATOR)
    with transaction():
        selection.commit_lottery(cohort, actor=COORDINATOR)
    with pytest.raises(InvalidInput):
        selection.stage_selection(cohort, settings, actor=COORDINATOR)

    with clock.travel(cohort.closes_at):
        run = stage(cohort, settings)

    assert run.seed == cohort.lottery_seed
    first = min(people, key=lambda each: draw_number(run.seed, each.code))
    assert [code for code, (decision, _) in list_staged(cohort).items() if decision is Decision.OFFER] == [
        first.code
    ]
    changes = db.session.scalar(
        sa.select(AuditEntry.changes).where(AuditEntry.action == "catalogue:cohort:commit_lottery")
    )
    assert changes == {"lottery_seed": None}


@pytest.mark.parametrize("moment", ["twice", "too late"])
def test_commit_lottery_is_refused(cohort, moment) -> None:
    if moment == "twice":
        selection.commit_lottery(cohort, actor=COORDINATOR)
    at = clock.now() if moment == "twice" else cohort.closes_at
    seed = cohort.lottery_seed

    with clock.travel(at), pytest.raises(Conflict):
        selection.commit_lottery(cohort, actor=COORDINATOR)

    assert cohort.lottery_seed == seed


def test_show_cohort_tells_the_fingerprint_at_once_and_the_seed_after_closing(client, cohort) -> None:
    with transaction():
        selection.commit_lottery(cohort, actor=COORDINATOR)
    seed = cohort.lottery_seed
    before = client.get(f"/cohorts/{cohort.code}").get_data(as_text=True)
    with clock.travel(cohort.closes_at):
        after = client.get(f"/cohorts/{cohort.code}").get_data(as_text=True)

    assert hash_token(seed) in before
    assert seed not in before
    assert seed in after


def test_list_drawn_shows_the_order_after_the_release_and_nothing_before(client, cohort) -> None:
    people = apply(cohort, "UZ", "UZ", "UZ")
    with transaction():
        selection.commit_lottery(cohort, actor=COORDINATOR)
    address = f"/cohorts/{cohort.code}/lottery.csv"
    with clock.travel(cohort.closes_at):
        stage(cohort, SelectionSettings(SelectionOrder.LOTTERY))
        before = client.get(address).get_data(as_text=True)
        releases.release_decisions(cohort, actor=COORDINATOR)
        after = client.get(address).get_data(as_text=True)

    drawn = sorted(people, key=lambda each: draw_number(cohort.lottery_seed, each.code))
    assert before.split() == ["\ufeffplace,code,number"]
    assert after.split()[1:] == [
        f"{place},{each.code},{draw_number(cohort.lottery_seed, each.code)}"
        for place, each in enumerate(drawn, 1)
    ]


# -- Pages


@pytest.fixture
def _signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", unquote(response.get_data(as_text=True))))


@pytest.mark.usefixtures("_signed_in")
def test_preview_selection_explains_everybody_and_stages_what_it_showed(client, cohort) -> None:
    apply(cohort, "KZ", "KZ", "KZ", "UZ")
    apply(cohort, "KZ", status=S.AWAITING_ENDORSEMENT, listed_name="Aibek Waits")
    address = f"/manage/cohorts/{cohort.code}/selection-runs"

    response = client.get(f"{address}?order=first_come&longest_list=5")
    page = text_of(response)

    assert "Rank 3 of 3 in the pool of Kazakhstan, 2 seats." in page
    assert "Rank 1 of 1 for the general seats, 1 seat." in page
    assert "Left out: 1 open application" in page
    assert "Aibek Waits" in page
    assert list_staged(cohort) == {}

    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', response.get_data(as_text=True)))
    staged = client.post(address, data=hidden)
    assert staged.status_code == 303
    assert Counter(decision for decision, _ in list_staged(cohort).values()) == {
        Decision.OFFER: 3,
        Decision.WAITLIST: 1,
    }
    shown = text_of(client.get(staged.location))
    assert "4 decisions of this run are staged." in shown
    assert "Rank 3 of 3 in the pool of Kazakhstan, 2 seats." in shown


@pytest.mark.usefixtures("_signed_in")
def test_preview_selection_with_other_seats_tells_who_would_change_and_stores_nothing(client, cohort) -> None:
    apply(cohort, "KZ", "KZ", "UZ")
    address = f"/manage/cohorts/{cohort.code}/selection-runs"

    page = text_of(client.get(f"{address}?order=first_come&seats_KZ=1&seats_general=1"))

    assert "1 person would get another decision" in page
    assert "Stage these decisions" not in page
    assert [pool.seats for pool in queries.list_pools(cohort)] == [1, 2]


@pytest.mark.usefixtures("_signed_in")
def test_preview_selection_offers_nothing_to_stage_where_everybody_is_skipped(client, cohort) -> None:
    apply(cohort, "KZ")

    page = text_of(client.get(f"/manage/cohorts/{cohort.code}/selection-runs?order=score"))

    assert "Skipped: no review is finished." in page
    assert "Stage these decisions" not in page


@pytest.mark.usefixtures("_signed_in")
def test_stage_selection_shows_a_conflict_and_the_new_preview(client, cohort) -> None:
    apply(cohort, "KZ")
    address = f"/manage/cohorts/{cohort.code}/selection-runs"

    response = client.post(address, data={"order": "first_come", "inputs_hash": "old"})

    assert response.status_code == 409
    page = text_of(response)
    assert "Applications or seats have changed since this preview." in page
    assert "Rank 1 of 1 in the pool of Kazakhstan, 2 seats." in page


@pytest.mark.usefixtures("_signed_in")
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("order=first_come&women_share=101", "Enter the share in percent"),
        ("order=first_come&women_share=some", "Enter the share in percent"),
        ("order=lottery", "No lottery was prepared"),
        ("order=dice", "Choose one from the list."),
    ],
)
def test_preview_selection_says_at_the_field_what_is_wrong(client, cohort, query, message) -> None:
    response = client.get(f"/manage/cohorts/{cohort.code}/selection-runs?{query}")

    assert response.status_code == 422
    assert message in text_of(response)


@pytest.mark.usefixtures("_signed_in")
def test_show_selection_run_and_preview_cost_the_same_for_3_and_30_people(client, cohort) -> None:
    costs = []
    for n in (3, 27):
        apply(cohort, *["UZ"] * n)
        run = stage(cohort)
        for address in (f"selection-runs/{run.code}", "selection-runs?order=first_come"):
            with counted_queries() as statements:
                client.get(f"/manage/cohorts/{cohort.code}/{address}")
            costs.append(len(statements))

    assert costs[:2] == costs[2:]
