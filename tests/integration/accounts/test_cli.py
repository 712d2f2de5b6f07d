"""Roles and accounts from the command line, by the same operations."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from registry.access.roles import Role
from registry.accounts.models import RoleGrant, User
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.factories.catalogue import ProgrammeFactory
from tests.integration.accounts.conftest import make_account, make_staff_account


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["accounts", *arguments], input=typed)
    db.session.expire_all()
    return result


def grants() -> list[RoleGrant]:
    return list(db.session.scalars(sa.select(RoleGrant).order_by(RoleGrant.id)))


def test_grant_list_and_end(app: Flask) -> None:
    user = make_account()
    ProgrammeFactory(slug="incubator")

    granted = run(
        app,
        "grant",
        user.email,
        "coordinator",
        "--programme=incubator",
        "--from=2027-03-01",
        "--until=2027-06-01",
    )
    assert granted.exit_code == 0, granted.output
    (grant,) = grants()
    assert (grant.role, grant.programme, grant.from_at, grant.to_at) == (
        Role.COORDINATOR,
        "incubator",
        datetime(2027, 3, 1, tzinfo=UTC),
        datetime(2027, 6, 1, tzinfo=UTC),
    )
    listed = run(app, "list", "--role=coordinator").output
    assert listed == f"{grant.code}\tcoordinator\tincubator\t{user.email}\t2027-03-01\t2027-06-01\n"

    ended = run(app, "end", grant.code, "--reason=left")
    assert ended.exit_code == 0
    assert grants()[0].to_at == clock.now()
    assert run(app, "list").output == ""
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_label, AuditEntry.reason).order_by(AuditEntry.id)
    ).all()
    assert [tuple(entry) for entry in entries] == [
        ("accounts:role:grant", "system:cli", None),
        ("accounts:role:end", "system:cli", "left"),
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nobody@example.org", "administrator"), "There is no account"),
        (("aigerim@example.org", "coordinator"), "(programme)"),
        (("aigerim@example.org", "coordinator", "--programme=nothing"), "(programme)"),
        (("aigerim@example.org", "focal_point"), "(country)"),
        (("aigerim@example.org", "focal_point", "--country=ZZ"), "(country)"),
        (("aigerim@example.org", "sponsor", "--organisation=nobody"), "(organisation)"),
        (("aigerim@example.org", "administrator", "--until=2027-01-01"), "(until)"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    app: Flask, arguments: tuple[str, ...], complaint: str
) -> None:
    make_account()

    result = run(app, "grant", *arguments)

    assert result.exit_code == 1
    assert complaint in result.output
    assert grants() == []


def test_the_first_administrator(app: Flask) -> None:
    typed = "a long enough secret\n"
    result = run(app, "create-administrator", "Root@Example.org", typed=typed * 2)

    assert result.exit_code == 0, result.output
    user = db.session.scalars(sa.select(User)).one()
    assert (user.email, user.confirmed_at, user.is_demo) == ("root@example.org", clock.now(), False)
    assert [(grant.role, grant.user_id) for grant in grants()] == [(Role.ADMINISTRATOR, user.id)]


def test_a_weak_password_makes_no_administrator(app: Flask) -> None:
    result = run(app, "create-administrator", "root@example.org", typed="password123\n" * 2)

    assert result.exit_code == 1
    assert db.session.scalars(sa.select(User)).all() == []


def test_a_lost_telephone(app: Flask) -> None:
    user = make_staff_account()
    result = run(app, "reset-second-step", user.email, "--reason=lost telephone")

    assert result.exit_code == 0, result.output
    assert (user.totp_secret, user.totp_confirmed_at) == (None, None)
