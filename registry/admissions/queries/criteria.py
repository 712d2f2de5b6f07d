"""By what a cohort's applications are scored."""

from collections.abc import Sequence

import sqlalchemy as sa

from registry.admissions.enums import ReviewStatus
from registry.admissions.models import Criterion, Review
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.errors import NotFound


def list_criteria(cohort_id: int) -> Sequence[Criterion]:
    """In the order in which reviewers see them."""
    return db.session.scalars(
        sa.select(Criterion)
        .where(Criterion.cohort_id == cohort_id)
        .order_by(Criterion.position, Criterion.id)
    ).all()


def get_criterion(cohort: Cohort, code: str) -> Criterion:
    """Errors: NotFound."""
    criterion = db.session.scalar(
        sa.select(Criterion).where(Criterion.cohort_id == cohort.id, Criterion.code == code)
    )
    if criterion is None:
        raise NotFound
    return criterion


def has_sent_reviews(cohort_id: int) -> bool:
    """Whether a review was sent: from then on the criteria are fixed."""
    statement = sa.select(Review.id).where(
        Review.cohort_id == cohort_id, Review.status == ReviewStatus.SUBMITTED
    )
    return db.session.scalar(statement.limit(1)) is not None


def lock_criteria(cohort_id: int, *, to_change: bool) -> None:
    """Until the transaction ends, nobody changes the criteria while a review is sent, nor the other way round.

    Whoever sends a review takes the weakest lock of the cohort's row, which hinders no one else.
    """
    statement = sa.select(Cohort.id).where(Cohort.id == cohort_id)
    with db.session.no_autoflush:
        db.session.execute(
            statement.with_for_update() if to_change else statement.with_for_update(read=True, key_share=True)
        )
