"""Name, language and time zone: saved, used at once, and guarded against a stale edit."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from registry.core.i18n import _, in_locale
from tests.client import RegistryClient
from tests.integration.accounts.conftest import make_account

SHOWN = '{"name": "", "locale": "en", "zone": "UTC"}'


def test_settings_count_from_the_next_page_on(
    client: RegistryClient, sign_in: Callable[..., TestResponse]
) -> None:
    user = make_account()
    sign_in()
    data = {"name": "Айгерим", "locale": "ru", "zone": "Asia/Almaty", "version": str(user.version)}

    response = client.post("/account/settings", data=data)

    assert (response.status_code, response.location) == (303, "/account")
    assert (user.name, user.locale, user.zone) == ("Айгерим", "ru", "Asia/Almaty")
    assert any(cookie.startswith("who=%D0%90") for cookie in response.headers.getlist("Set-Cookie"))
    page = client.get("/account").get_data(as_text=True)
    assert 'lang="ru"' in page
    assert "<bdi>Айгерим</bdi>" in page
    with in_locale("ru"):
        assert _("Your settings are saved.") in page


def test_a_stale_edit_says_what_changed_and_keeps_what_was_typed(
    client: RegistryClient, sign_in: Callable[..., TestResponse]
) -> None:
    user = make_account()
    sign_in()
    data = {"name": "Mine", "locale": "en", "zone": "UTC", "version": str(user.version), "shown": SHOWN}
    client.post("/account/settings", data=data | {"name": "Theirs"})

    response = client.post("/account/settings", data=data)

    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert 'value="Mine"' in page
    assert "Theirs" in page
    assert user.name == "Theirs"
    assert client.post("/account/settings", data=data | {"version": str(user.version)}).status_code == 303
    assert user.name == "Mine"


def test_the_menu_changes_the_language_of_this_browser_only(
    client: RegistryClient, sign_in: Callable[..., TestResponse]
) -> None:
    user = make_account(locale="ru")
    sign_in()
    assert 'lang="ru"' in client.get("/account").get_data(as_text=True)

    client.get("/language/zh?next=/account")

    assert 'lang="zh-Hans"' in client.get("/account").get_data(as_text=True)
    assert user.locale == "ru"
    client.post("/account/sign-out")
    sign_in()
    assert 'lang="ru"' in client.get("/account").get_data(as_text=True)


@pytest.mark.parametrize("zone", ["Asia/Calcutta", "Asia/Kolkata"])
def test_settings_list_each_city_once_and_the_own_zone_always(
    client: RegistryClient, sign_in: Callable[..., TestResponse], zone: str
) -> None:
    make_account(zone=zone)
    sign_in()

    page = client.get("/account/settings").get_data(as_text=True)

    labels = re.findall(r"<option[^>]*>(UTC[^<]*)</option>", page)
    assert len(labels) == len(set(labels))
    assert re.findall(r'<option selected value="([^"]*)">UTC', page) == [zone]
