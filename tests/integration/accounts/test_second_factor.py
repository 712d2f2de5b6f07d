"""Staff set up the second step before anything else; codes and recovery codes work once."""

import re
from collections.abc import Callable
from threading import Barrier, Thread

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import queries
from registry.accounts.models import RecoveryCode, User
from registry.accounts.operations import sessions
from registry.accounts.operations.second_factors import take_second_factor
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.factories.accounts import RoleGrantFactory
from tests.integration.accounts.conftest import (
    PASSWORD,
    current_code,
    is_signed_in,
    mails,
    make_account,
    make_staff_account,
)

SignIn = Callable[..., TestResponse]


def set_up(client: RegistryClient, user: User) -> list[str]:
    """Switch it on by the pages; returns the recovery codes."""
    assert client.post("/account/second-step/begin").location == "/account/second-step/set-up"
    page = client.get("/account/second-step/set-up").get_data(as_text=True)
    db.session.refresh(user)
    assert user.totp_secret is not None
    assert user.totp_secret in page.replace(" ", "")
    assert 'src="data:image/svg+xml' in page
    code = pyotp.TOTP(user.totp_secret).at(clock.now())
    response = client.post("/account/second-step/set-up", data={"code": code})
    assert (response.status_code, response.location) == (303, "/account/second-step/recovery-codes")
    page = client.get(response.location).get_data(as_text=True)
    return re.findall(r"<bdi>(\w{4}-\w{4}-\w{4})</bdi>", page)


def test_setting_up_shows_the_recovery_codes_once(
    client: RegistryClient, app: Flask, sign_in: SignIn
) -> None:
    user = make_account()
    telephone = app.test_client()
    sign_in()
    sign_in(browser=telephone)

    codes = set_up(client, user)

    assert len(set(codes)) == 10
    assert client.get("/account/second-step/recovery-codes").status_code == 303
    assert [is_signed_in(each) for each in (client, telephone)] == [True, False]
    assert [mail.kind for mail in mails()] == ["second_factor_changed"]
    stored = list(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert not set(codes) & set(stored)
    other = app.test_client()
    other.post("/account/sign-in", data={"email": user.email, "password": PASSWORD})
    assert other.post("/account/sign-in/code", data={"code": codes[0]}).status_code == 303


def test_a_wrong_code_switches_nothing_on(client: RegistryClient, sign_in: SignIn) -> None:
    user = make_account()
    sign_in()
    client.post("/account/second-step/begin")

    assert client.post("/account/second-step/set-up", data={"code": "000000"}).status_code == 422
    assert user.totp_confirmed_at is None


@pytest.mark.parametrize(
    "path", ["/account", "/account/settings", "/my/messages", "/start", "/account/password"]
)
def test_staff_are_led_to_the_second_step_first(client: RegistryClient, sign_in: SignIn, path: str) -> None:
    user = make_account()
    RoleGrantFactory(user=user, role=Role.ADMINISTRATOR)
    sign_in()

    response = client.get(path)
    assert (response.status_code, response.location) == (303, f"/account/second-step?next={path}")

    set_up(client, user)
    assert client.get(path).location != response.location


def test_staff_without_the_second_step_have_no_staff_rights() -> None:
    user = make_account()
    RoleGrantFactory(user=user, role=Role.ADMINISTRATOR)
    with transaction():
        token = sessions.start_session(user, browser="")

    owing = queries.get_actor(token)
    waived = queries.get_actor(token, second_factor_required=False)

    assert owing is not None
    assert waived is not None
    assert (owing.roles, owing.owes_second_factor) == ({Role.APPLICANT}, True)
    assert (waived.roles, waived.owes_second_factor) == ({Role.APPLICANT, Role.ADMINISTRATOR}, False)


def test_the_demo_configuration_waives_it(
    app: Flask, client: RegistryClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    RoleGrantFactory(user=make_account(), role=Role.ADMINISTRATOR)
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", False)
    sign_in()

    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("action", ["renew-codes", "remove"])
def test_weakening_the_account_needs_the_password(
    client: RegistryClient, sign_in: SignIn, action: str
) -> None:
    user = make_staff_account("aigerim@example.org")
    sign_in()
    path = f"/account/second-step/{action}"

    assert client.post(path, data={"password": "not this one"}).status_code == 422
    db.session.refresh(user)
    assert user.totp_confirmed_at is not None
    assert client.post(path, data={"password": PASSWORD}).status_code == 303
    db.session.refresh(user)
    assert (user.totp_confirmed_at is None) == (action == "remove")
    assert queries.count_recovery_codes(user.id) == (0 if action == "remove" else 10)


def test_a_lost_telephone_ends_every_session(client: RegistryClient, sign_in: SignIn) -> None:
    user = make_staff_account("aigerim@example.org")
    sign_in()
    with transaction():
        take_second_factor(user, actor=Actor.system("test"), reason="lost")

    assert not is_signed_in(client)
    assert sign_in().location == "/start"


@pytest.mark.committed
def test_of_two_who_send_the_same_code_at_once_one_gets_in(committed_database: Flask) -> None:
    app = committed_database
    with app.app_context(), transaction():
        user = make_staff_account()
        tokens = [
            sessions.sign_in(user.email, password_hash=user.password_hash, browser="") for _ in range(4)
        ]
    moment, code = clock.now(), current_code()
    barrier = Barrier(len(tokens))
    results: list[bool] = []

    def enter(token: str) -> None:
        with app.app_context(), clock.travel(moment):
            barrier.wait()
            try:
                with transaction():
                    sessions.give_code(token, code, browser="")
            except Exception as error:  # noqa: BLE001 -- whatever refused, it is not the one that got in
                results.append(type(error).__name__ == "never")
            else:
                results.append(True)

    threads = [Thread(target=enter, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False, False, False, True]
