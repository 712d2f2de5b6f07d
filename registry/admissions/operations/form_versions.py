"""Versions of a cohort's form: begun as a draft, composed, and published for ever."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import (
    Answer,
    Application,
    Attachment,
    FormMove,
    FormSection,
    FormVersion,
    Question,
    QuestionCondition,
)
from registry.admissions.operations.standard_form import add_standard_questions
from registry.admissions.queries import form_versions as queries
from registry.admissions.rules import forms as rules
from registry.admissions.rules.asking import Conditional
from registry.admissions.rules.planning import why_not_editable
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.core.versions import refuse_stale

ONE_DRAFT = {"uq_form_version_draft": (None, _l("A new version of this form has been begun already."))}
QUESTION_PARTS = (
    *("key", "position", "kind", "labels", "helps", "options", "units", "currency", "is_required"),
    *("max_words", "least", "most", "sensitivity", "reviewer_sees", "focal_point_sees"),
)
SECTION_PARTS = ("key", "position", "titles", "intros", "least_entries", "most_entries", "entry_labels")
CONDITION_PARTS = ("alternative", "subject", "operator", "values")


def start_form_draft(
    cohort: Cohort, *, copy_of: FormVersion | None = None, is_empty: bool = False, actor: Actor
) -> FormVersion:
    """Begin a version: a copy of another one, an empty one, or else the standard form.

    Errors: NotAllowed; Conflict for a cohort that is over, or that has a draft of its form.
    """
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    if refusal := why_not_editable(cohort):
        raise Conflict(refusal)
    with storing(ONE_DRAFT) as session:
        number = queries.get_last_number(cohort) + 1
        draft = FormVersion(cohort=cohort, number=number, sections=[], questions=[])
        session.add(draft)
    if copy_of is not None:
        _copy_parts(copy_of, draft)
    elif not is_empty:
        add_standard_questions(draft)
    source = f"{copy_of.cohort.code} {copy_of.number}" if copy_of else None
    audit.record(draft, "admissions:form:start", actor, about={"cohort": cohort.code, "copy_of": source})
    db.session.flush()
    return draft


def _copy_parts(source: FormVersion, draft: FormVersion) -> None:
    sections = {
        section.id: FormSection(
            form_version=draft,
            conditions=[],
            **{name: getattr(section, name) for name in SECTION_PARTS},
        )
        for section in source.sections
    }
    copies: dict[int, Question] = {}
    for question in source.questions:
        parts = {name: getattr(question, name) for name in QUESTION_PARTS}
        section = sections[question.section_id] if question.section_id else None
        copies[question.id] = copy = Question(form_version=draft, section=section, conditions=[], **parts)
        db.session.add(copy)
    for question in source.questions:
        _copy_conditions(question, {"question": copies[question.id]}, copies)
    for section in source.sections:
        _copy_conditions(section, {"section": sections[section.id]}, copies)


def _copy_conditions(part: Conditional, of: dict[str, Any], copies: Mapping[int, Question]) -> None:
    for condition in part.conditions:
        parts = {name: getattr(condition, name) for name in CONDITION_PARTS}
        source = copies[condition.source_id] if condition.source_id else None
        db.session.add(QuestionCondition(**of, source=source, **parts))


def publish_form(draft: FormVersion, *, version: int | None, actor: Actor) -> FormVersion:
    """Freeze the version; drafts move over to it, and applications that were sent keep theirs.

    Errors: NotAllowed; StaleWrite when it changed since it was looked at; Conflict with what it lacks.
    """
    require_draft(draft, actor=actor)
    refuse_stale(draft, version, given={}, stored={})
    if obstacles := rules.list_obstacles(draft):
        raise Conflict(obstacles[0])
    draft.published_at = clock.now()
    moved = sum(_move_unsent(older, draft) for older in queries.lock_earlier(draft))
    about = {"number": draft.number, "moved": moved}
    audit.record(draft, "admissions:form:publish", actor, about=about)
    db.session.flush()
    return draft


def _move_unsent(older: FormVersion, newer: FormVersion) -> int:
    """Let drafts answer the newer version, with their answers to the questions that are still asked so."""
    unsent = queries.unsent_under(older)
    db.session.flush()
    columns = ["application_id", "form_version_id"]
    db.session.execute(sa.insert(FormMove).from_select(columns, queries.moves_from(older)))
    kept = {question.key: question for question in newer.questions}
    for question in older.questions:
        successor = kept.get(question.key)
        if successor is None or successor.kind is not question.kind:
            continue
        for table in (Answer, Attachment):
            db.session.execute(
                sa.update(table)
                .where(table.question_id == question.id, table.application_id.in_(unsent))
                .values(question_id=successor.id)
                .execution_options(synchronize_session=False)
            )
    return db.session.execute(
        sa.update(Application)
        .where(Application.id.in_(unsent))
        .values(form_version_id=newer.id, version=Application.version + 1)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]  # What an update returns is not in the stubs.


def note_form_change_seen(application: Application, *, actor: Actor) -> None:
    """The applicant has read what changed in the form.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.APPLICATION_EDIT, application)
    db.session.execute(sa.delete(FormMove).where(FormMove.application_id == application.id))


def discard_form_draft(draft: FormVersion, *, actor: Actor) -> None:
    """Throw the version away that is being composed.

    Errors: NotAllowed; Conflict for a published one.
    """
    require_draft(draft, actor=actor)
    audit.record(draft, "admissions:form:discard", actor, about={"number": draft.number})
    db.session.delete(draft)
    db.session.flush()


def require_draft(version: FormVersion, *, actor: Actor) -> None:
    """Errors: NotAllowed; Conflict for a published version, or one of a cohort that is over."""
    policy.require(actor, Permission.COHORT_EDIT, version.cohort)
    if version.published_at is not None:
        raise Conflict(rules.FROZEN)
    if refusal := why_not_editable(version.cohort):
        raise Conflict(refusal)
