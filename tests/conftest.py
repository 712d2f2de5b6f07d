"""What every test relies on: the chosen database, a standing clock, seeded chance, no network."""

import os
import random
import secrets
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings

# Set before anything imports the configuration.
os.environ["REGISTRY_ENV"] = "testing"

from registry.core import clock
from tests import postgres

NOW = datetime(2027, 3, 15, 9, 30, tzinfo=UTC)
"""The instant at which tests stand still."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

settings.register_profile("registry", deadline=None, derandomize=True, database=None)
settings.load_profile("registry")

_SERVER = pytest.StashKey[ExitStack]()
_POSTGRESQL: dict[str, str] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="what the integration tests run on",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the PostgreSQL that all workers of this run share."""
    if config.getoption("--database") != "postgresql":
        return
    if hasattr(config, "workerinput"):
        _POSTGRESQL.update(config.workerinput["postgresql"])
        return
    stack = config.stash[_SERVER] = ExitStack()
    try:
        url = stack.enter_context(postgres.server())
    except postgres.PostgreSQLMissing as missing:
        if os.environ.get("CI") == "true":
            raise pytest.UsageError(str(missing)) from missing
        _POSTGRESQL["missing"] = str(missing)
    else:
        _POSTGRESQL["run"] = secrets.token_hex(4)
        stack.callback(postgres.drop_database, url, f"registry_{_POSTGRESQL['run']}_template")
        _POSTGRESQL["url"] = url.render_as_string(hide_password=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about one database is no part of the other's run, so a skip always means something missing."""
    if config.getoption("--database") == "postgresql":
        items[:] = [item for item in items if not item.get_closest_marker("sqlite_only")]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgresql"] = dict(_POSTGRESQL)


def pytest_unconfigure(config: pytest.Config) -> None:
    if stack := config.stash.get(_SERVER, None):
        stack.close()


@pytest.fixture(scope="session")
def run_name() -> str:
    """The same for all workers of this run, and for no other run."""
    return _POSTGRESQL["run"]


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The address of the PostgreSQL of this run; skips where there is none."""
    if "missing" in _POSTGRESQL:
        pytest.skip(_POSTGRESQL["missing"])
    return _POSTGRESQL["url"]


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    """Every test stands still at NOW; `with clock.travel(...)` moves on from there."""
    with clock.travel(NOW):
        yield NOW


@pytest.fixture(autouse=True)
def _seeded_chance(request: pytest.FixtureRequest) -> None:
    """The same numbers for a test in every order and on every worker."""
    random.seed(zlib.crc32(request.node.nodeid.encode()))


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Only this machine may be reached."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_loopback(getattr(socket.socket, name)))
        yield


def _only_loopback(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    return guarded
