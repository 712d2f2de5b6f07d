"""The same application sent, withdrawn or promoted from many sides at one moment, in threads that commit."""

from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, SelectionOrder
from registry.admissions.models import (
    Application,
    ApplicationStatusCount,
    Offer,
    SeatEntry,
)
from registry.admissions.operations import offers, releases, selection
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries import seats as queries
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import Cohort, SeatPool
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people.enums import Sex
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.journeys import open_cohort, ready_draft
from tests.integration.admissions.test_seat_races import count_statuses, list_ids, own_app, run_at_once, used

__all__ = ["own_app"]

pytestmark = pytest.mark.committed
S = ApplicationStatus


def make_draft(**values: object) -> tuple[int, Actor]:
    with transaction():
        cohort = open_cohort(capacity=5, selection=SelectionMethod.FIRST_COME)
        SeatPoolFactory(cohort=cohort, seats=5)
        application, actor = ready_draft(cohort, **values)
        return application.id, actor


def submit(application_id: int, actor: Actor) -> Callable[[], object]:
    def work() -> str:
        with transaction():
            return submit_application(db.session.get_one(Application, application_id), actor=actor).status

    return work


def count_mails() -> Counter[str]:
    return Counter(db.session.scalars(sa.select(Message.kind)))


def test_an_application_sent_eight_times_at_once_is_sent_once(own_app: Flask) -> None:
    application_id, actor = make_draft()

    outcomes = run_at_once(own_app, [submit(application_id, actor)] * 8)

    # Whoever pressed twice reads what became of it, not an error.
    assert outcomes == [S.OFFERED] * 8
    assert used() == [1, 1]
    assert len(list_ids(Offer)) == 1
    assert count_mails() == {"application_received": 1, "offer_made": 1}
    kept = db.session.execute(
        sa.select(ApplicationStatusCount.status, ApplicationStatusCount.n).where(
            ApplicationStatusCount.n != 0
        )
    ).all()
    assert kept == [(S.OFFERED, 1)]


def test_sending_and_withdrawing_at_once_leave_no_seat_behind(own_app: Flask) -> None:
    application_id, actor = make_draft()

    def withdraw() -> str:
        with transaction():
            return withdraw_application(db.session.get_one(Application, application_id), actor=actor).status

    outcomes = run_at_once(own_app, [submit(application_id, actor), withdraw] * 3)

    assert S.WITHDRAWN in outcomes
    assert count_statuses() == {"withdrawn": 1}
    assert used() == [0, 0]


def test_threads_promoting_in_two_pools_keep_the_share_together(own_app: Flask) -> None:
    with transaction():
        cohort = CohortFactory(capacity=0)
        for state in ("KZ", "UZ"):
            SeatPoolFactory(cohort=cohort, member_state=state, seats=0)
            for number in range(16):
                ApplicationFactory(
                    cohort=cohort, member_state=state, sex=Sex.MALE if number < 8 else Sex.FEMALE
                )
        cohort_id = cohort.id
    with transaction():
        chosen = SelectionSettings(SelectionOrder.FIRST_COME, women_share=50)
        selection.stage_selection(db.session.get_one(Cohort, cohort_id), chosen, actor=coordinator())
    releases.release_decisions(db.session.get_one(Cohort, cohort_id), actor=coordinator())
    with transaction():
        db.session.execute(sa.update(SeatPool.__table__).values(seats=5))
        db.session.execute(sa.update(Cohort.__table__).values(capacity=10))
    pools = list_ids(SeatPool)

    def promote(pool_id: int) -> Callable[[], object]:
        def work() -> int:
            with transaction():
                own = db.session.get_one(Cohort, cohort_id)
                return len(offers.promote_waiting(own, db.session.get_one(SeatPool, pool_id)))

        return work

    outcomes = run_at_once(own_app, [promote(each) for each in pools] * 4)

    assert [each for each in outcomes if isinstance(each, RegistryError)] == []
    assert queries.list_seat_differences() == []
    taken = db.session.scalars(
        sa.select(Application.sex)
        .join(SeatEntry, SeatEntry.application_id == Application.id)
        .order_by(SeatEntry.id)
    ).all()
    # Men are first in line, so a woman comes exactly when the share needs her, whichever pool it was.
    assert taken == [Sex.FEMALE, Sex.MALE] * 5
