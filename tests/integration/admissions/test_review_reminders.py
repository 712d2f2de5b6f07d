"""Reviewers know until when, are reminded once before and once after, and hear nothing about what is settled."""

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.accounts.models import RoleGrant
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ConflictKind, ReviewStatus
from registry.admissions.operations import assignments, sweeps
from registry.admissions.operations.reviews import ReviewInput, submit_review
from registry.admissions.queries.work import list_work
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.reviewing import (
    COORDINATOR,
    coordinating,
    load,
    make_criteria,
    make_reviewer,
    reviewing,
)
from tests.integration.admissions.test_rooms import count_queries
from tests.nominating import text_of

AHEAD, DAY = timedelta(days=3), timedelta(days=1)


@pytest.fixture
def due() -> datetime:
    return clock.now() + timedelta(days=30)


@pytest.fixture
def cohort(due) -> Cohort:
    return CohortFactory(reviews_due_at=due)


def sweep_at(instant: datetime) -> None:
    with clock.travel(instant):
        sweeps.run_sweeps()
        sweeps.run_sweeps()
    db.session.expire_all()


def told() -> list[tuple[str, str, MessageStatus]]:
    rows = db.session.execute(
        sa.select(Message.kind, Message.address, Message.status)
        .where(Message.kind.like("reviews_%"), Message.kind != "reviews_assigned")
        .order_by(Message.id)
    )
    return [tuple(row) for row in rows]


def test_reminded_once_three_days_before_and_once_after(cohort, due) -> None:
    reviewer = make_reviewer()
    for _ in range(3):
        AssignmentFactory(application__cohort=cohort, user=reviewer)
    db.session.commit()

    sweep_at(due - AHEAD - timedelta(minutes=1))
    assert told() == []
    sweep_at(due - AHEAD)
    sweep_at(due - DAY)
    assert told() == [("reviews_reminder", reviewer.email, MessageStatus.QUEUED)]
    sweep_at(due)
    sweep_at(due + DAY)
    sweep_at(due + timedelta(days=20))
    assert told() == [
        ("reviews_reminder", reviewer.email, MessageStatus.SUPERSEDED),
        ("reviews_overdue", reviewer.email, MessageStatus.QUEUED),
    ]
    body = db.session.scalars(sa.select(Message.body).where(Message.kind == "reviews_overdue")).one()
    assert "/reviews" in body


def test_the_mail_names_no_application_and_speaks_the_reviewers_language(cohort, due) -> None:
    reviewer = make_reviewer()
    reviewer.locale = "ru"
    application = ApplicationFactory(cohort=cohort)
    AssignmentFactory(application=application, user=reviewer)
    db.session.commit()

    sweep_at(due - DAY)

    message = db.session.scalars(sa.select(Message)).one()
    assert message.locale == "ru"
    assert application.code not in message.subject + message.body
    assert application.listed_name not in message.subject + message.body


@pytest.mark.parametrize(
    "why", ["no date", "sent", "decided", "assigned today", "role over", "cohort without assignments"]
)
def test_nobody_is_reminded_where_nothing_is_owed(cohort, due, why) -> None:
    reviewer = make_reviewer()
    if why == "no date":
        cohort.reviews_due_at = None
    values = {"status": S.REJECTED, "decided_at": clock.now()} if why == "decided" else {}
    application = ApplicationFactory(cohort=cohort, **values)
    if why != "cohort without assignments":
        assigned_at = due - DAY if why == "assigned today" else clock.now()
        assignment = AssignmentFactory(application=application, user=reviewer, assigned_at=assigned_at)
        if why == "sent":
            ReviewFactory(assignment=assignment)
    if why == "role over":
        db.session.scalars(sa.select(RoleGrant)).one().to_at = clock.now() + DAY
    db.session.commit()

    sweep_at(due - timedelta(hours=2))

    assert told() == []


def test_a_reminder_that_waits_is_overtaken_by_the_last_review_only(cohort, due) -> None:
    reviewer = make_reviewer()
    (criterion,) = make_criteria(cohort, 100)
    first, second = (
        AssignmentFactory(application__cohort=cohort, user=reviewer).application for _ in range(2)
    )
    db.session.commit()
    sweep_at(due - DAY)

    with transaction():
        submit_review(load(first), ReviewInput({criterion.code: 3}), actor=reviewing(reviewer))
    assert [status for *_, status in told()] == [MessageStatus.QUEUED]
    with transaction():
        submit_review(load(second), ReviewInput({criterion.code: 3}), actor=reviewing(reviewer))
    assert [status for *_, status in told()] == [MessageStatus.SUPERSEDED]


