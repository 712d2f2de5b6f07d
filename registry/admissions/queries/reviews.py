"""What a reviewer sees: the applications assigned, without what the cohort hides."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, Assignment
from registry.admissions.queries.answers import list_answers
from registry.admissions.queries.corrections import list_compared
from registry.admissions.queries.scope import _visible_to, with_titles
from registry.admissions.rules.blindness import ReviewSheet, make_review_sheet
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page

TO_REVIEW = (ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW)


@dataclass(frozen=True)
class AssignedApplication:
    """One row of a reviewer's list. What was decided is not for reviewers, only that it is over."""

    code: str
    name: str | None
    """None in a blind cohort."""
    cohort: Cohort
    assigned_at: datetime
    is_open: bool


def count_assigned(actor: Actor) -> tuple[int, int]:
    """How many of the actor's applications still wait for a decision, and how many there are."""
    waiting = sa.func.count().filter(Application.status.in_(TO_REVIEW))
    statement = _visible_to(actor, Role.REVIEWER).with_only_columns(waiting, sa.func.count())
    to_review, everything = db.session.execute(statement.options()).one()
    return to_review, everything


def list_assigned(actor: Actor, *, only_open: bool, key: str | None) -> Page[AssignedApplication]:
    """What is assigned to the actor, the oldest assignment first."""
    statement = (
        _visible_to(actor, Role.REVIEWER)
        .join(
            Assignment,
            sa.and_(Assignment.application_id == Application.id, Assignment.user_id == actor.user_id),
        )
        .add_columns(Assignment.assigned_at)
        .options(with_titles())
    )
    if only_open:
        statement = statement.where(Application.status.in_(TO_REVIEW))
    page = get_page(statement, [SortKey(Assignment.assigned_at), SortKey(Application.id)], key)
    return Page([_make_row(*row) for row in page.rows], page.next, page.previous)


def _make_row(application: Application, assigned_at: datetime) -> AssignedApplication:
    return AssignedApplication(
        code=application.code,
        name=None if application.cohort.is_blind else application.listed_name,
        cohort=application.cohort,
        assigned_at=assigned_at,
        is_open=application.status in TO_REVIEW,
    )


def get_assigned(code: str, *, actor: Actor) -> tuple[ReviewSheet, Cohort]:
    """What the reviewer reads, and of which cohort.

    Errors: NotFound, also for an application that is not assigned to the actor.
    """
    application = db.session.scalars(
        _visible_to(actor, Role.REVIEWER).where(Application.code == code).options(with_titles())
    ).one_or_none()
    if application is None:
        raise NotFound
    sheet = make_review_sheet(application, list_answers(application))
    corrections = list_compared(application, for_reviewer=True)
    return replace(sheet, corrections=corrections), application.cohort
