"""What planning a cohort must know of its applications."""

from dataclasses import dataclass

import sqlalchemy as sa

from registry.admissions.models import Application, FormVersion, Question
from registry.catalogue.models import GENERAL, Cohort
from registry.core.database import db
from registry.places import queries as places
from registry.places.enums import Standing


@dataclass(frozen=True)
class PoolRow:
    """Seats set aside for one state (or GENERAL): None where it has none of its own."""

    member_state: str
    seats: int | None
    used: int


def has_applications(cohort: Cohort) -> bool:
    """Whether anybody has begun to apply."""
    statement = sa.select(Application.id).where(Application.cohort_id == cohort.id).limit(1)
    return db.session.scalar(statement) is not None


def list_questions(cohort: Cohort) -> list[Question]:
    """The questions of the form that the cohort's applicants answer, in their order."""
    statement = (
        sa.select(Question)
        .join(Question.form_version)
        .where(FormVersion.cohort_id == cohort.id, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.number.desc(), Question.position)
    )
    questions = list(db.session.scalars(statement))
    return [each for each in questions if each.form_version_id == questions[0].form_version_id]


def list_pool_rows(cohort: Cohort) -> list[PoolRow]:
    """A row per state that may have seats, by the reader's alphabet, and the general one last.

    States are those the cohort is for, and those that have seats already.
    """
    pools = {pool.member_state: pool for pool in cohort.pools}
    states = {state for state in pools if state != GENERAL} | _list_states_in_scope(cohort)
    order = [choice.value for choice in places.sort_countries(states)]
    return [
        PoolRow(
            state, pools[state].seats if state in pools else None, pools[state].used if state in pools else 0
        )
        for state in [*order, GENERAL]
    ]


def _list_states_in_scope(cohort: Cohort) -> set[str]:
    if not cohort.scopes:
        return set(places.list_country_codes())
    day = min(cohort.standing_on, places.get_latest_day())
    standings = places.map_standings({scope.bloc for scope in cohort.scopes if scope.bloc}, day)
    found = {scope.country for scope in cohort.scopes if scope.country}
    for scope in cohort.scopes:
        if scope.bloc:
            found |= {
                country for country, possible in standings[scope.bloc].items() if scope.standing in possible
            }
    return found


def list_standing_choices() -> list[tuple[str, Standing]]:
    """Bloc and standing, for every standing that a country has or had in the bloc."""
    found = {(each.bloc.slug, each.standing) for each in places.list_memberships()}
    order = {bloc.slug: position for position, bloc in enumerate(places.list_blocs())}
    ranks = {standing: rank for rank, standing in enumerate(Standing)}
    return sorted(found, key=lambda pair: (order[pair[0]], ranks[pair[1]]))
