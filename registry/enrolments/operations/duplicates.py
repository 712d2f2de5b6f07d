"""Two records that were compared and are two people: remembered, so that nobody has to compare them again."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.models import Programme
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.enrolments.models import DuplicateDismissal
from registry.enrolments.queries import people as queries
from registry.people.models import Person

_DISMISSED = _l("Somebody has said already that these are two people.")
_ONCE = {"uq_duplicate_dismissal_pair": (None, _DISMISSED)}


def dismiss_duplicate(programme: Programme, one: Person, other: Person, *, actor: Actor) -> None:
    """Say that the two are not the same person. Once a name or the day of birth changes, they are listed again.

    Errors: NotAllowed; Conflict for two who are not alike, or of whom this was said already.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, programme)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    first, second = sorted((one, other), key=lambda person: person.id)
    shared = queries.list_shared_keys(programme, first, second)
    if not shared:
        raise Conflict(_l("These two are no possible duplicates."))
    with storing(_ONCE) as session:
        for match_key, member_state in shared:
            session.add(
                DuplicateDismissal(
                    code=new_code(),
                    programme_id=programme.id,
                    first_id=first.id,
                    second_id=second.id,
                    match_key=match_key,
                    member_state=member_state,
                    dismissed_at=clock.now(),
                    dismissed_by=actor.user_id,
                )
            )
    _record("dismiss_duplicate", first, second, actor)


def restore_duplicate(dismissal: DuplicateDismissal, programme: Programme, *, actor: Actor) -> None:
    """Take that back: the two are possible duplicates again. Errors: NotAllowed."""
    policy.require(actor, Permission.APPLICATION_PROCESS, programme)
    _record("restore_duplicate", dismissal.first, dismissal.second, actor)
    db.session.delete(dismissal)
    db.session.flush()


def _record(action: str, first: Person, second: Person, actor: Actor) -> None:
    about = {"people": [first.code, second.code]}
    for person in (first, second):
        audit.record(person, f"enrolments:person:{action}", actor, about=about)
