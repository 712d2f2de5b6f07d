"""Every endpoint, asked by every role, answers as the table says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for

from registry.access.web import declared_permission
from registry.core.database import db
from tests.client import RegistryClient
from tests.integration.access_matrix import ACCESS, ROLES, Row
from tests.integration.access_objects import World, make_world

REFUSALS = {303, 403, 404}


def test_every_endpoint_has_its_row_and_every_row_its_endpoint(app: Flask) -> None:
    assert set(ACCESS) == set(app.view_functions)


@pytest.mark.parametrize("role", ROLES)
def test_every_endpoint_answers_the_role_as_the_table_says(
    app: Flask, client: RegistryClient, sign_in: Callable[..., RegistryClient], role: str
) -> None:
    world = make_world()
    if role != "visitor":
        sign_in(world.users[role], browser=client)
    wrong: dict[str, str] = {}

    for rule in app.url_map.iter_rules():
        row = ACCESS.get(rule.endpoint)
        if row is None:
            continue
        for whose, path in _addresses(app, rule.endpoint, row, world, role).items():
            expected = row.expected(role, own=whose == "own")
            for method in _methods(rule.methods, expected, whose):
                with _undone(client):
                    response = client.open(path, method=method, data=row.form if method == "POST" else None)
                    found = _describe(response.status_code, response.location)
                if found != _describe_expected(app, rule.endpoint, role, expected, found):
                    wrong[f"{method} {rule.endpoint}, {whose}"] = f"{found}, not {expected}"

    assert not wrong, "\n".join(f"{what}: {found}" for what, found in sorted(wrong.items()))


def _addresses(app: Flask, endpoint: str, row: Row, world: World, role: str) -> dict[str, str]:
    """The address of the role's own object and of somebody else's, or the one there is."""
    with app.test_request_context():
        return {
            whose: url_for(endpoint, **world.values(row.of, role, own=whose == "own"), **row.args)
            for whose in (("own", "foreign") if row.of else ("own",))
        }


def _methods(methods: set[str] | None, expected: int, whose: str) -> tuple[str, ...]:
    """Pages are read; where reading is refused, sending must be refused alike."""
    assert methods
    if "GET" not in methods:
        return ("POST",)
    is_refused = expected in REFUSALS and (whose == "foreign" or expected != 303)
    return ("GET", "POST") if "POST" in methods and is_refused else ("GET",)


def _describe(status: int, location: str | None) -> str:
    return f"{status} to sign in" if urlsplit(location or "").path == "/account/sign-in" else str(status)


def _describe_expected(app: Flask, endpoint: str, role: str, expected: int, found: str) -> str:
    """Visitors are sent to sign in wherever a permission is asked; others are not sent there."""
    if role == "visitor" and declared_permission(app, endpoint) is not None:
        return f"{expected} to sign in"
    leads_there = {"accounts.sign_out", "accounts.give_code"}
    return found if endpoint in leads_there and found == f"{expected} to sign in" else str(expected)


@contextmanager
def _undone(client: RegistryClient) -> Iterator[None]:
    """What a request changes is taken back, so that the next one meets the same objects and session."""
    db.session.commit()
    cookie = client.get_cookie("session")
    savepoint = db.session.get_bind().begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        savepoint.rollback()
        db.session.expire_all()
        client.delete_cookie("session")
        if cookie is not None:
            client.set_cookie("session", cookie.value)
