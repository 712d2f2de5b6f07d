"""What a reviewer sees: the applications assigned, without what the cohort hides, each once it is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import RoleGrant, User
from registry.admissions.enums import ReviewStage, ReviewStatus
from registry.admissions.models import Application, Assignment, Criterion, Review
from registry.admissions.queries.answers import list_answers
from registry.admissions.queries.corrections import list_compared
from registry.admissions.queries.criteria import list_criteria
from registry.admissions.queries.scope import _assigned_to, with_titles
from registry.admissions.rules.blindness import ReviewSheet, make_review_sheet
from registry.admissions.rules.reviews import (
    TO_REVIEW,
    compute_stage,
    find_assignment,
    is_overdue,
    why_not_scorable,
)
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page

_ORDER = (Assignment.assigned_at, Application.id)


@dataclass(frozen=True)
class AssignedApplication:
    """One row of a reviewer's list."""

    code: str
    name: str | None
    """None in a blind cohort."""
    cohort: Cohort
    assigned_at: datetime
    stage: ReviewStage
    is_overdue: bool


@dataclass(frozen=True)
class ReviewCase:
    """One assigned application as the reviewer's pages show it. Templates get this, never the application."""

    code: str
    name: str | None
    """None in a blind cohort, as is `member_state`: who has to declare a conflict must know of whom."""
    member_state: str | None
    cohort: Cohort
    stage: ReviewStage
    is_overdue: bool
    sheet: ReviewSheet | None
    """None until the reviewer has declared to have no conflict of interest."""
    criteria: Sequence[Criterion]
    review: Review | None
    refusal: Any
    """Why it cannot be scored now, or None."""

    @property
    def scores(self) -> Mapping[str, int]:
        """Criterion's code -> what the reviewer has given so far."""
        values = {score.criterion_id: score.value for score in self.review.scores} if self.review else {}
        return {each.code: values[each.id] for each in self.criteria if each.id in values}


@dataclass(frozen=True)
class AssignedCounts:
    """How many applications are assigned to a reviewer, and what of it is owed."""

    assigned: int
    owed: int
    overdue: int
    """Of those owed, how many should have been sent by now."""


def count_assigned(actor: Actor) -> AssignedCounts:
    """The reviewer's own figures."""
    is_late = sa.and_(_is_owed(), Cohort.reviews_due_at <= clock.now())
    statement = _with_reviews(actor).with_only_columns(
        sa.func.count(), sa.func.count().filter(_is_owed()), sa.func.count().filter(is_late)
    )
    return AssignedCounts(*db.session.execute(statement).one())


def list_assigned(actor: Actor, *, only_open: bool, key: str | None) -> Page[AssignedApplication]:
    """What is assigned to the actor, the oldest assignment first; `only_open` leaves the reviews still owed."""
    statement = _narrow(_with_reviews(actor), only_open).add_columns(Review.status).options(with_titles())
    page = get_page(statement, [SortKey(column) for column in _ORDER], key)
    return Page([_make_row(actor, *row) for row in page.rows], page.next, page.previous)


def _make_row(actor: Actor, application: Application, status: ReviewStatus | None) -> AssignedApplication:
    assignment = _own_assignment(application, actor)
    stage = compute_stage(application.status, assignment, status)
    return AssignedApplication(
        code=application.code,
        name=None if application.cohort.is_blind else application.listed_name,
        cohort=application.cohort,
        assigned_at=assignment.assigned_at,
        stage=stage,
        is_overdue=is_overdue(stage, application.cohort.reviews_due_at, clock.now()),
    )


def get_assigned(code: str, *, actor: Actor) -> Application:
    """An application that is assigned to the actor, opened or not. For operations, not for templates.

    Errors: NotFound.
    """
    statement = _assigned_to(actor).where(Application.code == code).options(with_titles())
    application = db.session.scalars(statement).one_or_none()
    if application is None:
        raise NotFound
    return application


def get_case(code: str, *, actor: Actor) -> ReviewCase:
    """What the reviewer may read of it, and what they have written. Errors: NotFound."""
    application = get_assigned(code, actor=actor)
    assignment = _own_assignment(application, actor)
    review = find_review(application.id, assignment.user_id)
    is_blind = application.cohort.is_blind
    is_open = assignment.declared_at is not None
    stage = compute_stage(application.status, assignment, review.status if review else None)
    return ReviewCase(
        code=application.code,
        name=None if is_blind else application.listed_name,
        member_state=None if is_blind else application.member_state,
        cohort=application.cohort,
        stage=stage,
        is_overdue=is_overdue(stage, application.cohort.reviews_due_at, clock.now()),
        sheet=_make_sheet(application) if is_open else None,
        criteria=list_criteria(application.cohort_id) if is_open else (),
        review=review,
        refusal=why_not_scorable(application, assignment, review),
    )


def _make_sheet(application: Application) -> ReviewSheet:
    sheet = make_review_sheet(application, list_answers(application))
    return replace(sheet, corrections=list_compared(application, for_reviewer=True))


