"""Young people."""

import factory

from registry.core import clock
from registry.people.enums import Sex
from registry.people.models import Guardianship, Person
from tests.factories.base import Factory, next_code


class PersonFactory(Factory):
    """An adult with a name and an address, without an account."""

    class Meta:
        model = Person

    code = factory.LazyFunction(next_code)
    family_name = "Karimova"
    given_names = factory.Sequence(lambda n: f"Dilnoza {n}")
    birth_year = 2005
    birth_month = 4
    birth_day = 9
    sex = Sex.FEMALE
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    zone = "Asia/Tashkent"
    created_at = factory.LazyFunction(clock.now)


class GuardianshipFactory(Factory):
    """A mother with an address of her own, who reads Russian."""

    class Meta:
        model = Guardianship

    person = factory.SubFactory(PersonFactory)
    name = "Gulnora Karimova"
    email = "guardian@example.org"
    locale = "ru"
    created_at = factory.LazyFunction(clock.now)
