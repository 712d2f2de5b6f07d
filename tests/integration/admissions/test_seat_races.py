"""Many people at one moment, in threads that commit: no seat is sold twice, nobody is told an untruth."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, Decision
from registry.admissions.models import Application, Nomination, Offer, StagedDecision, WaitlistEntry
from registry.admissions.operations import nominations, offers, pools, releases, seats
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import seats as queries
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import clock
from registry.core.database import db
from registry.core.errors import RegistryError, StaleWrite
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.enrolments.models import Enrolment
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.actors import coordinator, focal_point
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory

pytestmark = pytest.mark.committed
S = ApplicationStatus
SYSTEM = Actor.system("test")


@pytest.fixture
def own_app(committed_database: Flask) -> Iterator[Flask]:
    with committed_database.app_context():
        yield committed_database


def make_cohort(capacity: int, *, people: int = 0, status: S = S.SUBMITTED, **values) -> Cohort:
    """A committed cohort with one general pool and applications in a status."""
    with transaction():
        cohort = CohortFactory(capacity=capacity, **{"selection": SelectionMethod.FIRST_COME} | values)
        SeatPoolFactory(cohort=cohort, seats=capacity)
        for _ in range(people):
            ApplicationFactory(cohort=cohort, status=status)
    return cohort


def list_ids(model: type) -> list[int]:
    ids = list(db.session.scalars(sa.select(model.id).order_by(model.id)))
    db.session.rollback()
    return ids


def run_at_once(app: Flask, works: list[Callable[[], object]]) -> list[object]:
    """What each work returned, or the refusal it raised; all begin at the same moment."""
    barrier = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)

    def run(number: int) -> None:
        with app.app_context(), clock.travel(NOW):
            barrier.wait()
            try:
                outcomes[number] = works[number]()
            except RegistryError as refusal:
                outcomes[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return outcomes


def get_application(application_id: int) -> Application:
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id == application_id)
        .options(sa.orm.joinedload(Application.cohort))
    ).one()


def owner_of(application: Application) -> Actor:
    return Actor("owner", user_id=1, person_id=application.person_id, grants=(Grant(Role.APPLICANT),))


def arrive(application_id: int) -> Callable[[], object]:
    def work() -> tuple[str, int]:
        with transaction():
            application = get_application(application_id)
            placed = offers.place_first_come(application)
            position = queries.get_position(placed) if isinstance(placed, WaitlistEntry) else 0
        return application.status.value, position

    return work


def count_statuses() -> Counter[str]:
    statuses = Counter(status.value for status in db.session.scalars(sa.select(Application.status)))
    db.session.rollback()
    return statuses


def used() -> list[int]:
    """Of the pool and of the cohort; the ledger agrees."""
    assert queries.list_seat_differences() == []
    counts = [db.session.scalar(sa.select(SeatPool.used)), db.session.scalar(sa.select(Cohort.used))]
    db.session.rollback()
    return counts


def test_fifty_people_for_the_last_seat_one_gets_it_and_the_others_read_the_truth(own_app: Flask) -> None:
    make_cohort(1, people=50)

    outcomes = run_at_once(own_app, [arrive(each) for each in list_ids(Application)])

    assert sorted(outcomes) == [("offered", 0)] + [("waitlisted", place) for place in range(1, 50)]
    assert used() == [1, 1]
    assert count_statuses() == {"offered": 1, "waitlisted": 49}


@contextmanager
def without_guard() -> Iterator[None]:
    """Seats are counted under what was read, and nothing stands behind it: the mistake the guard prevents."""

    def naive(table, key, change, guard):
        seen = db.session.execute(sa.select(table.c.used).where(table.c.id == key)).scalar_one()
        # Behind the pool's row everybody stands in line, so only its own count can be stale.
        if "seats" in table.c:
            most = db.session.execute(sa.select(table.c.seats).where(table.c.id == key)).scalar_one()
            threading.Event().wait(0.05)
            if seen >= most:
                return False
        db.session.execute(sa.update(table).where(table.c.id == key).values(used=min(seen + change, 1)))
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seats, "_change", naive)
        yield


def test_control_without_the_guard_the_last_seat_is_oversold(own_app: Flask) -> None:
    make_cohort(1, people=12)
    works = [take_only(each) for each in list_ids(Application)]
    if db.engine.dialect.name == "sqlite":
        # A writing session of SQLite is alone, so the mistake needs sessions that read before they write.
        works = [read_then_write(each) for each in list_ids(Application)]

    with without_guard():
        outcomes = run_at_once(own_app, works)

    assert Counter(outcomes)[True] > 1


def take_only(application_id: int) -> Callable[[], object]:
    def work() -> bool:
        with transaction():
            pool = db.session.scalars(sa.select(SeatPool)).one()
            return seats.take_seat(
                pool, application=get_application(application_id), offer_code=str(application_id)
            )

    return work


def read_then_write(application_id: int) -> Callable[[], object]:
    """The same mistake as SQLite lets it happen: counting in one transaction, taking in the next."""

    def work() -> bool:
        with transaction():
            pool = db.session.scalars(sa.select(SeatPool)).one()
            is_free = pool.used < pool.seats
        threading.Event().wait(0.2)
        with transaction():
            if is_free:
                db.session.add(Offer(**offer_values(application_id, pool)))
        return is_free

    return work


def offer_values(application_id: int, pool: SeatPool) -> dict[str, object]:
    return {
        "code": f"X{application_id}",
        "application_id": application_id,
        "pool_id": pool.id,
        "offered_at": clock.now(),
        "accept_by_at": clock.now(),
    }


def test_the_check_constraint_stands_behind_the_guard(own_app: Flask) -> None:
    make_cohort(1)

    with pytest.raises(sa.exc.IntegrityError, match="ck_seat_pool_seats"), transaction():
        db.session.execute(sa.update(SeatPool.__table__).values(used=2))


def test_accept_against_lapse_has_one_winner(own_app: Flask) -> None:
    make_cohort(8, people=8)
    for each in list_ids(Application):
        arrive(each)()

    def accept(offer_id: int) -> Callable[[], object]:
        def work() -> str:
            with transaction():
                offer = get_offer(offer_id)
                enrolments.accept_offer(offer, actor=owner_of(offer.application))
            return "accepted"

        return work

    def lapse(offer_id: int) -> Callable[[], object]:
        def work() -> str:
            with clock.travel(db.session.get_one(Offer, offer_id).accept_by_at):
                db.session.rollback()
                with transaction():
                    return "lapsed" if offers.lapse(get_offer(offer_id)) else "not lapsed"

        return work

    ids = list_ids(Offer)
    outcomes = run_at_once(own_app, [work(each) for each in ids for work in (accept, lapse)])

    for accepted, lapsed in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert (accepted == "accepted") != (lapsed == "lapsed"), (accepted, lapsed)
    # Who comes too late reads what became of the offer, not that somebody else was editing.
    assert [each for each in outcomes if isinstance(each, StaleWrite)] == []
    statuses = count_statuses()
    assert statuses["accepted"] + statuses["lapsed"] == 8
    assert used() == [statuses["accepted"]] * 2
    assert len(list_ids(Enrolment)) == statuses["accepted"]
    queued = Counter(db.session.scalars(sa.select(Message.kind).where(Message.status == "queued")))
    assert queued == {"place_accepted": statuses["accepted"], "offer_lapsed": statuses["lapsed"]}


def get_offer(offer_id: int) -> Offer:
    return db.session.scalars(
        sa.select(Offer)
        .where(Offer.id == offer_id)
        .options(sa.orm.joinedload(Offer.application).joinedload(Application.cohort))
    ).one()


def test_two_releases_at_once_release_each_decision_once(own_app: Flask) -> None:
    cohort = make_cohort(30, people=40, status=S.UNDER_REVIEW, selection=SelectionMethod.SCORED)
    with transaction():
        for each in list_ids_inside(Application):
            StagedDecisionFactory(
                application=db.session.get_one(Application, each),
                cohort_id=cohort.id,
                decision=Decision.OFFER,
            )

    def release() -> Counter[str]:
        own = application_queries.get_cohort(cohort.code, actor=coordinator())
        db.session.rollback()
        rows = releases.release_decisions(own, actor=coordinator())
        return Counter(row.result.value for row in rows)

    outcomes = run_at_once(own_app, [release, release])

    assert sum(outcomes, Counter())["offered"] == 30
    assert used() == [30, 30]
    assert count_statuses() == {"offered": 30, "under_review": 10}
    assert len(list_ids(Offer)) == 30
    released = db.session.scalars(sa.select(StagedDecision).where(StagedDecision.released_at.is_not(None)))
    assert {each.result for each in released} == {"offered"}
    assert Counter(db.session.scalars(sa.select(Message.kind))) == {"offer_made": 30}


def list_ids_inside(model: type) -> list[int]:
    return list(db.session.scalars(sa.select(model.id).order_by(model.id)))


def test_eight_threads_promoting_fill_each_seat_once_and_in_order(own_app: Flask) -> None:
    cohort = make_cohort(0, people=20)
    for each in list_ids(Application):
        arrive(each)()
    with transaction():
        db.session.execute(sa.update(SeatPool.__table__).values(seats=5))
        db.session.execute(sa.update(Cohort.__table__).values(capacity=5))

    def promote() -> int:
        with transaction():
            return len(offers.promote_waiting(db.session.get_one(Cohort, cohort.id)))

    outcomes = run_at_once(own_app, [promote] * 8)

    assert sum(outcomes) == 5
    assert used() == [5, 5]
    promoted = db.session.scalars(sa.select(Offer.application_id).order_by(Offer.application_id)).all()
    assert promoted == list_ids(Application)[:5]
    assert Counter(db.session.scalars(sa.select(Message.kind)))["promoted"] == 5


def test_declines_and_arrivals_at_once_leave_nobody_waiting_beside_a_free_seat(own_app: Flask) -> None:
    make_cohort(10, people=30)
    ids = list_ids(Application)
    for each in ids[:15]:
        arrive(each)()

    def decline(offer_id: int) -> Callable[[], object]:
        def work() -> str:
            with transaction():
                offer = get_offer(offer_id)
                enrolments.decline_offer(offer, actor=owner_of(offer.application))
            return "declined"

        return work

    works = [decline(each) for each in list_ids(Offer)] + [arrive(each) for each in ids[15:]]
    outcomes = run_at_once(own_app, works)

    assert [each for each in outcomes if isinstance(each, RegistryError)] == []
    assert used() == [10, 10]
    assert count_statuses() == {"declined": 10, "offered": 10, "waitlisted": 10}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["arrive", "decline", "accept", "withdraw", "capacity", "no_show"]),
            st.sampled_from(["UZ", "KZ"]),
            st.integers(0, 4),
        ),
        max_size=18,
    ),
    st.booleans(),
)
def test_ledger_and_counts_agree_whatever_happens(
    own_app: Flask, steps: list[tuple[str, str, int]], serves_all: bool
) -> None:
    with transaction():
        cohort = CohortFactory(
            capacity=3, selection=SelectionMethod.FIRST_COME, general_serves_all=serves_all
        )
        for state, number in (("UZ", 1), (GENERAL, 2)):
            SeatPoolFactory(cohort=cohort, member_state=state, seats=number)

    for action, state, number in steps:
        with transaction():
            act(cohort, action, state, number)

    db.session.expire_all()
    assert queries.list_seat_differences() == []
    for pool in queries.list_pools(cohort):
        assert 0 <= pool.used <= pool.seats
        assert pool.used == pool.seats or not queries.has_waiting(pool, cohort)
    db.session.rollback()


def act(cohort: Cohort, action: str, state: str, number: int) -> None:
    if action == "arrive":
        offers.place_first_come(ApplicationFactory(cohort=cohort, member_state=state))
        return
    if action == "capacity":
        held = {pool.member_state: pool.used for pool in queries.list_pools(cohort)}
        wanted = {"UZ": max(number, held["UZ"]), GENERAL: max(2, held[GENERAL])}
        pools.set_seats(cohort, capacity=sum(wanted.values()), seats=wanted, actor=SYSTEM)
        return
    status = {"no_show": S.ACCEPTED, "withdraw": S.WAITLISTED if number % 2 else S.OFFERED}.get(
        action, S.OFFERED
    )
    application = db.session.scalars(
        sa.select(Application)
        .where(Application.cohort_id == cohort.id, Application.status == status)
        .options(sa.orm.joinedload(Application.cohort))
        .order_by(Application.id)
        .limit(1)
    ).first()
    if application is None:
        return
    offer = queries.find_open_offer(application)
    if action == "accept" and offer:
        enrolments.accept_offer(offer, actor=SYSTEM)
    elif action == "decline" and offer:
        enrolments.decline_offer(offer, actor=SYSTEM)
    elif action == "withdraw":
        offers.take_step(application, "withdraw", actor=SYSTEM)
        offers.free_held(application)
    elif action == "no_show":
        enrolment = db.session.scalars(
            sa.select(Enrolment)
            .where(Enrolment.application_id == application.id, Enrolment.ended_at.is_(None))
            .options(sa.orm.joinedload(Enrolment.application), sa.orm.joinedload(Enrolment.cohort))
        ).first()
        if enrolment is not None:
            enrolments.mark_no_show(enrolment, actor=SYSTEM)


def test_two_focal_points_answer_each_application_once_and_give_each_rank_once(own_app: Flask) -> None:
    cohort = make_cohort(0, selection=SelectionMethod.SCORED)
    with transaction():
        for _ in range(12):
            ApplicationFactory(cohort=cohort, member_state="KZ", status=S.AWAITING_ENDORSEMENT)
    speaker = focal_point("KZ")

    def answer(application_id: int, *, endorses: bool) -> Callable[[], object]:
        def work() -> str:
            with transaction():
                application = get_application(application_id)
                if endorses:
                    nominations.endorse(application, actor=speaker)
                else:
                    nominations.decline_endorsement(application, reason="No.", actor=speaker)
            return "endorsed" if endorses else "declined"

        return work

    works = [answer(each, endorses=says) for each in list_ids(Application) for says in (True, False)]
    outcomes = run_at_once(own_app, works)

    pairs = list(zip(outcomes[::2], outcomes[1::2], strict=True))
    assert all(sum(isinstance(each, str) for each in pair) == 1 for pair in pairs), pairs
    endorsed = sum(pair[0] == "endorsed" for pair in pairs)
    given = sorted(rank for rank in db.session.scalars(sa.select(Nomination.rank)) if rank is not None)
    assert given == list(range(1, endorsed + 1))
    assert count_statuses() == {"submitted": endorsed, "not_endorsed": 12 - endorsed} or endorsed in {0, 12}
