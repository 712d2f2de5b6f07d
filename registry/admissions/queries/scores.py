"""What the reviews of a cohort come to. For those who select only: nobody else may read scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus, ReviewStage, ReviewStatus
from registry.admissions.models import Application, Assignment, Review
from registry.admissions.queries.reviewers import list_assignments
from registry.admissions.rules.reviews import TO_REVIEW, compute_stage
from registry.admissions.rules.scoring import DISPUTED_FROM, Opinion, Rating, rank, rate
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.i18n import country_name, sort_key


@dataclass(frozen=True)
class ScoredApplication:
    """An application with what its reviewers think of it. `rating` is None before the first review."""

    application_id: int
    code: str
    name: str
    member_state: str
    status: ApplicationStatus
    rating: Rating | None
    assigned: int
    """How many reviewers have it."""

    @property
    def sent(self) -> int:
        """How many of them have sent their reviews."""
        return self.rating.reviews if self.rating is not None else 0


def map_ratings(cohort: Cohort) -> dict[int, Rating]:
    """Key of the application -> what the reviews that were sent come to."""
    return rate(_list_opinions(cohort))


def list_scores(cohort: Cohort) -> list[ScoredApplication]:
    """Applications in review, and all others with a review that was sent; in the order of submission.

    Strictness is judged over all reviews of the cohort, whatever became of the applications.
    """
    ratings = map_ratings(cohort)
    assigned = (
        sa.select(Assignment.application_id, sa.func.count().label("n"))
        .join(Application, Application.id == Assignment.application_id)
        .where(Application.cohort_id == cohort.id)
        .group_by(Assignment.application_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            Application.id,
            Application.code,
            Application.listed_name,
            Application.member_state,
            Application.status,
            sa.func.coalesce(assigned.c.n, 0),
        )
        .outerjoin(assigned, assigned.c.application_id == Application.id)
        .where(
            Application.cohort_id == cohort.id,
            Application.submitted_at.is_not(None),
            sa.or_(Application.status.in_(TO_REVIEW), Application.id.in_(_reviewed(cohort))),
        )
        .order_by(Application.submitted_at, Application.id)
    )
    return [
        ScoredApplication(key, code, name, member_state, status, ratings.get(key), n)
        for key, code, name, member_state, status, n in rows
    ]


@dataclass(frozen=True)
class RankedApplication:
    """A scored application with its places within its state; None before the first review."""

    scored: ScoredApplication
    raw_rank: int | None
    normalised_rank: int | None


def rank_scores(
    scored: Sequence[ScoredApplication], *, state: str = "", by_raw: bool = False
) -> list[RankedApplication]:
    """By state in the reader's alphabet, then by rank; what has no review comes last. `state` leaves one state."""
    by_state: dict[str, list[ScoredApplication]] = {}
    for each in scored:
        if state in ("", each.member_state):
            by_state.setdefault(each.member_state, []).append(each)
    ranked = []
    for name in sorted(by_state, key=lambda each: sort_key(country_name(each))):
        rated = {each.application_id: each.rating for each in by_state[name] if each.rating is not None}
        raw = rank({key: each.raw for key, each in rated.items()})
        normalised = rank({key: each.normalised for key, each in rated.items()})
        order = raw if by_raw else normalised
        rows = sorted(by_state[name], key=lambda each: order.get(each.application_id, len(order) + 1))
        ranked += [
            RankedApplication(each, raw.get(each.application_id), normalised.get(each.application_id))
            for each in rows
        ]
    return ranked


@dataclass(frozen=True)
class Progress:
    """How far the reviews of a cohort are."""

    applications: int
    """In review, or waiting for it."""
    sent: int
    owed: int
    """Assigned and not sent, of applications that still wait for a decision."""
    unassigned: int
    """Applications that wait for a decision and that nobody reads."""
    disputed: int


def summarise(scored: Sequence[ScoredApplication]) -> Progress:
    """The headline figures."""
    waiting = [each for each in scored if each.status in TO_REVIEW]
    return Progress(
        applications=len(waiting),
        sent=sum(each.sent for each in scored),
        owed=sum(each.assigned - each.sent for each in waiting),
        unassigned=sum(not each.assigned for each in waiting),
        disputed=sum(each.rating.is_disputed for each in waiting if each.rating is not None),
    )


@dataclass(frozen=True)
class ReviewWork:
    """What waits in the reviews of a cohort."""

    owed: int
    """Assigned and not sent, of applications that still wait for a decision."""
    is_late: bool
    """Whether they were due before now."""
    disputed: int
    """Applications that still wait for a decision, with opinions far apart."""

    @property
    def overdue(self) -> int:
        return self.owed if self.is_late else 0


