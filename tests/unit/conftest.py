"""Unit tests touch no database: a test that does fails."""

from typing import NoReturn

import pytest
from flask import Flask
from sqlalchemy import URL, Engine

from tests.application import make_app


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a unit test opened the database")

    monkeypatch.setattr(Engine, "connect", refuse)
    monkeypatch.setattr(Engine, "raw_connection", refuse)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application without a database: for forms, templates and translations."""
    return make_app(URL.create("sqlite"), tmp_path_factory.mktemp("var"))
