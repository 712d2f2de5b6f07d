"""Who reads which application."""

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Assignment
from registry.admissions.operations.reviews import assign_reviewer
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.admissions import ApplicationFactory

COORDINATOR = Actor("coordinator", grants=(Grant(Role.COORDINATOR),))


def test_assign_reviewer_gives_the_application_once_and_leaves_a_trace() -> None:
    application, reviewer = ApplicationFactory(), UserFactory()
    with transaction():
        assign_reviewer(application, reviewer, actor=COORDINATOR)

    with pytest.raises(Conflict), transaction():
        assign_reviewer(application, reviewer, actor=COORDINATOR)

    given = db.session.execute(sa.select(Assignment.application_id, Assignment.user_id)).all()
    assert given == [(application.id, reviewer.id)]
    actions = db.session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == ["admissions:application:assign"]


def test_assign_reviewer_refuses_drafts_and_other_roles() -> None:
    reviewer = UserFactory()

    with pytest.raises(Conflict):
        assign_reviewer(ApplicationFactory(status=S.DRAFT), reviewer, actor=COORDINATOR)
    for role in (Role.REVIEWER, Role.ADMINISTRATOR, Role.APPLICANT):
        with pytest.raises(NotAllowed):
            assign_reviewer(ApplicationFactory(), reviewer, actor=Actor("other", grants=(Grant(role),)))
