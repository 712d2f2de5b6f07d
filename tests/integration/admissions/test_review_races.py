"""Criteria change while a review is sent; two windows begin one review; a reviewer sends what is taken away."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.accounts.models import User
from registry.admissions.models import Application, Assignment, Criterion, Review, Score
from registry.admissions.operations.assignments import unassign_reviewer
from registry.admissions.operations.criteria import CriterionInput, add_criterion
from registry.admissions.operations.reviews import ReviewInput, save_review, submit_review
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries.reviews import get_assigned
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from tests.factories.admissions import ApplicationFactory, AssignmentFactory
from tests.integration.admissions.reviewing import make_criteria, make_reviewer, reviewing
from tests.integration.admissions.test_seat_races import run_at_once

pytestmark = pytest.mark.committed
SYSTEM = Actor.system("test")
ROUNDS = 4


@pytest.fixture
def own_app(committed_database: Flask) -> Iterator[Flask]:
    with committed_database.app_context():
        yield committed_database


def make_case() -> tuple[str, str, Actor, str]:
    """Codes of an assigned application and its cohort, the reviewer, the code of the one criterion."""
    with transaction():
        application, reviewer = ApplicationFactory(), make_reviewer()
        AssignmentFactory(application=application, user=reviewer)
        (criterion,) = make_criteria(application.cohort, 50)
        return application.code, application.cohort.code, reviewing(reviewer), criterion.code


def send(code: str, actor: Actor, criterion: str) -> None:
    with transaction():
        submit_review(get_assigned(code, actor=actor), ReviewInput({criterion: 4}), actor=actor)


def test_criteria_never_change_under_a_review_that_is_sent(own_app) -> None:
    for _ in range(ROUNDS):
        code, cohort, actor, criterion = make_case()

        def add(cohort: str = cohort) -> None:
            with transaction():
                found = application_queries.get_cohort(cohort, actor=SYSTEM)
                add_criterion(found, CriterionInput({"en": "Late"}, 50, {}), actor=SYSTEM)

        outcomes = run_at_once(
            own_app, [lambda code=code, actor=actor, key=criterion: send(code, actor, key), add]
        )

        assert sum(isinstance(each, RegistryError) for each in outcomes) == 1, outcomes
        application = db.session.scalars(sa.select(Application).where(Application.code == code)).one()
        criteria = sa.select(sa.func.count(Criterion.id)).where(Criterion.cohort_id == application.cohort_id)
        scored = (
            sa.select(sa.func.count(Score.criterion_id))
            .join(Score.review)
            .where(Review.application_id == application.id, Review.submitted_at.is_not(None))
        )
        assert db.session.scalar(scored) in {0, db.session.scalar(criteria)}
        db.session.rollback()


def test_a_review_begun_in_two_windows_is_one_review(own_app) -> None:
    code, _cohort, actor, criterion = make_case()

    def begin() -> None:
        with transaction():
            given = ReviewInput({criterion: 3}, "Begun")
            save_review(get_assigned(code, actor=actor), given, version=0, actor=actor)

    outcomes = run_at_once(own_app, [begin] * 4)

    assert outcomes.count(None) == 1
    assert all(each is None or isinstance(each, RegistryError) for each in outcomes), outcomes
    assert len(db.session.scalars(sa.select(Review)).all()) == 1


def test_a_review_is_sent_or_its_assignment_taken_away_never_both(own_app) -> None:
    for _ in range(ROUNDS):
        code, _cohort, actor, criterion = make_case()

        def take(code: str = code, user_id: int | None = actor.user_id) -> None:
            with transaction():
                application = application_queries.get_application(code, actor=SYSTEM)
                unassign_reviewer(application, db.session.get_one(User, user_id), actor=SYSTEM)

        outcomes = run_at_once(
            own_app, [lambda code=code, actor=actor, key=criterion: send(code, actor, key), take]
        )

        assert sum(isinstance(each, RegistryError) for each in outcomes) == 1, outcomes
        key = sa.select(Application.id).where(Application.code == code).scalar_subquery()
        reviews = db.session.scalars(sa.select(Review.id).where(Review.application_id == key)).all()
        assigned = db.session.scalars(
            sa.select(Assignment.user_id).where(Assignment.application_id == key)
        ).all()
        assert len(reviews) == len(assigned)
        db.session.rollback()
