"""Cohorts in the hands of those who plan them: seats, publishing, cancelling, and who may look."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.admissions.models import FormVersion, Offer, Question
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.database import db
from tests.client import RegistryClient
from tests.factories.admissions import WaitlistEntryFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.planning import CONDITIONS, DATES, SEATS, SELECTION, load
from tests.queries import counted_queries


def test_set_quotas_stores_seats_per_state(client: RegistryClient, draft: Cohort) -> None:
    assert client.get("/manage/cohorts/DRAFT222/seats").status_code == 200

    response = client.post("/manage/cohorts/DRAFT222/seats", data=SEATS)

    assert response.status_code == 303
    cohort = load("DRAFT222")
    assert {pool.member_state: pool.seats for pool in cohort.pools} == {"": 15, "KZ": 5, "UZ": 10}
    assert cohort.version == 2
    page = client.get("/manage/cohorts/DRAFT222").get_data(as_text=True)
    assert "Uzbekistan" in page

    stale = client.post("/manage/cohorts/DRAFT222/seats", data=SEATS | {"shown": '{"seats_UZ": null}'})
    assert stale.status_code == 409
    text = stale.get_data(as_text=True)
    assert "Uzbekistan" in text[text.index("Changed since you opened this page") :]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"capacity": ""}, "Fill in this field."),
        ({"capacity": "0"}, "from 1 to 100000"),
        ({"capacity": "29"}, "The seats set aside are more than the cohort has."),
        ({"seats_UZ": "-1"}, "from 0 to 100000"),
        ({"seats_UZ": "ten"}, "Enter a whole number from 0 to"),
        ({"seats_general": "9" * 30}, "from 0 to 100000"),
        ({"version": "?"}, "Open this page again"),
    ],
)
def test_set_quotas_with_bad_input_says_so_and_changes_nothing(
    client: RegistryClient, draft: Cohort, changes: dict[str, str], message: str
) -> None:
    response = client.post("/manage/cohorts/DRAFT222/seats", data=SEATS | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    for name in changes.keys() - {"version"}:
        assert f'href="#{"capacity" if "seats set aside" in message else name}"' in response.text
    assert (load("DRAFT222").pools, load("DRAFT222").version) == ([], 1)


def test_set_quotas_below_the_seats_taken_is_refused(client: RegistryClient, published: Cohort) -> None:
    SeatPoolFactory(cohort=published, member_state="UZ", seats=10, used=8)
    published.used = 8
    db.session.flush()
    version = str(published.version)

    too_few = client.post(
        "/manage/cohorts/PUB22222/seats", data=SEATS | {"seats_UZ": "7", "version": version}
    )
    too_small = client.post(
        "/manage/cohorts/PUB22222/seats",
        data={"version": version, "shown": "{}", "capacity": "7", "seats_UZ": "7"},
    )

    assert (too_few.status_code, too_small.status_code) == (422, 422)
    assert "More seats than that are already taken." in too_few.get_data(as_text=True)
    assert [(pool.seats, pool.used) for pool in load("PUB22222").pools] == [(10, 8)]


def test_set_quotas_upward_promotes_who_waits(client: RegistryClient, published: Cohort) -> None:
    published.capacity = 0
    pool = SeatPoolFactory(cohort=published, member_state="UZ", seats=0)
    entry = WaitlistEntryFactory(application__cohort=published, pool=pool)
    db.session.flush()

    response = client.post(
        "/manage/cohorts/PUB22222/seats",
        data={"version": str(published.version), "shown": "{}", "capacity": "1", "seats_UZ": "1"},
    )

    assert response.status_code == 303
    (offer,) = db.session.scalars(sa.select(Offer))
    assert offer.application_id == entry.application_id
    assert (load("PUB22222").used, load("PUB22222").capacity) == (1, 1)


def test_publish_cohort_attaches_the_standard_form_and_seats(client: RegistryClient, draft: Cohort) -> None:
    assert client.get("/cohorts/DRAFT222").status_code == 404
    preview = client.get("/manage/cohorts/DRAFT222/preview").get_data(as_text=True)
    assert "Only you see this page" in preview
    assert client.get("/manage/cohorts/DRAFT222/status/publish").status_code == 200

    response = client.post("/manage/cohorts/DRAFT222/status/publish")

    assert response.status_code == 303
    cohort = load("DRAFT222")
    assert cohort.status is CohortStatus.PUBLISHED
    assert {pool.member_state: pool.seats for pool in cohort.pools} == {"": 30}
    (version,) = db.session.scalars(sa.select(FormVersion).where(FormVersion.cohort_id == cohort.id))
    questions = db.session.scalars(
        sa.select(Question).where(Question.form_version_id == version.id).order_by(Question.position)
    ).all()
    assert [each.key for each in questions] == ["motivation", "goods", "experience", "shop_link", "plans"]
    assert {locale for each in questions for locale in each.labels} == {"en", "ru", "zh"}
    assert [each.is_required for each in questions] == [True, True, True, False, True]
    assert client.get("/cohorts/DRAFT222").status_code == 200
    assert client.post("/manage/cohorts/DRAFT222/status/publish").status_code == 409


def test_publish_cohort_that_is_not_ready_says_why(client: RegistryClient, draft: Cohort) -> None:
    draft.opens_at = clock.now() - timedelta(days=9)
    draft.closes_at = clock.now() - timedelta(days=1)
    db.session.flush()

    page = client.get("/manage/cohorts/DRAFT222").get_data(as_text=True)
    response = client.post("/manage/cohorts/DRAFT222/status/publish")

    sentence = "The application window has already closed. Move it to the future first."
    assert sentence in page
    assert response.status_code == 409
    assert sentence in response.get_data(as_text=True)
    assert load("DRAFT222").status is CohortStatus.DRAFT


def test_a_cancelled_cohort_can_no_longer_be_edited(client: RegistryClient, programme: Programme) -> None:
    CohortFactory(
        programme=programme, code="GNE22222", status=CohortStatus.CANCELLED, cancelled_at=clock.now()
    )

    page = client.get("/manage/cohorts/GNE22222").get_data(as_text=True)

    assert "Nothing of this cohort can be changed any more." in page
    for path, data in (
        ("dates", DATES),
        ("conditions", CONDITIONS),
        ("selection", SELECTION),
        ("seats", SEATS),
    ):
        refused = client.post(f"/manage/cohorts/GNE22222/{path}", data=data)
        assert refused.status_code == 409, path
        assert "This cohort was cancelled." in refused.get_data(as_text=True)


def test_manage_cohort_leads_to_cancelling_it(client: RegistryClient, published: Cohort) -> None:
    page = client.get("/manage/cohorts/PUB22222").get_data(as_text=True)

    assert 'href="/manage/cohorts/PUB22222/cancel"' in page
    assert client.post("/manage/cohorts/PUB22222/status/cancel").status_code == 404


def test_archive_cohort_after_its_end_only(client: RegistryClient, published: Cohort) -> None:
    assert client.post("/manage/cohorts/PUB22222/status/archive").status_code == 409
    with clock.travel(clock.now() + timedelta(days=200)):
        assert client.post("/manage/cohorts/PUB22222/status/archive").status_code == 303

    assert load("PUB22222").status is CohortStatus.ARCHIVED


@pytest.mark.parametrize(
    "path", ["", "/dates", "/conditions", "/selection", "/seats", "/preview", "/status/publish"]
)
def test_pages_of_a_foreign_cohort_are_not_found(client: RegistryClient, draft: Cohort, path: str) -> None:
    CohortFactory(code="FRGN2222")

    assert client.get(f"/manage/cohorts/DRAFT222{path}").status_code == 200
    assert client.get(f"/manage/cohorts/FRGN2222{path}").status_code == 404
    assert client.get(f"/manage/cohorts/NOWHERE2{path}").status_code == 404


def test_manage_cohort_takes_the_same_number_of_queries_for_any_number_of_pools(
    client: RegistryClient, published: Cohort
) -> None:
    counts = []
    for states in (("UZ",), ("KZ", "KG", "TJ")):
        for state in states:
            SeatPoolFactory(cohort=published, member_state=state, seats=1)
        with counted_queries() as statements:
            client.get("/manage/cohorts/PUB22222")
        counts.append(len(statements))

    assert counts[0] == counts[1]
