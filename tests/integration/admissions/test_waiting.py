"""Seats that become everybody's, waiting lists that end, and who is moved to the front."""

from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, ClosingReason, Decision, SelectionOrder
from registry.admissions.models import Application
from registry.admissions.operations import decisions, offers, pools, releases, sweeps
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import seats as queries
from registry.admissions.queries import selection as selection_queries
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import InvalidInput, NotAllowed, StaleWrite
from registry.core.transaction import transaction
from tests.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.integration.admissions.queueing import OPENING, arrive, make_cohort, rows_of
from tests.planning import date_fields
from tests.queries import counted_queries

S = ApplicationStatus
COORDINATOR = coordinator()


def sweep(at: datetime) -> dict[str, int]:
    with clock.travel(at):
        return {name: n for name, n in sweeps.run_sweeps().items() if n and "remind" not in name}


def seats(cohort: Cohort) -> dict[str, tuple[int, int]]:
    """Pool -> seats, used; the ledger agrees."""
    assert queries.list_seat_differences() == []
    return {pool.member_state or "general": (pool.seats, pool.used) for pool in queries.list_pools(cohort)}


def statuses(*applications: Application) -> list[str]:
    return [application.status.value for application in applications]


# -- Unused seats


def test_unused_seats_become_general_on_their_day_and_go_to_whoever_waits_longest() -> None:
    cohort = make_cohort(KZ=1, UZ=2, general=0)
    held, first, second = (arrive(cohort, "KZ") for _ in range(3))
    third = arrive(cohort, "BY")
    accept_until_later(cohort, held)

    before = sweep(OPENING - timedelta(microseconds=1))
    waiting = statuses(first, second, third)
    at_the_day = sweep(OPENING)

    assert (before, waiting) == ({}, ["waitlisted"] * 3)
    assert at_the_day == {"open pools": 1}
    assert statuses(first, second, third) == ["offered", "offered", "waitlisted"]
    assert seats(cohort) == {"general": (2, 2), "KZ": (1, 1), "UZ": (0, 0)}
    assert sweep(OPENING) == {}


def accept_until_later(cohort: Cohort, *applications: Application) -> None:
    """Let open offers outlive the day on which pools open."""
    for application in applications:
        offer = queries.find_open_offer(application)
        offer.accept_by_at = OPENING + timedelta(days=5)
    db.session.flush()


def test_general_seats_serve_waiting_people_of_every_state_from_that_day() -> None:
    cohort = make_cohort(KZ=1, general=1)
    held, waiting = arrive(cohort, "KZ"), arrive(cohort, "KZ")
    accept_until_later(cohort, held)

    assert waiting.status is S.WAITLISTED
    assert sweep(OPENING) == {"open pools": 1}
    assert waiting.status is S.OFFERED


def test_the_day_counts_although_no_sweep_has_run_and_nobody_is_passed() -> None:
    cohort = make_cohort(KZ=1, UZ=1, general=0)
    held, waiting = arrive(cohort, "KZ"), arrive(cohort, "KZ")
    accept_until_later(cohort, held)

    with clock.travel(OPENING):
        newcomer = arrive(cohort, "BY")

    assert statuses(waiting, newcomer) == ["offered", "waitlisted"]
    assert seats(cohort) == {"general": (1, 1), "KZ": (1, 1), "UZ": (0, 0)}


def test_a_seat_freed_after_the_day_serves_its_own_list_first_then_everybody() -> None:
    cohort = make_cohort(KZ=2, general=0)
    first, second = arrive(cohort, "KZ"), arrive(cohort, "KZ")
    foreigner = arrive(cohort, "BY")
    own = arrive(cohort, "KZ")
    accept_until_later(cohort, first, second)

    with clock.travel(OPENING):
        for application in (first, second):
            with transaction():
                offers.decline(queries.find_open_offer(application), actor=applicant(application.person))

    assert statuses(own, foreigner) == ["offered", "offered"]
    assert seats(cohort) == {"general": (1, 1), "KZ": (1, 1)}


def test_a_selection_run_after_the_day_gives_all_free_seats_to_all() -> None:
    cohort = make_cohort(KZ=1, UZ=2, general=0)
    settings = SelectionSettings(SelectionOrder.FIRST_COME)

    with clock.travel(OPENING):
        inputs = selection_queries.collect_inputs(cohort, settings)

    assert (inputs.seats, inputs.general_serves_all) == ({"": 3, "KZ": 0, "UZ": 0}, True)


def test_moving_seats_is_written_down_and_never_moves_a_used_one() -> None:
    cohort = make_cohort(KZ=3, general=1)
    accept_until_later(cohort, arrive(cohort, "KZ"))

    sweep(OPENING)

    assert seats(cohort) == {"general": (3, 0), "KZ": (1, 1)}
    changes = db.session.scalar(
        sa.select(AuditEntry.changes).where(AuditEntry.action == "catalogue:cohort:move_unused_seats")
    )
    assert changes == {"seats": [{"KZ": 2}, None]}


@pytest.mark.parametrize(
    ("opens", "ends", "field"),
    [
        (NOW, None, "pools_open_on"),
        (NOW + timedelta(days=61), None, "pools_open_on"),
        (None, NOW, "waiting_ends_on"),
        (None, NOW + timedelta(days=29), "waiting_ends_on"),
        (None, NOW + timedelta(days=61), "waiting_ends_on"),
    ],
    ids=["past", "after the start", "end in the past", "end within the window", "end after the start"],
)
def test_set_seat_dates_refuses_days_that_do_not_fit(opens, ends, field) -> None:
    cohort = CohortFactory()

    with pytest.raises(InvalidInput) as refusal:
        set_dates(cohort, opens, ends)

    assert refusal.value.field == field


