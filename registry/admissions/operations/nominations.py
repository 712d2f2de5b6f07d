"""What a member state's focal point says of its applicants, and who speaks where there is none."""

from collections.abc import Mapping
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application, Invitation, Nomination
from registry.admissions.operations import notices, offers
from registry.admissions.operations.steps import forget_endorsement, take_step
from registry.admissions.queries import nominations as queries
from registry.admissions.queries.decisions import find_last_release
from registry.admissions.queries.seats import get_cohort_of
from registry.admissions.rules.nominations import (
    HIGHEST_RANK,
    RANKED_STATUSES,
    Delegation,
    close_gap,
    find_clashes,
    why_not_undoing,
)
from registry.catalogue.enums import WithoutFocalPoint
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, StaleWrite
from registry.core.i18n import _, _l
from registry.core.transaction import storing

RANK_TAKEN = _l(
    "Another application of the state has this rank. Choose a free one, or leave the field empty."
)
RANKS = {"uq_nomination_cohort_id_member_state_rank": ("rank", RANK_TAKEN)}
TRIES = 5
"""How often the next free rank is looked for, while others take it at the same moment."""


def endorse(
    application: Application, *, rank: int | None = None, reason: str = "", actor: Actor
) -> Nomination:
    """The state backs the application, with its rank among the state's own; by default after all others.

    Errors: NotAllowed; Conflict with what somebody else did meanwhile, or for a rank that is taken;
            InvalidInput("rank").
    """
    return _endorse(application, "endorse", rank=rank, reason=reason, actor=actor)


def decline_endorsement(application: Application, *, reason: str, actor: Actor) -> Nomination:
    """The state does not back it. The applicant is told with the cohort's release, or now if that is past.

    Errors: NotAllowed; Conflict with what somebody else did meanwhile; InvalidInput("reason").
    """
    return _decline(application, "decline_endorsement", reason=reason, actor=actor)


def endorse_for_state(
    application: Application, *, rank: int | None = None, reason: str = "", actor: Actor
) -> Nomination:
    """The coordinator speaks for a state without a focal point. Errors: as for `endorse`; Conflict."""
    _require_fallback(application)
    return _endorse(application, "endorse_for_state", rank=rank, reason=reason, actor=actor)


def decline_for_state(application: Application, *, reason: str, actor: Actor) -> Nomination:
    """The same for not endorsing. Errors: as for `decline_endorsement`; Conflict."""
    _require_fallback(application)
    return _decline(application, "decline_for_state", reason=reason, actor=actor)


def undo_endorsement(application: Application, *, actor: Actor) -> None:
    """Take the state's answer back, be it yes or no: the application waits for it again.

    Those ranked after it move up. What was said stays in the history.
    Errors: NotAllowed; Conflict where nothing was said, or the application has moved on.
    """
    _undo(application, "undo_endorsement", actor)


def undo_for_state(application: Application, *, actor: Actor) -> None:
    """The coordinator takes back what was said in place of a state without a focal point.

    Errors: as for `undo_endorsement`; Conflict where somebody speaks for the state.
    """
    _require_fallback(application)
    _undo(application, "undo_for_state", actor)


def _undo(application: Application, action: str, actor: Actor) -> None:
    application = queries.reload_to_endorse(application)
    policy.require(actor, APPLICATION.transitions[action].permission, application)
    cohort = application.cohort
    given = queries.find_answer(application)
    nomination = given.nomination if given else None
    is_released = find_last_release(cohort) is not None
    if refusal := why_not_undoing(
        cohort, application.status, nomination, clock.now(), is_released=is_released
    ):
        raise Conflict(refusal)
    assert nomination is not None  # noqa: S101 -- for the type checker
    about = {"rank": [nomination.rank, None], "is_endorsed": [nomination.is_endorsed, None]}
    take_step(application, action, actor=actor, about=about)
    drop_nomination(application, nomination, actor=actor)


