"""Applications on their way: what the applicant's pages show until the application is sent."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from registry.access.actor import Actor
from registry.admissions.enums import LIVE_STATUSES, ApplicationStatus, ConditionSubject
from registry.admissions.models import (
    Answer,
    Application,
    FormSection,
    FormVersion,
    Question,
    QuestionCondition,
)
from registry.admissions.queries.eligibility import get_conditions
from registry.admissions.queries.invitations import find_invitation_of
from registry.admissions.rules.eligibility import Standings
from registry.admissions.rules.invitations import is_by_invitation
from registry.admissions.rules.journey import Journey, choose_state
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import pick_translation
from registry.people import queries as people
from registry.people.models import Person
from registry.places import queries as places

_WITH_PARTS = (
    joinedload(Question.section).selectinload(FormSection.conditions).immediateload(QuestionCondition.source),
    selectinload(Question.conditions).immediateload(QuestionCondition.source),
)


@dataclass(frozen=True)
class Heading:
    """What a cohort is called, in one language."""

    title: str
    cohort_name: str


def get_heading(cohort: Cohort, locale: str | None = None) -> Heading:
    """The names of a cohort loaded with its programme's translations; in the reader's language by default."""
    titles = {each.locale: each.title for each in cohort.programme.translations}
    title = pick_translation(titles, locale)[1] if titles else cohort.programme.slug
    return Heading(title, pick_translation(cohort.names, locale)[1] if any(cohort.names.values()) else "")


def get_heading_of(application: Application, locale: str | None = None) -> Heading:
    """The names of the application's cohort."""
    return get_heading(
        db.session.scalars(with_heading().where(Cohort.id == application.cohort_id)).one(), locale
    )


def with_heading() -> sa.Select[Cohort]:
    """Cohorts with what `get_heading` needs."""
    return sa.select(Cohort).options(
        joinedload(Cohort.programme, innerjoin=True).selectinload(Programme.translations)
    )


def get_cohort_to_apply(code: str) -> Cohort:
    """A cohort that is or was public, with its names and the rules for applying.

    Errors: NotFound.
    """
    cohort = db.session.scalar(
        with_heading()
        .where(Cohort.code == normalise_code(code), Cohort.status != CohortStatus.DRAFT)
        .options(selectinload(Cohort.scopes), selectinload(Cohort.language_rules))
    )
    if cohort is None:
        raise NotFound
    return cohort


def find_form_version(cohort: Cohort) -> FormVersion | None:
    """The form that new applications answer."""
    return db.session.scalar(
        sa.select(FormVersion)
        .where(FormVersion.cohort_id == cohort.id, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.number.desc())
        .limit(1)
    )


def find_form_version_to_start(cohort: Cohort) -> FormVersion | None:
    """The same, for an application that is about to begin: no version is published before that is stored."""
    lock = sa.select(FormVersion.id).where(FormVersion.cohort_id == cohort.id)
    # Whoever waits here for a publication reads what it made of the versions in the next statement.
    db.session.execute(lock.with_for_update(read=True, key_share=True))
    return find_form_version(cohort)


def find_live_application(person: Person, cohort: Cohort) -> Application | None:
    """The one application that the person has in the cohort and that has not ended."""
    return db.session.scalar(
        sa.select(Application).where(
            Application.person_id == person.id,
            Application.cohort_id == cohort.id,
            Application.status.in_(LIVE_STATUSES),
        )
    )


def find_current_application(code: str, *, actor: Actor) -> Application | None:
    """The actor's live application in the cohort with this code, else the draft the closing window ended."""
    if actor.person_id is None:
        return None
    return db.session.scalar(
        sa.select(Application)
        .join(Application.cohort)
        .where(
            Application.person_id == actor.person_id,
            Cohort.code == normalise_code(code),
            Application.status.in_(LIVE_STATUSES | {ApplicationStatus.EXPIRED}),
        )
        .options(contains_eager(Application.cohort))
        .order_by(
            sa.case((Application.status == ApplicationStatus.EXPIRED, 1), else_=0), Application.id.desc()
        )
        .limit(1)
    )


def get_journey(application: Application) -> Journey:
    """Everything the pages and the rules need to know about an application on its way."""
    application = db.session.scalars(
        sa.select(Application)
        .where(Application.id == application.id)
        .options(
            joinedload(Application.person, innerjoin=True),
            joinedload(Application.cohort, innerjoin=True).options(
                joinedload(Cohort.programme, innerjoin=True).selectinload(Programme.translations),
                selectinload(Cohort.scopes),
                selectinload(Cohort.language_rules),
            ),
            joinedload(Application.form_version, innerjoin=True)
            .selectinload(FormVersion.questions)
            .options(*_WITH_PARTS),
            # The same objects once more: loading them afresh would else empty what hangs on them.
            selectinload(Application.answers).joinedload(Answer.question).options(*_WITH_PARTS),
        )
        .execution_options(populate_existing=True)
    ).one()
    person, cohort = application.person, application.cohort
    conditions = get_conditions(cohort)
    heading = get_heading(cohort)
    today = clock.today(cohort.zone)
    invitation = find_invitation_of(application) if is_by_invitation(cohort) else None
    nominating = invitation.member_state if invitation else ""
    state = nominating or choose_state(person, application.member_state, conditions)
    return Journey(
        application=application,
        person=person,
        cohort=cohort,
        conditions=conditions,
        questions=application.form_version.questions,
        answers={
            (answer.question.key, answer.entry): answer.value
            for answer in application.answers
            if answer.question.form_version_id == application.form_version_id
        },
        consents=people.map_consents(person, about=application.code),
        guardianship=people.find_guardianship(person),
        age_of_consent=places.get_age_of_consent(state, today),
        today=today,
        title=heading.title,
        cohort_name=heading.cohort_name,
        nominating_state=nominating,
        standings=map_standings(application.form_version.questions, cohort),
    )


def map_standings(questions: Iterable[Question], cohort: Cohort) -> Standings:
    """Of the blocs that conditions name, on the day that counts for the cohort."""
    blocs = {
        value.partition(":")[0]
        for question in questions
        for condition in (*question.conditions, *(question.section.conditions if question.section else ()))
        if condition.subject is ConditionSubject.BLOC
        for value in condition.values
    }
    return places.map_standings(blocs, min(cohort.standing_on, places.get_latest_day())) if blocs else {}


def decides_what_is_asked(question: Question) -> bool:
    """Whether a question or a section of the form is asked depending on the answer."""
    statement = sa.select(QuestionCondition.id).where(QuestionCondition.source_id == question.id).limit(1)
    return db.session.scalar(statement) is not None


def find_answer(application: Application, question_id: int, entry: int = 1) -> Answer | None:
    """What was answered to the question."""
    return db.session.get(Answer, (application.id, question_id, entry))
