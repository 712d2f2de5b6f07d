"""From a selection with minimum shares to the last promotion: by a coordinator, and by those who are chosen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from registry.accounts import passwords
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.database import db
from registry.people.enums import Sex
from registry.people.models import Person
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import PASSWORD, Prepared, _at_work, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.journeys import known_person

S = ApplicationStatus
PEOPLE = (
    # Who, whence, sex; each sent an hour after the one before.
    ("Aibek", "KZ", Sex.MALE),
    ("Bolat", "KZ", Sex.MALE),
    ("Dana", "KZ", Sex.FEMALE),
    ("Eldor", "UZ", Sex.MALE),
    ("Farid", "BY", Sex.MALE),
)


def make_candidates(prepared: Prepared) -> str:
    """A cohort with two seats for Kazakhstan, two for Uzbekistan and none for others; its code."""
    with _at_work(prepared.app):
        of = db.session.scalars(sa.select(Cohort).where(Cohort.code == prepared.cohort)).one()
        cohort = CohortFactory(programme=of.programme, capacity=4, names={"en": "Autumn"})
        for state, seats in (("KZ", 2), ("UZ", 2), (GENERAL, 0)):
            SeatPoolFactory(cohort=cohort, member_state=state, seats=seats)
        for number, (name, state, sex) in enumerate(PEOPLE):
            person = known_person(family_name=name, given_names="", sex=sex)
            db.session.get_one(User, person.user_id).password_hash = passwords.hash_password(PASSWORD)
            ApplicationFactory(
                cohort=cohort,
                person=person,
                member_state=state,
                sex=sex,
                submitted_at=clock.now() - timedelta(days=2) + timedelta(hours=number),
            )
        db.session.commit()
        return cohort.code


def read_statuses(prepared: Prepared, cohort: str) -> dict[str, str]:
    with _at_work(prepared.app):
        rows = db.session.execute(
            sa.select(Application.listed_name, Application.status)
            .join(Application.cohort)
            .where(Cohort.code == cohort)
        )
        return {name: status.value for name, status in rows}


def get_email(prepared: Prepared, name: str, cohort: str) -> str:
    with _at_work(prepared.app):
        return db.session.scalars(
            sa.select(Person.email)
            .join(Application, Application.person_id == Person.id)
            .join(Application.cohort)
            .where(Cohort.code == cohort, Application.listed_name == name)
        ).one()


def let_pools_open(prepared: Prepared, cohort: str) -> None:
    """The day has come on which unused seats are everybody's."""
    with _at_work(prepared.app):
        found = db.session.scalars(sa.select(Cohort).where(Cohort.code == cohort)).one()
        assert found.pools_open_at is not None
        found.pools_open_at = clock.now() - timedelta(seconds=1)
        db.session.commit()


@pytest.mark.parametrize(
    ("name", "options"),
    [("select", {}), ("select-plain", {"script": False, "phone": True})],
    ids=["script", "telephone without script"],
)
def test_a_selection_is_staged_released_declined_and_promoted(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    prepared = prepare(site, name, "en")
    cohort = make_candidates(prepared)

    def arrive() -> Reader:
        return Reader(
            open_page(**options), "en", lambda sentence, **values: prepared.say("en", sentence, **values)
        )

    coordinator = arrive()
    sign_in(coordinator, prepared.coordinator)

    # Almost a third of the seats for women: Dana comes before Bolat, and both read why.
    coordinator.open(f"/manage/cohorts/{cohort}/selection-runs")
    coordinator.choose("order", "first_come")
    coordinator.field("women_share").fill("30")
    coordinator.press("Show what it decides")
    rows = coordinator.page.get_by_role("row")
    expect(rows.filter(has_text="Dana")).to_contain_text("Rank 3 of 3 in the pool of Kazakhstan, 2 seats.")
    expect(rows.filter(has_text="Dana")).to_contain_text(
        "Moved up, so that women get at least 30% of the seats."
    )
    expect(rows.filter(has_text="Bolat")).to_contain_text("A seat went to somebody ranked lower")
    coordinator.press("Stage these decisions")
    expect(coordinator.page.locator("main")).to_contain_text("5 decisions of this run are staged.")
    assert set(read_statuses(prepared, cohort).values()) == {"under_review"}

    coordinator.follow("Go to the decisions")
    coordinator.follow("Check and release")
    coordinator.press("Release now")
    assert read_statuses(prepared, cohort) == {
        "Aibek": "offered",
        "Bolat": "waitlisted",
        "Dana": "offered",
        "Eldor": "offered",
        "Farid": "waitlisted",
    }

    # Aibek declines: the next of his state is told at once.
    applicant = arrive()
    email = get_email(prepared, "Aibek", cohort)
    applicant.open("/account/sign-in")
    applicant.field("email").fill(email)
    applicant.field("password").fill(PASSWORD)
    applicant.press("Sign in")
    applicant.open(site.link_in(site.wait_for_mail(email)))
    applicant.follow("Decline the offer")
    applicant.press("Decline the offer")
    assert site.wait_for_mail(get_email(prepared, "Bolat", cohort), number=2)

    # Whoever waits on, and their coordinator, read how shares are kept from here on.
    coordinator.open(f"/manage/cohorts/{cohort}/waiting")
    expect(coordinator.page.locator("main")).to_contain_text("At least 30% of the places go to women")

    # Uzbekistan needs one of its two seats: from a day on the other one is everybody's.
    coordinator.follow("Change these dates")
    with _at_work(prepared.app):
        day = clock.today() + timedelta(days=20)
    for part in ("day", "month", "year"):
        coordinator.field(f"pools_open_on-{part}").fill(str(getattr(day, part)))
    coordinator.field("pools_open_time").fill("12:00")
    coordinator.press("Save the dates")
    let_pools_open(prepared, cohort)
    assert "open pools: 1" in site.flask("admissions", "sweep")
    assert read_statuses(prepared, cohort) == {
        "Aibek": "declined",
        "Bolat": "offered",
        "Dana": "offered",
        "Eldor": "offered",
        "Farid": "offered",
    }
    coordinator.open(f"/manage/cohorts/{cohort}/waiting")
    expect(coordinator.page.locator("main")).to_contain_text("Nobody waits here")
    assert "Seats and ledger agree." in site.flask("admissions", "check-seats")
