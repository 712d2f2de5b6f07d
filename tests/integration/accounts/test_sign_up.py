"""Signing up: the same answer for everybody, the difference only in the mailbox."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.accounts.models import User
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.messages.enums import MessageStatus
from tests.client import RegistryClient
from tests.integration.accounts.conftest import (
    OTHER_PASSWORD,
    PASSWORD,
    is_signed_in,
    mails,
    make_account,
    path_in,
)

NEWCOMER = {"email": "Aigerim@Example.org", "password": PASSWORD, "zone": "Asia/Almaty"}


def users() -> list[User]:
    return list(db.session.scalars(sa.select(User)))


def test_sign_up_makes_an_unconfirmed_account_and_mails_a_link(client: RegistryClient) -> None:
    response = client.post("/account/sign-up", data=NEWCOMER, headers={"Accept-Language": "ru"})

    assert (response.status_code, response.location) == (303, "/account/check-your-mail")
    (user,) = users()
    assert (user.email, user.locale, user.zone, user.confirmed_at) == (
        "aigerim@example.org",
        "ru",
        "Asia/Almaty",
        None,
    )
    (mail,) = mails()
    assert (mail.kind, mail.address, mail.locale, mail.user_id, mail.is_secret) == (
        "confirm_account",
        "aigerim@example.org",
        "ru",
        user.id,
        True,
    )


def test_sign_up_answers_the_same_whether_the_address_is_known(client: RegistryClient) -> None:
    make_account("known@example.org")
    answers = []
    for email in ("known@example.org", "never@example.org"):
        browser = client.application.test_client()
        first = browser.post("/account/sign-up", data=NEWCOMER | {"email": email})
        second = browser.get(first.location)
        page = re.sub(r'name="csrf_token" value="[^"]*"', "", second.get_data(as_text=True))
        answers.append((first.status_code, first.location, page.replace(email, "ADDRESS")))

    assert answers[0] == answers[1]
    assert {mail.address: mail.kind for mail in mails()} == {
        "known@example.org": "already_registered",
        "never@example.org": "confirm_account",
    }


def test_sign_up_with_a_known_address_changes_nothing(client: RegistryClient) -> None:
    user = make_account("known@example.org", locale="zh")
    before = user.password_hash

    client.post(
        "/account/sign-up", data=NEWCOMER | {"email": "known@example.org", "password": OTHER_PASSWORD}
    )

    assert (user.password_hash, user.locale) == (before, "zh")
    assert [(mail.locale, path_in(mail)) for mail in mails()] == [("zh", "/account/sign-in")]


def test_confirming_by_the_button_signs_in_and_goes_on(client: RegistryClient) -> None:
    client.post("/account/sign-up?next=/apply/K7M3QXPT", data=NEWCOMER)
    path = path_in(mails()[0])
    assert path.endswith("?next=/apply/K7M3QXPT")

    page = client.get(path)
    assert (page.status_code, users()[0].confirmed_at) == (200, None)

    response = client.post(path)
    assert (response.status_code, response.location) == (303, "/apply/K7M3QXPT")
    assert users()[0].confirmed_at == clock.now()
    assert is_signed_in(client)
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert actions == {"accounts:user:sign_up", "accounts:user:confirm"}


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=3)], ids=["used", "expired"])
def test_a_used_or_expired_link_says_so(client: RegistryClient, after: timedelta) -> None:
    client.post("/account/sign-up", data=NEWCOMER)
    path = path_in(mails()[0])
    if not after:
        client.post(path)
    stranger = client.application.test_client()

    with clock.travel(clock.now() + after):
        for response in (stranger.get(path), stranger.post(path)):
            assert response.status_code == 409
            assert "no longer works" in response.get_data(as_text=True)
        assert not is_signed_in(stranger)


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "../../etc"])
def test_a_link_nobody_made_opens_nothing(client: RegistryClient, token: str) -> None:
    response = client.post(f"/account/confirm/{token}")

    assert response.status_code in {404, 409}
    assert users() == []


def test_signing_up_again_before_confirming_starts_anew(client: RegistryClient) -> None:
    client.post("/account/sign-up", data=NEWCOMER)
    client.post("/account/sign-up", data=NEWCOMER | {"password": OTHER_PASSWORD})
    first, second = (path_in(mail) for mail in mails("confirm_account"))

    assert client.post(first).status_code == 409
    assert client.post(second).status_code == 303
    assert len(users()) == 1
    browser = client.application.test_client()
    for password, status in [(PASSWORD, 422), (OTHER_PASSWORD, 303)]:
        data = {"email": "aigerim@example.org", "password": password}
        assert browser.post("/account/sign-in", data=data).status_code == status


def test_resending_mails_only_who_waits_and_answers_everybody_alike(client: RegistryClient) -> None:
    make_account("confirmed@example.org")
    make_account("waiting@example.org", confirmed_at=None)

    answers = {
        (response.status_code, response.location)
        for email in ("confirmed@example.org", "waiting@example.org", "never@example.org")
        for response in [client.post("/account/resend", data={"email": email})]
    }

    assert answers == {(303, "/account/check-your-mail")}
    assert [(mail.kind, mail.address) for mail in mails()] == [("confirm_account", "waiting@example.org")]


def test_the_mail_of_an_account_stays_queued_until_the_worker_comes(client: RegistryClient) -> None:
    client.post("/account/sign-up", data=NEWCOMER)

    assert [mail.status for mail in mails()] == [MessageStatus.QUEUED]


def test_a_hostile_destination_is_forgotten(client: RegistryClient) -> None:
    client.post("/account/sign-up?next=https://evil.example/", data=NEWCOMER)

    assert "evil" not in mails()[0].body
