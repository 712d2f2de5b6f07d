"""Offers and waiting lists: who gets a seat, who waits, and where a seat goes that becomes free.

While somebody waits and the cohort has not started, the pools that could serve them are full: what frees a
seat promotes the next in the same transaction, and nobody joins a list without looking again under its lock.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ApplicationStatus, OfferAnswer
from registry.admissions.errors import NoPlaces, NoPool
from registry.admissions.models import Application, Offer, StagedDecision, WaitlistEntry
from registry.admissions.operations import notices, seats
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import seats as queries
from registry.admissions.queries.shares import find_missing_shares
from registry.admissions.rules.seats import are_pools_open, compute_accept_by, why_no_list, why_no_places
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import Cohort, SeatPool
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l

SYSTEM = Actor.system("seats")
"""Nobody decides here: the order of the list, or of arrival, does."""

FIRST_COME_RANK = 0
"""Where nobody ranks, the order of entry counts."""


def make_offer(application: Application, *, action: str, actor: Actor) -> Offer | None:
    """Take a seat and hold it for the applicant; `action` is the lifecycle's step that offers.

    Shape:  None when no seat is left, or somebody is waiting for it; nothing has changed then.
    Errors: NoPlaces.
    """
    cohort = queries.get_cohort_of(application)
    _refuse(why_no_places(cohort, clock.now()))
    _open_pools_first(cohort)
    code = new_code()
    for pool in queries.list_serving_pools(cohort, application.member_state):
        if queries.has_waiting(pool, cohort):
            continue
        if seats.take_seat(pool, application=application, offer_code=code):
            return _open_offer(application, pool, code, action=action, actor=actor)
    return None


def join_waiting_list(
    application: Application, *, action: str, actor: Actor, rank: int = FIRST_COME_RANK
) -> WaitlistEntry:
    """Put the applicant on the list of the pool that serves them first, and promote if a seat is free.

    Errors: NoPlaces, NoPool.
    """
    cohort = queries.get_cohort_of(application)
    _refuse(why_no_list(cohort, clock.now()))
    _open_pools_first(cohort)
    pools = queries.lock_serving_pools(cohort, application.member_state)
    if not pools:
        raise NoPool
    take_step(application, action, actor=actor)
    entry = WaitlistEntry(application=application, pool=pools[0], rank=rank, entered_at=clock.now())
    db.session.add(entry)
    db.session.flush()
    notices.tell_waitlisted(application)
    for pool in pools:
        promote_waiting(cohort, pool)
    return entry


def place_first_come(application: Application) -> Offer | WaitlistEntry | None:
    """What follows in the same transaction when an application of a first-come cohort becomes submitted.

    Shape: the offer; the entry on the waiting list; None in cohorts that select otherwise.
    """
    cohort = queries.get_cohort_of(application)
    if cohort.selection is not SelectionMethod.FIRST_COME:
        return None
    offer = make_offer(application, action="offer_at_once", actor=SYSTEM)
    if offer is not None:
        return offer
    entry = join_waiting_list(application, action="waitlist_at_once", actor=SYSTEM)
    return queries.find_open_offer(application) or entry


def answer_offer(offer: Offer, answer: OfferAnswer) -> None:
    """Write down how the offer ended. The caller has taken the application's step."""
    offer.answer = answer
    offer.answered_at = clock.now()


def open_pools(cohort: Cohort) -> bool:
    """Make unused seats of states everybody's, if their day has come; whoever waits moves up. Whether any did."""
    now = clock.now()
    if not are_pools_open(cohort, now) or why_no_places(cohort, now) is not None:
        return False
    has_unused = queries.has_unused_seats(cohort)
    return bool(promote_waiting(cohort)) or has_unused


