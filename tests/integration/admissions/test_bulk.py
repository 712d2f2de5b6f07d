"""One action for many applications, and what became of each."""

import re
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.accounts.models import RoleGrant
from registry.admissions.enums import ApplicationStatus, BulkAction, BulkResult, Decision
from registry.admissions.models import Application, BulkRow, BulkRun, StagedDecision
from registry.admissions.operations import bulk
from registry.admissions.operations.bulk import AT_ONCE, BulkInput
from registry.admissions.queries import listing
from registry.admissions.queries.listing import ApplicationFilter
from registry.core import clock, jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from tests.factories.accounts import RoleGrantFactory, UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.lists import ApplicationTagFactory
from tests.queries import counted_queries

S = ApplicationStatus


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def account(cohort):
    """A coordinator of the programme, also for the worker, who looks the roles up."""
    user = UserFactory()
    RoleGrantFactory(user=user, role="coordinator", programme=cohort.programme.slug)
    return user


@pytest.fixture
def actor(acting_as, cohort, account):
    actor = coordinator(cohort.programme.slug, user_id=account.id)
    acting_as(actor)
    return actor


def table(cohort, query="") -> str:
    return f"/manage/cohorts/{cohort.code}/applications{query}"


def text_of(response) -> str:
    return unquote(response.get_data(as_text=True))


def results(page: str) -> dict[str, str]:
    """Code -> what became of it, in the words of the page."""
    rows = re.findall(r'<tr>\s*<th scope="row">.*?</th>\s*<td>(\w+)</td>\s*<td>(.*?)</td>', page, re.DOTALL)
    return {code: " ".join(re.sub("<[^>]*>", " ", words).split()) for code, words in rows}


def do_bulk(client, cohort, **values):
    """Choose, and begin where that is asked about once more. Returns the address of the results."""
    response = client.post(table(cohort), data=values)
    if "Nothing has been done to" in text_of(client.get(response.location)):
        client.post(response.location)
    return response.location


def statuses() -> dict[str, ApplicationStatus]:
    return dict(db.session.execute(sa.select(Application.code, Application.status)).all())


def test_plan_bulk_of_ticked_rows_does_it_and_says_what_became_of_each(client, actor, cohort) -> None:
    first, second = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    accepted = ApplicationFactory(cohort=cohort, status=S.ACCEPTED)
    left = ApplicationFactory(cohort=cohort)
    foreign = ApplicationFactory()
    codes = [first.code, accepted.code, second.code, foreign.code, "2222BBBB"]

    planned = client.post(table(cohort, "?sort=name"), data={"codes": codes, "action": "offer"})
    before = db.session.scalars(sa.select(StagedDecision)).all()
    client.post(planned.location)

    assert (planned.status_code, before) == (303, [])
    page = text_of(client.get(planned.location))
    assert results(page) == {
        first.code: "Done",
        second.code: "Done",
        accepted.code: "Could not be done Only applications in review can be decided.",
    }
    assert f'href="{table(cohort, "?sort=name")}"' in page
    staged = db.session.execute(sa.select(StagedDecision.application_id, StagedDecision.decision)).all()
    assert sorted(map(tuple, staged)) == [(first.id, Decision.OFFER), (second.id, Decision.OFFER)]
    assert statuses()[left.code] is S.SUBMITTED


@pytest.mark.parametrize(
    ("values", "before", "after"),
    [
        ({"action": "review"}, S.SUBMITTED, (S.UNDER_REVIEW, None, [])),
        ({"action": "waitlist"}, S.UNDER_REVIEW, (S.UNDER_REVIEW, Decision.WAITLIST, [])),
        (
            {"action": "reject", "rejection": "language"},
            S.UNDER_REVIEW,
            (S.UNDER_REVIEW, Decision.REJECT, []),
        ),
        ({"action": "add_tag", "tag": " Top "}, S.CLOSED, (S.CLOSED, None, ["Top"])),
    ],
)
def test_plan_bulk_does_each_action(client, actor, cohort, values, before, after) -> None:
    application = ApplicationFactory(cohort=cohort, status=before)

    do_bulk(client, cohort, codes=[application.code], **values)

    staged = db.session.scalar(sa.select(StagedDecision.decision))
    assert (statuses()[application.code], staged, list(listing.list_tags(cohort))) == after


