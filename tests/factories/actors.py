"""Whoever acts in a test."""

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.people.models import Person


def applicant(person: Person | None, user_id: int | None = None, **values: str) -> Actor:
    """The person, signed in with an account of their own."""
    return Actor(
        label="applicant",
        user_id=user_id or (person.user_id if person else None) or 4711,
        person_id=person.id if person else None,
        grants=(Grant(Role.APPLICANT),),
        **values,
    )


def coordinator(programme: str | None = None, user_id: int | None = None) -> Actor:
    """Runs one programme, or all of them."""
    return Actor(label="coordinator", user_id=user_id, grants=(Grant(Role.COORDINATOR, programme=programme),))


def focal_point(country: str, programme: str | None = None) -> Actor:
    """Speaks for one member state."""
    return Actor(
        label="focal_point",
        grants=(Grant(Role.FOCAL_POINT, country=country, programme=programme),),
    )
