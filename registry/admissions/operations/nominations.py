"""What a member state's focal point says of its applicants."""

from registry.access.actor import Actor
from registry.admissions.models import Application, Nomination
from registry.admissions.operations import notices, offers
from registry.admissions.operations.steps import take_step
from registry.admissions.queries.decisions import find_last_release
from registry.admissions.queries.seats import get_cohort_of
from registry.core import clock
from registry.core.database import db
from registry.core.errors import InvalidInput
from registry.core.i18n import _l


def endorse(application: Application, *, rank: int | None = None, actor: Actor) -> Nomination:
    """The state backs the application, with its rank among the state's own.

    Errors: NotAllowed, IllegalTransition, InvalidInput("rank").
    """
    if rank is not None and not 1 <= rank <= 100_000:
        raise InvalidInput(_l("Enter the rank as a number from 1."), field="rank")
    take_step(application, "endorse", actor=actor, about={"rank": rank})
    nomination = _note(application, is_endorsed=True, rank=rank, reason="", actor=actor)
    offers.place_first_come(application)
    return nomination


def decline_endorsement(application: Application, *, reason: str, actor: Actor) -> Nomination:
    """The state does not back it. The applicant is told with the cohort's release, or now if that is past.

    Errors: NotAllowed, IllegalTransition, InvalidInput("reason").
    """
    take_step(application, "decline_endorsement", actor=actor, reason=reason)
    if find_last_release(get_cohort_of(application)) is not None:
        notices.tell_not_endorsed(application)
    return _note(application, is_endorsed=False, rank=None, reason=reason.strip(), actor=actor)


def _note(
    application: Application, *, is_endorsed: bool, rank: int | None, reason: str, actor: Actor
) -> Nomination:
    nomination = Nomination(
        application_id=application.id,
        is_endorsed=is_endorsed,
        rank=rank,
        reason=reason,
        user_id=actor.user_id,
        at=clock.now(),
    )
    db.session.add(nomination)
    db.session.flush()
    return nomination
