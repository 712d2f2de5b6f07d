"""Who is there, and what all stories share."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import User
from registry.accounts.operations.roles import NewGrant, grant_role
from registry.accounts.operations.sign_up import Newcomer, create_account
from registry.accounts.queries import get_user
from registry.admissions.models import Application
from registry.admissions.rules.journey import Journey
from registry.catalogue.models import Cohort
from registry.demo.calendar import Calendar
from registry.demo.people import Figure
from registry.demo.plan import FELLOWSHIP, INCUBATOR, SCHOOL, STORE, CohortPlan
from registry.demo.programmes import FUND

PASSWORD = "learn-and-trade"  # noqa: S105 -- everybody may know it: it opens fictional data on 127.0.0.1 only
DOMAIN = "demo.example"
OWN_STATE = "KZ"
"""Of the focal point and the applicant whose accounts are given away."""
CLOCK = Actor.system("demo")

STAFF: dict[Role, tuple[str, tuple[NewGrant, ...]]] = {
    Role.ADMINISTRATOR: ("Demo Administrator", (NewGrant(Role.ADMINISTRATOR),)),
    Role.COORDINATOR: (
        "Demo Coordinator",
        tuple(NewGrant(Role.COORDINATOR, programme=slug) for slug in (SCHOOL, INCUBATOR, STORE, FELLOWSHIP)),
    ),
    Role.FOCAL_POINT: ("Demo Focal Point", (NewGrant(Role.FOCAL_POINT, country=OWN_STATE),)),
    Role.REVIEWER: ("Demo Reviewer", (NewGrant(Role.REVIEWER),)),
    Role.SPONSOR: ("Demo Sponsor", (NewGrant(Role.SPONSOR, organisation=FUND),)),
}
COLLEAGUES = (
    ("reviewer-2@review.example", "Demo Reviewer Two", "ru"),
    ("reviewer-3@review.example", "Demo Reviewer Three", "zh"),
)
"""Further reviewers, who read other languages and have nothing to do with the demo's applicant."""


@dataclass
class Newly:
    """An account and whose it is."""

    user: User
    figure: Figure
    actor: Actor


@dataclass
class World:
    """What all stories share while the demo is built."""

    seed: int
    on: date
    calendar: Calendar
    password_hash: str
    size: float = 1.0
    """Share of the planned applicants that come, and of the seats for them."""
    staff: dict[Role, Actor] = field(default_factory=dict)
    reviewers: list[Actor] = field(default_factory=list)
    cohorts: dict[CohortPlan, Cohort] = field(default_factory=dict)
    favoured: set[int] = field(default_factory=set)
    """Applications that come first in every choice."""
    known: dict[str, list[Newly]] = field(default_factory=dict)
    """By country: people who may come back for another cohort."""
    ways: dict[tuple[int, str], Journey] = field(default_factory=dict)
    """By cohort and language: what its pages ask."""
    people: int = 0

    def random(self, *about: object) -> Random:
        """Chance of its own for each story, so that a change in one leaves the others as they are."""
        return Random(f"{self.seed}:{':'.join(str(each) for each in about)}")

    def merit(self, application: Application) -> float:
        """What a jury would need days for, by chance: from 0 to 1, above it for the favoured."""
        return self.random("merit", application.code).random() + (application.id in self.favoured)

    def seats(self, plan: CohortPlan) -> dict[str, int]:
        """Seats by pool: fewer where fewer people come, so that lists still wait."""
        return {pool: max(1, round(seats * self.size)) for pool, seats in plan.pools.items()}

    def focal_point(self, country: str) -> Actor:
        """Whoever speaks for a state: the demo's account for one, nameless colleagues elsewhere."""
        if country == OWN_STATE:
            return self.staff[Role.FOCAL_POINT]
        return Actor(f"focal_point:{country}", grants=(Grant(Role.FOCAL_POINT, country=country),))

    def day(self, days: int, hour: int = 9, zone: str = "UTC") -> datetime:
        """An hour of a day counted from the demo's own."""
        return datetime.combine(self.on + timedelta(days=days), time(hour), ZoneInfo(zone))


def open_account(world: World, email: str, name: str, *, locale: str = "en", zone: str = "UTC") -> User:
    """A confirmed account with the demo's password."""
    newcomer = Newcomer(email=email, password_hash=world.password_hash, locale=locale, zone=zone, name=name)
    return create_account(newcomer, actor=CLOCK, is_demo=True)


def act_as(user: User, *, person_id: int | None = None) -> Actor:
    """The applicant's actor, as signing in would make it."""
    return Actor(
        label=f"applicant:{user.code}",
        user_id=user.id,
        person_id=person_id,
        grants=(Grant(Role.APPLICANT),),
        locale=user.locale,
        zone=user.zone,
    )


def hire_staff(world: World) -> None:
    """The accounts that are given away, one per role, and the reviewers' colleagues."""
    for role, (name, grants) in STAFF.items():
        user = open_account(world, f"{role.value.replace('_', '-')}@{DOMAIN}", name, zone="Asia/Almaty")
        world.staff[role] = _act_as_staff(user, role, grants)
    world.reviewers.append(world.staff[Role.REVIEWER])
    for email, name, locale in COLLEAGUES:
        user = open_account(world, email, name, locale=locale, zone="Asia/Tashkent")
        world.reviewers.append(_act_as_staff(user, Role.REVIEWER, STAFF[Role.REVIEWER][1]))


def _act_as_staff(user: User, role: Role, grants: tuple[NewGrant, ...]) -> Actor:
    return Actor(
        label=f"{role.value}:{user.code}",
        user_id=user.id,
        grants=(
            Grant(Role.APPLICANT),
            *(Grant(each.role, each.programme, each.country, each.organisation) for each in grants),
        ),
        locale=user.locale,
    )


def grant_roles(world: World) -> None:
    """Give the staff its roles, once everything that they name is there."""
    for role, (_name, grants) in STAFF.items():
        for grant in grants:
            grant_role(get_user(world.staff[role].user_id or 0), grant, actor=CLOCK)
    for colleague in world.reviewers[1:]:
        for grant in STAFF[Role.REVIEWER][1]:
            grant_role(get_user(colleague.user_id or 0), grant, actor=CLOCK)
