"""Roles given and ended: scope, dates, trail, and what the next request may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts import rules
from registry.accounts.models import RoleGrant
from registry.accounts.operations.roles import NewGrant, end_role, grant_role
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, UserFactory
from tests.factories.catalogue import ProgrammeFactory
from tests.factories.places import CountryFactory
from tests.integration.accounts.conftest import mails, make_staff_account

ADMINISTRATOR = Actor("administrator:X", user_id=0, grants=(Grant(Role.ADMINISTRATOR),))


@pytest.fixture
def _named() -> None:
    ProgrammeFactory(slug="incubator")
    CountryFactory(code="KZ")
    OrganisationFactory(code="unctad")


@pytest.mark.usefixtures("_named")
@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (NewGrant(Role.ADMINISTRATOR), None),
        (NewGrant(Role.REVIEWER), None),
        (NewGrant(Role.REVIEWER, programme="incubator"), None),
        (NewGrant(Role.COORDINATOR, programme="incubator"), None),
        (NewGrant(Role.FOCAL_POINT, country="KZ"), None),
        (NewGrant(Role.FOCAL_POINT, country="KZ", programme="incubator"), None),
        (NewGrant(Role.SPONSOR, organisation="unctad"), None),
        (NewGrant(Role.APPLICANT), "role"),
        (NewGrant(Role.SYSTEM), "role"),
        (NewGrant(Role.COORDINATOR), "programme"),
        (NewGrant(Role.COORDINATOR, programme="nothing"), "programme"),
        (NewGrant(Role.FOCAL_POINT), "country"),
        (NewGrant(Role.FOCAL_POINT, country="ZZ"), "country"),
        (NewGrant(Role.FOCAL_POINT, country="KZ", organisation="unctad"), "organisation"),
        (NewGrant(Role.SPONSOR), "organisation"),
        (NewGrant(Role.SPONSOR, organisation="unctad", programme="incubator"), "programme"),
        (NewGrant(Role.ADMINISTRATOR, programme="incubator"), "programme"),
        (NewGrant(Role.ADMINISTRATOR, country="KZ"), "country"),
    ],
)
def test_a_role_has_the_scope_it_needs(wanted: NewGrant, field: str | None) -> None:
    user = UserFactory()
    if field is None:
        with transaction():
            grant = grant_role(user, wanted, actor=ADMINISTRATOR)
        assert (
            grant.role,
            grant.programme,
            grant.country,
            grant.organisation,
            grant.from_at,
            grant.to_at,
        ) == (
            wanted.role,
            wanted.programme,
            wanted.country,
            wanted.organisation,
            clock.now(),
            None,
        )
        return
    with pytest.raises(InvalidInput) as refused, transaction():
        grant_role(user, wanted, actor=ADMINISTRATOR)
    assert refused.value.field == field


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.SYSTEM}])
def test_only_administrators_grant_and_end(role: Role) -> None:
    actor = Actor("somebody", user_id=0, grants=(Grant(role, country="KZ", organisation="x"),))
    grant = RoleGrantFactory()

    with pytest.raises(NotAllowed):
        grant_role(UserFactory(), NewGrant(Role.ADMINISTRATOR), actor=actor)
    with pytest.raises(NotAllowed):
        end_role(grant, actor=actor, reason="x")


def test_the_same_role_twice_is_refused() -> None:
    user = UserFactory()
    with transaction():
        first = grant_role(user, NewGrant(Role.ADMINISTRATOR), actor=ADMINISTRATOR)
    with pytest.raises(Conflict), transaction():
        grant_role(user, NewGrant(Role.ADMINISTRATOR), actor=ADMINISTRATOR)
    with transaction():
        end_role(first, actor=ADMINISTRATOR, reason="moved on")
        grant_role(user, NewGrant(Role.ADMINISTRATOR), actor=ADMINISTRATOR)

    assert len(db.session.scalars(sa.select(RoleGrant)).all()) == 2


def test_granting_and_ending_leave_a_trail_and_a_mail() -> None:
    user = UserFactory(locale="ru")
    with transaction():
        grant = grant_role(user, NewGrant(Role.ADMINISTRATOR), actor=ADMINISTRATOR)
    with transaction():
        end_role(grant, actor=ADMINISTRATOR, reason="moved on")

    entries = [
        (entry.action, entry.actor_label, entry.object_code, entry.reason, entry.changes.get("user"))
        for entry in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    ]
    assert entries == [
        ("accounts:role:grant", "administrator:X", grant.code, None, user.code),
        ("accounts:role:end", "administrator:X", grant.code, "moved on", user.code),
    ]
    changes = db.session.scalars(sa.select(AuditEntry.changes).order_by(AuditEntry.id)).all()
    assert changes[1]["to_at"] == [None, clock.now().isoformat()]
    assert [(mail.kind, mail.locale) for mail in mails()] == [("role_granted", "ru"), ("role_ended", "ru")]


def test_what_is_over_cannot_be_ended_again() -> None:
    grant = RoleGrantFactory(to_at=clock.now())
    with pytest.raises(IllegalTransition):
        end_role(grant, actor=ADMINISTRATOR, reason="x")
    with pytest.raises(InvalidInput):
        end_role(RoleGrantFactory(), actor=ADMINISTRATOR, reason=" ")


def test_a_role_to_come_that_is_ended_never_begins() -> None:
    grant = RoleGrantFactory(from_at=clock.now() + timedelta(days=3))
    with transaction():
        end_role(grant, actor=ADMINISTRATOR, reason="x")

    assert not any(rules.is_in_force(grant, clock.now() + timedelta(days=day)) for day in range(9))


def test_a_role_counts_between_its_dates_and_until_the_next_request(
    client: RegistryClient, sign_in: Callable[..., TestResponse]
) -> None:
    user = make_staff_account("aigerim@example.org")
    now = clock.now()
    grant = RoleGrantFactory(
        user=user, role=Role.ADMINISTRATOR, from_at=now + timedelta(hours=1), to_at=now + timedelta(hours=2)
    )
    sign_in()
    statuses = []
    for minutes in (59, 60, 119, 120):
        with clock.travel(now + timedelta(minutes=minutes)):
            statuses.append(client.get("/admin").status_code)
    assert statuses == [403, 200, 200, 403]

    grant.to_at = None
    with clock.travel(now + timedelta(hours=3)):
        assert client.get("/admin").status_code == 200
        with transaction():
            end_role(db.session.merge(grant), actor=ADMINISTRATOR, reason="x")
        assert client.get("/admin").status_code == 403