def set_dates(cohort: Cohort, opens, ends, *, version=None, actor=COORDINATOR) -> None:
    pools.set_seat_dates(cohort, pools_open_at=opens, waiting_ends_at=ends, version=version, actor=actor)


def test_set_seat_dates_makes_the_general_pool_that_unused_seats_will_need() -> None:
    cohort = CohortFactory(capacity=3)
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=3)

    set_dates(cohort, OPENING, None)

    assert seats(cohort) == {"general": (0, 0), "KZ": (3, 0)}
    with transaction():
        pools.set_seats(cohort, capacity=3, seats={"KZ": 2}, actor=COORDINATOR)
    assert seats(cohort) == {"general": (0, 0), "KZ": (2, 0)}


def test_set_seat_dates_refuses_others_and_old_versions() -> None:
    cohort = CohortFactory()

    with pytest.raises(NotAllowed):
        set_dates(cohort, OPENING, None, actor=coordinator("another"))
    with pytest.raises(StaleWrite):
        set_dates(cohort, OPENING, None, version=cohort.version - 1)


# -- The end of the lists


def test_nobody_moves_up_from_the_moment_the_lists_end() -> None:
    cohort = make_cohort(general=1)
    cohort.waiting_ends_at = OPENING + timedelta(days=2)
    held, waiting = arrive(cohort, "UZ"), arrive(cohort, "UZ")
    accept_until_later(cohort, held)

    with clock.travel(cohort.waiting_ends_at), transaction():
        offers.decline(queries.find_open_offer(held), actor=applicant(held.person))
    after_the_end = waiting.status

    assert after_the_end is S.WAITLISTED
    assert sweep(cohort.waiting_ends_at - timedelta(seconds=1)) == {"open pools": 1}
    assert waiting.status is S.OFFERED


def test_a_list_that_has_ended_closes_its_people_and_takes_nobody() -> None:
    cohort = make_cohort(general=1)
    cohort.waiting_ends_at = OPENING
    held, waiting = arrive(cohort, "UZ"), arrive(cohort, "UZ")
    accept_until_later(cohort, held)
    late = ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW)
    with transaction():
        decisions.stage_decision(late, DecisionInput(Decision.WAITLIST), actor=COORDINATOR)

    closed = sweep(OPENING)
    with clock.travel(OPENING):
        (row,) = releases.release_decisions(cohort, actor=COORDINATOR)

    assert closed == {"close ended waiting lists": 1}
    assert (waiting.status, waiting.closing_reason) == (S.CLOSED, ClosingReason.WAITING_ENDED.value)
    assert (row.result, late.status) == ("too_late", S.UNDER_REVIEW)


# -- Pages


@pytest.fixture
def _signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


@pytest.mark.usefixtures("_signed_in")
def test_list_waiting_shows_the_order_and_the_place_within_the_state(client) -> None:
    cohort = make_cohort(general=1)
    _held, *waiting = (arrive(cohort, state) for state in ("BY", "BY", "UZ", "BY"))
    with transaction():
        offers.advance_waiting(waiting[2], GENERAL, reason="Visa", actor=COORDINATOR)

    rows = rows_of(client.get(f"/manage/cohorts/{cohort.code}/waiting"))

    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("1", "Belarus", "1"),
        ("2", "Belarus", "2"),
        ("3", "Uzbekistan", "1"),
    ]
    assert rows[0][1] == f"{waiting[2].listed_name} Moved to the front Visa"


@pytest.mark.usefixtures("_signed_in")
def test_list_waiting_costs_the_same_for_2_and_20_rows(client) -> None:
    cohort = make_cohort(general=1)
    costs = []
    for n in (3, 18):
        for _ in range(n):
            arrive(cohort, "UZ")
        with counted_queries() as statements:
            response = client.get(f"/manage/cohorts/{cohort.code}/waiting")
        costs.append((len(rows_of(response)), len(statements)))

    assert [rows for rows, _ in costs] == [2, 20]
    assert costs[0][1] == costs[1][1]


@pytest.mark.usefixtures("_signed_in")
def test_set_seat_dates_reads_the_hosts_time_and_needs_both_parts(client) -> None:
    cohort = CohortFactory(programme=ProgrammeFactory(slug="honey", title="Honey online"))
    address = f"/manage/cohorts/{cohort.code}/seat-dates"
    data = {
        "version": "1",
        "shown": "{}",
        **date_fields("pools_open_on", str(OPENING.date())),
        "pools_open_time": "18:00",
        **date_fields("waiting_ends_on", ""),
        "waiting_ends_time": "",
    }

    half = client.post(address, data=data | {"waiting_ends_time": "09:00"})
    saved = client.post(address, data=data)
    stale = client.post(address, data=data)

    assert [each.status_code for each in (half, saved, stale)] == [422, 303, 409]
    assert "Enter both day and time, or neither." in unquote(half.get_data(as_text=True))
    db.session.refresh(cohort)
    # 18:00 in Tashkent is 13:00 UTC.
    assert cohort.pools_open_at == datetime.combine(
        OPENING.date(), datetime.min.time(), OPENING.tzinfo
    ) + timedelta(hours=13)
    assert cohort.waiting_ends_at is None
