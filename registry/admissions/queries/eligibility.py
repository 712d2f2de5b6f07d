"""What a cohort asks of applicants, with the standings of countries on the day that counts."""

from collections.abc import Iterable

from registry.admissions.rules.eligibility import Conditions, Scope
from registry.catalogue.models import Cohort
from registry.places import queries as places


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
