"""One programme, and one cohort, as visitors see them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.catalogue import rules
from registry.catalogue.enums import Availability, CohortStatus, PartnershipRole, Phase, QuotaBasis
from registry.catalogue.models import Cohort, CohortScope, Programme
from registry.catalogue.queries.snapshot import find_countries
from registry.core import clock
from registry.core.codes import hash_token, normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import pick_translation
from registry.people.enums import Education, LanguageLevel
from registry.places.models import Bloc
from registry.places.queries import Choice, get_latest_day, list_memberships, sort_countries

Texts = Mapping[str, str]
_PUBLIC = (CohortStatus.PUBLISHED, CohortStatus.CANCELLED, CohortStatus.ARCHIVED)


@dataclass(frozen=True)
class PublishedConditions:
    """What a cohort asks, for templates/catalogue/_conditions.html."""

    age_min: int | None
    age_max: int | None
    age_on: date
    standing_on: date
    quota_basis: QuotaBasis
    scopes: tuple[CohortScope, ...]
    countries: tuple[Choice, ...]
    """The countries of the scopes by the reader's alphabet; empty where every country may."""
    education_min: Education | None
    languages: tuple[tuple[str, LanguageLevel], ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules there are, in the order in which they are told."""
        present = {
            "age": self.age_min is not None or self.age_max is not None,
            "country": bool(self.scopes),
            "education": self.education_min is not None,
            "language": bool(self.languages),
        }
        return tuple(name for name, there in present.items() if there)


@dataclass(frozen=True)
class CohortPage:
    """A cohort with its phase (None when cancelled), its conditions and the seats offered."""

    cohort: Cohort
    phase: Phase | None
    conditions: PublishedConditions
    blocs: Mapping[str, str]
    """Slug -> short name in the reader's language."""
    takes_applications: bool
    until: datetime | None
    """When it would read differently by the clock alone."""

    @property
    def seats(self) -> list[tuple[str, int]]:
        """Country's name and seats offered, by the reader's alphabet, without the general pool."""
        offered = {pool.member_state: pool.seats for pool in self.cohort.pools if pool.member_state}
        return [(choice.label, offered[choice.value]) for choice in sort_countries(offered)]

    @property
    def lottery_hash(self) -> str:
        """The fingerprint that binds the lottery's seed; empty without a lottery."""
        return hash_token(self.cohort.lottery_seed) if self.cohort.lottery_seed else ""

    @property
    def lottery_seed(self) -> str:
        """The seed itself, once the window has closed."""
        return self.cohort.lottery_seed if self.phase not in {Phase.UPCOMING, Phase.OPEN} else ""

    @property
    def general_seats(self) -> int:
        return sum(pool.seats for pool in self.cohort.pools if not pool.member_state)


@dataclass(frozen=True)
class ProgrammePage:
    """A programme with everything told about it, its cohorts in the order in which they matter."""

    programme: Programme
    availability: Availability
    cohorts: tuple[CohortPage, ...]
    blocs: Mapping[str, str]
    """Slug -> short name in the reader's language."""
    until: datetime | None

    @property
    def next_cohort(self) -> CohortPage | None:
        """The open one that closes first, or else the one that opens first."""
        for phase in (Phase.OPEN, Phase.UPCOMING):
            for page in self.cohorts:
                if page.phase is phase and page.takes_applications:
                    return page
        return None

    def organisations(self, role: PartnershipRole) -> list[Texts]:
        return [each.organisation.names for each in self.programme.partnerships if each.role is role]


def get_public_programme(slug: str) -> Programme:
    """A programme with its texts. Errors: NotFound."""
    return _get_programme(slug, selectinload(Programme.translations))


def get_programme_page(slug: str) -> ProgrammePage:
    """Everything the programme's page tells. Errors: NotFound."""
    programme = _get_programme(
        slug,
        selectinload(Programme.translations),
        selectinload(Programme.topics),
        selectinload(Programme.documents),
        selectinload(Programme.partnerships),
        selectinload(Programme.reported_results),
    )
    now = clock.now()
    cohorts = db.session.scalars(
        _cohorts().where(Cohort.programme_id == programme.id).order_by(Cohort.closes_at, Cohort.id)
    )
    blocs = _name_blocs()
    pages = _describe_cohorts(list(cohorts), blocs, now)
    phases = {page.phase for page in pages if page.phase and page.cohort.status is CohortStatus.PUBLISHED}
    return ProgrammePage(
        programme=programme,
        availability=rules.compute_availability(programme.status, phases),
        cohorts=tuple(sorted(pages, key=_rank)),
        blocs=blocs,
        until=min((page.until for page in pages if page.until), default=None),
    )


def get_cohort_page(code: str) -> CohortPage:
    """Everything the cohort's page tells. Errors: NotFound, also for a draft."""
    statement = _cohorts().where(Cohort.code == normalise_code(code))
    cohort = db.session.scalar(
        statement.options(
            joinedload(Cohort.programme, innerjoin=True).options(
                selectinload(Programme.translations), selectinload(Programme.partnerships)
            )
        )
    )
    if cohort is None:
        raise NotFound
    (page,) = _describe_cohorts([cohort], _name_blocs(), clock.now())
    return page


def preview_cohort_page(cohort: Cohort) -> CohortPage:
    """What the page of a cohort will tell; rules, seats and programme must be loaded."""
    (page,) = _describe_cohorts([cohort], _name_blocs(), clock.now())
    return page


def _get_programme(slug: str, *options: sa.sql.base.ExecutableOption) -> Programme:
    programme = db.session.scalar(sa.select(Programme).where(Programme.slug == slug).options(*options))
    if programme is None:
        raise NotFound
    return programme


def _cohorts() -> sa.Select[Cohort]:
    return (
        sa.select(Cohort)
        .where(Cohort.status.in_(_PUBLIC))
        .options(selectinload(Cohort.scopes), selectinload(Cohort.language_rules), selectinload(Cohort.pools))
    )


def _name_blocs() -> dict[str, str]:
    blocs = db.session.scalars(sa.select(Bloc).order_by(Bloc.id))
    return {bloc.slug: pick_translation(bloc.short_names)[1] for bloc in blocs}


def _describe_cohorts(cohorts: list[Cohort], blocs: Mapping[str, str], now: datetime) -> list[CohortPage]:
    today = get_latest_day()
    memberships = defaultdict(list)
    for membership in list_memberships():
        memberships[membership.bloc.slug].append(membership)
    pages = []
    for cohort in cohorts:
        changes = [rules.find_next_change(cohort, now)] if cohort.status is CohortStatus.PUBLISHED else []
        countries = find_countries(cohort, memberships, today) if cohort.scopes else ()
        pages.append(
            CohortPage(
                cohort=cohort,
                phase=_find_phase(cohort, now),
                conditions=_describe_conditions(cohort, tuple(sort_countries(countries))),
                blocs=blocs,
                takes_applications=rules.takes_applications(cohort),
                until=min((change for change in changes if change), default=None),
            )
        )
    return pages


def _find_phase(cohort: Cohort, now: datetime) -> Phase | None:
    if cohort.status is CohortStatus.CANCELLED:
        return None
    return Phase.ENDED if cohort.status is CohortStatus.ARCHIVED else rules.compute_phase(cohort, now)


def _describe_conditions(cohort: Cohort, countries: tuple[Choice, ...]) -> PublishedConditions:
    return PublishedConditions(
        age_min=cohort.age_min,
        age_max=cohort.age_max,
        age_on=cohort.age_on,
        standing_on=cohort.standing_on,
        quota_basis=cohort.quota_basis,
        scopes=tuple(cohort.scopes),
        countries=countries,
        education_min=cohort.education_min,
        languages=tuple((rule.tag, rule.level) for rule in cohort.language_rules),
    )


def _rank(page: CohortPage) -> tuple[int, float]:
    """Open by deadline, upcoming by opening, then the latest first."""
    order = (Phase.OPEN, Phase.UPCOMING, Phase.CLOSED, Phase.RUNNING, Phase.ENDED, None)
    rank = order.index(page.phase)
    cohort = page.cohort
    if page.phase is Phase.OPEN:
        return rank, cohort.closes_at.timestamp()
    if page.phase is Phase.UPCOMING:
        return rank, cohort.opens_at.timestamp()
    return rank, -cohort.closes_at.timestamp()
