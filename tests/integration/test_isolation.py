"""The promises that the fixtures make to all other tests."""

import socket
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.web import public
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from tests.client import RegistryClient, check_html
from tests.factories.accounts import UserFactory

HEALTH_CHECK = "web.show_health"


def make_entry() -> AuditEntry:
    return AuditEntry(
        at=clock.now(), actor_label="test", action="test", object_type="test", object_id=1, changes={}
    )


def count_entries() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_committed_change_is_gone_in_the_next_test(turn: str) -> None:
    assert count_entries() == 0, turn

    with transaction():
        db.session.add(make_entry())

    assert count_entries() == 1


def test_a_failed_transaction_keeps_what_was_stored_before() -> None:
    with transaction():
        db.session.add(make_entry())

    with pytest.raises(ZeroDivisionError), transaction():  # noqa: PT012
        db.session.add(make_entry())
        db.session.flush()
        raise ZeroDivisionError

    assert count_entries() == 1


def test_a_request_sees_what_the_test_made(app: Flask, client: RegistryClient) -> None:
    seen = []

    def look() -> tuple[str, int]:
        seen.append((count_entries(), db.session() is own_session))
        return "", 204

    own_session = db.session()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.view_functions, HEALTH_CHECK, public(look))
        db.session.add(make_entry())
        client.get("/healthz")

    assert seen == [(1, False)]


def test_sign_in_makes_the_browser_one_of_the_account(
    client: RegistryClient, sign_in: Callable[..., RegistryClient]
) -> None:
    user = UserFactory()
    assert client.get("/account/settings").status_code == 303

    sign_in(user)

    assert client.get("/account/settings").status_code == 200
    assert user.email in client.get("/account/settings").text


@pytest.mark.committed
def test_threads_of_a_committed_database_see_each_other(committed_database: Flask) -> None:
    def store() -> None:
        with committed_database.app_context(), transaction():
            db.session.add(make_entry())

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with committed_database.app_context():
        assert count_entries() == 4


def test_the_chosen_database_is_used(request: pytest.FixtureRequest) -> None:
    assert db.engine.dialect.name == request.config.getoption("--database")


def test_the_network_is_out_of_reach() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.parametrize(
    "page",
    [
        "<p>no doctype</p>",
        "<!DOCTYPE html><title>t</title><p><div></p></div>",
        '<!DOCTYPE html><title>t</title><p id="a"></p><p id="a"></p>',
    ],
)
def test_invalid_html_is_refused(page: str) -> None:
    with pytest.raises(AssertionError):
        check_html(page)