def drop_nomination(application: Application, nomination: Nomination, *, actor: Actor) -> None:
    """Forget what the state has said of the application. The order of all others closes behind it."""
    # Locked together with the order of all that the state has endorsed.
    nominated = queries.lock_endorsed(get_cohort_of(application), nomination.member_state)
    left = nomination.rank
    forget_endorsement(application)
    db.session.delete(nomination)
    db.session.flush()
    if left is None:
        return
    movable = {
        each.application.code: each
        for each in nominated
        if each.application.id != application.id and each.application.status in RANKED_STATUSES
    }
    ranked = [(code, each.nomination.rank) for code, each in movable.items() if each.nomination.rank]
    moved = close_gap(ranked, left)
    _give_ranks([movable[code] for code in moved], moved, actor)


def pass_on(application: Application, *, actor: Actor) -> bool:
    """Let an application go on whose state nobody speaks for. False where somebody was faster."""
    application = queries.reload_to_endorse(application)
    if application.status is not ApplicationStatus.AWAITING_ENDORSEMENT:
        return False
    take_step(application, "pass_on", actor=actor)
    offers.place_first_come(application)
    return True


def note_invited(application: Application, invitation: Invitation) -> Nomination:
    """Being invited is the state's endorsement; it comes after all others, until the state ranks it."""
    return _note(application, is_endorsed=True, rank=None, reason="", user_id=invitation.invited_by)


def _require_fallback(application: Application) -> None:
    cohort = get_cohort_of(application)
    if cohort.without_focal_point is not WithoutFocalPoint.COORDINATOR:
        raise Conflict(
            _l("This cohort passes such applications on without endorsement, at the date it says.")
        )
    if queries.has_focal_point(cohort, application.member_state):
        raise Conflict(_l("This state has a focal point, who endorses its applications."))


def _endorse(
    application: Application, action: str, *, rank: int | None, reason: str, actor: Actor
) -> Nomination:
    if rank is not None and not 1 <= rank <= HIGHEST_RANK:
        raise InvalidInput(_l("Enter the rank as a number from 1."), field="rank")
    application = queries.reload_to_endorse(application)
    policy.require(actor, APPLICATION.transitions[action].permission, application)
    _refuse_answered(application)
    take_step(application, action, actor=actor, about={"rank": rank} if rank else None)
    nomination = _note(application, is_endorsed=True, rank=rank, reason=reason.strip(), user_id=actor.user_id)
    offers.place_first_come(application)
    return nomination


def _decline(application: Application, action: str, *, reason: str, actor: Actor) -> Nomination:
    application = queries.reload_to_endorse(application)
    policy.require(actor, APPLICATION.transitions[action].permission, application)
    _refuse_answered(application)
    take_step(application, action, actor=actor, reason=reason)
    if find_last_release(get_cohort_of(application)) is not None:
        notices.tell_not_endorsed(application)
    return _note(application, is_endorsed=False, rank=None, reason=reason.strip(), user_id=actor.user_id)


def _refuse_answered(application: Application) -> None:
    """Errors: Conflict, in words, where somebody else was faster."""
    if application.status is ApplicationStatus.AWAITING_ENDORSEMENT:
        return
    given = queries.find_answer(application)
    if given is None:
        raise Conflict(
            _(
                "This application does not wait for an endorsement any more. It is now: %(status)s.",
                status=application.status.label,
            )
        )
    who = (given.user.name or given.user.email) if given.user else _("somebody else")
    if given.nomination.is_endorsed:
        raise Conflict(_("Meanwhile endorsed by %(who)s.", who=who))
    raise Conflict(
        _("Meanwhile not endorsed, by %(who)s: %(reason)s", who=who, reason=given.nomination.reason)
    )


def _note(
    application: Application, *, is_endorsed: bool, rank: int | None, reason: str, user_id: int | None
) -> Nomination:
    place: dict[str, Any] = {"cohort_id": application.cohort_id, "member_state": application.member_state}
    for tried in range(TRIES):
        try:
            with storing(RANKS) as session:
                nomination = Nomination(
                    application_id=application.id,
                    is_endorsed=is_endorsed,
                    rank=(rank or queries.get_last_rank(**place) + 1) if is_endorsed else None,
                    reason=reason,
                    user_id=user_id,
                    at=clock.now(),
                    **place,
                )
                session.add(nomination)
        except Conflict:
            # The next free rank was taken at the same moment; a rank that was asked for is not replaced.
            if rank is not None or tried + 1 == TRIES:
                raise
        else:
            break
    return nomination


