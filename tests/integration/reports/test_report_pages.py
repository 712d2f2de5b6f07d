"""The pages of reports, as coordinators and sponsors open them."""

import csv
import io
from collections.abc import Callable

import pytest

from registry.access.roles import Role
from registry.accounts.enums import OrganisationKind
from registry.catalogue.enums import PartnershipRole
from registry.catalogue.models import Cohort, Partnership
from registry.core.database import db
from registry.reports.models import Release
from tests.client import RegistryClient
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, StaffFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.reports.test_enrolment_report import freeze, send

SignIn = Callable[..., RegistryClient]


@pytest.fixture
def cohort(session: object) -> Cohort:
    """A funded programme's cohort: two applications from Tajikistan, twenty and thirty from others."""
    cohort = CohortFactory(capacity=500)
    fund = OrganisationFactory(code="fund", kind=OrganisationKind.SPONSOR)
    db.session.add(
        Partnership(programme=cohort.programme, organisation=fund, role=PartnershipRole.SPONSOR, source="")
    )
    for state, n in (("TJ", 2), ("KZ", 20), ("UZ", 30)):
        send(cohort, n, state=state)
    return cohort


@pytest.fixture
def sponsor(cohort: Cohort, sign_in: SignIn, app: object) -> RegistryClient:
    user = StaffFactory()
    RoleGrantFactory(user=user, role=Role.SPONSOR, programme=None, organisation="fund")
    return sign_in(user, browser=app.test_client())


@pytest.fixture
def coordinator(cohort: Cohort, sign_in: SignIn, app: object) -> RegistryClient:
    user = StaffFactory()
    RoleGrantFactory(user=user, role=Role.COORDINATOR, programme=cohort.programme.slug)
    return sign_in(user, browser=app.test_client())


def test_show_live_report_coordinator_sees_small_figures(cohort: Cohort, coordinator: RegistryClient) -> None:
    address = f"/manage/programmes/{cohort.programme.slug}/report"
    page = coordinator.get(address)
    file = coordinator.get(f"{address}.csv").data.decode("utf-8-sig")

    tajikistan = [row for row in csv.DictReader(io.StringIO(file)) if row["group"] == "TJ"]
    assert page.status_code == 200
    assert [row["value"] for row in tajikistan] == ["2", "2", "0", "0", "0", "0"]
    assert 'class="hidden-figure"' not in page.text


def test_show_live_report_of_unknown_cohort_is_not_found(cohort: Cohort, coordinator: RegistryClient) -> None:
    address = f"/manage/programmes/{cohort.programme.slug}/report"

    assert coordinator.get(address, query_string={"cohort": cohort.code}).status_code == 200
    assert coordinator.get(address, query_string={"cohort": "NOSUCH22"}).status_code == 404


def test_make_release_publishes_to_the_sponsor(
    cohort: Cohort, coordinator: RegistryClient, sponsor: RegistryClient
) -> None:
    assert "Nothing has been released yet" in sponsor.get("/sponsor").text

    answer = coordinator.post(f"/manage/programmes/{cohort.programme.slug}/releases")

    release = _latest()
    assert answer.status_code == 303
    assert f"/sponsor/reports/{release.code}" in sponsor.get("/sponsor").text
    page = sponsor.get(f"/sponsor/reports/{release.code}")
    assert page.status_code == 200
    assert 'class="hidden-figure"' in page.text


def test_download_release_equals_the_page(cohort: Cohort, sponsor: RegistryClient) -> None:
    release = freeze(cohort)

    answer = sponsor.get(f"/sponsor/reports/{release.code}.csv")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    page = sponsor.get(f"/sponsor/reports/{release.code}").text
    tables = page[page.index('id="tables"') :]
    assert answer.mimetype == "text/csv"
    assert [row["value"] for row in rows if (row["table"], row["figure"]) == ("state", "applied")].count(
        ""
    ) == 2
    assert tables.count('class="hidden-figure"') == sum(
        row["hidden"] == "hidden" for row in rows if row["table"] != "all"
    )


@pytest.mark.parametrize("address", ["/sponsor", "/sponsor/reports/{code}", "/sponsor/reports/{code}.csv"])
def test_sponsor_pages_name_nobody(cohort: Cohort, sponsor: RegistryClient, address: str) -> None:
    release = freeze(cohort)

    answer = sponsor.get(address.format(code=release.code))

    text = answer.data.decode()
    assert answer.status_code == 200
    assert "Karimova" not in text
    assert "Dilnoza" not in text


def test_show_release_of_another_fund_is_not_found(
    cohort: Cohort, sign_in: SignIn, client: RegistryClient
) -> None:
    OrganisationFactory(code="other", kind=OrganisationKind.SPONSOR)
    stranger = StaffFactory()
    RoleGrantFactory(user=stranger, role=Role.SPONSOR, programme=None, organisation="other")
    release = freeze(cohort)

    assert sign_in(stranger).get(f"/sponsor/reports/{release.code}").status_code == 404


def _latest() -> Release:
    return max(db.session.scalars(db.select(Release)), key=lambda release: release.id)
