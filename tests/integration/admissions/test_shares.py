"""Minimum shares beyond the selection run: who is promoted when a place becomes free."""

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, Decision, SelectionOrder
from registry.admissions.models import Application
from registry.admissions.operations import decisions, offers, pools, releases, selection
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import seats as queries
from registry.admissions.queries.shares import get_shares
from registry.admissions.rules.selection import SelectionSettings
from registry.admissions.rules.shares import Shares
from registry.catalogue.models import GENERAL, Cohort
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.people.enums import Sex
from registry.people.models import Person
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory

S = ApplicationStatus
COORDINATOR = coordinator()
SYSTEM = Actor.system("test")
KINDS = {
    "w": (Sex.FEMALE, "urban"),
    "m": (Sex.MALE, "urban"),
    "W": (Sex.FEMALE, "rural"),
    "M": (Sex.MALE, "rural"),
}
"""Small letters for towns, capital ones for villages."""


def make_cohort(**seats: int) -> Cohort:
    seats = {GENERAL if state == "general" else state: n for state, n in seats.items()}
    cohort = CohortFactory(
        programme=ProgrammeFactory(slug="honey", title="Honey online"), capacity=sum(seats.values())
    )
    for state, n in seats.items():
        SeatPoolFactory(cohort=cohort, member_state=state, seats=n)
    return cohort


def apply(cohort: Cohort, kinds: str, state: str = "UZ") -> list[Application]:
    return [
        ApplicationFactory(
            cohort=cohort, member_state=state, sex=KINDS[kind][0], profile={"settlement": KINDS[kind][1]}
        )
        for kind in kinds
    ]


def run(cohort: Cohort, women: int = 0, rural: int = 0) -> None:
    """A selection by time with these shares, released."""
    chosen = SelectionSettings(SelectionOrder.FIRST_COME, women, rural)
    with transaction():
        selection.stage_selection(cohort, chosen, actor=COORDINATOR)
    releases.release_decisions(cohort, actor=COORDINATOR)


def decline(application: Application) -> None:
    with transaction():
        offers.decline(queries.find_open_offer(application), actor=SYSTEM)


def offered(people: list[Application]) -> list[int]:
    """Places, from 0, of those who hold an offer."""
    return [place for place, each in enumerate(people) if each.status is S.OFFERED]


@pytest.mark.parametrize(
    ("women", "rural", "kinds", "leaves", "then"),
    [
        # One of two must be a woman: the woman's seat goes to the next woman, the man's to the next in line.
        (50, 0, "wm" + "mw", 0, [1, 3]),
        (50, 0, "wm" + "mw", 1, [0, 2]),
        # No share, no woman in line, nobody passed.
        (0, 0, "wm" + "mw", 0, [1, 2]),
        (50, 0, "wm" + "mm", 0, [1, 2]),
        (0, 50, "Mm" + "mM", 0, [1, 3]),
        # Both are missing: who counts for both goes before who counts for one.
        (50, 50, "Wm" + "wMW", 0, [1, 4]),
        (50, 50, "Wm" + "mMw", 0, [1, 3]),
    ],
    ids=[
        "woman",
        "not needed",
        "no share",
        "nobody counts",
        "village",
        "both at once",
        "either, in order",
    ],
)
def test_a_promotion_keeps_the_shares_of_the_selection(women, rural, kinds, leaves, then) -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, kinds)
    run(cohort, women, rural)
    assert offered(people) == [0, 1]

    decline(people[leaves])

    assert offered(people) == then


def test_a_share_is_kept_among_those_who_wait_for_the_same_seats() -> None:
    cohort = make_cohort(KZ=1, UZ=1)
    kazakhs, uzbeks = apply(cohort, "wm", "KZ"), apply(cohort, "mw", "UZ")
    run(cohort, women=50)

    decline(kazakhs[0])

    # Uzbekistan's woman waits for other seats: nobody's state loses a seat for a share.
    assert (offered(kazakhs), offered(uzbeks)) == ([1], [0])