def map_review_work(cohorts: Sequence[Cohort]) -> dict[int, ReviewWork]:
    """Key of the cohort -> what waits there, by two queries."""
    ids = [cohort.id for cohort in cohorts]
    owed = dict(
        db.session.execute(
            sa.select(Application.cohort_id, sa.func.count())
            .select_from(Assignment)
            .join(Application, Application.id == Assignment.application_id)
            .outerjoin(Review, _of_assignment())
            .where(
                Application.cohort_id.in_(ids),
                Application.status.in_(TO_REVIEW),
                Review.submitted_at.is_(None),
            )
            .group_by(Application.cohort_id)
        ).all()
    )
    apart = (
        sa.select(Review.cohort_id, Review.application_id)
        .join(Application, Application.id == Review.application_id)
        .where(
            Review.cohort_id.in_(ids),
            Review.status == ReviewStatus.SUBMITTED,
            Application.status.in_(TO_REVIEW),
        )
        .group_by(Review.cohort_id, Review.application_id)
        .having(sa.func.max(Review.total) - sa.func.min(Review.total) >= DISPUTED_FROM)
        .subquery()
    )
    disputed: dict[int, int] = dict(
        db.session.execute(sa.select(apart.c.cohort_id, sa.func.count()).group_by(apart.c.cohort_id)).all()
    )
    now = clock.now()
    return {
        each.id: ReviewWork(
            owed.get(each.id, 0),
            is_late=each.reviews_due_at is not None and each.reviews_due_at <= now,
            disputed=disputed.get(each.id, 0),
        )
        for each in cohorts
    }


def _of_assignment() -> sa.ColumnElement[bool]:
    return sa.and_(Review.application_id == Assignment.application_id, Review.user_id == Assignment.user_id)


@dataclass(frozen=True)
class MissingReviews:
    """What one reviewer still owes."""

    reviewer: str
    n: int
    unopened: int
    """Of these, how many were never opened."""
    oldest_at: datetime


def list_missing(cohort: Cohort) -> list[MissingReviews]:
    """Reviewers who owe reviews of applications that still wait for a decision; the longest wait first."""
    rows = db.session.execute(
        sa.select(
            User.name,
            User.email,
            sa.func.count(),
            sa.func.count().filter(Assignment.declared_at.is_(None)),
            sa.func.min(Assignment.assigned_at),
        )
        .select_from(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .join(User, User.id == Assignment.user_id)
        .outerjoin(Review, _of_assignment())
        .where(
            Application.cohort_id == cohort.id,
            Application.status.in_(TO_REVIEW),
            Review.submitted_at.is_(None),
        )
        .group_by(User.id, User.name, User.email)
        .order_by(sa.func.min(Assignment.assigned_at), User.id)
    )
    return [MissingReviews(name or email, n, unopened, at) for name, email, n, unopened, at in rows]


@dataclass(frozen=True)
class ReviewRow:
    """One reviewer's assignment, and the review if it was begun; scores by criterion's key, once sent."""

    code: str
    name: str
    assigned_at: datetime
    stage: ReviewStage
    total: float | None
    scores: Mapping[int, int]
    reopen_reason: str
    """Why it was given back, until it is sent again."""
    comment: str
    """Drafts are the reviewers' own: empty until the review was sent."""


def list_reviews(application: Application) -> list[ReviewRow]:
    """Every reviewer of the application, the first assigned first."""
    reviews = {
        each.user_id: each
        for each in db.session.scalars(sa.select(Review).where(Review.application_id == application.id))
    }
    rows = []
    for assignment in list_assignments(application):
        review = reviews.get(assignment.user_id)
        is_sent = review is not None and review.submitted_at is not None
        rows.append(
            ReviewRow(
                code=assignment.user.code,
                name=assignment.user.name or assignment.user.email,
                assigned_at=assignment.assigned_at,
                stage=compute_stage(application.status, assignment, review.status if review else None),
                total=review.total if review else None,
                scores={each.criterion_id: each.value for each in review.scores}
                if review and is_sent
                else {},
                reopen_reason=review.reopen_reason if review else "",
                comment=review.comment if review and is_sent else "",
            )
        )
    return rows


def _list_opinions(cohort: Cohort) -> Sequence[Opinion]:
    rows = db.session.execute(
        sa.select(Review.application_id, Review.user_id, Review.total)
        .where(Review.cohort_id == cohort.id, Review.status == ReviewStatus.SUBMITTED)
        .order_by(Review.id)
    )
    return [Opinion(key, user_id, total) for key, user_id, total in rows if total is not None]


def _reviewed(cohort: Cohort) -> sa.Select[int]:
    return sa.select(Review.application_id).where(
        Review.cohort_id == cohort.id, Review.status == ReviewStatus.SUBMITTED
    )
