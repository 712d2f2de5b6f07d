"""What the tests of reviews need: a cohort with criteria, and reviewers with their roles."""

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import User
from registry.admissions.models import Application, Criterion
from registry.admissions.queries.scope import _visible_to
from registry.catalogue.models import Cohort
from registry.core.database import db
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.admissions import CriterionFactory
from tests.factories.base import next_code

COORDINATOR = Actor("coordinator", user_id=None, grants=(Grant(Role.COORDINATOR),))


def coordinating() -> Actor:
    """A coordinator who is signed in."""
    return Actor("coordinator", user_id=StaffFactory().id, grants=(Grant(Role.COORDINATOR),))


def make_reviewer(**scope: str) -> User:
    """A reviewer whose address says nothing about any applicant."""
    user = StaffFactory(email=f"{next_code().lower()}@review.example")
    RoleGrantFactory(user=user, role=Role.REVIEWER, **scope)
    return user


def reviewing(user: User, **scope: str) -> Actor:
    """The reviewer, signed in."""
    return Actor(f"reviewer:{user.code}", user_id=user.id, grants=(Grant(Role.REVIEWER, **scope),))


def make_criteria(cohort: Cohort, *weights: int) -> list[Criterion]:
    return [
        CriterionFactory(cohort_id=cohort.id, position=position, weight=weight)
        for position, weight in enumerate(weights, 1)
    ]


def load(application: Application) -> Application:
    """As a door loads it, with cohort, programme and assignments."""
    db.session.flush()
    db.session.expire_all()
    statement = _visible_to(Actor.system("test")).where(Application.id == application.id)
    return db.session.scalars(statement).unique().one()
