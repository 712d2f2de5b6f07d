"""Whoever asks, without signing in: pages are tested here, sessions with the accounts."""

from collections.abc import Callable

import pytest
from flask import Flask

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Programme
from registry.places.operations import load_places
from tests.factories.catalogue import CohortFactory, ProgrammeFactory

Acting = Callable[[Actor], None]


@pytest.fixture
def act_as(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], None]:
    """The requests that follow come from this actor."""

    def choose(actor: Actor) -> None:
        monkeypatch.setitem(app.extensions, "actor_loader", lambda: actor)

    return choose


@pytest.fixture
def programme(acting_as: Acting) -> Programme:
    load_places(actor=Actor.system("test"))
    acting_as(Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),)))
    return ProgrammeFactory(slug="honey", title="Honey online")


@pytest.fixture
def draft(programme: Programme) -> Cohort:
    return CohortFactory(
        programme=programme, code="DRAFT222", status=CohortStatus.DRAFT, published_at=None, capacity=30
    )


@pytest.fixture
def published(programme: Programme) -> Cohort:
    return CohortFactory(programme=programme, code="PUB22222")