@pytest.mark.parametrize(("action", "tag"), [("remove_tag", "top"), ("unstage", "")])
def test_plan_bulk_takes_back(client, actor, cohort, action, tag) -> None:
    application = ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW)
    ApplicationTagFactory(application=application, tag__name="Top")
    do_bulk(client, cohort, codes=[application.code], action="offer")

    do_bulk(client, cohort, codes=[application.code], action=action, tag=tag)

    is_staged = db.session.scalar(sa.select(StagedDecision.id)) is not None
    assert (is_staged, list(listing.list_tags(cohort))) == (
        (True, []) if action == "remove_tag" else (False, ["Top"])
    )


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"action": "review", "codes": []}, None, "Tick at least one application"),
        ({"action": "promote"}, "action", "Choose one from the list"),
        ({}, "action", "Choose one from the list"),
        ({"action": "add_tag", "tag": "  "}, "bulk-tag", "Write the tag, at most 40 characters."),
        ({"action": "remove_tag", "tag": "x" * 41}, "bulk-tag", "Write the tag, at most 40 characters."),
        ({"action": "reject"}, "rejection", "Choose the reason that the applicant will read."),
        ({"action": "reject", "rejection": "other"}, "rejection", "Choose one from the list"),
    ],
)
def test_plan_bulk_with_bad_input_keeps_the_ticks_and_does_nothing(
    client, actor, cohort, values, field, message
) -> None:
    application = ApplicationFactory(cohort=cohort)

    response = client.post(table(cohort), data={"codes": [application.code], **values})

    page = text_of(response)
    assert response.status_code == 422
    assert message in page
    assert (f'id="{field}-error"' in page) is (field is not None)
    ticked = re.findall(r'name="codes" value="(\w+)"[^>]* checked', page)
    assert ticked == values.get("codes", [application.code])
    assert db.session.scalars(sa.select(BulkRun)).all() == []
    assert statuses() == {application.code: S.SUBMITTED}


def test_plan_bulk_of_all_that_match_asks_first_and_the_worker_does_it(client, actor, cohort) -> None:
    matching = [ApplicationFactory(cohort=cohort, member_state="KZ") for _ in range(AT_ONCE + 3)]
    decided = ApplicationFactory(cohort=cohort, member_state="KZ", status=S.REJECTED)
    others = [ApplicationFactory(cohort=cohort), ApplicationFactory(member_state="KZ")]

    planned = client.post(
        table(cohort, "?member_state=KZ"), data={"action": "review", "everything": "y", "codes": []}
    )
    asked = text_of(client.get(planned.location))
    before = set(statuses().values())
    client.post(planned.location)
    waiting = text_of(client.get(planned.location))
    client.post(planned.location)  # Pressed twice.
    jobs.run_due()

    assert f"{AT_ONCE + 4} applications were chosen. Nothing has been done to them yet." in asked
    assert before == {S.SUBMITTED, S.REJECTED}
    assert "data-progress" in waiting
    assert {statuses()[each.code] for each in matching} == {S.UNDER_REVIEW}
    assert {statuses()[each.code] for each in others} == {S.SUBMITTED}
    done = text_of(client.get(planned.location))
    assert "data-progress" not in done
    assert re.findall(r'<dd class="figure">(\d+)', done) == [str(AT_ONCE + 3), "1", "0"]
    assert results(text_of(client.get(f"{planned.location}?result=refused"))) == {
        decided.code: "Could not be done This step is not possible from the current status."
    }
    begun = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "admissions:bulk:review"))
    assert [entry.changes for entry in begun] == [{"applications": AT_ONCE + 4}]


@pytest.mark.parametrize("action", ["offer", "unstage"])
def test_show_bulk_tells_before_it_begins_who_will_be_left_out_and_why(client, actor, cohort, action) -> None:
    ready, decided = (ApplicationFactory(cohort=cohort, status=each) for each in (S.UNDER_REVIEW, S.REJECTED))
    StagedDecisionFactory(application=ready)
    reasons = {
        "offer": "Only applications in review can be decided.",
        "unstage": "Nothing is staged for this application.",
    }

    planned = client.post(table(cohort), data={"action": action, "everything": "y"})
    page = text_of(client.get(planned.location))
    client.post(planned.location)
    done = text_of(client.get(planned.location))

    assert f"1 application: {reasons[action]}" in page
    foretold = {
        code: words.removesuffix(" Staged so far: Offer a place") for code, words in results(page).items()
    }
    assert foretold == {ready.code: "Not yet", decided.code: f"Will be left out {reasons[action]}"}
    # What was foretold is what happens.
    assert results(done) == {ready.code: "Done", decided.code: f"Could not be done {reasons[action]}"}


