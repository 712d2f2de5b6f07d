"""Who reads which application: given by hand or by the rule, opened, given back."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.models import User
from registry.admissions.enums import ConflictKind
from registry.admissions.models import Application, Assignment, ConflictDeclaration
from registry.admissions.operations import review_notices as notices
from registry.admissions.queries import reviewers as queries
from registry.admissions.queries import reviews as review_queries
from registry.admissions.rules import find_assignment
from registry.admissions.rules.assigning import distribute
from registry.admissions.rules.reviews import NO_LONGER, TO_REVIEW
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.addresses import path_address
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.messages import operations as messages
from registry.messages.operations import Recipient

ONE_ASSIGNMENT = {"pk_assignment": ("reviewer", _l("This application is assigned to this reviewer already."))}
SENT_ALREADY = _l("This review was sent already, so the assignment stays.")
BATCH = 500
CLOCK = Actor.system("reviews")
"""Reassigns what was given back."""


def assign_reviewer(application: Application, reviewer: User, *, actor: Actor) -> Assignment:
    """Give an application in review, or waiting for it, to a reviewer. Needs it loaded with cohort and programme.

    Errors: NotAllowed; Conflict for one that cannot be reviewed, or is assigned to the reviewer already, or of
            whose applicant the reviewer is not independent; InvalidInput("reviewer") for no reviewer of the cohort.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    if application.status not in TO_REVIEW:
        raise Conflict(_l("Only applications that wait for a decision can be assigned."))
    known = [each for each in queries.list_reviewers(application.cohort) if each.user.id == reviewer.id]
    conflicts = queries.map_conflicts(application.cohort, known, only=[application.id])
    kind = conflicts.get(application.id, {}).get(reviewer.id)
    if kind is not None:
        raise Conflict(
            _l("This reviewer has a conflict of interest: %(kind)s.", kind=kind.label), field="reviewer"
        )
    if not any(each.covers(application.member_state) for each in known):
        raise InvalidInput(_l("This account does not review this cohort and state."), field="reviewer")
    return _assign(application, reviewer, actor)


def _assign(application: Application, reviewer: User, actor: Actor) -> Assignment:
    with storing(ONE_ASSIGNMENT) as session:
        assignment = Assignment(application_id=application.id, user_id=reviewer.id, assigned_at=clock.now())
        session.add(assignment)
    about = {"reviewer": [None, reviewer.code]}
    audit.record(application, "admissions:application:assign", actor, about=about)
    db.session.flush()
    _tell(reviewer)
    return assignment


def _tell(reviewer: User) -> None:
    """One mail a day, however many applications are assigned; it names none of them."""
    messages.queue(
        "reviews_assigned",
        key=f"reviews_assigned:{reviewer.code}:{clock.today()}",
        to=Recipient(reviewer.email, reviewer.locale, reviewer.zone, reviewer.id),
        context={"reviews_link": path_address("/reviews")},
    )


def assign_automatically(
    cohort: Cohort, *, per_application: int, digest: str | None = None, actor: Actor
) -> int:
    """Give every application that can be reviewed to so many reviewers, by `rules.assigning`. How many were given.

    `digest` is that of the plan shown; None for a door that shows none.
    Errors: NotAllowed; Conflict when the plan has changed since it was shown.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, cohort)
    plan = queries.make_plan(cohort, per_application)
    if digest is not None and digest != plan.digest:
        raise Conflict(_l("Something changed since this preview. Look at the new one, then assign."))
    codes = {each.user.id: each.user.code for each in plan.reviewers}
    for start in range(0, len(plan.pairs), BATCH):
        pairs = plan.pairs[start : start + BATCH]
        applications = queries.list_by_id({key for key, _ in pairs})
        with storing(ONE_ASSIGNMENT) as session:
            for key, user_id in pairs:
                session.add(Assignment(application_id=key, user_id=user_id, assigned_at=clock.now()))
        for key, user_id in pairs:
            about = {"reviewer": [None, codes[user_id]]}
            audit.record(applications[key], "admissions:application:assign", actor, about=about)
    db.session.flush()
    for each in plan.reviewers:
        if plan.added[each.user.id]:
            _tell(each.user)
    return len(plan.pairs)


def unassign_reviewer(application: Application, reviewer: User, *, actor: Actor) -> None:
    """Take an application from a reviewer; a draft of the review goes with it.

    Errors: NotAllowed; Conflict when the review was sent, or nothing is assigned.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    assignment = find_assignment(application, reviewer.id)
    if assignment is None:
        raise Conflict(_l("This application is not assigned to this reviewer."))
    _take_away(assignment)
    about = {"reviewer": [reviewer.code, None]}
    audit.record(application, "admissions:application:unassign", actor, about=about)
    db.session.flush()
    notices.forget_settled(application, reviewer.id)


