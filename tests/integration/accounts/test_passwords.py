"""Forgotten and changed passwords: one-use links, and sessions that are dead afterwards."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from registry.accounts.enums import LinkPurpose
from registry.accounts.models import User
from registry.accounts.operations.links import make_link
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.integration.accounts.conftest import (
    OTHER_PASSWORD,
    PASSWORD,
    is_signed_in,
    mails,
    make_account,
    make_staff_account,
    path_in,
)

SignIn = Callable[..., TestResponse]


def ask(client: RegistryClient, email: str = "aigerim@example.org") -> TestResponse:
    return client.post("/account/forgotten-password", data={"email": email})


def test_asking_for_a_link_answers_the_same_whether_the_address_is_known(client: RegistryClient) -> None:
    make_account()
    pages = set()
    for email in ("aigerim@example.org", "never@example.org"):
        response = ask(client, email)
        page = client.get(response.location).get_data(as_text=True)
        page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
        pages.add((response.status_code, response.location, page.replace(email, "ADDRESS")))

    assert len(pages) == 1
    assert [(mail.kind, mail.address) for mail in mails()] == [("reset_password", "aigerim@example.org")]


def test_a_reset_ends_every_session_and_tells_the_owner(
    client: RegistryClient, app: Flask, sign_in: SignIn
) -> None:
    user = make_account(failures=9, locked_until_at=clock.now() - timedelta(hours=1))
    telephone = app.test_client()
    sign_in(browser=telephone)
    ask(client)
    path = path_in(mails()[0])
    assert client.get(path).status_code == 200

    response = client.post(path, data={"password": OTHER_PASSWORD})

    assert (response.status_code, response.location) == (303, "/account/sign-in")
    assert not is_signed_in(telephone)
    assert [mail.kind for mail in mails()] == ["reset_password", "password_changed"]
    assert OTHER_PASSWORD not in mails()[1].body
    db.session.refresh(user)
    assert (user.failures, user.locked_until_at) == (0, None)
    assert sign_in(password=PASSWORD).status_code == 422
    assert sign_in(password=OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=3)], ids=["used", "expired"])
def test_a_used_or_expired_link_changes_nothing(client: RegistryClient, after: timedelta) -> None:
    user = make_account()
    ask(client)
    path = path_in(mails()[0])
    if not after:
        client.post(path, data={"password": OTHER_PASSWORD})
    before = user.password_hash

    with clock.travel(clock.now() + after):
        assert client.get(path).status_code == 409
        assert client.post(path, data={"password": "thirteen red hills"}).status_code == 409
    assert user.password_hash == before


def test_a_newer_link_replaces_the_older(client: RegistryClient) -> None:
    make_account()
    ask(client)
    ask(client)
    first, second = (path_in(mail) for mail in mails("reset_password"))

    assert client.post(first, data={"password": OTHER_PASSWORD}).status_code == 409
    assert client.post(second, data={"password": OTHER_PASSWORD}).status_code == 303


def test_a_link_of_another_purpose_opens_nothing(client: RegistryClient) -> None:
    user = make_account(confirmed_at=None)
    with transaction():
        confirm = make_link(user, LinkPurpose.CONFIRM)
        reset = make_link(user, LinkPurpose.RESET)

    assert client.post(f"/account/reset/{confirm}", data={"password": OTHER_PASSWORD}).status_code == 409
    assert client.post(f"/account/confirm/{reset}").status_code == 409


def test_a_reset_does_not_replace_the_second_step(client: RegistryClient, sign_in: SignIn) -> None:
    make_staff_account()
    ask(client, "staff@example.org")
    client.post(path_in(mails()[0]), data={"password": OTHER_PASSWORD})

    response = client.post(
        "/account/sign-in", data={"email": "staff@example.org", "password": OTHER_PASSWORD}
    )

    assert response.location == "/account/sign-in/code"
    assert not is_signed_in(client)


def test_a_password_changed_during_sign_in_refuses_the_old_one(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.accounts import passwords  # The module whose check is interrupted.

    user = make_account()
    real = passwords.is_password

    def change_meanwhile(stored: str | None, password: str) -> bool:
        right = real(stored, password)
        with transaction() as session:
            session.execute(sa.update(User).values(password_hash="changed meanwhile"))
        return right

    monkeypatch.setattr(passwords, "is_password", change_meanwhile)
    response = client.post("/account/sign-in", data={"email": user.email, "password": PASSWORD})

    assert response.status_code == 422
    assert not is_signed_in(client)


def test_changing_the_password_ends_the_other_sessions(
    client: RegistryClient, app: Flask, sign_in: SignIn
) -> None:
    make_account()
    telephone = app.test_client()
    sign_in()
    sign_in(browser=telephone)

    response = client.post("/account/password", data={"password": PASSWORD, "new_password": OTHER_PASSWORD})

    assert (response.status_code, response.location) == (303, "/account")
    assert [is_signed_in(each) for each in (client, telephone)] == [True, False]
    assert [mail.kind for mail in mails()] == ["password_changed"]
