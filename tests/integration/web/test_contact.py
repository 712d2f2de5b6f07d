"""Where people may write to."""

import pytest
from flask import Flask

from registry.messages.rendering import render
from tests.client import RegistryClient

ADDRESS = "help@example.org"


def _mail() -> str:
    return render("confirm_account", {"destination": None, "token": "x"}, locale="en", zone="UTC").body


def test_contact_stands_on_every_page_and_in_every_mail(
    app: Flask, client: RegistryClient, session: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", ADDRESS)

    for path in ("/", "/account/sign-in", "/nowhere"):
        assert f'Questions? Write to <a href="mailto:{ADDRESS}">{ADDRESS}</a>.' in client.get(path).text
    assert f"Questions? Write to {ADDRESS}." in _mail()


def test_contact_that_nobody_configured_is_not_mentioned(client: RegistryClient, session: object) -> None:
    assert "Questions?" not in client.get("/account/sign-in").text
    assert "Questions?" not in _mail()