def find_neighbours(code: str, *, only_open: bool, actor: Actor) -> tuple[str | None, str | None]:
    """Codes of the applications before and after this one in the actor's list. Errors: NotFound."""
    application = get_assigned(code, actor=actor)
    here = (_own_assignment(application, actor).assigned_at, application.id)
    found = []
    for is_back in (True, False):
        first, second = _ORDER
        beyond = sa.or_(
            first < here[0] if is_back else first > here[0],
            sa.and_(first == here[0], second < here[1] if is_back else second > here[1]),
        )
        order = [column.desc() if is_back else column.asc() for column in _ORDER]
        statement = _narrow(_with_reviews(actor), only_open).with_only_columns(Application.code)
        found.append(db.session.scalar(statement.where(beyond).order_by(*order).limit(1)))
    return found[0], found[1]


def find_first_open(actor: Actor) -> str | None:
    """Code of the application whose review the actor owes longest."""
    statement = _narrow(_with_reviews(actor), True).with_only_columns(Application.code)
    return db.session.scalar(statement.order_by(*_ORDER).limit(1))


def _with_reviews(actor: Actor) -> sa.Select[Any]:
    own = sa.and_(Review.application_id == Application.id, Review.user_id == actor.user_id)
    return _assigned_to(actor).outerjoin(Review, own)


def _narrow(statement: sa.Select[Any], only_open: bool) -> sa.Select[Any]:
    return statement.where(_is_owed()) if only_open else statement


def _is_owed() -> sa.ColumnElement[bool]:
    return sa.and_(
        Application.status.in_(TO_REVIEW),
        sa.or_(Review.id.is_(None), Review.status == ReviewStatus.DRAFT),
    )


def _own_assignment(application: Application, actor: Actor) -> Assignment:
    assignment = find_assignment(application, actor.user_id)
    if assignment is None:
        raise NotFound
    return assignment


def find_review(application_id: int, user_id: int) -> Review | None:
    """What the reviewer has written about the application, with the scores."""
    return db.session.scalar(
        sa.select(Review).where(Review.application_id == application_id, Review.user_id == user_id)
    )


def lock_review(application: Application, reviewer: User) -> Review | None:
    """The reviewer's review as it is now with the application, locked until the transaction ends."""
    return db.session.scalar(
        sa.select(Review)
        .where(Review.application_id == application.id, Review.user_id == reviewer.id)
        .options(
            joinedload(Review.application, innerjoin=True)
            .joinedload(Application.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
        )
        .with_for_update(of=Review)
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True)
class OwedReviews:
    """Somebody who owes reviews in a cohort, which has its programme."""

    cohort: Cohort
    user: User


def list_owed(
    *, due_after: datetime, due_until: datetime, assigned_until: datetime
) -> Sequence[tuple[int, int, datetime]]:
    """Who owes reviews that are due in this span, among those assigned early enough.

    Shape: cohort, account, and until when; one row for all that somebody owes in a cohort.
    """
    rows = db.session.execute(
        sa.select(Cohort.id, Assignment.user_id, Cohort.reviews_due_at)
        .select_from(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .join(Cohort, Cohort.id == Application.cohort_id)
        .join(Cohort.programme)
        .where(
            Cohort.reviews_due_at > due_after,
            Cohort.reviews_due_at <= due_until,
            Application.status.in_(TO_REVIEW),
            Assignment.assigned_at <= assigned_until,
            _still_reviews(Assignment.user_id, Programme.slug),
            ~_is_sent(Assignment.application_id, Assignment.user_id),
        )
        .distinct()
        .order_by(Cohort.id, Assignment.user_id)
    )
    return [(cohort_id, user_id, due_at) for cohort_id, user_id, due_at in rows if due_at is not None]


def find_owed(cohort_id: int, user_id: int) -> OwedReviews | None:
    """The reviewer with the cohort, if anything is still owed there."""
    cohort = db.session.scalar(
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(contains_eager(Cohort.programme).selectinload(Programme.translations))
        .where(Cohort.id == cohort_id)
    )
    user = db.session.get(User, user_id)
    if cohort is None or user is None or not owes_reviews(cohort_id, user_id):
        return None
    return OwedReviews(cohort, user)


def owes_reviews(cohort_id: int, user_id: int) -> bool:
    """Whether the reviewer still owes a review in the cohort."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    Assignment.user_id == user_id,
                    Application.id == Assignment.application_id,
                    Application.cohort_id == cohort_id,
                    Application.status.in_(TO_REVIEW),
                    ~_is_sent(Assignment.application_id, Assignment.user_id),
                )
            )
        )
    )


def _still_reviews(user_id: Any, programme: Any) -> sa.ColumnElement[bool]:
    """Whether the account has the role now: whoever lost it owes nothing."""
    now = clock.now()
    return sa.exists().where(
        RoleGrant.user_id == user_id,
        RoleGrant.role == Role.REVIEWER,
        sa.or_(RoleGrant.programme.is_(None), RoleGrant.programme == programme),
        RoleGrant.from_at <= now,
        sa.or_(RoleGrant.to_at.is_(None), RoleGrant.to_at > now),
    )


def _is_sent(application_id: Any, user_id: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Review.application_id == application_id,
        Review.user_id == user_id,
        Review.status == ReviewStatus.SUBMITTED,
    )


def lock_assignment(assignment: Assignment) -> bool:
    """Keep the assignment from being taken away until the transaction ends; False when it is gone."""
    statement = sa.select(Assignment.user_id).where(
        Assignment.application_id == assignment.application_id, Assignment.user_id == assignment.user_id
    )
    with db.session.no_autoflush:
        return db.session.scalar(statement.with_for_update()) is not None
