"""Every question about places. A day the records cannot decide is answered UNKNOWN, never no."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import _, country_name, format_offset, pick_translation, sort_key, zone_city
from registry.places import rules
from registry.places.enums import UNKNOWN, Standing, Unknown
from registry.places.models import Bloc, Country, JurisdictionPolicy, Membership

Standings = frozenset[Standing | None]
"""Every standing a country may have had; None stands for none at all."""


@dataclass(frozen=True)
class Choice:
    """Something to choose: what is sent, and what is read in the reader's language."""

    value: str
    label: str


def get_latest_day() -> date:
    """The latest day that has begun anywhere: hosts' days run ahead of UTC."""
    return clock.today("Pacific/Kiritimati")


def list_blocs() -> list[Bloc]:
    """All blocs, in the order of the reference file."""
    return list(db.session.scalars(sa.select(Bloc).order_by(Bloc.id)))


def map_bloc_names() -> dict[str, str]:
    """Slug of each bloc -> its short name in the reader's language."""
    return {bloc.slug: pick_translation(bloc.short_names)[1] for bloc in list_blocs()}


def find_bloc(slug: str) -> Bloc | None:
    """The bloc, if the reference data have been loaded."""
    return db.session.scalar(sa.select(Bloc).where(Bloc.slug == slug))


def get_bloc(slug: str) -> Bloc:
    """Errors: NotFound."""
    bloc = db.session.scalar(sa.select(Bloc).where(Bloc.slug == slug))
    if bloc is None:
        raise NotFound
    return bloc


def list_bloc_choices() -> list[Choice]:
    """All blocs by their names in the reader's language."""
    choices = [Choice(bloc.slug, pick_translation(bloc.names)[1]) for bloc in list_blocs()]
    return sorted(choices, key=lambda choice: sort_key(choice.label))


def list_country_codes() -> list[str]:
    """ISO 3166-1 alpha-2 of all countries, in the alphabetical order of their codes."""
    return list(db.session.scalars(sa.select(Country.code).order_by(Country.code)))


def list_countries(among: Collection[str] | None = None) -> list[Choice]:
    """Countries (all, or those `among`) by the alphabet of the reader's language."""
    codes = list_country_codes() if among is None else among
    return sort_countries(codes)


def sort_countries(codes: Collection[str]) -> list[Choice]:
    """Codes with their names, by the alphabet of the reader's language."""
    choices = [Choice(code, country_name(code)) for code in codes]
    return sorted(choices, key=lambda choice: sort_key(choice.label))


def get_zone(country: str) -> str:
    """The country's default IANA time zone; UTC for a country we do not have."""
    return db.session.scalar(sa.select(Country.zone).where(Country.code == country)) or "UTC"


def list_zones() -> list[Choice]:
    """The time zones of all countries and UTC, by city, each with its present offset."""
    zones = {*db.session.scalars(sa.select(Country.zone).distinct()), "UTC"}
    now = clock.now()
    choices = [
        Choice(
            zone,
            _(
                "%(city)s (%(offset)s)",
                city=zone_city(zone),
                offset=format_offset(now.astimezone(ZoneInfo(zone))),
            )
            if zone != "UTC"
            else "UTC",
        )
        for zone in zones
    ]
    return sorted(choices, key=lambda choice: sort_key(choice.label))


def list_members(bloc: str, on: date) -> frozenset[str] | Unknown:
    """The exact set of the bloc's member states on the day, or UNKNOWN.

    Errors: NotFound for a bloc we do not have.
    """
    members = set()
    for country, standings in list_standings(bloc, on).items():
        if Standing.MEMBER in standings:
            if len(standings) > 1:
                return UNKNOWN
            members.add(country)
    return frozenset(members)


def get_standing(country: str, bloc: str, on: date) -> Standing | Unknown | None:
    """What the country was in the bloc on the day: a standing, None for none, or UNKNOWN.

    Errors: NotFound for a bloc we do not have.
    """
    standings = list_standings(bloc, on)
    if country not in standings:
        return UNKNOWN if on > get_latest_day() else None
    return rules.decide(standings[country])


def list_standings(bloc: str, on: date) -> dict[str, Standings]:
    """Country -> every standing it may have had in the bloc on the day; others never had any.

    Errors: NotFound for a bloc we do not have.
    """
    get_bloc(bloc)
    return map_standings({bloc}, on)[bloc]


def map_standings(blocs: Collection[str], on: date) -> dict[str, dict[str, Standings]]:
    """Bloc -> country -> every standing the country may have had on the day, in one query."""
    found: dict[str, dict[str, list[Membership]]] = {bloc: defaultdict(list) for bloc in blocs}
    if blocs:
        statement = (
            sa.select(Membership).join(Bloc).where(Bloc.slug.in_(sorted(blocs))).order_by(Membership.id)
        )
        for membership in db.session.scalars(statement):
            found[membership.bloc.slug][membership.country].append(membership)
    today = get_latest_day()
    return {
        bloc: {
            country: rules.possible_standings(memberships, on, today=today)
            for country, memberships in countries.items()
        }
        for bloc, countries in found.items()
    }


def get_age_of_consent(country: str, on: date) -> int:
    """From which age a young person of the country consents alone; 18 until something else is confirmed."""
    statement = (
        sa.select(JurisdictionPolicy)
        .where(JurisdictionPolicy.country == country)
        .order_by(JurisdictionPolicy.id)
    )
    return rules.find_age_of_consent(db.session.scalars(statement), on)


def map_ages_of_consent(on: date) -> dict[str, int]:
    """The same for every country that has a rule on the day; the others are of age as where none is confirmed."""
    policies: dict[str, list[JurisdictionPolicy]] = {}
    for policy in list_policies():
        policies.setdefault(policy.country, []).append(policy)
    return {country: rules.find_age_of_consent(each, on) for country, each in policies.items()}


def list_memberships() -> list[Membership]:
    """All of them, for loading."""
    return list(db.session.scalars(sa.select(Membership).order_by(Membership.id)))


def list_policies() -> list[JurisdictionPolicy]:
    """All of them, for loading."""
    return list(db.session.scalars(sa.select(JurisdictionPolicy).order_by(JurisdictionPolicy.id)))


def list_all_countries() -> list[Country]:
    """All of them, for loading."""
    return list(db.session.scalars(sa.select(Country).order_by(Country.code)))