def advance_waiting(
    application: Application, member_state: str, *, reason: str, actor: Actor
) -> WaitlistEntry:
    """Put somebody in front of everybody who waits for the seats of one pool: a state's, or the GENERAL one.

    Errors: NotAllowed; InvalidInput("reason", "pool"); Conflict when nobody waits there, or they are first
            already.
    """
    policy.require(actor, Permission.DECISION_RELEASE, application)
    if not reason.strip():
        raise InvalidInput(_l("Give a reason."), field="reason")
    cohort = queries.get_cohort_of(application)
    serving = {
        pool.member_state: pool for pool in queries.lock_serving_pools(cohort, application.member_state)
    }
    entry = queries.find_current_entry(application)
    if entry is None:
        raise Conflict(_l("This person is not on a waiting list."))
    if (pool := serving.get(member_state)) is None:
        raise InvalidInput(_l("Choose seats that serve this person."), field="pool")
    first = queries.find_first_entry(pool, cohort)
    if first is None or first is entry:
        raise Conflict(_l("This person is first on the list already."))
    turn = queries.turn_for(pool).key
    setattr(entry, turn, getattr(first, turn) - 1)
    entry.moved_reason = reason.strip()
    audit.record(
        application,
        "admissions:waitlist_entry:advance",
        actor,
        reason=reason.strip(),
        about={"pool": member_state},
    )
    db.session.flush()
    return entry


def decline(offer: Offer, *, actor: Actor) -> Application:
    """The applicant does not want the place: it goes to the next in line.

    Errors: NotAllowed, IllegalTransition when the offer is no longer open.
    """
    application = lock_offer(offer)
    policy.require(actor, Permission.OFFER_ANSWER, application)
    refuse_unless_open(offer, application)
    take_step(application, "decline", actor=actor)
    _end_offer(offer, OfferAnswer.DECLINED)
    notices.tell_declined(application)
    return application


def lapse(offer: Offer) -> bool:
    """Close an offer nobody answered in time. False when it is not open, or not yet due."""
    application = lock_offer(offer)
    if offer.answer is not None or clock.now() < offer.accept_by_at:
        return False
    take_step(application, "lapse", actor=SYSTEM)
    _end_offer(offer, OfferAnswer.LAPSED)
    notices.tell_lapsed(application)
    return True


def free_held(application: Application) -> None:
    """Give up what the application holds: its seat goes to the next, its place on a list and its staging end.

    For withdrawing and closing; call it in the transaction that takes the step.
    """
    with db.session.no_autoflush:
        offer = queries.find_open_offer(application)
        entry = queries.find_current_entry(application)
        staged = queries.find_unreleased_decision(application)
    if offer is not None:
        queries.lock_serving_pools(queries.get_cohort_of(application), application.member_state)
    if staged is not None:
        _drop_staged(staged)
    if entry is not None:
        entry.left_at = clock.now()
    if offer is not None:
        _end_offer(offer, OfferAnswer.WITHDRAWN)


def free_accepted_seat(application: Application) -> None:
    """Give back the seat of somebody who accepted and will not take part; the next in line gets it."""
    cohort = queries.get_cohort_of(application)
    queries.lock_serving_pools(cohort, application.member_state)
    offer = queries.find_accepted_offer(application)
    if offer is not None:
        seats.give_back(offer)
        promote_waiting(cohort, queries.get_pool_of(offer))


def promote_waiting(cohort: Cohort, pool: SeatPool | None = None) -> list[Offer]:
    """Offer free seats to those who wait, in order, while the cohort has not started.

    Where a seat is needed for a minimum share that the released selection promised, the first in line who
    counts for it comes before the others (`rules.shares`).

    Safe to call at any time, by many at once: each free seat goes to one person. From the day on which pools
    open, seats that the own state's list does not need go to the general pool, and to whoever waits longest.
    Shape: the offers made; none once the cohort has started or is off.
    """
    now = clock.now()
    if why_no_places(cohort, now) is not None:
        return []
    pools = [pool] if pool is not None else list(queries.lock_pools(cohort))
    offers = [offer for each in pools for offer in _promote_all(cohort, each)]
    if are_pools_open(cohort, now):
        locked = queries.lock_serving_pools(cohort, pool.member_state) if pool is not None else pools
        if seats.move_unused(cohort, locked):
            offers += [offer for each in locked for offer in _promote_all(cohort, each)]
    return offers


