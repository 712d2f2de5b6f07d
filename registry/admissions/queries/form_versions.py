"""Forms as those see them who compose them."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import immediateload, selectinload

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import (
    Application,
    FormMove,
    FormSection,
    FormVersion,
    Question,
    QuestionCondition,
)
from registry.admissions.rules.forms import FormDifference, compare_forms
from registry.admissions.rules.sections import SECTION, read_page_key
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import list_managed_cohorts
from registry.core.database import db
from registry.core.errors import NotFound


def find_draft(cohort: Cohort) -> FormVersion | None:
    """The version that is being composed, with its sections and questions."""
    return db.session.scalar(_versions_of(cohort).where(FormVersion.published_at.is_(None)))


def get_draft(cohort: Cohort) -> FormVersion:
    """Errors: NotFound when no version is being composed."""
    draft = find_draft(cohort)
    if draft is None:
        raise NotFound
    return draft


def find_published(cohort: Cohort) -> FormVersion | None:
    """The version that new applications answer, with its sections and questions."""
    statement = _versions_of(cohort).where(FormVersion.published_at.is_not(None))
    return db.session.scalar(statement.order_by(FormVersion.number.desc()).limit(1))


def get_version(cohort: Cohort, number: int) -> FormVersion:
    """The draft or a published version. Errors: NotFound."""
    version = db.session.scalar(_versions_of(cohort).where(FormVersion.number == number))
    if version is None:
        raise NotFound
    return version


def list_versions(cohort: Cohort) -> Sequence[FormVersion]:
    """The published versions without their questions, the newest first."""
    statement = sa.select(FormVersion).where(
        FormVersion.cohort_id == cohort.id, FormVersion.published_at.is_not(None)
    )
    return db.session.scalars(statement.order_by(FormVersion.number.desc())).all()


def get_question(version: FormVersion, key: str) -> Question:
    """Errors: NotFound."""
    for question in version.questions:
        if question.key == key:
            return question
    raise NotFound


def get_section(version: FormVersion, key: str) -> FormSection:
    """Errors: NotFound."""
    for section in version.sections:
        if section.key == key:
            return section
    raise NotFound


def get_last_number(cohort: Cohort) -> int:
    """The number of the newest version; 0 without any."""
    statement = sa.select(sa.func.max(FormVersion.number)).where(FormVersion.cohort_id == cohort.id)
    return db.session.scalar(statement) or 0


def count_unsent(cohort: Cohort) -> int:
    """How many applications have been begun and not sent."""
    statement = sa.select(sa.func.count()).where(
        Application.cohort_id == cohort.id, Application.status == ApplicationStatus.DRAFT
    )
    return db.session.scalar(statement) or 0


def lock_earlier(version: FormVersion) -> Sequence[FormVersion]:
    """The other published versions of the cohort's form, with their questions.

    No application begins under them until the transaction ends; those that were just beginning are there.
    """
    lock = sa.select(FormVersion.id).where(FormVersion.cohort_id == version.cohort_id)
    db.session.execute(lock.order_by(FormVersion.id).with_for_update())
    statement = _versions_of(version.cohort).where(
        FormVersion.published_at.is_not(None), FormVersion.id != version.id
    )
    return db.session.scalars(statement.order_by(FormVersion.number)).all()


def unsent_under(version: FormVersion) -> sa.Select[int]:
    """Keys of the applications that are begun under the version and not sent, for the statements that move them."""
    return sa.select(Application.id).where(
        Application.form_version_id == version.id, Application.status == ApplicationStatus.DRAFT
    )


def moves_from(version: FormVersion) -> sa.Select[int, int]:
    """The same with the version, without those whose applicants have an older move to see."""
    seen = sa.select(FormMove.application_id)
    return sa.select(Application.id, sa.literal(version.id)).where(
        Application.id.in_(unsent_under(version)), Application.id.not_in(seen)
    )


def find_once_asked(application: Application, page: str) -> Mapping[str, str] | None:
    """What the page was called in the newest published version of the cohort's form that had it."""
    versions = sa.select(FormVersion.id).where(
        FormVersion.cohort_id == application.cohort_id, FormVersion.published_at.is_not(None)
    )
    if page.startswith(SECTION):
        called = sa.select(FormSection.titles).where(
            FormSection.form_version_id.in_(versions), FormSection.key == page.removeprefix(SECTION)
        )
        return db.session.scalar(called.order_by(FormSection.form_version_id.desc()).limit(1))
    called = sa.select(Question.labels).where(
        Question.form_version_id.in_(versions), Question.key == read_page_key(page)[0]
    )
    return db.session.scalar(called.order_by(Question.form_version_id.desc()).limit(1))


def find_form_change(application: Application) -> FormDifference | None:
    """What changed in the form since the applicant last saw it; None where nothing did."""
    move = db.session.get(FormMove, application.id)
    if move is None:
        return None
    older, newer = (
        db.session.scalars(_with_parts(sa.select(FormVersion)).where(FormVersion.id == key)).one()
        for key in (move.form_version_id, application.form_version_id)
    )
    return compare_forms(older, newer)


def list_sources(cohort: Cohort, *, actor: Actor) -> Sequence[Cohort]:
    """The other cohorts that the actor plans and that have a published form, the newest first."""
    has_form = sa.select(FormVersion.cohort_id).where(FormVersion.published_at.is_not(None))
    return list_managed_cohorts(actor, among=has_form, but=cohort)


def _versions_of(cohort: Cohort) -> sa.Select[FormVersion]:
    """Versions of a cohort that the caller has loaded, for the rules that ask whose it is."""
    # No statement of its own: the cohort is loaded by then.
    return (
        _with_parts(sa.select(FormVersion))
        .where(FormVersion.cohort_id == cohort.id)
        .options(immediateload(FormVersion.cohort))
    )


def _with_parts(statement: sa.Select[FormVersion]) -> sa.Select[FormVersion]:
    return statement.options(
        # Version and sections are loaded by then, so these ask for nothing.
        selectinload(FormVersion.sections).options(
            immediateload(FormSection.form_version),
            selectinload(FormSection.conditions).immediateload(QuestionCondition.source),
        ),
        selectinload(FormVersion.questions).options(
            immediateload(Question.form_version),
            immediateload(Question.section),
            selectinload(Question.conditions).immediateload(QuestionCondition.source),
        ),
    ).execution_options(populate_existing=True)
