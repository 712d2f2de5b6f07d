"""The whole public catalogue in memory: read once per edition and day, then searched without the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.catalogue import rules
from registry.catalogue.enums import (
    Availability,
    CohortStatus,
    DeadlineWithin,
    Mode,
    PartnershipRole,
    Phase,
    ProgrammeKind,
    ProgrammeStatus,
)
from registry.catalogue.models import Cohort, Programme, Topic
from registry.core.database import db
from registry.core.edition import get_edition
from registry.core.i18n import fold
from registry.core.memory import current_memory
from registry.places.enums import Standing
from registry.places.models import Bloc, Membership
from registry.places.queries import get_latest_day, list_country_codes, list_memberships
from registry.places.rules import possible_standings

_KEY = "catalogue"
_LAST_ZONE = ZoneInfo("Pacific/Kiritimati")
"""Where days begin first: with them, a country's standing may change."""

Texts = Mapping[str, str]
"""Locale -> text."""


@dataclass(frozen=True)
class ScopeCard:
    """Who may apply: a country, or the countries of a standing in a bloc."""

    country: str | None
    standing: Standing | None
    bloc: str | None


@dataclass(frozen=True)
class CohortCard:
    """A published cohort. `countries` are those that may apply today; None is every country."""

    code: str
    names: Texts
    zone: str
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    place: str
    scopes: tuple[ScopeCard, ...]
    countries: frozenset[str] | None


@dataclass(frozen=True)
class ProgrammeCard:
    """What lists show of a programme."""

    slug: str
    kind: ProgrammeKind
    status: ProgrammeStatus
    mode: Mode | None
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    titles: Texts
    summaries: Texts
    providers: tuple[Texts, ...]
    cohorts: tuple[CohortCard, ...]
    search_text: str


@dataclass(frozen=True)
class ProgrammeView:
    """A programme as it stands at one instant. `values`: facet -> the values it is found under."""

    card: ProgrammeCard
    availability: Availability
    open_cohorts: tuple[CohortCard, ...]
    coming_cohorts: tuple[CohortCard, ...]
    next_at: datetime
    """The nearest deadline or opening; where there is none, the instant itself."""
    values: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Snapshot:
    """All programmes, topics and blocs (slug -> names, short ones of blocs) and countries of one edition."""

    programmes: tuple[ProgrammeCard, ...]
    topics: Mapping[str, Texts]
    blocs: Mapping[str, Texts]
    countries: tuple[str, ...]
    until: datetime
    """The day on which standings may differ begins here."""

    def look_at(self, card: ProgrammeCard, at: datetime) -> ProgrammeView:
        """The programme at an instant: what is open, what is coming, who may apply."""
        phases = [(cohort, rules.compute_phase(cohort, at)) for cohort in card.cohorts]
        availability = rules.compute_availability(card.status, {phase for _, phase in phases})
        takes_applications = card.status is ProgrammeStatus.PUBLISHED
        now = tuple(each for each, phase in phases if phase is Phase.OPEN and takes_applications)
        soon = tuple(each for each, phase in phases if phase is Phase.UPCOMING and takes_applications)
        next_at = min(
            [cohort.closes_at for cohort in now] or [cohort.opens_at for cohort in soon], default=at
        )
        countries: frozenset[str] = frozenset().union(
            *(self.countries if cohort.countries is None else cohort.countries for cohort in (*now, *soon))
        )
        left = [cohort.closes_at - at for cohort in now]
        values = {
            "kind": frozenset({card.kind.value}),
            "country": countries,
            "topic": frozenset(card.topics),
            "language": frozenset(card.languages),
            "mode": frozenset({card.mode.value} if card.mode else ()),
            "status": frozenset({availability.value}),
            "deadline": frozenset(
                each.value
                for each in DeadlineWithin
                if any(rest <= timedelta(days=each.days) for rest in left)
            ),
        }
        return ProgrammeView(card, availability, now, soon, next_at, values)


