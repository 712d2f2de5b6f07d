"""What the clock does: once, in time, and again without effect."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, ClosingReason
from registry.admissions.models import Application
from registry.admissions.operations import offers, sweeps
from registry.admissions.queries import seats as seat_queries
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.lifecycle import COHORT
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.factories.admissions import ApplicationFactory, GuardianRequestFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory

S = ApplicationStatus
NOTHING = dict.fromkeys((sweep.name for sweep in sweeps.SWEEPS), 0)


def arrive(cohort) -> Application:
    application = ApplicationFactory(cohort=cohort)
    with transaction():
        offers.place_first_come(application)
    return application


@pytest.fixture
def cohort():
    cohort = CohortFactory(selection=SelectionMethod.FIRST_COME, capacity=1)
    SeatPoolFactory(cohort=cohort, seats=1)
    return cohort


def run_at(instant) -> list[dict[str, int]]:
    """What two runs at the same moment did; everything that did nothing is left out."""
    with clock.travel(instant):
        runs = [sweeps.run_sweeps(), sweeps.run_sweeps()]
    db.session.expire_all()
    return [{name: n for name, n in run.items() if n} for run in runs]


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


def test_nothing_is_due_at_once(cohort) -> None:
    arrive(cohort)

    assert sweeps.run_sweeps() == NOTHING


def test_an_offer_lapses_at_its_end_and_the_next_is_promoted(cohort) -> None:
    holder, waiting = arrive(cohort), arrive(cohort)
    end = seat_queries.find_open_offer(holder).accept_by_at

    just_before = run_at(end - timedelta(microseconds=1))
    at_the_end = run_at(end)

    assert just_before == [{"remind of offers": 1}, {}]
    assert at_the_end == [{"lapse offers": 1}, {}]
    assert [holder.status, waiting.status] == [S.LAPSED, S.OFFERED]
    assert kinds() == ["offer_made", "waitlisted", "offer_reminder", "promoted", "offer_lapsed"]
    assert seat_queries.list_seat_differences() == []


def test_an_offer_made_today_is_not_reminded_today(cohort) -> None:
    cohort.accept_by_days = 1
    holder = arrive(cohort)
    end = seat_queries.find_open_offer(holder).accept_by_at

    assert run_at(clock.now() + timedelta(hours=1)) == [{}, {}]
    assert run_at(end - timedelta(hours=1)) == [{"remind of offers": 1}, {}]


def test_a_draft_is_reminded_three_days_before_and_expires_after_the_window(cohort) -> None:
    draft = ApplicationFactory(cohort=cohort, status=S.DRAFT)
    closes_at = cohort.closes_at

    assert run_at(closes_at - timedelta(days=3, seconds=1)) == [{}, {}]
    assert run_at(closes_at - timedelta(days=3)) == [{"remind of drafts": 1}, {}]
    assert run_at(closes_at - timedelta(microseconds=1)) == [{}, {}]
    assert run_at(closes_at) == [{"expire drafts": 1}, {}]
    assert draft.status is S.EXPIRED
    assert kinds() == ["draft_reminder"]


def test_what_is_open_closes_when_the_cohort_starts_in_the_zone_of_its_host(cohort) -> None:
    open_ones = [
        ApplicationFactory(cohort=cohort, status=status)
        for status in sorted(S)
        if status in {S.AWAITING_ENDORSEMENT, S.INELIGIBLE, S.SUBMITTED, S.RETURNED, S.UNDER_REVIEW}
    ]
    holder, waiting = arrive(cohort), arrive(cohort)
    accepted = ApplicationFactory(cohort=cohort, status=S.ACCEPTED)
    midnight_in_tashkent = datetime.combine(cohort.starts_on, time(), UTC) - timedelta(hours=5)
    with transaction():
        # An offer that is open on the last day: its own end would be later.
        seat_queries.find_open_offer(holder).accept_by_at = midnight_in_tashkent + timedelta(days=9)

    assert run_at(midnight_in_tashkent - timedelta(seconds=1)) == [{}, {}]
    assert run_at(midnight_in_tashkent) == [{"close after the start": 7}, {}]
    assert {each.status for each in (*open_ones, holder, waiting)} == {S.CLOSED}
    assert {each.closing_reason for each in open_ones} == {ClosingReason.COHORT_STARTED.value}
    assert accepted.status is S.ACCEPTED
    assert seat_queries.list_seat_differences() == []


def test_a_guardian_who_does_not_answer_ends_the_application(cohort) -> None:
    application = ApplicationFactory(cohort=cohort, status=S.AWAITING_GUARDIAN)
    GuardianRequestFactory(application=application, expires_at=clock.now() + timedelta(days=14))
    sent_again = ApplicationFactory(cohort=cohort, status=S.AWAITING_GUARDIAN)
    GuardianRequestFactory(application=sent_again, expires_at=clock.now() + timedelta(days=14))
    GuardianRequestFactory(application=sent_again, expires_at=clock.now() + timedelta(days=20))

    assert run_at(clock.now() + timedelta(days=28, microseconds=-1)) == [{}, {}]
    assert run_at(clock.now() + timedelta(days=28)) == [{"close for silent guardians": 1}, {}]
    assert application.closing_reason == ClosingReason.GUARDIAN_SILENT.value
    assert sent_again.status is S.AWAITING_GUARDIAN


def test_a_cancelled_cohort_promotes_nobody(cohort) -> None:
    holder, waiting = arrive(cohort), arrive(cohort)
    with transaction():
        COHORT.apply(cohort, "cancel", actor=Actor.system("test"), reason="No teacher")

    assert run_at(clock.now()) == [{"close in cancelled cohorts": 2}, {}]
    assert [holder.status, waiting.status] == [S.CLOSED, S.CLOSED]
    assert seat_queries.list_seat_differences() == []


def test_one_record_that_fails_does_not_hold_up_the_others(cohort, monkeypatch) -> None:
    first, second = (ApplicationFactory(cohort=cohort, status=S.DRAFT) for _ in range(2))
    step = sweeps.take_step

    def fail_for_first(application, *args, **values):
        if application.id == first.id:
            raise sweeps.RegistryError
        return step(application, *args, **values)

    monkeypatch.setattr(sweeps, "take_step", fail_for_first)

    assert run_at(cohort.closes_at) == [{"expire drafts": 1}, {}]
    assert [first.status, second.status] == [S.DRAFT, S.EXPIRED]
