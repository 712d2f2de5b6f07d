"""Who reads which application, and who must not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor, Grant
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ConflictKind, ReviewStatus
from registry.admissions.models import Assignment, ConflictDeclaration, Nomination, Review
from registry.admissions.operations.assignments import (
    assign_automatically,
    assign_reviewer,
    declare_conflict,
    open_assignment,
    unassign_reviewer,
)
from registry.admissions.queries.reviewers import make_plan
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, UserFactory
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.reviewing import COORDINATOR, load, make_reviewer, reviewing


def list_assigned() -> list[tuple[int, int]]:
    statement = sa.select(Assignment.application_id, Assignment.user_id).order_by(Assignment.user_id)
    return [tuple(row) for row in db.session.execute(statement)]


def list_actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_assign_reviewer_gives_the_application_once_and_leaves_a_trace() -> None:
    application, reviewer = load(ApplicationFactory()), make_reviewer()
    with transaction():
        assign_reviewer(application, reviewer, actor=COORDINATOR)

    with pytest.raises(Conflict), transaction():
        assign_reviewer(application, reviewer, actor=COORDINATOR)

    assert list_assigned() == [(application.id, reviewer.id)]
    assert list_actions() == ["admissions:application:assign"]


def test_assign_reviewer_refuses_other_statuses_and_other_roles() -> None:
    reviewer = make_reviewer()

    for status in (S.DRAFT, S.AWAITING_ENDORSEMENT, S.REJECTED):
        with pytest.raises(Conflict):
            assign_reviewer(load(ApplicationFactory(status=status)), reviewer, actor=COORDINATOR)
    for role in (Role.REVIEWER, Role.ADMINISTRATOR, Role.APPLICANT):
        with pytest.raises(NotAllowed):
            assign_reviewer(load(ApplicationFactory()), reviewer, actor=Actor("other", grants=(Grant(role),)))


@pytest.mark.parametrize(
    ("scope", "is_refused"),
    [
        ({}, False),
        ({"country": "UZ"}, False),
        ({"country": "KZ"}, True),
        ({"programme": "elsewhere"}, True),
    ],
    ids=str,
)
def test_assign_reviewer_asks_whether_the_role_covers_cohort_and_state(scope, is_refused) -> None:
    application, reviewer = load(ApplicationFactory(member_state="UZ")), make_reviewer(**scope)

    if is_refused:
        with pytest.raises(InvalidInput) as refusal:
            assign_reviewer(application, reviewer, actor=COORDINATOR)
        assert refusal.value.field == "reviewer"
    else:
        with transaction():
            assign_reviewer(application, reviewer, actor=COORDINATOR)
    assert bool(list_assigned()) is not is_refused


def conflict_by_mail(application, reviewer) -> None:
    application.profile = {"email": "a@staff.review.example"}


def conflict_by_nomination(application, reviewer) -> None:
    db.session.add(
        Nomination(
            application_id=application.id,
            cohort_id=application.cohort_id,
            member_state=application.member_state,
            is_endorsed=True,
            user_id=reviewer.id,
            at=clock.now(),
        )
    )


def conflict_by_organisation(application, reviewer) -> None:
    academy = OrganisationFactory(website="https://www.academy.example/en")
    RoleGrantFactory(user=reviewer, role=Role.SPONSOR, organisation=academy.code, to_at=clock.now())
    application.profile = {"email": "a@academy.example"}


def conflict_by_role(application, reviewer) -> None:
    academy, user = OrganisationFactory(), UserFactory()
    for each in (reviewer, user):
        RoleGrantFactory(user=each, role=Role.SPONSOR, organisation=academy.code)
    application.person.user_id = user.id


def conflict_by_person(application, reviewer) -> None:
    application.person.user_id = reviewer.id


DETECTED = {
    conflict_by_mail: ConflictKind.SAME_MAIL_DOMAIN,
    conflict_by_nomination: ConflictKind.OWN_NOMINATION,
    conflict_by_organisation: ConflictKind.SAME_ORGANISATION,
    conflict_by_role: ConflictKind.SAME_ORGANISATION,
    conflict_by_person: ConflictKind.OWN_APPLICATION,
}


@pytest.mark.parametrize(
    ("cause", "kind"), DETECTED.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_assign_reviewer_refuses_a_conflict_that_the_registry_finds(cause, kind) -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    cause(application, reviewer)

    with pytest.raises(Conflict) as refusal:
        assign_reviewer(load(application), reviewer, actor=COORDINATOR)

    assert str(kind.label) in str(refusal.value)
    assert list_assigned() == []


@pytest.mark.parametrize(
    ("cause", "kind"), DETECTED.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_open_assignment_gives_back_what_the_registry_finds(cause, kind) -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    AssignmentFactory(application=application, user=reviewer, declared_at=None)
    cause(application, reviewer)
    actor = reviewing(reviewer)

    assert open_assignment(load(application), actor=actor) is kind

    assert list_assigned() == []
    assert not policy.can(actor, Permission.APPLICATION_VIEW, load(application))
    assert db.session.scalars(sa.select(ConflictDeclaration.kind)).all() == [kind]


def test_open_assignment_opens_the_content_and_not_before() -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    AssignmentFactory(application=application, user=reviewer, declared_at=None)
    actor = reviewing(reviewer)
    assert not policy.can(actor, Permission.APPLICATION_VIEW, load(application))

    assert open_assignment(load(application), actor=actor) is None

    assert policy.can(actor, Permission.APPLICATION_VIEW, load(application))
    assert list_actions() == ["admissions:application:open_assignment"]


def test_declare_conflict_gives_the_application_to_the_next_who_is_free() -> None:
    application, reviewer, near, next_one = ApplicationFactory(), *(make_reviewer() for _ in range(3))
    AssignmentFactory(application=application, user=reviewer)
    ReviewFactory(
        assignment=db.session.get(Assignment, (application.id, reviewer.id)), status=ReviewStatus.DRAFT
    )
    conflict_by_nomination(application, near)

    with transaction():
        declare_conflict(load(application), ConflictKind.FAMILY, note="My niece", actor=reviewing(reviewer))

    assert list_assigned() == [(application.id, next_one.id)]
    replacement = db.session.get_one(Assignment, (application.id, next_one.id))
    assert replacement.declared_at is None
    assert db.session.scalars(sa.select(Review)).all() == []
    assert list_actions() == ["admissions:application:recuse", "admissions:application:assign"]
    assert "niece" not in str(db.session.scalars(sa.select(AuditEntry.changes)).all())
    with pytest.raises(Conflict):
        assign_reviewer(load(application), reviewer, actor=COORDINATOR)


def test_declare_conflict_where_nobody_is_free_leaves_the_application_without_reviewer() -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    AssignmentFactory(application=application, user=reviewer)

    declare_conflict(load(application), ConflictKind.WORK, actor=reviewing(reviewer))

    assert list_assigned() == []


def test_declare_conflict_needs_a_word_about_another_reason_and_an_assignment() -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    AssignmentFactory(application=application, user=reviewer)

    with pytest.raises(InvalidInput) as refusal:
        declare_conflict(load(application), ConflictKind.OTHER, note=" ", actor=reviewing(reviewer))
    with pytest.raises(NotAllowed):
        declare_conflict(load(application), ConflictKind.WORK, actor=reviewing(make_reviewer()))

    assert refusal.value.field == "note"
    assert list_assigned() == [(application.id, reviewer.id)]


def test_a_review_that_was_sent_stays_with_its_assignment() -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    assignment = AssignmentFactory(application=application, user=reviewer)
    ReviewFactory(assignment=assignment)

    for act in (
        lambda: unassign_reviewer(load(application), reviewer, actor=COORDINATOR),
        lambda: declare_conflict(load(application), ConflictKind.WORK, actor=reviewing(reviewer)),
    ):
        with pytest.raises(Conflict):
            act()

    assert list_assigned() == [(application.id, reviewer.id)]


def test_unassign_reviewer_takes_the_draft_too_and_leaves_a_trace() -> None:
    application, reviewer = ApplicationFactory(), make_reviewer()
    ReviewFactory(
        assignment=AssignmentFactory(application=application, user=reviewer), status=ReviewStatus.DRAFT
    )

    unassign_reviewer(load(application), reviewer, actor=COORDINATOR)

    assert list_assigned() == []
    assert db.session.scalars(sa.select(Review)).all() == []
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.changes) == (
        "admissions:application:unassign",
        {"reviewer": [reviewer.code, None]},
    )


def test_reviewers_are_told_once_a_day_and_of_no_applicant() -> None:
    cohort, reviewer = CohortFactory(), make_reviewer()
    first, second = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    reviewer.locale = "ru"
    for application in (first, second):
        with transaction():
            assign_reviewer(load(application), reviewer, actor=COORDINATOR)

    message = db.session.scalars(sa.select(Message)).one()

    assert (message.user_id, message.address, message.locale) == (reviewer.id, reviewer.email, "ru")
    assert "/reviews" in message.body
    for application in (first, second):
        assert application.code not in message.body
        assert application.listed_name not in message.subject + message.body
    with clock.travel(clock.now() + timedelta(days=1)), transaction():
        third = load(ApplicationFactory(cohort=cohort))
        assign_automatically(third.cohort, per_application=1, actor=COORDINATOR)
    assert len(db.session.scalars(sa.select(Message)).all()) == 2


# -- By the rule


def test_assign_automatically_fills_up_and_keeps_conflicts_away() -> None:
    cohort = CohortFactory()
    first, second, third = (make_reviewer() for _ in range(3))
    read, unread, other = (ApplicationFactory(cohort=cohort) for _ in range(3))
    ApplicationFactory(cohort=cohort, status=S.REJECTED)
    AssignmentFactory(application=read, user=first)
    conflict_by_nomination(unread, second)
    db.session.add(
        ConflictDeclaration(
            application_id=other.id, user_id=third.id, kind=ConflictKind.WORK, declared_at=clock.now()
        )
    )
    db.session.flush()

    with transaction():
        n = assign_automatically(cohort, per_application=2, actor=COORDINATOR)

    given = set(list_assigned())
    assert (n, len(given)) == (5, 6)
    assert {user for key, user in given if key == unread.id} == {first.id, third.id}
    assert {user for key, user in given if key == other.id} == {first.id, second.id}
    assert first.id in {user for key, user in given if key == read.id}
    assert list_actions() == ["admissions:application:assign"] * 5
    assert assign_automatically(cohort, per_application=2, actor=COORDINATOR) == 0


def test_assign_automatically_refuses_a_plan_that_has_changed() -> None:
    cohort = CohortFactory()
    make_reviewer()
    ApplicationFactory(cohort=cohort)
    shown = make_plan(cohort, 1)
    ApplicationFactory(cohort=cohort)

    with pytest.raises(Conflict):
        assign_automatically(cohort, per_application=1, digest=shown.digest, actor=COORDINATOR)
    assert list_assigned() == []

    digest = make_plan(cohort, 1).digest
    with transaction():
        assert assign_automatically(cohort, per_application=1, digest=digest, actor=COORDINATOR) == 2


def test_make_plan_names_what_nobody_is_left_to_read() -> None:
    cohort = CohortFactory()
    make_reviewer(country="KZ")
    own, foreign = (ApplicationFactory(cohort=cohort, member_state=state) for state in ("KZ", "UZ"))

    plan = make_plan(cohort, 2)

    assert plan.short == {own.id: 1, foreign.id: 2}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR, Role.SPONSOR], ids=str)
def test_only_who_runs_the_selection_assigns(role) -> None:
    with pytest.raises(NotAllowed):
        assign_automatically(
            CohortFactory(), per_application=1, actor=Actor("x", user_id=1, grants=(Grant(role),))
        )