def open_assignment(application: Application, *, actor: Actor) -> ConflictKind | None:
    """The reviewer declares to have no conflict of interest: the content opens.

    What the registry finds by itself weighs more: then the application is given back, and the answer says why.
    Errors: NotAllowed; Conflict when the application is no longer in review.
    """
    assignment = _own(application, actor)
    if application.status not in TO_REVIEW:
        raise Conflict(NO_LONGER)
    known = [each for each in queries.list_reviewers(application.cohort) if each.user.id == actor.user_id]
    found = queries.map_conflicts(application.cohort, known, only=[application.id]).get(application.id, {})
    kind = found.get(assignment.user_id)
    if kind is not None:
        _recuse(application, assignment, kind, "", actor)
        return kind
    assignment.declared_at = clock.now()
    audit.record(application, "admissions:application:open_assignment", actor)
    db.session.flush()
    return None


def declare_conflict(application: Application, kind: ConflictKind, *, note: str = "", actor: Actor) -> None:
    """The reviewer gives the application back, before or after opening it; the next free reviewer gets it.

    Errors: NotAllowed; InvalidInput("note") without a word about another reason; Conflict when the review was sent.
    """
    assignment = _own(application, actor)
    if kind is ConflictKind.OTHER and not note.strip():
        raise InvalidInput(_l("Say in a few words what the reason is."), field="note")
    _recuse(application, assignment, kind, note.strip(), actor)


def _own(application: Application, actor: Actor) -> Assignment:
    policy.require(actor, Permission.APPLICATION_REVIEW, application)
    assignment = find_assignment(application, actor.user_id)
    if assignment is None:
        raise NotAllowed
    return assignment


def _recuse(
    application: Application, assignment: Assignment, kind: ConflictKind, note: str, actor: Actor
) -> None:
    user_id = assignment.user_id
    _take_away(assignment)
    db.session.add(
        ConflictDeclaration(
            application_id=application.id, user_id=user_id, kind=kind, note=note, declared_at=clock.now()
        )
    )
    audit.record(application, "admissions:application:recuse", actor, about={"conflict": [None, kind.value]})
    db.session.flush()
    notices.forget_settled(application, user_id)
    _replace(application)


def _take_away(assignment: Assignment) -> None:
    if not review_queries.lock_assignment(assignment):
        raise Conflict(_l("This application is not assigned to this reviewer."))
    review = review_queries.find_review(assignment.application_id, assignment.user_id)
    if review is not None:
        if review.submitted_at is not None:
            raise Conflict(SENT_ALREADY)
        db.session.delete(review)
        db.session.flush()
    db.session.delete(assignment)
    db.session.flush()


def _replace(application: Application) -> None:
    """Give the application to the reviewer whom the rule chooses; where nobody is left, the coordinator sees it."""
    reviewers = queries.list_reviewers(application.cohort)
    unread = queries.list_unread(application.cohort, reviewers, only=[application.id])
    shares = [each.share for each in reviewers]
    for each in unread:
        for _key, user_id in distribute([each], shares, per_application=len(each.readers) + 1):
            chosen = next(one.user for one in reviewers if one.user.id == user_id)
            _assign(application, chosen, CLOCK)
