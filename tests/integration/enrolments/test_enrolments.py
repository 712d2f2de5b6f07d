"""Participants: what happens to a place, who may say so, and what is counted."""

import re
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, ClosingReason, Figure
from registry.admissions.models import Application, ApplicationCount
from registry.admissions.operations import offers
from registry.admissions.queries import seats as seat_queries
from registry.catalogue.enums import CohortStatus, SelectionMethod
from registry.core import clock, jobs
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.enrolments import operations, queries
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.enrolments.models import Enrolment, EnrolmentCount
from registry.messages.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.enrolments import EnrolmentFactory
from tests.queries import counted_queries

E = EnrolmentStatus
S = ApplicationStatus
SYSTEM = Actor.system("test")
COORDINATOR = coordinator()


@pytest.fixture
def cohort():
    cohort = CohortFactory(selection=SelectionMethod.FIRST_COME, capacity=1)
    SeatPoolFactory(cohort=cohort, seats=1)
    return cohort


def arrive(cohort) -> Application:
    application = ApplicationFactory(cohort=cohort)
    with transaction():
        offers.place_first_come(application)
    return application


def enrol(cohort) -> Enrolment:
    application = arrive(cohort)
    with transaction():
        enrolment = operations.accept_offer(seat_queries.find_open_offer(application), actor=SYSTEM)
    return queries.find_enrolment(enrolment.id)


def counts() -> dict[Figure, int]:
    return dict(db.session.execute(sa.select(EnrolmentCount.figure, EnrolmentCount.n)).all())


def test_start_and_complete_are_counted_once_each(cohort) -> None:
    enrolment = enrol(cohort)

    with transaction():
        operations.start(enrolment, actor=COORDINATOR)
    with transaction():
        operations.complete(enrolment, actor=COORDINATOR)

    assert enrolment.status is E.COMPLETED
    assert counts() == {Figure.STARTED: 1, Figure.COMPLETED: 1}


def test_drop_out_needs_a_coded_reason() -> None:
    enrolment = EnrolmentFactory(status=E.ACTIVE)

    with pytest.raises(InvalidInput), transaction():
        operations.drop_out(enrolment, reason=None, actor=COORDINATOR)
    with transaction():
        operations.drop_out(enrolment, reason=DropoutReason.CONNECTION, actor=COORDINATOR)

    assert (enrolment.status, enrolment.dropout_reason) == (E.DROPPED_OUT, DropoutReason.CONNECTION)


@pytest.mark.parametrize("step", ["mark_no_show", "cancel"])
def test_a_place_given_up_before_the_start_goes_to_the_next(cohort, step) -> None:
    enrolment, waiting = enrol(cohort), arrive(cohort)

    with transaction():
        if step == "cancel":
            operations.cancel(enrolment, reason="Moved away", actor=COORDINATOR)
        else:
            operations.mark_no_show(enrolment, actor=COORDINATOR)

    assert waiting.status is S.OFFERED
    assert seat_queries.list_seat_differences() == []


def test_a_no_show_after_the_start_frees_the_seat_and_promotes_nobody(cohort) -> None:
    enrolment, waiting = enrol(cohort), arrive(cohort)

    with clock.travel(clock.now().replace(year=cohort.starts_on.year + 1)), transaction():
        operations.mark_no_show(enrolment, actor=COORDINATOR)

    db.session.refresh(cohort)
    assert (waiting.status, cohort.used) == (S.WAITLISTED, 0)
    assert seat_queries.list_seat_differences() == []


def test_steps_by_a_foreign_coordinator_are_not_allowed(cohort) -> None:
    with pytest.raises(NotAllowed), transaction():
        operations.start(enrol(cohort), actor=coordinator("another"))


def test_cancel_cohort_closes_applications_ends_places_and_tells_everybody(cohort) -> None:
    cohort.capacity = 2
    seat_queries.list_pools(cohort)[0].seats = 2
    enrolment, offered, waiting = enrol(cohort), arrive(cohort), arrive(cohort)
    draft = ApplicationFactory(cohort=cohort, status=S.DRAFT)

    with transaction():
        operations.cancel_cohort(cohort, reason="No teacher", actor=COORDINATOR)
    jobs.run_due()
    db.session.expire_all()

    assert cohort.status is CohortStatus.CANCELLED
    assert [each.status for each in (offered, draft)] == [S.CLOSED, S.EXPIRED]
    assert {offered.closing_reason, waiting.closing_reason} == {ClosingReason.COHORT_CANCELLED.value}
    assert enrolment.status is E.CANCELLED
    assert cohort.used == 0
    assert seat_queries.list_seat_differences() == []
    told = db.session.scalars(sa.select(Message.address).where(Message.kind == "cohort_cancelled")).all()
    assert len(told) == len(set(told)) == 3


