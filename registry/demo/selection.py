"""What staff does with applications: endorses, assigns, stages, releases; and how applicants answer offers."""

from datetime import datetime
from itertools import groupby
from random import Random

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason, SelectionOrder
from registry.admissions.models import Application, Offer
from registry.admissions.operations import decisions, nominations, releases, selection
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.operations.pools import set_seat_dates
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.seats import find_unreleased_decision
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.demo import queries
from registry.demo.plan import CohortPlan
from registry.demo.reviewing import share_out
from registry.demo.world import OWN_STATE, World, act_as
from registry.enrolments import operations as enrolments

S = ApplicationStatus
REFUSALS = {
    RejectionReason.MORE_THAN_SEATS: 6,
    RejectionReason.EXPERIENCE: 2,
    RejectionReason.MOTIVATION: 2,
    RejectionReason.LANGUAGE: 1,
}
REASONS_NOT_TO_ENDORSE = (
    "Took part in a similar programme of the state this year.",
    "The business described is not registered.",
    "Did not come to the interview.",
)


def plan_selection(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """When who decides what. First-come cohorts need nobody."""
    if plan.nomination is NominationMode.APPLY_THEN_ENDORSE:
        for share in (0.3, 0.6):
            days = round(plan.days.opens + (plan.days.closes - plan.days.opens) * share)
            world.calendar.at(world.day(days, 8), endorse, world, cohort, all_states=False)
        world.calendar.at(world.day(plan.days.closes + 3, 8), endorse, world, cohort, all_states=True)
    world.calendar.at(world.day(plan.days.opens + 4, 8), check_ineligible, world, cohort)
    if plan.days.release is None:
        return
    world.calendar.at(world.day(plan.days.closes + 1, 7), start_reviews, world, plan, cohort)
    if plan.pools_open is not None:
        world.calendar.at(
            world.day(plan.days.opens, 6),
            promise_seats,
            world,
            plan.instant(world.on, plan.pools_open),
            cohort,
        )
    if plan.run is not None:
        if plan.run.order is SelectionOrder.LOTTERY:
            world.calendar.at(world.day(plan.days.opens + 1, 8), commit_lottery, world, cohort)
        world.calendar.at(world.day(plan.days.release - 1, 10), run_selection, world, plan.run, cohort)
        world.calendar.at(world.day(plan.days.release, 5), release, world, cohort)
        return
    days = plan.days.release - plan.days.closes
    for number, state in enumerate(sorted(plan.states)):
        # A few states a day, from the second day after the closing to the day before the release.
        day = plan.days.closes + 2 + number * max(days - 3, 1) // len(plan.states)
        world.calendar.at(world.day(day, 10), stage, world, plan, cohort, state)
    world.calendar.at(world.day(plan.days.release, 5), release, world, cohort)


def endorse(world: World, cohort: Cohort, *, all_states: bool) -> None:
    """The states back their applicants in the order of merit; early on, only some states do."""
    waiting = sorted(
        queries.list_in(cohort, S.AWAITING_ENDORSEMENT), key=lambda each: (each.member_state, each.id)
    )
    for state, group in groupby(waiting, key=lambda each: each.member_state):
        if not all_states and (
            state == OWN_STATE or world.random("early", cohort.code, state).random() < 0.5
        ):
            continue
        actor = world.focal_point(state)
        for application in _by_merit(world, list(group)):
            random = world.random("endorse", application.code)
            chance = random.random()
            if chance < 0.84 or application.id in world.favoured:
                nominations.endorse(application, actor=actor)
            elif chance < 0.95:
                reason = random.choice(REASONS_NOT_TO_ENDORSE)
                nominations.decline_endorsement(application, reason=reason, actor=actor)


def check_ineligible(world: World, cohort: Cohort) -> None:
    """The coordinator lets some pass whom a rule refused."""
    for application in queries.list_in(cohort, S.INELIGIBLE):
        if world.random("override", application.code).random() < 0.2:
            decisions.override_ineligible(
                application,
                reason="Turns the required age before the first day.",
                actor=world.staff[Role.COORDINATOR],
            )


def start_reviews(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """Everything sent goes into review; where the demo's day finds it there, with reviewers at work."""
    coordinator = world.staff[Role.COORDINATOR]
    for application in queries.list_in(cohort, S.SUBMITTED):
        decisions.start_review(application, actor=coordinator)
    if (plan.days.release or 0) > 0:
        share_out(world, cohort)


def promise_seats(world: World, opens_at: datetime, cohort: Cohort) -> None:
    """Say from which day on unused seats are everybody's."""
    set_seat_dates(
        cohort,
        pools_open_at=opens_at,
        waiting_ends_at=None,
        version=None,
        actor=world.staff[Role.COORDINATOR],
    )


def commit_lottery(world: World, cohort: Cohort) -> None:
    """Bind the lottery while applications come in."""
    selection.commit_lottery(cohort, actor=world.staff[Role.COORDINATOR])


def run_selection(world: World, settings: SelectionSettings, cohort: Cohort) -> None:
    """Let the run decide, on the day before the release."""
    selection.stage_selection(cohort, settings, actor=world.staff[Role.COORDINATOR])


def stage(world: World, plan: CohortPlan, cohort: Cohort, state: str) -> None:
    """Offers for the best of a state, the waiting list for the next, refusals with a reason for the others."""
    coordinator = world.staff[Role.COORDINATOR]
    in_review = [
        application
        for application in queries.list_in(cohort, S.SUBMITTED, S.UNDER_REVIEW)
        if application.member_state == state
    ]
    pools = world.seats(plan)
    seats = pools.get(state) or round(pools.get(GENERAL, 0) / len(plan.states))
    if plan.general_serves_all:
        seats += pools.get(GENERAL, 0) // len(plan.states)
    for place, application in enumerate(_by_merit(world, in_review)):
        random = world.random("decide", application.code)
        if place < seats:
            given = DecisionInput(Decision.OFFER)
        elif place < seats + max(2, seats // 2):
            given = DecisionInput(Decision.WAITLIST, rank=place - seats + 1)
        else:
            given = DecisionInput(Decision.REJECT, rejection=_refuse(random))
        decisions.stage_decision(application, given, actor=coordinator)


def release(world: World, cohort: Cohort) -> None:
    """Announce everything that is staged; whoever came to the review late finds no seat left."""
    coordinator = world.staff[Role.COORDINATOR]
    late = DecisionInput(Decision.REJECT, rejection=RejectionReason.MORE_THAN_SEATS)
    for application in queries.list_in(cohort, S.SUBMITTED, S.UNDER_REVIEW):
        if find_unreleased_decision(application) is None:
            decisions.stage_decision(application, late, actor=coordinator)
    releases.release_decisions(cohort, actor=coordinator)


class Answers:
    """How applicants answer: each offer is noticed once, and answered by its own chance."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.last = 0
        self.never: set[int] = set()
        """Persons who leave offers open for the visitor of the demo to answer."""

    def notice(self) -> None:
        """Plan an answer to every new offer."""
        for offer in queries.list_open_offers(self.last):
            self.last = offer.id
            if offer.application.person_id in self.never:
                continue
            random = self.world.random("answer", offer.code)
            time_left = offer.accept_by_at - clock.now()
            if random.random() < 0.93:
                self.world.calendar.after(
                    time_left * random.betavariate(1.1, 2.2) * 0.97,
                    self.answer,
                    offer.id,
                    random,
                )

    def answer(self, offer_id: int, random: Random) -> None:
        """Accept, decline, or withdraw altogether; the rest lets the offer lapse."""
        offer = queries.get_offer(offer_id)
        if offer.answer is not None or clock.now() >= offer.accept_by_at:
            return
        actor = _owner(offer)
        chance = random.random()
        if chance < 0.87:
            enrolments.accept_offer(offer, actor=actor)
        elif chance < 0.97:
            enrolments.decline_offer(offer, actor=actor)
        else:
            withdraw_application(offer.application, actor=actor)


def _owner(offer: Offer) -> Actor:
    user, person = queries.get_owner(offer.application)
    return act_as(user, person_id=person.id)


def _by_merit(world: World, applications: list[Application]) -> list[Application]:
    """A jury would need days; here each application has a merit by chance."""
    return sorted(applications, key=world.merit, reverse=True)


def _refuse(random: Random) -> RejectionReason:
    return random.choices(list(REFUSALS), list(REFUSALS.values()))[0]
