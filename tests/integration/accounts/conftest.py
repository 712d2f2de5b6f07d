"""Accounts with known passwords, mails that were queued, and signing in."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from registry.accounts import passwords
from registry.accounts.models import User, UserSession
from registry.core import clock
from registry.core.database import db
from registry.messages.models import Message
from tests.client import RegistryClient
from tests.factories.accounts import UserFactory

PASSWORD = "eleven blue horses"
OTHER_PASSWORD = "twelve green rivers"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@lru_cache(maxsize=4)
def hashed(password: str) -> str:
    return passwords.hash_password(password)


def make_account(email: str = "aigerim@example.org", **values: Any) -> User:
    """A confirmed account with PASSWORD."""
    return UserFactory(email=email, password_hash=hashed(PASSWORD), **values)


def make_staff_account(email: str = "staff@example.org", **values: Any) -> User:
    """An account whose second step is switched on, with SECRET."""
    return make_account(email, totp_secret=SECRET, totp_confirmed_at=clock.now(), **values)


def current_code() -> str:
    return pyotp.TOTP(SECRET).at(clock.now())


def mails(kind: str | None = None) -> list[Message]:
    statement = sa.select(Message).order_by(Message.id)
    if kind:
        statement = statement.where(Message.kind == kind)
    return list(db.session.scalars(statement))


def path_in(message: Message) -> str:
    """The path of the one link in a mail."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", message.body)
    return path


def living_sessions() -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(UserSession).where(UserSession.ended_at.is_(None))
        )
        or 0
    )


def is_signed_in(client: RegistryClient) -> bool:
    return client.get("/account/settings").status_code == 200


@pytest.fixture
def sign_in(client: RegistryClient) -> Callable[..., TestResponse]:
    """Give the address and the password, and the code if a second step asks for it."""

    def give(
        email: str = "aigerim@example.org", password: str = PASSWORD, *, browser: RegistryClient = client
    ) -> TestResponse:
        response = browser.post("/account/sign-in", data={"email": email, "password": password})
        if response.location == "/account/sign-in/code":
            return browser.post(response.location, data={"code": current_code()})
        return response

    return give