def _promote_all(cohort: Cohort, pool: SeatPool) -> Iterator[Offer]:
    if why_no_list(cohort, clock.now()) is None:
        while (offer := _promote_next(cohort, pool)) is not None:
            yield offer


def _promote_next(cohort: Cohort, pool: SeatPool) -> Offer | None:
    if pool.used >= pool.seats or not queries.has_waiting(pool, cohort):
        return None
    queries.lock_total(cohort)
    missing = find_missing_shares(cohort)
    next_in_line = queries.find_next_waiting(pool, cohort, missing)
    if next_in_line is None:
        return None
    code = new_code()
    application = next_in_line.application
    passes = bool(missing) and queries.find_first_entry(pool, cohort) is not next_in_line
    if not seats.take_seat(pool, application=application, offer_code=code):
        return None
    next_in_line.left_at = clock.now()
    about = {"for_share": True} if passes else {}
    return _open_offer(application, pool, code, action="promote", actor=SYSTEM, about=about)


def _open_offer(
    application: Application,
    pool: SeatPool,
    code: str,
    *,
    action: str,
    actor: Actor,
    about: Mapping[str, Any] | None = None,
) -> Offer:
    facts = {"offer": code, "pool": pool.member_state, **(about or {})}
    offer = Offer(
        code=code,
        application=application,
        pool=pool,
        offered_at=clock.now(),
        accept_by_at=compute_accept_by(queries.get_cohort_of(application), clock.now()),
    )
    # Before the step, so that all of it is written at once.
    db.session.add(offer)
    take_step(application, action, actor=actor, about=facts)
    db.session.flush()
    notices.tell_offered(offer, application, is_promoted=action == "promote")
    return offer


def lock_offer(offer: Offer) -> Application:
    """Lock what answering the offer touches, and read offer and application afresh."""
    application = queries.get_application_of(offer)
    queries.lock_serving_pools(queries.get_cohort_of(application), application.member_state)
    db.session.refresh(offer)
    return queries.reload_locked(application)


def refuse_unless_open(offer: Offer, application: Application) -> None:
    """Say what became of an offer that can no longer be answered, whether or not the sweep has run.

    Errors: Conflict.
    """
    if offer.answer is OfferAnswer.ACCEPTED:
        raise Conflict(_l("You have already accepted this place."))
    if offer.answer is OfferAnswer.DECLINED:
        raise Conflict(_l("You have already declined this place."))
    if offer.answer is OfferAnswer.LAPSED or clock.now() >= offer.accept_by_at:
        raise Conflict(_l("The time to answer this offer is over, so the place is no longer held for you."))
    if application.status is not ApplicationStatus.OFFERED or offer.answer is not None:
        raise Conflict(_l("This offer is no longer open."))


def _end_offer(offer: Offer, answer: OfferAnswer) -> None:
    answer_offer(offer, answer)
    seats.give_back(offer)
    promote_waiting(queries.get_cohort_of(queries.get_application_of(offer)), queries.get_pool_of(offer))


def _drop_staged(staged: StagedDecision) -> None:
    audit.record(staged, "admissions:staged_decision:drop", SYSTEM, about={"decision": staged.decision.value})
    db.session.delete(staged)


def _refuse(refusal: Any) -> None:
    if refusal is not None:
        raise NoPlaces(refusal)


def _open_pools_first(cohort: Cohort) -> None:
    """Before anybody new is served: the day counts whether or not the sweep has run."""
    if are_pools_open(cohort, clock.now()) and queries.has_unused_seats(cohort):
        promote_waiting(cohort)
