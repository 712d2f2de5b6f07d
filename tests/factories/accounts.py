"""Accounts and organisations."""

from datetime import timedelta

import factory

from registry.access.roles import Role
from registry.accounts.enums import OrganisationKind
from registry.accounts.models import Organisation, RoleGrant, User
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


class StaffFactory(UserFactory):
    """Somebody with a second factor, as staff's roles demand."""

    totp_secret = "JBSWY3DPEHPK3PXP"
    totp_confirmed_at = factory.LazyFunction(clock.now)


class OrganisationFactory(Factory):
    """A provider with an English name."""

    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"organisation-{n}")
    kind = OrganisationKind.PROVIDER
    names = factory.LazyAttribute(lambda organisation: {"en": f"The {organisation.code}"})


class RoleGrantFactory(Factory):
    """A coordinator's role, in force since yesterday."""

    class Meta:
        model = RoleGrant

    code = factory.LazyFunction(next_code)
    user = factory.SubFactory(UserFactory)
    role = Role.COORDINATOR
    from_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=1))
