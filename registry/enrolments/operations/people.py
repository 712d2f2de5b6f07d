"""Making two records of one person one, and taking that back.

What belongs to a person goes over to the record that is kept; the other one stays, with its particulars, so
that undoing is moving back. Nothing does this by itself: a coordinator compares and decides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import CLOSABLE_STATUSES, ClosingReason
from registry.admissions.models import Application, Invitation
from registry.admissions.operations.decisions import close_application
from registry.admissions.operations.reopening import reopen_application
from registry.catalogue.models import Programme
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.enrolments.models import Enrolment, PersonMerge
from registry.enrolments.queries import people as queries
from registry.enrolments.rules import is_draft, pair_rivals
from registry.people.models import Consent, Guardianship, Person

MOVED = {
    model.__tablename__: model.__table__
    for model in (Application, Invitation, Enrolment, Consent, Guardianship)
}
"""What goes over. Citizenships and languages are particulars: they stay with the record they describe."""

ACCOUNT = "account"
_LIVE_TWICE = {
    "uq_application_live": (
        None,
        _l("One of the two has applied again in the same cohort meanwhile, so the two cannot be parted."),
    )
}
_MERGED_ALREADY = {"uq_person_merge_standing": (None, _l("This record was merged already."))}


@dataclass(frozen=True)
class MergeInput:
    """Why the two are one, and the codes of the applications that go on where both have one in a cohort."""

    reason: str
    chosen: Collection[str] = ()


def merge_people(
    programme: Programme, kept: Person, merged: Person, given: MergeInput, *, actor: Actor
) -> PersonMerge:
    """Move everything of one record to the other; of two live applications in a cohort one is closed.

    Errors: NotAllowed; Conflict where the records cannot be one; InvalidInput("chosen_<cohort>").
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, programme)
    if actor.user_id is None or kept.id == merged.id:
        raise InvalidInput(_l("Choose two different records."))
    queries.lock_people(kept, merged)
    _refuse_foreign(queries.list_applications_of([merged]), actor)
    rivals = pair_rivals(queries.list_live_applications(kept), queries.list_live_applications(merged))
    closed = [_choose(pair, given.chosen) for pair in rivals if not is_draft(pair[1])]
    _refuse_foreign(closed, actor)
    for application in closed:
        close_application(application, reason=ClosingReason.SENT_TWICE.value, actor=actor)
    staying = [pair[1] for pair in rivals if is_draft(pair[1])]
    about = {"kept": kept.code, "merged": merged.code}
    with storing(_MERGED_ALREADY) as session:
        merge = PersonMerge(
            code=new_code(),
            programme_id=programme.id,
            kept_id=kept.id,
            merged_id=merged.id,
            reason=given.reason,
            moved=_move_all(kept, merged, staying),
            closed=[application.code for application in closed],
            merged_at=clock.now(),
            merged_by=actor.user_id,
        )
        session.add(merge)
    for person in (kept, merged):
        audit.record(person, "enrolments:person:merge", actor, reason=given.reason, about=about)
    return merge


def _choose(pair: tuple[Application, Application], chosen: Collection[str]) -> Application:
    """The one of two live applications that ends."""
    cohort = pair[0].cohort
    if is_draft(pair[0]):
        raise Conflict(
            _l(
                "The record that stays has only a draft in a cohort to which the other has applied. Keep the other."
            )
        )
    if not any(application.status in CLOSABLE_STATUSES for application in pair):
        raise Conflict(_l("Both have a place in the same cohort. Take one of the places back first."))
    going = [application for application in pair if application.code not in chosen]
    if len(going) != 1:
        raise InvalidInput(_l("Choose the application that goes on."), field=f"chosen_{cohort.code}")
    if going[0].status not in CLOSABLE_STATUSES:
        raise InvalidInput(
            _l("A place was accepted with the other application, so that one goes on."),
            field=f"chosen_{cohort.code}",
        )
    return going[0]


