"""Several workers, coordinators and clocks at one moment: releases, pools that open, selection runs."""

from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.admissions.enums import ApplicationStatus, Decision, SelectionOrder
from registry.admissions.models import Application, DecisionRelease, Offer, StagedDecision
from registry.admissions.operations import offers, releases, selection
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import seats as queries
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import GENERAL, Cohort
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.integration.admissions.test_seat_races import (
    arrive,
    count_statuses,
    list_ids,
    make_cohort,
    own_app,
    run_at_once,
    used,
)

__all__ = ["own_app"]

pytestmark = pytest.mark.committed
S = ApplicationStatus


def test_a_release_done_by_several_workers_at_once_announces_each_decision_once(own_app: Flask) -> None:
    cohort = make_cohort(10, people=30, status=S.UNDER_REVIEW, selection=SelectionMethod.SCORED)
    with transaction():
        for number, each in enumerate(
            list(db.session.scalars(sa.select(Application.id).order_by(Application.id)))
        ):
            StagedDecisionFactory(
                application=db.session.get_one(Application, each),
                decision=Decision.OFFER if number < 10 else Decision.WAITLIST,
            )

    def press() -> int:
        own = application_queries.get_cohort(cohort.code, actor=coordinator())
        db.session.rollback()
        with transaction():
            return releases.start_release(own, actor=coordinator()).id

    pressed = run_at_once(own_app, [press] * 4)
    (release_id,) = set(pressed)
    outcomes = run_at_once(own_app, [lambda: len(releases.run_release(release_id))] * 4)

    assert sum(outcomes) == 30
    assert used() == [10, 10]
    assert count_statuses() == {"offered": 10, "waitlisted": 20}
    release = db.session.scalars(sa.select(DecisionRelease)).one()
    assert (release.total, release.done, release.finished_at) == (30, 30, NOW)
    assert Counter(db.session.scalars(sa.select(Message.kind))) == {"offer_made": 10, "waitlisted": 20}


def test_eight_threads_opening_pools_move_each_seat_once(own_app: Flask) -> None:
    with transaction():
        cohort = CohortFactory(capacity=6, selection=SelectionMethod.FIRST_COME)
        for state, seats_of_state in (("KZ", 1), ("UZ", 3), ("RU", 2), (GENERAL, 0)):
            SeatPoolFactory(cohort=cohort, member_state=state, seats=seats_of_state)
        for _ in range(9):
            ApplicationFactory(cohort=cohort, member_state="KZ")
    for each in list_ids(Application):
        arrive(each)()
    with transaction():
        db.session.execute(sa.update(Cohort.__table__).values(pools_open_at=NOW))

    def open_pools() -> bool:
        with transaction():
            return offers.open_pools(db.session.get_one(Cohort, cohort.id, populate_existing=True))

    outcomes = run_at_once(own_app, [open_pools] * 8)

    assert [each for each in outcomes if isinstance(each, RegistryError)] == []
    assert queries.list_seat_differences() == []
    found = {pool.member_state: (pool.seats, pool.used) for pool in queries.list_pools(cohort)}
    assert found == {"": (5, 5), "KZ": (1, 1), "RU": (0, 0), "UZ": (0, 0)}
    assert (
        db.session.scalars(sa.select(Offer.application_id).order_by(Offer.application_id)).all()
        == (list_ids(Application)[:6])
    )


def test_two_selection_runs_at_once_leave_one_decision_each(own_app: Flask) -> None:
    cohort = make_cohort(5, people=20, status=S.UNDER_REVIEW, selection=SelectionMethod.SCORED)
    chosen = [SelectionSettings(SelectionOrder.FIRST_COME, longest_list=n) for n in (0, 15)]

    def stage(settings_: SelectionSettings) -> Callable[[], object]:
        def work() -> str:
            with transaction():
                own = application_queries.get_cohort(cohort.code, actor=coordinator())
                selection.stage_selection(own, settings_, actor=coordinator())
            return "staged"

        return work

    outcomes = run_at_once(own_app, [stage(each) for each in chosen])

    assert outcomes == ["staged", "staged"]
    staged = Counter(db.session.scalars(sa.select(StagedDecision.decision)))
    assert staged in (
        {Decision.OFFER: 5, Decision.REJECT: 15},
        {Decision.OFFER: 5, Decision.WAITLIST: 15},
    )
    assert len(set(db.session.scalars(sa.select(StagedDecision.run_id)))) == 1
