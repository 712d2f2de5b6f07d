"""Builds the demo: one past, lived through from its first day to today, in one transaction."""

from datetime import UTC, date, datetime, time, timedelta

from registry.access.roles import Role
from registry.accounts.passwords import hash_password
from registry.admissions.operations import sweeps
from registry.core import codes, tally
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.transaction import transaction
from registry.demo import founding, queries, visitors
from registry.demo.applicants import plan_arrivals
from registry.demo.calendar import Calendar
from registry.demo.corrections import plan_corrections
from registry.demo.plan import COHORTS, CohortPlan
from registry.demo.selection import Answers, plan_selection
from registry.demo.training import plan_training
from registry.demo.world import CLOCK, PASSWORD, World, grant_roles, hire_staff
from registry.enrolments import operations as enrolments
from registry.messages import operations as messages
from registry.reports import operations as reports

FIRST_DAY = min(plan.days.opens for plan in COHORTS) - founding.LEAD - 2
WEEKS_OF_RELEASES = 12


def build(*, seed: int, on: date, size: float = 1.0) -> bool:
    """Build the demo as it stands at the beginning of the day `on` (UTC). False where it is built already.

    `size` is the share of the planned applicants that come, and of the seats. The same seed, day and size build the same
    records, but for secrets: hashes, tokens and Message-IDs.
    Errors: Conflict when somebody else's applications are in the database.
    """
    password_hash = hash_password(PASSWORD)
    with transaction(), codes.seeded(seed):
        if queries.is_built():
            return False
        if queries.has_applications():
            raise Conflict(_l("This database holds applications, so it does not take the demo."))
        world = World(seed, on, Calendar(end_of(on)), password_hash, size)
        _plan(world)
        world.calendar.live()
    return True


def end_of(on: date) -> datetime:
    """The instant up to which the demo of a day has lived: the day's beginning (UTC)."""
    return datetime.combine(on, time(), UTC)


def _plan(world: World) -> None:
    answers = Answers(world)
    calendar = world.calendar
    calendar.at(world.day(FIRST_DAY), _begin, world)
    for plan in COHORTS:
        calendar.at(world.day(min(plan.days.opens - founding.LEAD, -1)), _open, world, plan)
    for days in range(FIRST_DAY + 1, 0):
        calendar.at(world.day(days, 2), _pass_a_day, answers)
    # The last hours of the past, so that nothing waits for the worker that belongs to yesterday.
    calendar.at(calendar.end - timedelta(minutes=1), _pass_a_day, answers)
    monday = world.on - timedelta(days=world.on.weekday())
    for weeks in range(WEEKS_OF_RELEASES):
        days = (monday - world.on).days - 7 * weeks
        calendar.at(world.day(days, 4), _release_reports)
    visitors.plan_visitor(world, answers)


def _begin(world: World) -> None:
    hire_staff(world)
    founding.found_organisations(world)
    founding.found_programmes(world)
    grant_roles(world)


def _open(world: World, plan: CohortPlan) -> None:
    cohort = founding.found_cohort(world, plan)
    world.cohorts[plan] = cohort
    plan_arrivals(world, plan, cohort)
    plan_selection(world, plan, cohort)
    plan_corrections(world, plan, cohort)
    plan_training(world, plan, cohort)
    if plan.days.cancelled is not None:
        world.calendar.at(world.day(plan.days.cancelled), _cancel, world, plan)


def _cancel(world: World, plan: CohortPlan) -> None:
    enrolments.cancel_cohort(
        queries.get_cohort(world.cohorts[plan].code),
        reason="The trainers are not available in these weeks.",
        actor=world.staff[Role.COORDINATOR],
    )
    enrolments.wind_up_cancelled_cohorts()


def _pass_a_day(answers: Answers) -> None:
    """What the worker would have done, and the applicants' plans after it. Old mail counts as delivered."""
    sweeps.run_sweeps()
    answers.notice()
    messages.assume_sent()


def _release_reports() -> None:
    # The counts of this long transaction are still to be written; the report reads them.
    tally.write(db.session())
    reports.make_weekly_releases(actor=CLOCK)
