"""By what reviewers score: the coordinator's business until the first review is sent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Criterion
from registry.admissions.queries import criteria as queries
from registry.admissions.rules.reviews import FIXED
from registry.catalogue.models import Cohort
from registry.core import audit
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.versions import refuse_stale

MOST_CRITERIA = 12


@dataclass(frozen=True)
class CriterionInput:
    """What a coordinator enters: texts per locale, anchors per score and locale."""

    labels: Mapping[str, str]
    weight: int
    anchors: Mapping[str, Mapping[str, str]]


def add_criterion(cohort: Cohort, given: CriterionInput, *, actor: Actor) -> Criterion:
    """A further criterion, below the others.

    Errors: NotAllowed; Conflict once a review was sent, or when there are MOST_CRITERIA.
    """
    _require_open(cohort, actor)
    others = queries.list_criteria(cohort.id)
    if len(others) >= MOST_CRITERIA:
        raise Conflict(_l("There are twelve criteria already. Reviewers cannot weigh more."))
    position = max((each.position for each in others), default=0) + 1
    criterion = Criterion(code=new_code(), cohort_id=cohort.id, position=position, **asdict(given))
    db.session.add(criterion)
    _record(cohort, criterion, "add_criterion", actor, [None, given.weight])
    return criterion


def edit_criterion(
    cohort: Cohort, criterion: Criterion, given: CriterionInput, *, version: int | None, actor: Actor
) -> Criterion:
    """Errors: NotAllowed; StaleWrite; Conflict once a review was sent."""
    _require_open(cohort, actor)
    stored = {"labels": criterion.labels, "weight": criterion.weight, "anchors": criterion.anchors}
    refuse_stale(criterion, version, given=asdict(given), stored=stored)
    before = criterion.weight
    criterion.labels = dict(given.labels)
    criterion.weight = given.weight
    criterion.anchors = {score: dict(texts) for score, texts in given.anchors.items()}
    _record(cohort, criterion, "edit_criterion", actor, [before, given.weight])
    return criterion


def remove_criterion(cohort: Cohort, criterion: Criterion, *, actor: Actor) -> None:
    """Scores of drafts go with it. Errors: NotAllowed; Conflict once a review was sent."""
    _require_open(cohort, actor)
    _record(cohort, criterion, "remove_criterion", actor, [criterion.weight, None])
    db.session.delete(criterion)
    db.session.flush()


def move_criterion(cohort: Cohort, criterion: Criterion, *, up: bool, actor: Actor) -> None:
    """Change places with the neighbour; at the end nothing happens.

    Errors: NotAllowed; Conflict once a review was sent.
    """
    _require_open(cohort, actor)
    order = list(queries.list_criteria(cohort.id))
    here = order.index(criterion)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, each in enumerate(order, 1):
        each.position = position
    _record(cohort, criterion, "move_criterion", actor, [here + 1, there + 1])


def _require_open(cohort: Cohort, actor: Actor) -> None:
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    queries.lock_criteria(cohort.id, to_change=True)
    if queries.has_sent_reviews(cohort.id):
        raise Conflict(FIXED)


def _record(cohort: Cohort, criterion: Criterion, action: str, actor: Actor, change: list[Any]) -> None:
    audit.record(cohort, f"admissions:cohort:{action}", actor, about={f"criterion {criterion.code}": change})
    db.session.flush()