def test_show_bulk_tells_before_it_begins_what_it_replaces_and_where_seats_are_short(
    client, actor, cohort
) -> None:
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=2)
    SeatPoolFactory(cohort=cohort, member_state="UZ", seats=9)
    waiting, offered, fresh, other = (
        ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW, member_state=state)
        for state in ("KZ", "KZ", "KZ", "UZ")
    )
    StagedDecisionFactory(application=waiting, decision=Decision.WAITLIST)
    StagedDecisionFactory(application=offered, decision=Decision.OFFER)
    codes = [each.code for each in (waiting, offered, fresh, other)]

    planned = client.post(table(cohort), data={"action": "offer", "codes": codes})
    page = text_of(client.get(planned.location))
    do_bulk(client, cohort, action="offer", codes=codes)

    assert "Put on the waiting list: 1" in page
    assert "Kazakhstan: offers staged: 3, seats left: 2." in page
    assert "Uzbekistan: offers" not in page
    assert results(page) == {
        waiting.code: "Not yet Staged so far: Put on the waiting list",
        offered.code: "Not yet Staged so far: Offer a place",
        fresh.code: "Not yet",
        other.code: "Not yet",
    }
    staged = db.session.execute(
        sa.select(StagedDecision.decision, sa.func.count()).group_by(StagedDecision.decision)
    ).all()
    assert [tuple(row) for row in staged] == [(Decision.OFFER, 4)]


def test_start_bulk_is_for_whoever_chose(client, acting_as, actor, cohort) -> None:
    ApplicationFactory(cohort=cohort)
    planned = client.post(table(cohort), data={"action": "review", "everything": "y"})
    acting_as(coordinator(cohort.programme.slug, user_id=UserFactory().id))

    seen, refused = client.get(planned.location), client.post(planned.location)

    assert "Do it for all of them" not in text_of(seen)
    assert refused.status_code == 422
    assert set(statuses().values()) == {S.SUBMITTED}


def test_run_bulk_by_the_worker_stops_with_the_role(client, actor, cohort, account) -> None:
    for _ in range(AT_ONCE + 1):
        ApplicationFactory(cohort=cohort)
    planned = client.post(table(cohort), data={"action": "review", "everything": "y"})
    client.post(planned.location)
    grant = account_grant(account)
    grant.to_at = clock.now()
    db.session.flush()

    jobs.run_due()

    assert set(statuses().values()) == {S.SUBMITTED}
    refused = db.session.execute(sa.select(BulkRow.result, BulkRow.message).distinct()).all()
    assert [tuple(row) for row in refused] == [
        (BulkResult.REFUSED, "There is nothing here under this address.")
    ]


def account_grant(account):
    return db.session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == account.id)).one()


def test_run_bulk_goes_on_where_it_was_interrupted(actor, cohort, monkeypatch) -> None:
    """A worker that dies in the middle of a row leaves the row undone; the next one does each once."""
    applications = [ApplicationFactory(cohort=cohort) for _ in range(4)]
    with transaction():
        run = bulk.plan_bulk(
            cohort,
            BulkInput(BulkAction.REVIEW),
            listing.list_ids(cohort, ApplicationFilter()),
            arguments={},
            actor=actor,
        )
        bulk.start_bulk(run, cohort, actor=actor)
    begin = bulk.decisions.start_review

    def die(application, *, actor):
        begin(application, actor=actor)
        if application.id == applications[2].id:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bulk.decisions, "start_review", die)
        with pytest.raises(KeyboardInterrupt):
            bulk.run_bulk(run, actor=actor)
    db.session.expire_all()
    between = [statuses()[each.code] for each in applications]
    bulk.run_bulk(run, actor=actor)

    assert between == [S.UNDER_REVIEW, S.UNDER_REVIEW, S.SUBMITTED, S.SUBMITTED]
    assert set(statuses().values()) == {S.UNDER_REVIEW}
    steps = db.session.scalars(
        sa.select(AuditEntry.object_id).where(AuditEntry.action == "admissions:application:start_review")
    ).all()
    assert sorted(steps) == sorted(each.id for each in applications)
    assert {row.result for row in db.session.scalars(sa.select(BulkRow))} == {BulkResult.DONE}


def test_show_bulk_costs_the_same_for_10_and_50_rows(client, actor, cohort) -> None:
    costs = []
    for more in (10, 40):
        codes = [ApplicationFactory(cohort=cohort).code for _ in range(more)]
        codes = [*codes, *(each for each in statuses() if each not in codes)]
        response = client.post(table(cohort), data={"codes": codes, "action": "review"})
        with counted_queries() as statements:
            page = text_of(client.get(response.location))
        costs.append((len(results(page)), len(statements)))

    assert [rows for rows, _ in costs] == [10, 50]
    assert costs[0][1] == costs[1][1]


def test_forget_bulk_forgets_after_a_month(client, actor, cohort) -> None:
    application = ApplicationFactory(cohort=cohort)
    client.post(table(cohort), data={"codes": [application.code], "action": "review"})
    run = db.session.scalars(sa.select(BulkRun)).one()
    run.created_at -= bulk.timedelta(days=bulk.KEPT_DAYS, seconds=1)
    db.session.flush()
    client.post(table(cohort), data={"codes": [application.code], "action": "offer"})

    bulk.forget_bulk()

    assert db.session.scalars(sa.select(BulkRun.action)).all() == [BulkAction.OFFER]