def _refuse_foreign(applications: Iterable[Application], actor: Actor) -> None:
    """A record that other programmes work with is not for one programme's coordinator to move."""
    if not all(policy.can(actor, Permission.APPLICATION_PROCESS, each) for each in applications):
        raise Conflict(
            _l(
                "This person has applied to programmes that you do not run. Ask somebody who runs all of them."
            )
        )


def _move_all(kept: Person, merged: Person, staying: Sequence[Application]) -> dict[str, list[int]]:
    db.session.flush()
    stay = {
        Application.__tablename__: {application.id for application in staying},
        Consent.__tablename__: set(
            queries.list_keys_about([application.code for application in staying], merged)
        ),
    }
    moved = {}
    for name, table in MOVED.items():
        moved[name] = [key for key in queries.list_keys_of(table, merged) if key not in stay.get(name, ())]
        _move(table, table.c.id.in_(moved[name]), kept)
    moved[ACCOUNT] = [merged.user_id] if merged.user_id is not None and kept.user_id is None else []
    for user_id in moved[ACCOUNT]:
        _give_account(user_id, merged, kept)
    return moved


def _move(table: sa.FromClause, which: sa.ColumnElement[bool], person: Person) -> None:
    # Beside the ORM: whose a row is, is no edit of the row, and raises no version.
    db.session.execute(sa.update(table).where(which).values(person_id=person.id))  # type: ignore[arg-type]
    db.session.expire_all()


def _give_account(user_id: int, giver: Person, taker: Person) -> None:
    people = Person.__table__
    for person, value in ((giver, None), (taker, user_id)):
        db.session.execute(
            sa.update(people).where(people.c.id == person.id).values(user_id=value)  # type: ignore[arg-type]
        )
    db.session.expire_all()


@dataclass(frozen=True)
class Parted:
    """What became of the applications that the merge had closed, by code."""

    reopened: Sequence[str]
    still_closed: Mapping[str, str]
    """Code -> the sentence that says why."""


def undo_merge(merge: PersonMerge, programme: Programme, *, actor: Actor) -> Parted:
    """Move back what went over, with what has grown from it since. What was closed goes on where it still can.

    Errors: NotAllowed; Conflict when one of the two was merged again since, or has applied again.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, programme)
    if queries.has_later_merge(merge):
        raise Conflict(_l("One of the two was merged again later. Undo that first."))
    kept, merged = merge.kept, merge.merged
    queries.lock_people(kept, merged)
    moved: Mapping[str, list[int]] = merge.moved
    applications = queries.list_applications_by_key(moved[Application.__tablename__])
    _refuse_foreign(applications, actor)
    codes = [application.code for application in applications]
    grown = {
        Enrolment.__tablename__: MOVED[Enrolment.__tablename__].c.application_id.in_(
            moved[Application.__tablename__]
        ),
        Consent.__tablename__: MOVED[Consent.__tablename__].c.about.in_(codes),
    }
    with storing(_LIVE_TWICE):
        for name, table in MOVED.items():
            which: sa.ColumnElement[bool] = table.c.id.in_(moved.get(name, ()))
            if name in grown:
                which = sa.or_(which, grown[name])
            _move(table, sa.and_(which, table.c.person_id == kept.id), merged)
    for user_id in moved[ACCOUNT]:
        if kept.user_id == user_id:
            _give_account(user_id, kept, merged)
    merge.undone_at, merge.undone_by = clock.now(), actor.user_id
    about = {"kept": kept.code, "merged": merged.code}
    for person in (kept, merged):
        audit.record(person, "enrolments:person:undo_merge", actor, about=about)
    return _reopen(merge, actor)


def _reopen(merge: PersonMerge, actor: Actor) -> Parted:
    reopened: list[str] = []
    still_closed: dict[str, str] = {}
    for application in queries.lock_applications(merge.closed):
        try:
            with storing(_LIVE_TWICE):
                reopen_application(application, actor=actor)
        except Conflict as refusal:
            still_closed[application.code] = str(refusal)
        else:
            reopened.append(application.code)
    return Parted(reopened, still_closed)
