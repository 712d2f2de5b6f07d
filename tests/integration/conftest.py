"""The database of the integration tests: one rolled-back transaction per test, or a database of its own."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import URL, make_url
from sqlalchemy.orm import scoped_session

from registry.access.actor import Actor
from registry.accounts.models import User
from registry.accounts.operations.sessions import start_session
from registry.core.database import db
from registry.core.transaction import transaction
from tests.application import make_app
from tests.client import RegistryClient
from tests.databases import Databases, PostgreSQLDatabases, SQLiteDatabases
from tests.sessions import rolled_back

_numbers = count(1)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this process among the workers of the run."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """Fresh databases on the chosen backend."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker == "main" else base.parent

    def migrate(url: URL) -> None:
        app = make_app(url, base)
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()

    if request.config.getoption("--database") == "postgresql":
        server = make_url(request.getfixturevalue("postgresql_server"))
        return PostgreSQLDatabases(server, request.getfixturevalue("run_name"), shared, migrate)
    return SQLiteDatabases(shared, migrate)


@pytest.fixture(scope="session")
def app(databases: Databases, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on this worker's database, which stays empty: tests are rolled back."""
    name = f"worker_{worker}"
    app = make_app(databases.create(name), tmp_path_factory.mktemp("var"))
    app.test_client_class = RegistryClient
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


@pytest.fixture(autouse=True)
def _isolation(request: pytest.FixtureRequest) -> None:
    if not request.node.get_closest_marker("committed"):
        request.getfixturevalue("session")


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Any]]:
    """The session of the test, inside a transaction that is rolled back: commits become savepoints."""
    with rolled_back(app) as session:
        yield session


@pytest.fixture
def client(app: Flask) -> RegistryClient:
    """A visitor's browser, without script."""
    return app.test_client()


@pytest.fixture
def acting_as(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], None]:
    """Let the client's requests come from somebody, without signing in."""

    def act(actor: Actor) -> None:
        monkeypatch.setitem(app.extensions, "actor_loader", lambda: actor)

    return act


@pytest.fixture
def sign_in(client: RegistryClient) -> Callable[..., RegistryClient]:
    """`sign_in(user)` gives a browser a living session of the account, by default with its second step done."""

    def start(
        user: User, *, browser: RegistryClient = client, with_second_factor: bool = True
    ) -> RegistryClient:
        with transaction():
            token = start_session(user, browser="test", with_second_factor=with_second_factor)
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return browser

    return start


@pytest.fixture
def committed_database(databases: Databases, worker: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, for tests whose threads or processes must see each other.

    Mark such a test with `committed`. Each thread enters `app.app_context()` and commits by `transaction()`.
    """
    name = f"own_{worker}_{next(_numbers)}"
    app = make_app(databases.create(name), tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    databases.drop(name)
