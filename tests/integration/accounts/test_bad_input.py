"""Every field of the account forms with values nobody should send: 422, words at the field, nothing lost."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from registry.accounts.enums import LinkPurpose
from registry.accounts.operations.links import make_link
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.forms_table import CONTROL, HOSTILE, OVERSIZED, assert_field_errors, post_bad
from tests.integration.accounts.conftest import (
    OTHER_PASSWORD,
    PASSWORD,
    make_account,
    make_staff_account,
)

SIGN_UP = {"email": "new@example.org", "password": PASSWORD}
BAD_ADDRESSES = [None, "", "   ", "name", "name@", "@example.org", "a@b", "a b@example.org", "a@b..org",
                 "имя@пример.рф", HOSTILE, OVERSIZED, "a" * 250 + "@example.org", "a@example.org\nBcc: b@c.org"]  # fmt: skip
BAD_PASSWORDS = [None, "", "short", " " * 12, "password123", "1234567890", "new@example.org", "йцукенгшщз",
                 OVERSIZED, "aaaaaaaaaaaa"]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/account/sign-up", "/account/sign-in", "/account/resend", "/account/forgotten-password"]
)
@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_a_bad_address_is_refused_at_its_field(client: RegistryClient, path: str, email: str | None) -> None:
    response = post_bad(client, path, SIGN_UP, email=email)

    kept = {"email": email} if email and email.strip() == email and "\n" not in email else None
    assert_field_errors(response, {"email"}, kept=kept, hidden=[PASSWORD])


@pytest.mark.parametrize("password", BAD_PASSWORDS)
def test_a_weak_password_is_refused_at_its_field(client: RegistryClient, password: str | None) -> None:
    response = post_bad(client, "/account/sign-up", SIGN_UP, password=password)

    hidden = (
        [password]
        if password and len(password) > 5 and password.strip() and password != SIGN_UP["email"]
        else []
    )
    assert_field_errors(response, {"password"}, kept={"email": "new@example.org"}, hidden=hidden)


@pytest.mark.parametrize(
    "password",
    ["пароль из слов", "密码是一二三四五六七", "x" * 197 + "y z", "  blank  first  ", "<b>&amp;\"'%00"],
)
def test_any_characters_make_a_password(client: RegistryClient, password: str) -> None:
    assert post_bad(client, "/account/sign-up", SIGN_UP, password=password).status_code == 303


def test_blanks_of_a_password_count(client: RegistryClient) -> None:
    make_account()
    for password, status in [(f" {PASSWORD}", 422), (PASSWORD, 303)]:
        response = client.post(
            "/account/sign-in", data={"email": "aigerim@example.org", "password": password}
        )
        assert response.status_code == status


@pytest.mark.parametrize("password", [None, "", OVERSIZED])
def test_sign_in_needs_a_password(client: RegistryClient, password: str | None) -> None:
    response = post_bad(client, "/account/sign-in", SIGN_UP, password=password)

    assert_field_errors(response, {"password"}, kept={"email": "new@example.org"})


@pytest.mark.parametrize(
    "code", [None, "", "12345", "1234567", "abcdef", HOSTILE, OVERSIZED, CONTROL, "١٢٣٤٥٦"]
)
def test_a_bad_code_is_refused_at_its_field(client: RegistryClient, code: str | None) -> None:
    make_staff_account()
    client.post("/account/sign-in", data={"email": "staff@example.org", "password": PASSWORD})

    response = client.post("/account/sign-in/code", data={"code": code} if code is not None else {})

    assert_field_errors(response, {"code"})


@pytest.mark.parametrize("password", BAD_PASSWORDS)
def test_a_weak_password_does_not_use_up_the_link(client: RegistryClient, password: str | None) -> None:
    user = make_account("new@example.org")
    with transaction():
        token = make_link(user, LinkPurpose.RESET)
    if password == "new@example.org":
        return
    response = client.post(f"/account/reset/{token}", data={} if password is None else {"password": password})

    assert_field_errors(response, {"password"})
    good = client.post(f"/account/reset/{token}", data={"password": OTHER_PASSWORD})
    assert good.status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("", OTHER_PASSWORD, {"password"}),
        ("wrong password", OTHER_PASSWORD, {"password"}),
        (PASSWORD, "short", {"new_password"}),
        (PASSWORD, "aigerim@example.org", {"new_password"}),
        (PASSWORD, OVERSIZED, {"new_password"}),
        ("", "", {"password", "new_password"}),
    ],
)
def test_changing_the_password_checks_both(
    client: RegistryClient, sign_in: Callable[..., TestResponse], old: str, new: str, fields: set[str]
) -> None:
    make_account()
    sign_in()

    response = client.post("/account/password", data={"password": old, "new_password": new})

    assert_field_errors(response, fields, hidden=[text for text in (old, new) if len(text) > 20])


@pytest.mark.parametrize(
    ("bad", "fields"),
    [
        ({"name": OVERSIZED}, {"name"}),
        ({"locale": "xx"}, {"locale"}),
        ({"zone": "Mars/Olympus"}, {"zone"}),
        ({"zone": HOSTILE}, {"zone"}),
        ({"version": "x"}, set()),
        ({"version": None}, set()),
        ({"version": "9" * 30}, set()),
    ],
)
def test_settings_are_checked(
    client: RegistryClient,
    sign_in: Callable[..., TestResponse],
    bad: dict[str, str | None],
    fields: set[str],
) -> None:
    user = make_account()
    sign_in()
    good = {"name": "Айгерим", "locale": "ru", "zone": "Asia/Almaty", "version": str(user.version)}

    response = post_bad(client, "/account/settings", good, **bad)

    kept = {} if "name" in bad else {"name": "Айгерим"}
    assert_field_errors(response, fields, kept=kept)
    assert (user.name, user.locale, user.zone) == ("", "en", "UTC")


@pytest.mark.parametrize("name", [HOSTILE, "王小明" * 40, "Айгерім Нұрланова", CONTROL])
def test_a_strange_name_is_kept_as_text(
    client: RegistryClient, sign_in: Callable[..., TestResponse], name: str
) -> None:
    user = make_account()
    sign_in()
    data = {"name": name, "locale": "en", "zone": "UTC", "version": str(user.version)}

    assert client.post("/account/settings", data=data).status_code == 303
    assert HOSTILE not in client.get("/account").get_data(as_text=True)
    assert user.name == (name if name != CONTROL else "ab")