def rank_applications(
    cohort: Cohort,
    member_state: str,
    ranks: Mapping[str, int],
    *,
    shown: Mapping[str, int | None] | None = None,
    actor: Actor,
) -> None:
    """Give the state's nominees (application's code -> rank) these ranks, all or none.

    `shown` are the ranks the page was made with.
    Errors: NotAllowed; StaleWrite, by code; InvalidInput at the code of a rank that is given twice; Conflict
            for an application that is decided.
    """
    policy.require(actor, Permission.APPLICATION_ENDORSE, Delegation(cohort, member_state))
    nominated = {each.application.code: each for each in queries.lock_endorsed(cohort, member_state)}
    if unknown := set(ranks) - set(nominated):
        raise InvalidInput(_l("This application is not among those endorsed."), field=min(unknown))
    now = {code: nominated[code].nomination.rank for code in ranks}
    wanted = {code: rank for code, rank in ranks.items() if rank != now[code]}
    if shown is not None:
        _refuse_overtaken(now, shown, wanted)
    if not all(1 <= rank <= HIGHEST_RANK for rank in wanted.values()):
        wrong = next(code for code, rank in wanted.items() if not 1 <= rank <= HIGHEST_RANK)
        raise InvalidInput(_l("Enter the rank as a number from 1."), field=wrong)
    everybody = {code: each.nomination.rank for code, each in nominated.items()} | wanted
    if clashes := find_clashes(everybody) & set(ranks):
        raise InvalidInput(_l("Two applications have this rank. Give each its own."), field=min(clashes))
    _give_ranks([nominated[code] for code in wanted], wanted, actor)


def _refuse_overtaken(
    now: Mapping[str, int | None], shown: Mapping[str, int | None], wanted: Mapping[str, int]
) -> None:
    changed = {code: (shown.get(code), rank) for code, rank in now.items() if rank != shown.get(code)}
    if wanted and changed:
        raise StaleWrite(changed)


def move_application(
    cohort: Cohort,
    member_state: str,
    code: str,
    *,
    up: bool,
    shown: Mapping[str, int | None] | None = None,
    actor: Actor,
) -> None:
    """Let the application change places with its neighbour in the state's order. At the end it stays.

    Errors: as for `rank_applications`.
    """
    nominated = [
        each
        for each in queries.lock_endorsed(cohort, member_state)
        if each.application.status in RANKED_STATUSES and each.nomination.rank is not None
    ]
    codes = [each.application.code for each in nominated]
    if code not in codes:
        raise Conflict(_l("This application is decided, so its rank stays."))
    here = codes.index(code)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(codes):
        return
    now = {codes[each]: nominated[each].nomination.rank or 0 for each in (here, there)}
    ranks = dict(zip(now, reversed(now.values()), strict=True))
    # The neighbour may stand on another page, which nobody has looked at.
    seen = {each: (shown or {}).get(each, rank) for each, rank in now.items()}
    rank_applications(cohort, member_state, ranks, shown=seen, actor=actor)


def _give_ranks(nominated: list[queries.Nominated], wanted: Mapping[str, int], actor: Actor) -> None:
    for each in nominated:
        if each.application.status not in RANKED_STATUSES:
            raise Conflict(_l("This application is decided, so its rank stays."), field=each.application.code)
    before = {each.application.code: each.nomination.rank for each in nominated}
    # Ranks that change places would clash on their way.
    for each in nominated:
        each.nomination.rank = None
    db.session.flush()
    with storing(RANKS):
        for each in nominated:
            each.nomination.rank = wanted[each.application.code]
    for each in nominated:
        code = each.application.code
        audit.record(
            each.application,
            "admissions:application:rank",
            actor,
            about={"rank": [before[code], wanted[code]]},
        )
