"""Seats, offers and waiting lists, one person at a time. Races are in test_seat_races.py."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, OfferAnswer
from registry.admissions.models import Application, Offer, SeatEntry, WaitlistEntry
from registry.admissions.operations import offers, pools, seats
from registry.admissions.queries import seats as queries
from registry.catalogue.enums import CohortStatus, SelectionMethod
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.enrolments.models import Enrolment
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory

S = ApplicationStatus
COORDINATOR = Actor("coordinator", user_id=1, grants=(Grant(Role.COORDINATOR),))


def make_cohort(capacity=2, *, pools=None, **values) -> Cohort:
    values = {"selection": SelectionMethod.FIRST_COME, "capacity": capacity} | values
    cohort = CohortFactory(**values)
    for state, number in (pools or {GENERAL: capacity}).items():
        SeatPoolFactory(cohort=cohort, member_state=state, seats=number)
    return cohort


def arrive(cohort, state="UZ") -> Application:
    application = ApplicationFactory(cohort=cohort, member_state=state)
    with transaction():
        offers.place_first_come(application)
    return application


def owner(application: Application) -> Actor:
    return Actor("applicant", user_id=9, person_id=application.person_id, grants=(Grant(Role.APPLICANT),))


def get_offer(application: Application) -> Offer:
    return db.session.scalars(
        sa.select(Offer).where(Offer.application_id == application.id).order_by(Offer.id.desc())
    ).first()


def statuses(*applications: Application) -> list[str]:
    return [application.status.value for application in applications]


def used(cohort: Cohort) -> dict[str, int]:
    db.session.expire_all()
    by_pool = {pool.member_state or "general": pool.used for pool in queries.list_pools(cohort)}
    assert queries.list_seat_differences() == []
    return by_pool | {"total": cohort.used}


def test_take_seat_in_a_full_pool_changes_nothing() -> None:
    cohort = make_cohort(capacity=5, pools={"UZ": 0})
    application = ApplicationFactory(cohort=cohort)

    taken = seats.take_seat(queries.list_pools(cohort)[0], application=application, offer_code="A")

    assert taken is False
    assert used(cohort) == {"UZ": 0, "total": 0}


def test_take_seat_in_a_full_cohort_gives_the_pools_seat_back() -> None:
    cohort = make_cohort(capacity=0, pools={"UZ": 3})

    taken = seats.take_seat(
        queries.list_pools(cohort)[0], application=ApplicationFactory(cohort=cohort), offer_code="A"
    )

    assert taken is False
    assert used(cohort) == {"UZ": 0, "total": 0}


def test_place_first_come_offers_seats_then_makes_a_list_in_order_of_arrival() -> None:
    cohort = make_cohort(capacity=2)

    people = [arrive(cohort) for _ in range(4)]

    assert statuses(*people) == ["offered", "offered", "waitlisted", "waitlisted"]
    assert [queries.get_position(queries.find_current_entry(each)) for each in people[2:]] == [1, 2]
    assert used(cohort) == {"general": 2, "total": 2}


def test_place_first_come_in_a_scored_cohort_does_nothing() -> None:
    application = ApplicationFactory(cohort=make_cohort(selection=SelectionMethod.SCORED))

    assert offers.place_first_come(application) is None
    assert application.status is S.SUBMITTED


@pytest.mark.parametrize(
    ("pools", "serves_all", "arrivals", "expected", "taken"),
    [
        # The state's pool comes first, and its end is the end.
        ({"UZ": 1, "": 1}, False, ["UZ", "UZ"], ["offered", "waitlisted"], {"UZ": 1, "general": 0}),
        # The general pool serves states without one.
        ({"UZ": 1, "": 1}, False, ["KZ", "KZ"], ["offered", "waitlisted"], {"UZ": 0, "general": 1}),
        # ... and others only when the cohort says so.
        (
            {"UZ": 1, "": 1},
            True,
            ["UZ", "UZ", "UZ"],
            ["offered"] * 2 + ["waitlisted"],
            {"UZ": 1, "general": 1},
        ),
        (
            {"UZ": 1, "": 1},
            True,
            ["UZ", "UZ", "KZ"],
            ["offered"] * 2 + ["waitlisted"],
            {"UZ": 1, "general": 1},
        ),
        # A pool of no seats still is the state's own.
        ({"UZ": 0, "": 1}, False, ["UZ"], ["waitlisted"], {"UZ": 0, "general": 0}),
    ],
)
def test_place_first_come_asks_the_pools_in_order(pools, serves_all, arrivals, expected, taken) -> None:
    cohort = make_cohort(sum(pools.values()), pools=pools, general_serves_all=serves_all)

    people = [arrive(cohort, state) for state in arrivals]

    assert statuses(*people) == expected
    assert used(cohort) == taken | {"total": sum(taken.values())}


def test_place_first_come_for_a_state_nobody_set_seats_aside_for_says_so() -> None:
    with pytest.raises(Conflict, match="no seats for applicants of this state"):
        arrive(make_cohort(2, pools={"UZ": 2}), "KZ")


def test_place_first_come_never_passes_somebody_who_waits() -> None:
    cohort = make_cohort(1)
    first, waiting = arrive(cohort), arrive(cohort)
    # A seat that became free without anybody looking: only a mistake elsewhere could leave it so.
    with transaction():
        seats.give_back(get_offer(first))

    newcomer = arrive(cohort)

    assert statuses(waiting, newcomer) == ["offered", "waitlisted"]


def test_make_offer_holds_the_place_until_the_end_of_a_day_of_the_host() -> None:
    cohort = make_cohort(accept_by_days=3)  # Tashkent, UTC+5

    with clock.travel(datetime(2027, 3, 15, 20, 0, tzinfo=UTC)):  # the 16th there
        application = arrive(cohort)

    assert get_offer(application).accept_by_at == datetime(2027, 3, 19, 19, 0, tzinfo=UTC)


def test_make_offer_just_before_the_start_holds_the_place_until_the_start() -> None:
    cohort = make_cohort(accept_by_days=7, starts_on=date(2027, 3, 17), ends_on=date(2027, 4, 1))

    application = arrive(cohort)

    assert get_offer(application).accept_by_at == datetime(2027, 3, 16, 19, 0, tzinfo=UTC)


def test_accept_offer_creates_the_enrolment_and_keeps_the_seat() -> None:
    cohort = make_cohort(1)
    application = arrive(cohort)

    with transaction():
        enrolment = enrolments.accept_offer(get_offer(application), actor=owner(application))

    assert db.session.scalars(sa.select(Enrolment)).all() == [enrolment]
    assert enrolment.application_id == application.id
    assert application.status is S.ACCEPTED
    assert get_offer(application).answer is OfferAnswer.ACCEPTED
    assert used(cohort) == {"general": 1, "total": 1}


def test_accept_offer_of_somebody_else_is_not_allowed() -> None:
    cohort = make_cohort(2)
    application, other = arrive(cohort), arrive(cohort)

    with pytest.raises(NotAllowed), transaction():
        enrolments.accept_offer(get_offer(application), actor=owner(other))

    assert application.status is S.OFFERED


def test_accept_offer_too_late_is_refused_before_any_sweep_has_run() -> None:
    application = arrive(make_cohort(1))
    offer = get_offer(application)

    with clock.travel(offer.accept_by_at), pytest.raises(Conflict, match="time to answer"), transaction():
        enrolments.accept_offer(offer, actor=owner(application))
    with clock.travel(offer.accept_by_at - timedelta(microseconds=1)), transaction():
        enrolments.accept_offer(offer, actor=owner(application))

    assert application.status is S.ACCEPTED


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("accept", "accept", "already accepted"),
        ("accept", "decline", "already accepted"),
        ("decline", "accept", "already declined"),
        ("lapse", "accept", "time to answer"),
        ("lapse", "decline", "time to answer"),
        ("withdraw", "accept", "no longer open"),
    ],
)
def test_answering_an_offer_twice_says_what_became_of_it(first, second, sentence) -> None:
    application = arrive(make_cohort(1))
    offer = get_offer(application)
    do(first, application, offer)

    with pytest.raises(Conflict, match=sentence), transaction():
        act(second, application, offer)


def do(action, application, offer) -> None:
    instant = offer.accept_by_at if action == "lapse" else clock.now()
    with clock.travel(instant), transaction():
        act(action, application, offer)


def act(action, application, offer) -> None:
    actor = owner(application)
    if action == "accept":
        enrolments.accept_offer(offer, actor=actor)
    elif action == "decline":
        enrolments.decline_offer(offer, actor=actor)
    elif action == "lapse":
        offers.lapse(offer)
    else:
        offers.take_step(application, "withdraw", actor=actor)
        offers.free_held(application)


@pytest.mark.parametrize("action", ["decline", "lapse", "withdraw"])
def test_a_freed_seat_goes_to_the_next_in_line_exactly_once(action) -> None:
    cohort = make_cohort(1)
    holder, first, second = (arrive(cohort) for _ in range(3))

    do(action, holder, get_offer(holder))

    assert statuses(first, second) == ["offered", "waitlisted"]
    assert used(cohort) == {"general": 1, "total": 1}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SeatEntry)) == 3


def test_lapse_before_its_time_or_twice_does_nothing() -> None:
    cohort = make_cohort(1)
    offer = get_offer(arrive(cohort))

    with transaction():
        early = offers.lapse(offer)
    with clock.travel(offer.accept_by_at), transaction():
        in_time = offers.lapse(offer)
    with clock.travel(offer.accept_by_at), transaction():
        again = offers.lapse(offer)

    assert (early, in_time, again) == (False, True, False)
    assert used(cohort) == {"general": 0, "total": 0}


def test_withdraw_from_the_list_leaves_the_seats_alone_and_the_order_true() -> None:
    cohort = make_cohort(1)
    _, first, second = (arrive(cohort) for _ in range(3))

    do("withdraw", first, get_offer(arrive(cohort)) or queries.find_current_entry(first))

    assert queries.get_position(queries.find_current_entry(second)) == 1
    assert used(cohort) == {"general": 1, "total": 1}


def test_promote_waiting_goes_by_rank_then_entry() -> None:
    cohort = make_cohort(0, selection=SelectionMethod.SCORED)
    ranks = [5, 1, 5, 1]
    people = [ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW) for _ in ranks]
    for application, rank in zip(people, ranks, strict=True):
        with transaction():
            offers.join_waiting_list(application, action="waitlist", actor=COORDINATOR, rank=rank)

    order = []
    for capacity in range(1, 5):
        with transaction():
            pools.set_seats(cohort, capacity=capacity, seats={}, actor=COORDINATOR)
        order += [
            number for number, each in enumerate(people) if each.status is S.OFFERED and number not in order
        ]

    assert order == [1, 3, 0, 2]


def test_promote_waiting_after_the_start_does_nothing() -> None:
    cohort = make_cohort(1)
    holder, waiting = arrive(cohort), arrive(cohort)
    start = datetime(cohort.starts_on.year, cohort.starts_on.month, cohort.starts_on.day, tzinfo=UTC)

    with clock.travel(start), transaction():
        offers.take_step(holder, "withdraw", actor=owner(holder))
        offers.free_held(holder)
        assert offers.promote_waiting(cohort) == []

    assert waiting.status is S.WAITLISTED
    assert used(cohort) == {"general": 0, "total": 0}


def test_a_freed_general_seat_that_serves_all_goes_to_whoever_waits_longest() -> None:
    cohort = make_cohort(2, pools={"UZ": 1, GENERAL: 1}, general_serves_all=True)
    _, general, uzbek, kazakh = (arrive(cohort, state) for state in ("UZ", "UZ", "UZ", "KZ"))

    do("decline", general, get_offer(general))

    assert statuses(uzbek, kazakh) == ["offered", "waitlisted"]
    assert used(cohort) == {"UZ": 1, "general": 1, "total": 2}


def test_ensure_pools_makes_one_general_pool_once() -> None:
    cohort = CohortFactory(status=CohortStatus.DRAFT, published_at=None, capacity=7)

    pools.ensure_pools(cohort)
    pools.ensure_pools(cohort)

    assert [(pool.member_state, pool.seats) for pool in queries.list_pools(cohort)] == [(GENERAL, 7)]


@pytest.mark.parametrize(
    ("capacity", "by_state", "field"),
    [
        (2, {"UZ": 2, "KZ": 1}, "capacity"),
        (3, {"UZ": -1}, "seats"),
        (3, {GENERAL: 0, "UZ": 3}, "seats"),
        (0, {}, "capacity"),
    ],
)
def test_set_seats_refuses_what_cannot_be(capacity, by_state, field) -> None:
    cohort = make_cohort(2)
    arrive(cohort)

    with pytest.raises(InvalidInput) as refusal, transaction():
        pools.set_seats(cohort, capacity=capacity, seats=by_state, actor=COORDINATOR)

    assert refusal.value.field == field
    assert used(cohort) == {"general": 1, "total": 1}


def test_set_seats_removes_only_pools_nobody_used() -> None:
    cohort = make_cohort(4, pools={"UZ": 2, "KZ": 2})
    arrive(cohort, "UZ")

    with transaction():
        pools.set_seats(cohort, capacity=4, seats={"UZ": 4}, actor=COORDINATOR)
    with pytest.raises(Conflict), transaction():
        pools.set_seats(cohort, capacity=4, seats={"KZ": 4}, actor=COORDINATOR)

    assert [(pool.member_state, pool.seats) for pool in queries.list_pools(cohort)] == [("UZ", 4)]


def test_check_seats_names_what_differs(app) -> None:
    cohort = make_cohort(2)
    arrive(cohort)
    db.session.execute(sa.update(Cohort.__table__).values(used=2))
    db.session.flush()

    result = app.test_cli_runner().invoke(args=["admissions", "check-seats"])

    assert result.output == f"{cohort.code} total: used 2, ledger 1\n1 differences.\n"
    assert result.exit_code == 1


def test_waitlist_entry_is_left_when_promoted() -> None:
    cohort = make_cohort(1)
    holder, waiting = arrive(cohort), arrive(cohort)

    do("decline", holder, get_offer(holder))

    entry = db.session.scalars(sa.select(WaitlistEntry)).one()
    assert (entry.application_id, entry.left_at) == (waiting.id, clock.now())
