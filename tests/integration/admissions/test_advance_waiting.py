"""Somebody is moved to the front of those in line for the seats of one group, with a reason."""

from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.admissions.operations import offers, pools
from registry.admissions.queries import seats as queries
from registry.catalogue.models import GENERAL
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.integration.admissions.queueing import arrive, make_cohort, rows_of

S = ApplicationStatus
COORDINATOR = coordinator()


def statuses(*applications: Application) -> list[str]:
    return [application.status.value for application in applications]


def test_advance_waiting_gives_the_next_seat_to_the_person_with_a_reason() -> None:
    cohort = make_cohort(general=1)
    held, first, second, third = (arrive(cohort, "UZ") for _ in range(4))
    with transaction():
        entry = offers.advance_waiting(third, GENERAL, reason="The visa takes longest. ", actor=COORDINATOR)

    positions = [queries.get_position(queries.find_current_entry(each)) for each in (third, first, second)]
    assert positions == [1, 2, 3]
    assert entry.moved_reason == "The visa takes longest."
    with transaction():
        offers.decline(queries.find_open_offer(held), actor=applicant(held.person))
    assert statuses(first, second, third) == ["waitlisted", "waitlisted", "offered"]
    (reason,) = db.session.scalars(
        sa.select(AuditEntry.reason).where(AuditEntry.action == "admissions:waitlist_entry:advance")
    )
    assert reason == "The visa takes longest."


def test_advance_waiting_refuses_what_makes_no_sense() -> None:
    cohort = make_cohort(general=1)
    held, first, second = (arrive(cohort, "UZ") for _ in range(3))

    for application, reason, error in (
        (second, " ", InvalidInput),
        (first, "Why not", Conflict),
        (held, "Why not", Conflict),
    ):
        with pytest.raises(error):
            offers.advance_waiting(application, GENERAL, reason=reason, actor=COORDINATOR)
    with pytest.raises(NotAllowed):
        offers.advance_waiting(second, GENERAL, reason="Mine", actor=coordinator("another"))
    assert queries.get_position(queries.find_current_entry(second)) == 2


def test_advance_waiting_acts_on_the_named_seats_alone() -> None:
    cohort = make_cohort(KZ=1, general=1)
    cohort.general_serves_all = True
    held = [arrive(cohort, state) for state in ("KZ", "BY")]
    first, foreign, second = (arrive(cohort, state) for state in ("KZ", "BY", "KZ"))
    with transaction():
        offers.advance_waiting(second, "KZ", reason="Visa", actor=COORDINATOR)

    decline(held[1])

    # The general seat still goes to whoever came first; only Kazakhstan's changed its order.
    assert statuses(first, foreign, second) == ["offered", "waitlisted", "waitlisted"]
    arrive(cohort, "KZ")
    with transaction():
        offers.advance_waiting(second, GENERAL, reason="Visa", actor=COORDINATOR)
    decline(first)
    assert statuses(foreign, second) == ["waitlisted", "offered"]


def test_advance_waiting_for_general_seats_leaves_the_states_own_order() -> None:
    cohort = make_cohort(KZ=1, general=1)
    cohort.general_serves_all = True
    held = [arrive(cohort, state) for state in ("KZ", "BY")]
    first, second = (arrive(cohort, "KZ") for _ in range(2))
    with transaction():
        offers.advance_waiting(second, GENERAL, reason="Visa", actor=COORDINATOR)

    decline(held[0])

    assert statuses(first, second) == ["offered", "waitlisted"]


def test_advance_waiting_refuses_seats_that_do_not_serve_the_person() -> None:
    cohort = make_cohort(KZ=1, general=1)
    for state in ("KZ", "BY", "KZ", "BY"):
        arrive(cohort, state)
    waiting = arrive(cohort, "KZ")

    with pytest.raises(InvalidInput) as refusal:
        offers.advance_waiting(waiting, GENERAL, reason="Visa", actor=COORDINATOR)

    assert refusal.value.field == "pool"


def test_seats_set_aside_later_serve_those_of_the_state_who_wait_already() -> None:
    cohort = make_cohort(general=1)
    held, first, second = (arrive(cohort, state) for state in ("UZ", "BY", "UZ"))

    with transaction():
        pools.set_seats(cohort, capacity=2, seats={"BY": 1, GENERAL: 1}, actor=COORDINATOR)
    newcomer = arrive(cohort, "BY")
    decline(held)

    # Nobody who comes later gets a seat of Belarus before somebody from there who waits.
    assert statuses(first, second, newcomer) == ["offered", "offered", "waitlisted"]


def decline(application: Application) -> None:
    with transaction():
        offers.decline(queries.find_open_offer(application), actor=Actor.system("test"))


# -- Pages


@pytest.fixture
def _signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


@pytest.mark.usefixtures("_signed_in")
def test_advance_waiting_asks_for_the_reason_at_its_field(client) -> None:
    cohort = make_cohort(general=1)
    _held, _first, second = (arrive(cohort, "UZ") for _ in range(3))
    address = f"/manage/applications/{second.code}/advance"

    empty = client.post(address, data={"reason": ""})
    sent = client.post(address, data={"reason": "Visa"})
    again = client.post(address, data={"reason": "Visa"})

    assert [each.status_code for each in (empty, sent, again)] == [422, 303, 409]
    assert "This person is first on the list already." in unquote(again.get_data(as_text=True))


@pytest.mark.usefixtures("_signed_in")
def test_advance_waiting_asks_for_which_seats_where_two_groups_serve_the_person(client) -> None:
    cohort = make_cohort(KZ=1, general=1)
    cohort.general_serves_all = True
    _held, _other, first, second = (arrive(cohort, state) for state in ("KZ", "BY", "KZ", "KZ"))
    address = f"/manage/applications/{second.code}/advance"

    empty = unquote(client.post(address, data={"reason": ""}).get_data(as_text=True))
    asked = client.post(address, data={"reason": "Visa"})
    sent = client.post(address, data={"reason": "Visa", "pool": "general"})
    lists = {
        pool: rows_of(client.get(f"/manage/cohorts/{cohort.code}/waiting?pool={pool}"))
        for pool in ("KZ", "general")
    }

    assert (asked.status_code, sent.status_code) == (422, 303)
    assert "Choose for which seats." in unquote(asked.get_data(as_text=True))
    assert empty.index("Choose for which seats.") < empty.index("Give a reason.")
    names = {pool: [row[1].split(" Moved")[0] for row in rows] for pool, rows in lists.items()}
    assert names == {
        "KZ": [first.listed_name, second.listed_name],
        "general": [second.listed_name, first.listed_name],
    }
