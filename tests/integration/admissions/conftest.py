"""Whoever asks, without signing in: pages are tested here, sessions with the accounts."""

from collections.abc import Callable

import pytest
from flask import Flask

from registry.access.actor import Actor


@pytest.fixture
def act_as(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], None]:
    """The requests that follow come from this actor."""

    def choose(actor: Actor) -> None:
        monkeypatch.setitem(app.extensions, "actor_loader", lambda: actor)

    return choose
