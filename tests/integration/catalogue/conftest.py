"""The shipped reference data, for whoever asks."""

import pytest

from registry.access.actor import Actor
from registry.catalogue.operations import load_catalogue
from registry.core.transaction import transaction
from registry.places.operations import load_places


@pytest.fixture
def places(session: object) -> None:
    """All countries, blocs and memberships; with them, the first edition."""
    with transaction():
        load_places(actor=Actor.system("test"))


@pytest.fixture
def catalogue(places: None) -> None:
    """All programmes of the reference files."""
    with transaction():
        load_catalogue(actor=Actor.system("test"))
