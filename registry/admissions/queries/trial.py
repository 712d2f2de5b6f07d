"""A form as an invented applicant meets it."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.admissions.models import FormVersion
from registry.admissions.queries.eligibility import get_conditions
from registry.admissions.queries.journey import get_heading, map_standings
from registry.admissions.rules.journey import choose_state
from registry.admissions.rules.trial import Trial, TrialJourney, make_application, make_person
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.database import db
from registry.places import queries as places


def get_trial_journey(version: FormVersion, trial: Trial) -> TrialJourney:
    """Everything the pages and the rules need to know, as `get_journey` gives it for real applications."""
    cohort = db.session.scalars(
        sa.select(Cohort)
        .where(Cohort.id == version.cohort_id)
        .options(
            joinedload(Cohort.programme, innerjoin=True).selectinload(Programme.translations),
            selectinload(Cohort.scopes),
            selectinload(Cohort.language_rules),
        )
        .execution_options(populate_existing=True)
    ).one()
    conditions = get_conditions(cohort)
    person = make_person(trial, conditions.age_on)
    heading = get_heading(cohort)
    today = clock.today(cohort.zone)
    return TrialJourney(
        application=make_application(trial),
        person=person,
        cohort=cohort,
        conditions=conditions,
        questions=version.questions,
        answers=trial.answers,
        consents={},
        guardianship=None,
        age_of_consent=places.get_age_of_consent(choose_state(person, "", conditions), today),
        today=today,
        title=heading.title,
        cohort_name=heading.cohort_name,
        nominating_state=trial.country,
        standings=map_standings(version.questions, cohort),
    )


def list_invented_states(cohort: Cohort) -> list[tuple[str, str, list[str]]]:
    """Code and name of every country, by the reader's alphabet, with its standings on the day that counts."""
    names = places.map_bloc_names()
    day = min(cohort.standing_on, places.get_latest_day())
    standings = places.map_standings(names, day)
    return [
        (
            country.value,
            country.label,
            [
                f"{names[bloc]}: {standing.label}"
                for bloc, by_country in standings.items()
                for standing in by_country.get(country.value, ())
                if standing is not None
            ],
        )
        for country in places.list_countries()
    ]
