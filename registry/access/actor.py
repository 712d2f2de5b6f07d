"""Whoever acts: a frozen value built once per request, so that rules need no database and no Flask."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.access.permissions import Permission
from registry.access.roles import PERMISSIONS, Role


@dataclass(frozen=True)
class Grant:
    """A role with its scope. A part that is None does not narrow it; all None means everything."""

    role: Role
    programme: str | None = None
    """Slug of the programme."""
    country: str | None = None
    """ISO 3166-1 alpha-2 of the member state."""
    organisation: str | None = None
    """Code of the organisation."""

    def covers(self, *, programme: str | None = None, country: str | None = None) -> bool:
        """Whether the scope takes in a thing of this programme and member state."""
        return self.programme in (None, programme) and self.country in (None, country)


@dataclass(frozen=True)
class Actor:
    """Who acts, with which grants. `user_id` is None for visitors, guardians' links and the system."""

    label: str
    user_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    locale: str = "en"
    zone: str = "UTC"
    has_second_factor: bool = False
    owes_second_factor: bool = False
    """Staff who have to set it up first; until then without the staff's grants."""
    guarded_application_id: int | None = None
    """For a guardian's link: the one application it is about."""
    name: str = field(default="", repr=False)
    """What to call the person on pages."""

    @property
    def is_authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles - {Role.APPLICANT, Role.GUARDIAN, Role.SYSTEM})

    @property
    def is_system(self) -> bool:
        return Role.SYSTEM in self.roles

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset().union(*(PERMISSIONS[grant.role] for grant in self.grants))

    def grants_with(self, permission: Permission) -> Iterator[Grant]:
        """The grants that carry the permission."""
        return (grant for grant in self.grants if permission in PERMISSIONS[grant.role])

    def has_role(self, role: Role) -> bool:
        return role in self.roles

    @classmethod
    def system(cls, door: str) -> "Actor":
        """A command, a job or the clock, by name."""
        return cls(label=f"system:{door}", grants=(Grant(Role.SYSTEM),))

    @classmethod
    def guardian(cls, application_id: int, locale: str = "en") -> "Actor":
        """Whoever holds a guardian's link."""
        return cls(
            label="guardian",
            grants=(Grant(Role.GUARDIAN),),
            locale=locale,
            guarded_application_id=application_id,
        )


ANONYMOUS = Actor(label="visitor")
