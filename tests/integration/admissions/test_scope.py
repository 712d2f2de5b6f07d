"""What a list may hold and what a rule lets one open are the same, for every role and scope of grant."""

from itertools import product

import pytest

from registry.access import policy
from registry.access.actor import ANONYMOUS, Actor, Grant
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Application
from registry.admissions.queries.scope import _visible_to
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.admissions import ApplicationFactory, AssignmentFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory

SCOPES = [
    {"programme": programme, "country": country}
    for programme, country in product((None, "near", "far"), (None, "KZ", "UZ"))
]
GRANTS = {
    role.value: [(Grant(role, **scope),) for scope in SCOPES] for role in Role if role is not Role.SYSTEM
}
SEVERAL = [
    (Grant(Role.FOCAL_POINT, country="KZ"), Grant(Role.REVIEWER, programme="far")),
    (Grant(Role.FOCAL_POINT, country="KZ", programme="near"), Grant(Role.FOCAL_POINT, country="UZ")),
    (Grant(Role.COORDINATOR, programme="near"), Grant(Role.FOCAL_POINT, country="UZ", programme="far")),
]


@pytest.fixture
def reviewer() -> User:
    return UserFactory()


@pytest.fixture
def reviewer_id(reviewer: User) -> int:
    return reviewer.id


@pytest.fixture
def applications(reviewer: User) -> dict[str, Application]:
    """One of each: programme, state, sent or never sent, assigned to the reviewer, opened or not, or to another one."""
    made = {}
    for slug in ("near", "far"):
        cohort = CohortFactory(programme=ProgrammeFactory(slug=slug))
        for state, status in product(("KZ", "UZ"), (S.DRAFT, S.UNDER_REVIEW, S.NOT_ENDORSED)):
            for whose in ("mine", "unopened", "theirs", "nobody's"):
                application = ApplicationFactory(cohort=cohort, member_state=state, status=status)
                if whose == "mine":
                    AssignmentFactory(application=application, user=reviewer)
                elif whose == "unopened":
                    AssignmentFactory(application=application, user=reviewer, declared_at=None)
                elif whose == "theirs":
                    AssignmentFactory(application=application)
                made[f"{slug} {state} {status} {whose}"] = application
    db.session.expire_all()
    return made


def _seen(actor: Actor, role: Role | None = None) -> set[int]:
    return {application.id for application in db.session.scalars(_visible_to(actor, role)).unique()}


@pytest.mark.parametrize("several", [*GRANTS.values(), SEVERAL], ids=[*GRANTS, "several"])
def test_scope_holds_exactly_what_the_rule_grants(several, applications, reviewer_id) -> None:
    everything = db.session.scalars(_visible_to(Actor.system("test"))).unique().all()
    assert {each.id for each in everything} == {each.id for each in applications.values()}

    for grants in several:
        actor = Actor("somebody", user_id=reviewer_id, grants=grants)

        allowed = {each.id for each in everything if policy.can(actor, Permission.APPLICATION_VIEW, each)}

        assert _seen(actor) == allowed, grants


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (Grant(Role.COORDINATOR, programme="near"), ("near KZ", "near UZ")),
        (Grant(Role.COORDINATOR, country="KZ"), ()),
        (Grant(Role.FOCAL_POINT, country="KZ"), ("near KZ", "far KZ")),
        (Grant(Role.FOCAL_POINT, country="KZ", programme="near"), ("near KZ",)),
        (Grant(Role.ADMINISTRATOR), ()),
        (Grant(Role.SPONSOR, organisation="demo"), ()),
        (Grant(Role.APPLICANT), ()),
    ],
    ids=str,
)
def test_scope_by_role_holds_the_expected_states(grant, expected, applications) -> None:
    seen = _seen(Actor("somebody", user_id=0, grants=(grant,)))

    assert seen == {
        application.id
        for name, application in applications.items()
        if " ".join(name.split()[:2]) in expected and S.DRAFT not in name
    }


def test_reviewers_see_what_is_assigned_to_them_within_their_grant(applications, reviewer_id) -> None:
    actor = Actor("reviewer", user_id=reviewer_id, grants=(Grant(Role.REVIEWER, programme="far"),))

    assert _seen(actor) == {
        application.id
        for name, application in applications.items()
        if name.startswith("far") and name.endswith("mine") and S.DRAFT not in name
    }


def test_a_room_holds_what_its_role_shows(applications, reviewer_id) -> None:
    both = Actor(
        "both", user_id=reviewer_id, grants=(Grant(Role.FOCAL_POINT, country="KZ"), Grant(Role.REVIEWER))
    )

    assert _seen(both, Role.FOCAL_POINT) == _seen(Actor("one", grants=both.grants[:1]))
    assert _seen(both, Role.REVIEWER) == _seen(Actor("two", user_id=reviewer_id, grants=both.grants[1:]))
    assert _seen(both) == _seen(both, Role.FOCAL_POINT) | _seen(both, Role.REVIEWER)


def test_visitors_see_nothing(applications) -> None:
    assert _seen(ANONYMOUS) == set()
