"""A reviewer scores an application."""

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ReviewStatus
from registry.admissions.models import ApplicationStatusCount, Review, Score
from registry.admissions.operations.reviews import ReviewInput, save_review, submit_review
from registry.admissions.queries.scores import list_scores
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed, StaleWrite
from registry.core.transaction import transaction
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.reviewing import load, make_criteria, make_reviewer, reviewing


@pytest.fixture
def case():
    """An assigned application of a cohort with two criteria of the weights 75 and 25."""
    application, reviewer = ApplicationFactory(), make_reviewer()
    AssignmentFactory(application=application, user=reviewer)
    return application, reviewing(reviewer), make_criteria(application.cohort, 75, 25)


def account_of(actor: Actor) -> User:
    return db.session.get_one(User, actor.user_id)


def scores_of(review: Review) -> dict[int, int]:
    rows = db.session.execute(sa.select(Score.criterion_id, Score.value).where(Score.review_id == review.id))
    return {criterion_id: int(value) for criterion_id, value in rows}


def test_save_review_keeps_what_there_is_and_lets_it_change(case) -> None:
    application, actor, (first, second) = case

    review = save_review(load(application), ReviewInput({first.code: 4}, " Fine "), actor=actor)
    assert (scores_of(review), review.comment, review.status) == ({first.id: 4}, "Fine", ReviewStatus.DRAFT)

    save_review(load(application), ReviewInput({first.code: 2, second.code: 5}), actor=actor)
    assert scores_of(review) == {first.id: 2, second.id: 5}

    save_review(load(application), ReviewInput({second.code: 5}), actor=actor)
    assert scores_of(review) == {second.id: 5}
    assert load(application).status is S.SUBMITTED


def test_submit_review_weighs_the_scores_and_starts_the_review(case) -> None:
    application, actor, (first, second) = case

    with transaction():
        review = submit_review(load(application), ReviewInput({first.code: 4, second.code: 2}), actor=actor)

    assert (review.status, review.total) == (ReviewStatus.SUBMITTED, 3.5)  # (75 * 4 + 25 * 2) / 100
    assert load(application).status is S.UNDER_REVIEW
    actions = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_label).order_by(AuditEntry.id)
    ).all()
    assert actions == [
        ("admissions:review:submit", actor.label),
        ("admissions:application:first_review", actor.label),
    ]
    counts = db.session.execute(
        sa.select(ApplicationStatusCount.status, ApplicationStatusCount.n).order_by(ApplicationStatusCount.n)
    ).all()
    assert counts == [(S.SUBMITTED, -1), (S.UNDER_REVIEW, 1)]


def test_the_second_review_moves_nothing(case) -> None:
    application, actor, (first, second) = case
    other = make_reviewer()
    AssignmentFactory(application=application, user=other)
    given = ReviewInput({first.code: 4, second.code: 2})

    with transaction():
        submit_review(load(application), given, actor=actor)
        submit_review(load(application), given, actor=reviewing(other))

    steps = sa.select(AuditEntry).where(AuditEntry.action == "admissions:application:first_review")
    assert len(db.session.scalars(steps).all()) == 1


def test_submit_review_names_the_first_criterion_without_a_score(case) -> None:
    application, actor, (first, second) = case

    with pytest.raises(InvalidInput) as refusal, transaction():
        submit_review(load(application), ReviewInput({first.code: 4}), actor=actor)

    assert refusal.value.field == f"score_{second.code}"
    assert db.session.scalars(sa.select(Review)).all() == []


@pytest.mark.parametrize("value", [0, 6, -1], ids=str)
def test_a_score_lies_between_one_and_five(case, value) -> None:
    application, actor, (first, _second) = case

    with pytest.raises(InvalidInput):
        save_review(load(application), ReviewInput({first.code: value}), actor=actor)


def test_a_review_that_was_sent_stays_as_it_is(case) -> None:
    application, actor, (first, second) = case
    given = ReviewInput({first.code: 4, second.code: 2})
    with transaction():
        submit_review(load(application), given, actor=actor)

    for act in (save_review, submit_review):
        with pytest.raises(Conflict), transaction():
            act(load(application), given, actor=actor)


def test_submit_review_without_criteria_says_so(case) -> None:
    _application, actor, _criteria = case
    other = ApplicationFactory()
    AssignmentFactory(application=other, user=account_of(actor))

    with pytest.raises(Conflict):
        submit_review(load(other), ReviewInput({}, "No criteria yet"), actor=actor)


@pytest.mark.parametrize("status", [S.RETURNED, S.OFFERED, S.WITHDRAWN], ids=str)
def test_an_application_out_of_review_takes_no_scores(case, status) -> None:
    _application, actor, _criteria = case
    other = ApplicationFactory(status=status)
    AssignmentFactory(application=other, user=account_of(actor))

    with pytest.raises(Conflict):
        save_review(load(other), ReviewInput({}), actor=actor)


def test_nobody_scores_before_declaring_nor_what_is_not_assigned(case) -> None:
    application, actor, _criteria = case
    stranger = reviewing(make_reviewer())
    undeclared = ApplicationFactory()
    AssignmentFactory(application=undeclared, user=account_of(actor), declared_at=None)

    with pytest.raises(Conflict):
        save_review(load(undeclared), ReviewInput({}), actor=actor)
    for other in (stranger, Actor("c", user_id=actor.user_id, grants=(Grant(Role.COORDINATOR),))):
        with pytest.raises(NotAllowed):
            save_review(load(application), ReviewInput({}), actor=other)


def test_save_review_of_an_older_page_tells_what_changed(case) -> None:
    application, actor, (first, _second) = case
    review = save_review(load(application), ReviewInput({first.code: 4}), version=0, actor=actor)

    with pytest.raises(StaleWrite) as refusal:
        save_review(load(application), ReviewInput({first.code: 1}), version=0, actor=actor)

    assert refusal.value.changes == {f"score_{first.code}": (1, 4)}
    assert scores_of(review) == {first.id: 4}


# -- What the reviews come to


def test_list_scores_holds_what_is_in_review_or_was_reviewed() -> None:
    cohort = CohortFactory()
    waiting = ApplicationFactory(cohort=cohort)
    scored = ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW, member_state="KZ")
    decided = ApplicationFactory(cohort=cohort, status=S.REJECTED)
    ApplicationFactory(cohort=cohort, status=S.REJECTED)  # Never reviewed.
    ApplicationFactory(cohort=cohort, status=S.DRAFT)
    ReviewFactory(assignment__application=ApplicationFactory(), total=5)  # Another cohort.
    for application, total in ((scored, 4), (scored, 2), (decided, 1.5)):
        ReviewFactory(assignment__application=application, total=total)
    ReviewFactory(assignment__application=scored, status=ReviewStatus.DRAFT)
    AssignmentFactory(application=waiting)

    found = list_scores(cohort)

    assert [
        (row.code, row.member_state, row.assigned, row.rating and (row.rating.raw, row.rating.reviews))
        for row in found
    ] == [
        (waiting.code, "UZ", 1, None),
        (scored.code, "KZ", 3, (3, 2)),
        (decided.code, "UZ", 1, (1.5, 1)),
    ]
    assert [row.rating.is_disputed for row in found if row.rating] == [True, False]