def test_new_seats_are_given_one_by_one_so_that_the_share_holds_after_each() -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, "wm" + "mmmww")
    run(cohort, women=50)

    with transaction():
        pools.set_seats(cohort, capacity=5, seats={GENERAL: 5}, actor=COORDINATOR)

    # The third place has to be a woman's (2 of 3), the fourth anybody's, the fifth a woman's again.
    assert offered(people) == [0, 1, 2, 5, 6]


def test_a_share_goes_before_whoever_was_moved_to_the_front() -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, "wm" + "wmm")
    run(cohort, women=50)
    with transaction():
        offers.advance_waiting(people[4], GENERAL, reason="Visa", actor=COORDINATOR)

    decline(people[0])
    decline(people[1])

    assert offered(people) == [2, 4]


def test_only_a_released_run_promises_and_the_last_one_counts() -> None:
    cohort = make_cohort(general=1)
    apply(cohort, "wm")
    with transaction():
        selection.stage_selection(cohort, SelectionSettings(SelectionOrder.FIRST_COME, 50), actor=COORDINATOR)
    before = get_shares(cohort)
    releases.release_decisions(cohort, actor=COORDINATOR)
    after = get_shares(cohort)
    apply(cohort, "w")
    run(cohort, women=30, rural=20)

    assert (before, after, get_shares(cohort)) == (Shares(), Shares(50), Shares(30, 20))


def test_somebody_who_gave_up_an_accepted_place_no_longer_counts() -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, "wm" + "mw")
    run(cohort, women=50)
    with transaction():
        enrolment = enrolments.accept_offer(queries.find_open_offer(people[0]), actor=SYSTEM)

    with transaction():
        enrolments.cancel(enrolment, reason="Ill", actor=SYSTEM)

    assert offered(people) == [1, 3]


def test_the_history_says_that_somebody_was_moved_up_for_a_share() -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, "wm" + "mwm")
    run(cohort, women=50)

    decline(people[0])
    decline(people[1])

    facts = dict(
        db.session.execute(
            sa.select(AuditEntry.object_id, AuditEntry.changes).where(
                AuditEntry.action == "admissions:application:promote"
            )
        ).all()
    )
    assert {key: changes.get("for_share", False) for key, changes in facts.items()} == {
        people[3].id: True,
        people[2].id: False,
    }


def test_pages_say_how_shares_are_kept(client, acting_as) -> None:
    cohort = make_cohort(general=2)
    people = apply(cohort, "wm" + "mwm")
    people[2].profile = {}
    run(cohort, women=50)
    decline(people[0])
    sentence = (
        "At least 50% of the places go to women: where a free seat is needed for that, "
        "the first woman in line gets it."
    )

    acting_as(coordinator(user_id=UserFactory().id))
    waiting = client.get(f"/manage/cohorts/{cohort.code}/waiting").get_data(as_text=True)
    moving = client.get(f"/manage/applications/{people[4].code}/advance").get_data(as_text=True)
    promoted = client.get(f"/manage/applications/{people[3].code}").get_data(as_text=True)
    acting_as(applicant(db.session.get_one(Person, people[2].person_id)))
    own = client.get(f"/my/applications/{people[2].code}").get_data(as_text=True)

    assert [sentence in page for page in (waiting, moving, own)] == [True] * 3
    assert "or a minimum share needs the seat" in own
    assert "Moved up for a minimum share." in promoted


def test_hand_made_decisions_promise_nothing() -> None:
    cohort = make_cohort(general=1)
    people = apply(cohort, "wmw")
    for person, decision in zip(people, (Decision.OFFER, Decision.WAITLIST, Decision.WAITLIST), strict=True):
        with transaction():
            decisions.stage_decision(person, DecisionInput(decision), actor=COORDINATOR)
    releases.release_decisions(cohort, actor=COORDINATOR)

    decline(people[0])

    assert offered(people) == [1]
