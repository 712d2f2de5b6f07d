"""From the first day to the last question: who starts, leaves, completes, and what becomes of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from registry.access.roles import Role
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.demo import queries
from registry.demo.plan import CohortPlan
from registry.demo.world import World
from registry.enrolments import operations as enrolments
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.outcomes import operations as outcomes
from registry.outcomes.enums import WaveKind
from registry.outcomes.operations import FollowUp
from registry.outcomes.queries import refuses_follow_up

E = EnrolmentStatus
DAYS_AFTER_END = {WaveKind.EXIT: 2, WaveKind.MONTHS_3: 91, WaveKind.MONTHS_6: 182}
REASONS = {
    DropoutReason.STUDIES: 4,
    DropoutReason.WORK: 4,
    DropoutReason.CONNECTION: 3,
    DropoutReason.FAMILY: 2,
    DropoutReason.LANGUAGE: 1,
    DropoutReason.CONTENT: 1,
}


def plan_training(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """The days of a cohort from its start on."""
    days = plan.days
    world.calendar.at(world.day(days.starts, 12), begin, world, plan, cohort)
    world.calendar.at(world.day(days.starts + 4, 12), give_up_waiting, world, cohort)
    world.calendar.at(world.day(days.ends + 1, 12), finish, world, cohort)
    for kind in plan.waves:
        opens = days.ends + DAYS_AFTER_END[kind]
        world.calendar.at(world.day(opens, 7), ask, world, cohort, kind)


def begin(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """Most come on the first day; some of them will leave before the end."""
    length = plan.days.ends - plan.days.starts
    for enrolment in queries.list_enrolments(cohort, E.CONFIRMED):
        random = world.random("training", enrolment.code)
        if random.random() < 0.05:
            continue
        enrolments.start(enrolment, actor=world.staff[Role.COORDINATOR])
        if random.random() < 0.11:
            wait = timedelta(days=length * random.uniform(0.1, 0.9))
            world.calendar.after(wait, leave, world, enrolment.id, random)


def give_up_waiting(world: World, cohort: Cohort) -> None:
    """Who has not come by now will not."""
    for enrolment in queries.list_enrolments(cohort, E.CONFIRMED):
        enrolments.mark_no_show(enrolment, actor=world.staff[Role.COORDINATOR])


def leave(world: World, enrolment_id: int, random: Random) -> None:
    """Drop out, for a reason."""
    enrolments.drop_out(
        queries.get_enrolment(enrolment_id),
        reason=random.choices(list(REASONS), list(REASONS.values()))[0],
        actor=world.staff[Role.COORDINATOR],
    )


def finish(world: World, cohort: Cohort) -> None:
    """Who met the criteria has completed."""
    for enrolment in queries.list_enrolments(cohort, E.ACTIVE):
        has_met = world.random("finish", enrolment.code).random() < 0.91
        step: Callable[..., None] = enrolments.complete if has_met else enrolments.mark_not_completed
        step(enrolment, actor=world.staff[Role.COORDINATOR])


def ask(world: World, cohort: Cohort, kind: WaveKind) -> None:
    """Open the wave; answers come in over three weeks, the later the wave the fewer."""
    outcomes.open_wave(cohort, kind, actor=world.staff[Role.COORDINATOR])
    response_rate = {WaveKind.EXIT: 0.86, WaveKind.MONTHS_3: 0.72}.get(kind, 0.6)
    for enrolment in queries.list_enrolments(cohort, E.COMPLETED, E.NOT_COMPLETED, E.DROPPED_OUT):
        random = world.random("follow-up", kind, enrolment.code)
        if random.random() < response_rate:
            wait = timedelta(hours=random.randrange(4, 500))
            world.calendar.after(
                wait,
                answer,
                world,
                enrolment.id,
                kind,
                random,
            )


def answer(world: World, enrolment_id: int, kind: WaveKind, random: Random) -> None:
    """What one participant says, unless they want no questions; with time, more have a business of their own."""
    enrolment = queries.get_enrolment(enrolment_id)
    if refuses_follow_up(enrolment):
        return
    later = {WaveKind.EXIT: 0, WaveKind.MONTHS_3: 1}.get(kind, 2)
    has_business = random.random() < 0.12 + 0.11 * later
    given = FollowUp(
        works_in_ecommerce=has_business or random.random() < 0.25 + 0.1 * later,
        started_business=has_business,
        people_employed=random.choices((0, 1, 2, 4), (5, 4, 2, 1))[0] if has_business else 0,
        first_online_sale_on=_first_sale(enrolment.started_at, random) if has_business else None,
    )
    outcomes.record_follow_up(enrolment, kind, given, actor=world.staff[Role.COORDINATOR])


def _first_sale(started_at: datetime | None, random: Random) -> date | None:
    if started_at is None:
        return None
    return (started_at + (clock.now() - started_at) * random.uniform(0.3, 0.95)).date()
