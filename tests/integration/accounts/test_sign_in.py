"""Signing in and out: one refusal for every reason, sessions that die on the server, a second step."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from registry.access.roles import Role
from registry.accounts import queries
from registry.accounts.models import RecoveryCode, UserSession
from registry.core import clock
from registry.core.codes import hash_token
from registry.core.database import db
from tests.client import RegistryClient
from tests.factories.accounts import RoleGrantFactory
from tests.integration.accounts.conftest import (
    OTHER_PASSWORD,
    PASSWORD,
    current_code,
    is_signed_in,
    living_sessions,
    make_account,
    make_staff_account,
)

SignIn = Callable[..., TestResponse]


def test_sign_in_with_the_right_password_goes_on(client: RegistryClient, sign_in: SignIn) -> None:
    make_account(locale="ru")
    response = client.post(
        "/account/sign-in?next=/my/messages?page=2",
        data={"email": " Aigerim@example.org ", "password": PASSWORD},
    )

    assert (response.status_code, response.location) == (303, "/my/messages?page=2")
    assert is_signed_in(client)
    assert 'lang="ru"' in client.get("/account").get_data(as_text=True)


@pytest.mark.parametrize(
    "destination",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"],
)
def test_sign_in_goes_nowhere_else(client: RegistryClient, destination: str) -> None:
    make_account()
    response = client.post(
        "/account/sign-in",
        query_string={"next": destination},
        data={"email": "aigerim@example.org", "password": PASSWORD},
    )

    assert response.location == "/start"


def test_every_refusal_reads_the_same(client: RegistryClient) -> None:
    make_account()
    make_account("unconfirmed@example.org", confirmed_at=None)
    make_account("locked@example.org", locked_until_at=clock.now() + timedelta(minutes=1))
    pages = set()
    for email, password in [
        ("aigerim@example.org", OTHER_PASSWORD),
        ("never@example.org", PASSWORD),
        ("unconfirmed@example.org", PASSWORD),
        ("locked@example.org", PASSWORD),
    ]:
        response = client.post("/account/sign-in", data={"email": email, "password": password})
        assert response.status_code == 422
        page = response.get_data(as_text=True)
        assert f'value="{email}"' in page
        assert password not in page
        pages.add(re.sub(r'name="csrf_token" value="[^"]*"', "", page).replace(email, "ADDRESS"))

    assert len(pages) == 1
    assert living_sessions() == 0


def test_an_unknown_address_costs_a_hash_too(client: RegistryClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.accounts import passwords  # The module whose hasher is watched.

    checked = []
    real = passwords._Settings.hasher

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored[:7])
            return real.verify(stored, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

    monkeypatch.setattr(passwords._Settings, "hasher", Watched())
    make_account()
    for email in ("aigerim@example.org", "never@example.org"):
        client.post("/account/sign-in", data={"email": email, "password": OTHER_PASSWORD})

    assert checked == ["$argon2", "$argon2"]


def test_failures_lock_for_longer_and_longer_and_success_forgets_them(
    client: RegistryClient, sign_in: SignIn
) -> None:
    user = make_account()
    moment = clock.now()
    locks = []
    for _ in range(12):
        with clock.travel(moment):
            sign_in(password=OTHER_PASSWORD)
            db.session.refresh(user)
            until = user.locked_until_at
            locks.append(int((until - moment).total_seconds() // 60) if until else 0)
            moment = max(until or moment, moment)

    assert locks == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    with clock.travel(moment):
        assert sign_in().status_code == 303
    db.session.refresh(user)
    assert (user.failures, user.locked_until_at) == (0, None)


def test_a_locked_account_refuses_the_right_password(client: RegistryClient, sign_in: SignIn) -> None:
    make_account(locked_until_at=clock.now() + timedelta(seconds=1))

    assert sign_in().status_code == 422
    with clock.travel(clock.now() + timedelta(seconds=1)):
        assert sign_in().status_code == 303


def test_only_the_hash_of_a_session_is_stored_and_it_changes_at_sign_in(
    client: RegistryClient, sign_in: SignIn
) -> None:
    make_account()
    tokens = []
    for _ in range(2):
        sign_in()
        with client.session_transaction() as cookie:
            tokens.append(cookie["_user_id"])

    assert tokens[0] != tokens[1]
    stored = set(db.session.scalars(sa.select(UserSession.token_hash)))
    assert stored == {hash_token(token) for token in tokens}


def test_sign_out_kills_the_session_on_the_server(client: RegistryClient, sign_in: SignIn) -> None:
    make_account()
    sign_in()
    thief = client.application.test_client()
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    assert is_signed_in(thief)

    response = client.post("/account/sign-out")

    assert (response.status_code, response.location) == (303, "/account/sign-in")
    assert not is_signed_in(client)
    assert not is_signed_in(thief)
    assert living_sessions() == 0


def test_sign_out_is_not_a_link(client: RegistryClient, sign_in: SignIn) -> None:
    make_account()
    sign_in()

    assert client.get("/account/sign-out").status_code == 405
    assert is_signed_in(client)


@pytest.mark.parametrize(("staff", "lifetime"), [(False, timedelta(days=30)), (True, timedelta(hours=12))])
def test_a_session_ends_by_itself(
    app: Flask, client: RegistryClient, sign_in: SignIn, staff: bool, lifetime: timedelta
) -> None:
    user = make_staff_account("aigerim@example.org") if staff else make_account()
    if staff:
        RoleGrantFactory(user=user, role=Role.ADMINISTRATOR)
    sign_in()
    end = clock.now() + lifetime

    with clock.travel(end - timedelta(seconds=1)):
        assert is_signed_in(client)
    with clock.travel(end):
        assert not is_signed_in(client)


def test_one_can_end_the_own_sessions_only(client: RegistryClient, sign_in: SignIn) -> None:
    make_account()
    make_account("other@example.org")
    telephone = client.application.test_client()
    stranger = client.application.test_client()
    sign_in()
    sign_in(browser=telephone)
    sign_in("other@example.org", browser=stranger)
    marks = {
        each.user.email: each.mark
        for each in db.session.scalars(sa.select(UserSession).order_by(UserSession.id))
    }

    assert client.post("/account/sessions/end", data={"mark": marks["other@example.org"]}).status_code == 404
    response = client.post("/account/sessions/end", data={"mark": marks["aigerim@example.org"]})

    assert (response.status_code, response.location) == (303, "/account/sessions")
    assert [is_signed_in(each) for each in (client, telephone, stranger)] == [True, False, True]
    page = client.get("/account/sessions").get_data(as_text=True)
    assert page.count("<tr>") == 2


def test_a_second_step_is_asked_before_anything_opens(client: RegistryClient) -> None:
    make_staff_account()
    response = client.post(
        "/account/sign-in?next=/account/sessions",
        data={"email": "staff@example.org", "password": PASSWORD},
    )

    assert response.location == "/account/sign-in/code?next=/account/sessions"
    assert not is_signed_in(client)
    response = client.post(response.location, data={"code": f" {current_code()[:3]} {current_code()[3:]} "})
    assert (response.status_code, response.location) == (303, "/account/sessions")
    assert is_signed_in(client)


def test_a_code_works_once(client: RegistryClient, sign_in: SignIn) -> None:
    make_staff_account()
    assert sign_in("staff@example.org").status_code == 303
    other = client.application.test_client()

    response = sign_in("staff@example.org", browser=other)

    assert response.status_code == 422
    assert not is_signed_in(other)
    with clock.travel(clock.now() + timedelta(seconds=30)):
        assert sign_in("staff@example.org", browser=other).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-60, 422), (60, 422)])
def test_a_clock_may_be_half_a_minute_wrong(client: RegistryClient, seconds: int, status: int) -> None:
    make_staff_account()
    client.post("/account/sign-in", data={"email": "staff@example.org", "password": PASSWORD})
    with clock.travel(clock.now() + timedelta(seconds=seconds)):
        code = current_code()

    assert client.post("/account/sign-in/code", data={"code": code}).status_code == status


def test_a_recovery_code_works_once(client: RegistryClient) -> None:
    user = make_staff_account()
    db.session.add(RecoveryCode(user_id=user.id, code_hash=hash_token("BCDFGHJKMNPQ")))
    for status in (303, 422):
        browser = client.application.test_client()
        browser.post("/account/sign-in", data={"email": "staff@example.org", "password": PASSWORD})
        assert browser.post("/account/sign-in/code", data={"code": "bcdf-ghjk-mnpq"}).status_code == status


def test_wrong_codes_lock_the_account(client: RegistryClient) -> None:
    user = make_staff_account()
    client.post("/account/sign-in", data={"email": "staff@example.org", "password": PASSWORD})
    for _ in range(5):
        assert client.post("/account/sign-in/code", data={"code": "000000"}).status_code == 422
    db.session.refresh(user)
    assert user.failures == 5

    assert client.post("/account/sign-in/code", data={"code": current_code()}).status_code == 422


def test_the_first_step_is_forgotten_after_ten_minutes(client: RegistryClient) -> None:
    make_staff_account()
    client.post("/account/sign-in", data={"email": "staff@example.org", "password": PASSWORD})

    with clock.travel(clock.now() + timedelta(minutes=10)):
        response = client.post("/account/sign-in/code", data={"code": current_code()})
        assert (response.status_code, response.location) == (303, "/account/sign-in")


def test_a_session_from_before_the_second_step_is_dead(client: RegistryClient, sign_in: SignIn) -> None:
    user = make_account()
    sign_in()
    user.totp_secret = "X"
    user.totp_confirmed_at = clock.now()

    assert not is_signed_in(client)


@pytest.mark.parametrize("grants", [0, 1, 3])
def test_the_actor_costs_one_query(client: RegistryClient, sign_in: SignIn, grants: int) -> None:
    user = make_staff_account("aigerim@example.org")
    for _ in range(grants):
        RoleGrantFactory(user=user, role=Role.ADMINISTRATOR)
    sign_in()
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    statements: list[str] = []
    db.session.expire_all()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        actor = queries.get_actor(token)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    assert actor is not None
    assert len(actor.grants) == grants + 1
    assert len([each for each in statements if each.startswith("SELECT")]) == 1
