"""A reviewer scores an assigned application."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus, ReviewStatus
from registry.admissions.lifecycle import REVIEW
from registry.admissions.models import Application, Criterion, Review, Score
from registry.admissions.operations import review_notices as notices
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import criteria as criteria_queries
from registry.admissions.queries import reviews as queries
from registry.admissions.rules import find_assignment
from registry.admissions.rules.reviews import why_not_scorable
from registry.admissions.rules.scoring import SCORES, compute_total
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.core.versions import refuse_stale

ONE_REVIEW = {
    "uq_review_application_id_user_id": (
        None,
        _l("You have begun this review in another window. Open this page again."),
    )
}
SCORE_FIELD = "score_"
"""Before a criterion's code: the name of its field."""


@dataclass(frozen=True)
class ReviewInput:
    """What a reviewer enters: criterion's code -> score, and a comment."""

    scores: Mapping[str, int]
    comment: str = ""


def save_review(
    application: Application, given: ReviewInput, *, version: int | None = None, actor: Actor
) -> Review:
    """Keep a draft; scores may be missing. `version` is that of the review shown, 0 where there was none.

    Errors: NotAllowed; Conflict when the application or the review cannot be scored any more; StaleWrite;
            InvalidInput at a score that is none.
    """
    review, _criteria = _write(application, given, version, actor)
    audit.record(review, "admissions:review:save", actor)
    db.session.flush()
    return review


def submit_review(
    application: Application, given: ReviewInput, *, version: int | None = None, actor: Actor
) -> Review:
    """Send the review; the first one of an application starts its review. From now on the criteria are fixed.

    Errors: those of `save_review`; InvalidInput at the first criterion without a score; Conflict without criteria.
    """
    policy.require(actor, Permission.APPLICATION_REVIEW, application)
    criteria_queries.lock_criteria(application.cohort_id, to_change=False)
    review, criteria = _write(application, given, version, actor)
    if not criteria:
        raise Conflict(_l("The coordinator has set no criteria yet. Save a draft, and send it later."))
    values = {score.criterion_id: score.value for score in review.scores}
    for criterion in criteria:
        if criterion.id not in values:
            raise InvalidInput(_l("Choose a score."), field=SCORE_FIELD + criterion.code)
    review.reopen_reason = ""
    review.total = compute_total((each.weight, values[each.id]) for each in criteria)
    REVIEW.apply(review, "submit", actor=actor, about={"total": [None, round(review.total, 4)]})
    if application.status is ApplicationStatus.SUBMITTED:
        take_step(application, "first_review", actor=actor)
    db.session.flush()
    notices.forget_settled(application, review.user_id)
    return review


def reopen_review(application: Application, reviewer: User, *, reason: str, actor: Actor) -> Review:
    """Give a review that was sent back to its reviewer, who reads the reason. Until it is sent again it does not count.

    Errors: NotAllowed; IllegalTransition for one that is not sent, or of an application that is decided;
            InvalidInput("reason").
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    review = queries.lock_review(application, reviewer)
    reason = reason.strip()
    if review is None or review.status is not ReviewStatus.SUBMITTED:
        raise IllegalTransition(_l("This review is not sent, so its reviewer can change it."))
    review.reopen_reason = reason
    review.total = None
    review.submitted_at = None
    REVIEW.apply(review, "reopen", actor=actor, reason=reason)
    audit.record(
        application,
        "admissions:application:reopen_review",
        actor,
        reason=reason,
        about={"reviewer": [None, reviewer.code]},
    )
    db.session.flush()
    notices.tell_reopened(review, application, reviewer)
    return review


def _write(
    application: Application, given: ReviewInput, version: int | None, actor: Actor
) -> tuple[Review, list[Criterion]]:
    policy.require(actor, Permission.APPLICATION_REVIEW, application)
    assignment = find_assignment(application, actor.user_id)
    if assignment is None or not queries.lock_assignment(assignment):
        raise NotAllowed
    review = queries.find_review(application.id, assignment.user_id)
    if refusal := why_not_scorable(application, assignment, review):
        raise Conflict(refusal)
    criteria = list(criteria_queries.list_criteria(application.cohort_id))
    known = {each.code for each in criteria}
    # A criterion that was removed meanwhile takes its score with it.
    given = replace(given, scores={code: value for code, value in given.scores.items() if code in known})
    for code, value in given.scores.items():
        if value not in SCORES:
            raise InvalidInput(_l("Choose a score."), field=SCORE_FIELD + code)
    if review is None:
        review = Review(
            application_id=application.id,
            user_id=assignment.user_id,
            cohort_id=application.cohort_id,
            saved_at=clock.now(),
            scores=[],
        )
        with storing(ONE_REVIEW) as session:
            session.add(review)
    else:
        refuse_stale(review, version, given=_describe(given), stored=_stored(review, criteria))
    review.comment = given.comment.strip()
    review.saved_at = clock.now()
    _score(review, criteria, given.scores)
    return review, criteria


def _score(review: Review, criteria: list[Criterion], values: Mapping[str, int]) -> None:
    known = {score.criterion_id: score for score in review.scores}
    for criterion in criteria:
        value, score = values.get(criterion.code), known.get(criterion.id)
        if score is not None and value is not None:
            score.value = value
        elif score is not None:
            review.scores.remove(score)
        elif value is not None:
            review.scores.append(Score(criterion_id=criterion.id, value=value))


def _describe(given: ReviewInput) -> dict[str, object]:
    scores = {SCORE_FIELD + code: value for code, value in given.scores.items()}
    return {"comment": given.comment.strip(), **scores}


def _stored(review: Review, criteria: list[Criterion]) -> dict[str, object]:
    values = {score.criterion_id: score.value for score in review.scores}
    scores = {SCORE_FIELD + each.code: values.get(each.id) for each in criteria}
    return {"comment": review.comment, **scores}