def get_snapshot() -> Snapshot:
    """The catalogue of the current edition. One query where it is known already."""
    edition = get_edition()
    memory = current_memory()
    kept: Snapshot | None = memory.find(_KEY, edition)
    if kept is None:
        kept = _read_snapshot()
        size = sum(len(card.search_text) * 8 for card in kept.programmes)
        memory.keep(_KEY, kept, edition=edition, until=kept.until, size=size)
    return kept


def _read_snapshot() -> Snapshot:
    today = get_latest_day()
    topics = list(db.session.scalars(sa.select(Topic).order_by(Topic.position, Topic.id)))
    blocs = db.session.scalars(sa.select(Bloc))
    memberships: dict[str, list[Membership]] = defaultdict(list)
    for membership in list_memberships():
        memberships[membership.bloc.slug].append(membership)
    cohorts: dict[int, list[CohortCard]] = defaultdict(list)
    for cohort in _list_published_cohorts():
        scopes = tuple(ScopeCard(scope.country, scope.standing, scope.bloc) for scope in cohort.scopes)
        countries = find_countries(cohort, memberships, today) if cohort.scopes else None
        cohorts[cohort.programme_id].append(_describe_cohort(cohort, scopes, countries))
    return Snapshot(
        programmes=tuple(
            _describe_programme(programme, tuple(cohorts[programme.id])) for programme in _list_programmes()
        ),
        topics={topic.slug: topic.names for topic in topics},
        blocs={bloc.slug: bloc.short_names for bloc in blocs},
        countries=tuple(list_country_codes()),
        until=datetime.combine(today + timedelta(days=1), time.min, _LAST_ZONE),
    )


def _list_programmes() -> Iterable[Programme]:
    statement = sa.select(Programme).options(
        selectinload(Programme.translations),
        selectinload(Programme.topics),
        selectinload(Programme.partnerships),
    )
    return db.session.scalars(statement.order_by(Programme.id))


def _list_published_cohorts() -> Iterable[Cohort]:
    statement = sa.select(Cohort).where(Cohort.status == CohortStatus.PUBLISHED)
    return db.session.scalars(
        statement.options(selectinload(Cohort.scopes)).order_by(Cohort.closes_at, Cohort.id)
    )


def find_countries(
    cohort: Cohort, memberships: Mapping[str, list[Membership]], today: date
) -> frozenset[str]:
    """The countries of the cohort's scopes (bloc -> its memberships), on its day or, before that, today.

    A country whose standing the records cannot decide is among them: an unknown never refuses.
    """
    day = min(cohort.standing_on, today)
    found = {scope.country for scope in cohort.scopes if scope.country}
    for scope in cohort.scopes:
        by_country: dict[str, list[Membership]] = defaultdict(list)
        for membership in memberships.get(scope.bloc or "", ()):
            by_country[membership.country].append(membership)
        found.update(
            country
            for country, own in by_country.items()
            if scope.standing in possible_standings(own, day, today=today)
        )
    return frozenset(found)


def _describe_cohort(
    cohort: Cohort, scopes: tuple[ScopeCard, ...], countries: frozenset[str] | None
) -> CohortCard:
    return CohortCard(
        code=cohort.code,
        names=cohort.names,
        zone=cohort.zone,
        opens_at=cohort.opens_at,
        closes_at=cohort.closes_at,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        place=cohort.place,
        scopes=scopes,
        countries=countries,
    )


def _describe_programme(programme: Programme, cohorts: tuple[CohortCard, ...]) -> ProgrammeCard:
    titles = {text.locale: text.title for text in programme.translations}
    summaries = {text.locale: text.summary for text in programme.translations}
    organisations = [partnership.organisation.names for partnership in programme.partnerships]
    names = [topic.names for topic in programme.topics]
    searched = [titles, summaries, *names, *organisations]
    return ProgrammeCard(
        slug=programme.slug,
        kind=programme.kind,
        status=programme.status,
        mode=programme.mode,
        languages=tuple(programme.language_tags),
        topics=tuple(topic.slug for topic in programme.topics),
        titles=titles,
        summaries=summaries,
        providers=tuple(
            partnership.organisation.names
            for partnership in programme.partnerships
            if partnership.role is PartnershipRole.PROVIDER
        ),
        cohorts=cohorts,
        search_text=fold("\n".join(text for texts in searched for text in texts.values())),
    )
