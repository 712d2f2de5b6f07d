"""The pages of reports, as coordinators and sponsors open them."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from xml.etree.ElementTree import Element

import html5lib
import pytest

from registry.access.roles import Role
from registry.accounts.enums import OrganisationKind
from registry.catalogue.enums import PartnershipRole, ResultQualifier
from registry.catalogue.models import Cohort, Partnership, ReportedResult
from registry.core import clock
from registry.core.database import db
from registry.places.models import Bloc
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
    home = sponsor.get("/sponsor").text
    assert f"/sponsor/reports/{release.code}" in home
    figures = html5lib.parse(home, namespaceHTMLElements=False)
    assert texts(figures, ".//dd[@class='figure']") == ["52", "0", "0", "0", "0"]
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


def test_show_release_dates_what_it_keeps_in_charts_and_tables_as_the_file_does(
    cohort: Cohort, sponsor: RegistryClient
) -> None:
    tiles = {"KZ": [3, 2], "TJ": [2, 4], "UZ": [2, 3]}
    db.session.add(Bloc(slug="sco", names={"en": "SCO"}, short_names={}, tiles=tiles, source=""))
    send(cohort, 40, state="TJ")
    freeze(cohort)
    send(cohort, 2, state="TJ")
    with clock.travel(clock.now() + timedelta(days=7)):
        release = freeze(cohort)

    page = read(sponsor, release)
    file = sponsor.get(f"/sponsor/reports/{release.code}.csv").data.decode("utf-8-sig")

    kept = "42 as of 15 Mar 2027"
    assert texts(page, ".//*[@class='tile-note']") == ["15 Mar 2027"]
    assert kept in texts(page, ".//*[@id='by-state']//td")
    assert kept in texts(page, ".//*[@id='by-state-table']//td")
    dated = {row["as_of"] for row in csv.DictReader(io.StringIO(file)) if row["value"] == "42"}
    assert dated == {"2027-03-15"}


def test_show_release_outside_the_bloc_draws_bars_instead_of_empty_tiles(
    cohort: Cohort, sponsor: RegistryClient
) -> None:
    for state in ("KE", "NG", "VN", "TH"):
        send(cohort, 9, state=state)
    release = freeze(cohort)

    page = read(sponsor, release)

    assert page.findall(".//*[@class='tiles']") == []
    bars = texts(page, ".//*[@id='by-state']//li")
    assert "Nigeria 9" in bars
    assert "Tajikistan hidden" in bars


def test_show_release_tells_what_the_provider_reported_apart(cohort: Cohort, sponsor: RegistryClient) -> None:
    declared = ReportedResult(
        code="R1",
        programme=cohort.programme,
        indicator="people_trained",
        value=15_000,
        qualifier=ResultQualifier.OVER,
        place="MY",
        notes={},
        source="Yearbook",
    )
    db.session.add(declared)
    db.session.flush()

    page = read(sponsor, freeze(cohort))

    table = ".//*[@id='reported-table']/tbody/tr/"
    assert texts(page, table + "th") == ["People trained"]
    assert texts(page, table + "td") == ["over 15,000", "Malaysia", "not known", "Yearbook"]


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


def read(sponsor: RegistryClient, release: Release) -> Element:
    """The release's page as the sponsor opens it."""
    return html5lib.parse(sponsor.get(f"/sponsor/reports/{release.code}").text, namespaceHTMLElements=False)


def texts(page: Element, path: str) -> list[str]:
    """What stands in the elements, with single spaces."""
    return [" ".join(" ".join(element.itertext()).split()) for element in page.findall(path)]


def _latest() -> Release:
    return max(db.session.scalars(db.select(Release)), key=lambda release: release.id)