def test_cancel_cohort_while_somebody_takes_part_is_refused(cohort) -> None:
    EnrolmentFactory(application__cohort=cohort, status=E.ACTIVE)

    with pytest.raises(Conflict), transaction():
        operations.cancel_cohort(cohort, reason="No teacher", actor=COORDINATOR)


def test_recount_agrees_with_what_operations_counted_and_names_what_differs(app, cohort) -> None:
    enrolment = enrol(cohort)
    with transaction():
        operations.start(enrolment, actor=COORDINATOR)
    # The factory's application was never counted as applied and eligible.
    for figure in (Figure.APPLIED, Figure.ELIGIBLE):
        db.session.add(
            ApplicationCount(
                cohort_id=cohort.id, figure=figure, member_state="UZ", sex="female", age_band="18_24", n=1
            )
        )
    db.session.flush()
    agreed = queries.list_count_differences()
    db.session.execute(sa.update(EnrolmentCount).values(n=5))

    result = app.test_cli_runner().invoke(args=["enrolments", "recount"])

    assert agreed == []
    assert result.output == (f"{cohort.code} started UZ female 18_24: counted 5, recount 1\n1 differences.\n")
    assert result.exit_code == 1


# -- Pages


@pytest.fixture
def signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


def page_of(cohort) -> str:
    return f"/manage/cohorts/{cohort.code}/participants"


def test_list_participants_shows_own_ones_and_narrows_by_status(client, signed_in) -> None:
    active = EnrolmentFactory(status=E.ACTIVE)
    confirmed = EnrolmentFactory(application__cohort=active.cohort)
    EnrolmentFactory()
    address = page_of(active.cohort)

    everybody = client.get(address).get_data(as_text=True)
    narrowed = client.get(address + "?status=active").get_data(as_text=True)

    codes = [re.findall(r'name="codes" value="(\w+)"', page) for page in (everybody, narrowed)]
    assert [set(each) for each in codes] == [{active.code, confirmed.code}, {active.code}]


def test_mark_participants_says_what_became_of_each(client, signed_in) -> None:
    confirmed = EnrolmentFactory()
    active = EnrolmentFactory(application__cohort=confirmed.cohort, status=E.ACTIVE)

    response = client.post(
        page_of(confirmed.cohort), data={"action": "start", "codes": [confirmed.code, active.code]}
    )

    assert response.status_code == 303
    assert [confirmed.status, active.status] == [E.ACTIVE, E.ACTIVE]
    page = unquote(client.get(response.location).get_data(as_text=True))
    assert "Done for 1 participant." in page
    assert f"{active.code}: This step is not possible from the current status." in page


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Choose one from the list."),
        ({"action": "vanish"}, "Choose one from the list."),
        ({"action": "start", "codes": []}, "Tick at least one participant"),
        ({"action": "drop_out"}, "Choose why the participant left."),
        ({"action": "drop_out", "reason": "<b>"}, "Choose one from the list."),
    ],
)
def test_mark_participants_with_bad_input_changes_nothing_and_keeps_the_ticks(
    client, signed_in, values, message
) -> None:
    enrolment = EnrolmentFactory(status=E.ACTIVE)
    address = page_of(enrolment.cohort)

    response = client.post(address, data={"codes": [enrolment.code], "reason": "", **values})

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert enrolment.status is E.ACTIVE
    assert message in page
    is_ticked = re.search(rf'value="{enrolment.code}"[^>]* checked', page) is not None
    assert is_ticked == bool(values.get("codes", True))


def test_pages_of_a_foreign_programme_are_not_found(client, acting_as) -> None:
    address = page_of(EnrolmentFactory().cohort)
    acting_as(coordinator("another", user_id=UserFactory().id))

    assert client.get(address).status_code == 404
    assert client.get(address.replace("participants", "cancel")).status_code == 404


def test_list_participants_costs_the_same_for_10_and_50_rows(client, signed_in) -> None:
    cohort = CohortFactory()
    costs = []
    for more in (10, 40):
        for _ in range(more):
            EnrolmentFactory(application__cohort=cohort)
        with counted_queries() as statements:
            page = client.get(page_of(cohort)).get_data(as_text=True)
        costs.append((page.count('name="codes"'), len(statements)))

    assert [rows for rows, _ in costs] == [10, 50]
    assert costs[0][1] == costs[1][1]


def test_cancel_cohort_by_form_asks_for_the_reason(client, signed_in) -> None:
    cohort = CohortFactory()
    address = f"/manage/cohorts/{cohort.code}/cancel"

    refused = client.post(address, data={"reason": ""})
    done = client.post(address, data={"reason": "No teacher"})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert cohort.status is CohortStatus.CANCELLED
