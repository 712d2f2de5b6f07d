"""Too many attempts get a page in words, for known and unknown addresses alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from config import MissingSetting, load_config
from registry import create_app
from registry.accounts.demo_guard import DemoDataInProduction
from registry.core.database import db
from registry.core.limits import limiter
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.integration.accounts.conftest import OTHER_PASSWORD, make_account


@pytest.fixture
def limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count attempts, from zero."""
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    limiter.reset()
    yield
    limiter.reset()


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("email", ["aigerim@example.org", "never@example.org"])
def test_one_account_is_tried_ten_times_a_minute(client: RegistryClient, email: str) -> None:
    make_account()
    statuses = [
        client.post("/account/sign-in", data={"email": email, "password": OTHER_PASSWORD}).status_code
        for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]
    response = client.post("/account/sign-in", data={"email": email.upper(), "password": OTHER_PASSWORD})
    assert response.status_code == 429
    assert "wait" in response.get_data(as_text=True)
    assert client.get("/account/sign-in").status_code == 200
    other = client.post("/account/sign-in", data={"email": "c@example.org", "password": OTHER_PASSWORD})
    assert other.status_code == 422


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("path", ["/account/sign-up", "/account/resend", "/account/forgotten-password"])
def test_an_address_gets_six_mails_an_hour(client: RegistryClient, path: str) -> None:
    data = {"email": "aigerim@example.org", "password": OTHER_PASSWORD}
    statuses = [client.post(path, data=data).status_code for _ in range(7)]

    assert statuses == [303] * 6 + [429]


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("path", ["/account/sign-up", "/account/resend", "/account/forgotten-password"])
def test_mistakes_are_no_mails(client: RegistryClient, path: str) -> None:
    data = {"email": "aigerim@example", "password": "short"}

    assert {client.post(path, data=data).status_code for _ in range(8)} == {422}


@pytest.mark.usefixtures("limited")
def test_who_types_no_address_is_counted_alone(client: RegistryClient) -> None:
    def send(source: str) -> int:
        answer = client.post("/account/sign-in", data={}, environ_overrides={"REMOTE_ADDR": source})
        return answer.status_code

    assert [send("192.0.2.1") for _ in range(11)] == [422] * 10 + [429]
    assert send("192.0.2.2") == 422


@pytest.mark.committed
def test_production_refuses_a_database_with_demo_accounts(
    committed_database: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uri = committed_database.config["SQLALCHEMY_DATABASE_URI"]
    for name, value in {
        "SECRET_KEY": "s" * 40,
        "BASE_URL": "https://registry.example",
        "DATABASE_URL": uri,
        "MAIL_URL": "smtps://mail.example",
    }.items():
        monkeypatch.setenv(name, value)

    create_app(load_config("production"))
    with committed_database.app_context(), transaction():
        make_account(is_demo=True)
    with pytest.raises(DemoDataInProduction, match="demo accounts"):
        create_app(load_config("production"))


@pytest.mark.parametrize("missing", ["SECRET_KEY", "BASE_URL", "DATABASE_URL", "MAIL_URL"])
def test_production_needs_its_settings(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in ("SECRET_KEY", "BASE_URL", "DATABASE_URL", "MAIL_URL"):
        monkeypatch.setenv(name, "x" * 40)
    monkeypatch.delenv(missing)

    with pytest.raises(MissingSetting, match=missing):
        load_config("production")
    assert db.session.scalar(sa.select(sa.literal(1))) == 1