@pytest.mark.parametrize("how", ["taken away", "given back"])
def test_a_reminder_that_waits_is_overtaken_when_the_assignment_goes(cohort, due, how) -> None:
    reviewer = make_reviewer()
    application = AssignmentFactory(application__cohort=cohort, user=reviewer).application
    db.session.commit()
    sweep_at(due - DAY)

    with transaction():
        if how == "taken away":
            assignments.unassign_reviewer(load(application), reviewer, actor=COORDINATOR)
        else:
            assignments.declare_conflict(load(application), ConflictKind.WORK, actor=reviewing(reviewer))

    assert [status for *_, status in told()] == [MessageStatus.SUPERSEDED]


def test_another_day_means_another_reminder(cohort, due) -> None:
    AssignmentFactory(application__cohort=cohort, user=make_reviewer())
    db.session.commit()
    sweep_at(due - DAY)

    cohort.reviews_due_at = due + timedelta(days=10)
    db.session.commit()
    sweep_at(due + timedelta(days=9))

    assert [(kind, status) for kind, _, status in told()] == [
        ("reviews_reminder", MessageStatus.SUPERSEDED),
        ("reviews_reminder", MessageStatus.QUEUED),
    ]


# -- Pages


def test_list_and_page_show_until_when_and_what_is_late(client, act_as, cohort, due) -> None:
    reviewer = make_reviewer()
    make_criteria(cohort, 100)
    late = AssignmentFactory(application__cohort=cohort, user=reviewer).application
    done = ApplicationFactory(cohort=cohort)
    ReviewFactory(assignment=AssignmentFactory(application=done, user=reviewer))
    free = AssignmentFactory(user=reviewer).application
    codes = [each.code for each in (late, done, free)]
    act_as(reviewing(reviewer))

    def rows() -> dict[str, str]:
        page = text_of(client.get("/reviews?which=all"))
        return {
            re.search(r">(\w{8})</a>", row)[1]: re.sub(r"\s+", " ", row)
            for row in re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
        }

    before = rows()
    with clock.travel(due):
        after = rows()
        page = text_of(client.get("/reviews"))
        case = text_of(client.get(f"/reviews/{codes[0]}"))

    assert [">Late<" in row for row in before.values()] == [False, False, False]
    is_late = {code: "Late" in re.sub(r"<[^>]+>", " ", row) for code, row in after.items()}
    assert is_late == dict(zip(codes, (True, False, False), strict=True))
    assert "No date" in after[codes[2]]
    assert "1 of them is late." in page
    assert re.search(r'class="deadline urgent">\s*<p class="deadline-label">Review due by', case)


def test_work_to_do_counts_missing_late_and_disputed_reviews(client, act_as, cohort, due) -> None:
    first, second = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    for total in (1.0, 2.5):
        ReviewFactory(assignment__application=first, total=total)
    ReviewFactory(assignment__application=second, total=1.0)
    ReviewFactory(assignment__application=second, status=ReviewStatus.DRAFT)
    AssignmentFactory(application=second)
    decided = ApplicationFactory(cohort=cohort, status=S.REJECTED, decided_at=clock.now())
    AssignmentFactory(application=decided)
    db.session.commit()

    (before,) = list_work([cohort])
    with clock.travel(due):
        (after,) = list_work([cohort])
        act_as(coordinating())
        page = text_of(client.get("/manage"))

    assert (before.reviews.owed, before.reviews.overdue, before.reviews.disputed) == (2, 0, 1)
    assert (after.reviews.owed, after.reviews.overdue, after.reviews.disputed) == (2, 2, 1)
    assert "2 late" in page
    assert "opinions far apart on 1" in page


def test_work_to_do_costs_the_same_queries_for_one_cohort_and_three(client, act_as, cohort) -> None:
    AssignmentFactory(application__cohort=cohort)
    act_as(coordinating())
    one = count_queries(client, "/manage")
    for _ in range(2):
        AssignmentFactory()

    assert count_queries(client, "/manage") == one
