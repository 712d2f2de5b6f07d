"""What a cohort asks of applicants, with the standings of countries on the day that counts."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.admissions.rules import eligibility
from registry.admissions.rules.eligibility import Conditions, Facts, Scope
from registry.catalogue.enums import CohortStatus, Phase, ProgrammeStatus
from registry.catalogue.models import Cohort, Programme
from registry.catalogue.rules import compute_phase
from registry.core import clock
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import pick_translation
from registry.places import queries as places

ALTERNATIVES = 3
_MOST_COHORTS = 200


@dataclass(frozen=True)
class Alternative:
    """A programme to offer instead; `cohort` is None where nothing is announced yet."""

    slug: str
    title: str
    title_locale: str
    cohort: Cohort | None = None
    phase: Phase | None = None
    is_certain: bool = False
    """Whether every rule of the cohort is known to be fulfilled."""


def get_checkable_cohort(code: str) -> Cohort:
    """A cohort that is or was public, with its rules and the titles of its programme.

    Errors: NotFound.
    """
    cohort = db.session.scalar(_with_rules().where(Cohort.code == normalise_code(code)))
    if cohort is None or cohort.status is CohortStatus.DRAFT:
        raise NotFound
    return cohort


def get_conditions(cohort: Cohort) -> Conditions:
    """The conditions of a cohort loaded with `scopes` and `language_rules`."""
    return map_conditions([cohort])[cohort.id]


def map_conditions(cohorts: Iterable[Cohort]) -> dict[int, Conditions]:
    """Cohort id -> conditions, with one query for each day on which standings count."""
    latest = places.get_latest_day()
    found = {}
    standings_on: dict[object, dict[str, dict[str, places.Standings]]] = {}
    cohorts = list(cohorts)
    blocs = {scope.bloc for cohort in cohorts for scope in cohort.scopes if scope.bloc}
    for cohort in cohorts:
        # Until its day has come, a country's standing of today is the best answer.
        day = min(cohort.standing_on, latest)
        if day not in standings_on:
            standings_on[day] = places.map_standings(blocs, day)
        found[cohort.id] = Conditions(
            age_on=cohort.age_on,
            standing_on=cohort.standing_on,
            age_min=cohort.age_min,
            age_max=cohort.age_max,
            quota_basis=cohort.quota_basis,
            scopes=tuple(Scope(scope.bloc, scope.standing, scope.country) for scope in cohort.scopes),
            standings=standings_on[day],
            education_min=cohort.education_min,
            languages=tuple((rule.tag, rule.level) for rule in cohort.language_rules),
        )
    return found


def list_alternatives(cohort: Cohort, facts: Facts) -> list[Alternative]:
    """Up to three other programmes that refuse this person by no rule: open, then upcoming, then proposed."""
    found = _list_fitting_cohorts(cohort, facts)
    taken = {alternative.slug for alternative in found} | {cohort.programme.slug}
    for programme in _list_proposed(cohort.programme):
        if len(found) >= ALTERNATIVES:
            break
        if programme.slug not in taken:
            found.append(Alternative(programme.slug, *_title(programme)))
    return found[:ALTERNATIVES]


def title_of(programme: Programme) -> str:
    """The title of a programme loaded with its translations, in the reader's language."""
    return _title(programme)[0]


def _with_rules() -> sa.Select[Cohort]:
    return sa.select(Cohort).options(
        selectinload(Cohort.scopes),
        selectinload(Cohort.language_rules),
        joinedload(Cohort.programme, innerjoin=True).selectinload(Programme.translations),
    )


def _list_fitting_cohorts(cohort: Cohort, facts: Facts) -> list[Alternative]:
    now = clock.now()
    statement = (
        _with_rules()
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(
            Cohort.status == CohortStatus.PUBLISHED,
            Cohort.closes_at > now,
            Cohort.programme_id != cohort.programme_id,
            Programme.status == ProgrammeStatus.PUBLISHED,
        )
        .order_by(Cohort.closes_at, Cohort.id)
        .limit(_MOST_COHORTS)
    )
    others = list(db.session.scalars(statement))
    conditions = map_conditions(others)
    fitting: dict[str, Alternative] = {}
    for other in sorted(others, key=lambda each: compute_phase(each, now) is not Phase.OPEN):
        verdict = eligibility.judge(conditions[other.id], facts)
        if verdict.refuses or other.programme.slug in fitting:
            continue
        fitting[other.programme.slug] = Alternative(
            other.programme.slug,
            *_title(other.programme),
            cohort=other,
            phase=compute_phase(other, now),
            is_certain=not verdict.unknowns,
        )
        if len(fitting) == ALTERNATIVES:
            break
    return list(fitting.values())


def _list_proposed(like: Programme) -> list[Programme]:
    """Proposed programmes, those of the same kind first."""
    statement = (
        sa.select(Programme)
        .where(Programme.status == ProgrammeStatus.PROPOSED, Programme.id != like.id)
        .order_by(sa.case((Programme.kind == like.kind, 0), else_=1), Programme.slug)
        .options(selectinload(Programme.translations))
        .limit(ALTERNATIVES + 1)
    )
    return list(db.session.scalars(statement))


def _title(programme: Programme) -> tuple[str, str]:
    texts = {translation.locale: translation.title for translation in programme.translations}
    if not texts:
        return programme.slug, "en"
    locale, title = pick_translation(texts)
    return title, locale
