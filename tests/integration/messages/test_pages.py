"""/my/messages: one's own mails, without the links that work once."""

from collections.abc import Callable

import pytest

from registry.access.actor import Actor, Grant
from registry.access.permissions import Permission
from registry.access.policy import can
from registry.access.roles import Role
from registry.accounts.models import User
from registry.messages import queries
from tests.client import RegistryClient
from tests.factories.accounts import UserFactory
from tests.factories.messages import MessageFactory
from tests.forms_table import HOSTILE


def actor_of(user: User) -> Actor:
    return Actor("applicant:X", user_id=user.id, grants=(Grant(Role.APPLICANT),), zone="Asia/Almaty")


@pytest.fixture
def user(acting_as: Callable[[Actor], None]) -> User:
    user = UserFactory()
    acting_as(actor_of(user))
    return user


def test_one_reads_the_own_messages_only(client: RegistryClient, user: User) -> None:
    own = MessageFactory(user_id=user.id, subject="For me", body="First line.\n\nhttps://example.org/x\n")
    foreign = MessageFactory(user_id=UserFactory().id, subject="For her")
    nobodys = MessageFactory(subject="For a guardian")

    page = client.get("/my/messages").get_data(as_text=True)
    assert ("For me" in page, "For her" in page, "For a guardian" in page) == (True, False, False)
    page = client.get(f"/my/messages/{own.code}").get_data(as_text=True)
    assert 'href="https://example.org/x"' in page
    assert "15 March 2027, 14:30 (UTC+5)" in page
    for code in (foreign.code, nobodys.code, "NOTHING"):
        assert client.get(f"/my/messages/{code}").status_code == 404


def test_scope_and_rule_agree(user: User) -> None:
    actor = actor_of(user)
    everything = [
        MessageFactory(user_id=user.id),
        MessageFactory(user_id=UserFactory().id),
        MessageFactory(user_id=None),
    ]

    listed = {message.id for message in queries.list_messages(actor).rows}

    assert listed == {each.id for each in everything if can(actor, Permission.MESSAGE_READ, each)}


def test_a_link_that_works_once_is_not_shown(client: RegistryClient, user: User) -> None:
    message = MessageFactory(user_id=user.id, is_secret=True, body="https://example.org/secret-token\n")

    page = client.get(f"/my/messages/{message.code}").get_data(as_text=True)

    assert "secret-token" not in page
    assert message.address in page


def test_hostile_text_stays_text(client: RegistryClient, user: User) -> None:
    message = MessageFactory(user_id=user.id, subject=HOSTILE, body=f"{HOSTILE} javascript:alert(1)\n")

    for path in ("/my/messages", f"/my/messages/{message.code}"):
        page = client.get(path).get_data(as_text=True)
        assert HOSTILE not in page
        assert 'href="javascript' not in page


def test_messages_are_paged(client: RegistryClient, user: User) -> None:
    for number in range(60):
        MessageFactory(user_id=user.id, subject=f"Number {number:02}")

    first = client.get("/my/messages").get_data(as_text=True)

    assert ("Number 59" in first, "Number 10" in first, "Number 09" in first) == (True, True, False)
    assert client.get("/my/messages?page=nonsense").status_code == 404


def test_visitors_sign_in_first(client: RegistryClient) -> None:
    response = client.get("/my/messages?page=x")

    assert (response.status_code, response.location) == (303, "/account/sign-in?next=/my/messages?page%3Dx")
