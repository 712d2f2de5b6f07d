"""Forms as those see them who compose them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import immediateload, selectinload

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, FormSection, FormVersion, Question, QuestionCondition
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


def list_sources(cohort: Cohort, *, actor: Actor) -> Sequence[Cohort]:
    """The other cohorts that the actor plans and that have a published form, the newest first."""
    has_form = sa.select(FormVersion.cohort_id).where(FormVersion.published_at.is_not(None))
    return list_managed_cohorts(actor, among=has_form, but=cohort)


def _versions_of(cohort: Cohort) -> sa.Select[FormVersion]:
    """Versions of a cohort that the caller has loaded, for the rules that ask whose it is."""
    return (
        sa.select(FormVersion)
        .where(FormVersion.cohort_id == cohort.id)
        .options(
            # No statements of their own: cohort, version and sections are loaded by then.
            immediateload(FormVersion.cohort),
            selectinload(FormVersion.sections).immediateload(FormSection.form_version),
            selectinload(FormVersion.questions).options(
                immediateload(Question.form_version),
                immediateload(Question.section),
                selectinload(Question.conditions).immediateload(QuestionCondition.source),
            ),
        )
        .execution_options(populate_existing=True)
    )
