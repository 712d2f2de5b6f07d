"""By what reviewers score: set by the coordinator, fixed with the first review."""

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ReviewStatus
from registry.admissions.models import Criterion, Score
from registry.admissions.operations.criteria import (
    MOST_CRITERIA,
    CriterionInput,
    add_criterion,
    edit_criterion,
    move_criterion,
    remove_criterion,
)
from registry.admissions.queries.criteria import list_criteria
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed, StaleWrite
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.reviewing import COORDINATOR, make_criteria

IDEA = CriterionInput({"en": "Idea", "ru": "Идея"}, 60, {"1": {"en": "None"}, "5": {"en": "Ready to sell"}})


def names(cohort) -> list[str]:
    return [each.labels["en"] for each in list_criteria(cohort.id)]


def test_criteria_are_added_changed_moved_and_removed() -> None:
    cohort = CohortFactory()
    make_criteria(cohort, 50, 50)
    added = add_criterion(cohort, IDEA, actor=COORDINATOR)
    assert (added.weight, added.anchors["5"]) == (60, {"en": "Ready to sell"})
    assert names(cohort) == ["Criterion 1", "Criterion 2", "Idea"]

    move_criterion(cohort, added, up=True, actor=COORDINATOR)
    move_criterion(cohort, added, up=True, actor=COORDINATOR)
    move_criterion(cohort, added, up=True, actor=COORDINATOR)
    assert names(cohort) == ["Idea", "Criterion 1", "Criterion 2"]

    edit_criterion(
        cohort, added, CriterionInput({"en": "Plan"}, 10, {}), version=added.version, actor=COORDINATOR
    )
    assert (names(cohort)[0], added.weight, added.anchors) == ("Plan", 10, {})

    remove_criterion(cohort, added, actor=COORDINATOR)
    assert names(cohort) == ["Criterion 1", "Criterion 2"]


def test_an_older_page_tells_what_changed() -> None:
    cohort = CohortFactory()
    criterion = add_criterion(cohort, IDEA, actor=COORDINATOR)
    shown = criterion.version
    edit_criterion(
        cohort, criterion, CriterionInput(IDEA.labels, 20, IDEA.anchors), version=shown, actor=COORDINATOR
    )

    with pytest.raises(StaleWrite) as refusal:
        edit_criterion(cohort, criterion, IDEA, version=shown, actor=COORDINATOR)

    assert refusal.value.changes == {"weight": (60, 20)}


def test_a_draft_leaves_the_criteria_open_and_a_review_that_was_sent_fixes_them() -> None:
    cohort = CohortFactory()
    criterion, other = make_criteria(cohort, 50, 50)
    assignment = AssignmentFactory(application=ApplicationFactory(cohort=cohort))
    draft = ReviewFactory(assignment=assignment, status=ReviewStatus.DRAFT)
    db.session.add(Score(review_id=draft.id, criterion_id=other.id, value=3))
    db.session.flush()
    remove_criterion(cohort, other, actor=COORDINATOR)
    assert db.session.scalars(sa.select(Score.value)).all() == []

    ReviewFactory(assignment__application=ApplicationFactory(cohort=cohort))

    for act in (
        lambda: add_criterion(cohort, IDEA, actor=COORDINATOR),
        lambda: edit_criterion(cohort, criterion, IDEA, version=None, actor=COORDINATOR),
        lambda: move_criterion(cohort, criterion, up=False, actor=COORDINATOR),
        lambda: remove_criterion(cohort, criterion, actor=COORDINATOR),
    ):
        with pytest.raises(Conflict, match="The first review was sent"):
            act()
    assert names(cohort) == ["Criterion 1"]


def test_another_cohort_stays_open() -> None:
    ReviewFactory()

    assert add_criterion(CohortFactory(), IDEA, actor=COORDINATOR).weight == 60


def test_nobody_needs_more_than_twelve() -> None:
    cohort = CohortFactory()
    make_criteria(cohort, *[1] * MOST_CRITERIA)

    with pytest.raises(Conflict):
        add_criterion(cohort, IDEA, actor=COORDINATOR)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FOCAL_POINT, Role.SPONSOR, Role.APPLICANT], ids=str)
def test_only_who_plans_the_cohort_sets_criteria(role) -> None:
    with pytest.raises(NotAllowed):
        add_criterion(CohortFactory(), IDEA, actor=Actor("x", user_id=1, grants=(Grant(role, country="UZ"),)))

    assert db.session.scalars(sa.select(Criterion)).all() == []
