"""Accounts."""

import factory

from registry.accounts.models import User
from registry.core import clock
from tests.factories.base import Factory, next_code


class UserFactory(Factory):
    """A confirmed account that nobody can sign in to."""

    class Meta:
        model = User

    code = factory.LazyFunction(next_code)
    email = factory.Sequence(lambda n: f"user{n}@example.org")
    password_hash = "!"
    created_at = factory.LazyFunction(clock.now)
    confirmed_at = factory.LazyFunction(clock.now)
