"""Who may score what, and when criteria are fixed. Pure."""

from datetime import datetime
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, ReviewStage, ReviewStatus
from registry.admissions.models import Application, Assignment, Review
from registry.catalogue.rules import manages
from registry.core.i18n import _l

TO_REVIEW = (ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW)
"""Applications that can be scored."""
NO_LONGER = _l("This application is no longer in review.")
FIXED = _l(
    "The first review was sent, so the criteria can no longer change: all applications are measured alike."
)


@policy.rule(Permission.APPLICATION_REVIEW, on=Review)
def _wrote(actor: Actor, review: Review) -> bool:
    return actor.user_id == review.user_id


@policy.rule(Permission.APPLICATION_PROCESS, on=Review)
def _runs(actor: Actor, review: Review) -> bool:
    return manages(actor, review.application.cohort.programme.slug, Permission.DECISION_STAGE)


def why_not_reopenable(review: Review) -> Any:
    """The sentence that says why a review that was sent stays as it is, or None. Needs its application."""
    if review.application.status not in TO_REVIEW:
        return _l("The application is decided, so its reviews stay as they are.")
    return None


def is_overdue(stage: ReviewStage, due_at: datetime | None, at: datetime) -> bool:
    """Whether the reviewer should have sent it by now."""
    return due_at is not None and at >= due_at and stage not in {ReviewStage.SENT, ReviewStage.OVER}


def find_assignment(application: Application, user_id: int | None) -> Assignment | None:
    """The user's assignment among those the application was loaded with."""
    return next((each for each in application.assignments if each.user_id == user_id), None)


def why_not_scorable(application: Application, assignment: Assignment, review: Review | None) -> Any:
    """The sentence that says why the reviewer cannot score it now, or None."""
    if assignment.declared_at is None:
        return _l("Say first whether you have a conflict of interest.")
    if review is not None and review.submitted_at is not None:
        return _l("You have sent this review. It can no longer change.")
    if application.status not in TO_REVIEW:
        return NO_LONGER
    return None


def compute_stage(
    status: ApplicationStatus, assignment: Assignment, review: ReviewStatus | None
) -> ReviewStage:
    """How far the reviewer is; what was decided is not for reviewers, only that it is over."""
    if review is ReviewStatus.SUBMITTED:
        return ReviewStage.SENT
    if status not in TO_REVIEW:
        return ReviewStage.OVER
    if assignment.declared_at is None:
        return ReviewStage.UNOPENED
    return ReviewStage.DRAFT if review is ReviewStatus.DRAFT else ReviewStage.TO_SCORE
