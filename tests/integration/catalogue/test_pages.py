"""The pages of the catalogue: what visitors read, and what they must not."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from registry.catalogue.enums import Mode, ResultQualifier
from registry.catalogue.models import ReportedResult
from registry.catalogue.operations import touch_catalogue
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.factories.accounts import UserFactory
from tests.factories.catalogue import (
    CohortFactory,
    CohortScopeFactory,
    ProgrammeFactory,
    SeatPoolFactory,
)
from tests.integration.catalogue.reading import linked_data, make_full_cohort, text_of
from tests.queries import counted_queries

START = "Start the application"
CHECK = "Can I apply?"


# -- Programme ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    "slug",
    [
        "sco-youth-business-incubator",
        "alibaba-e-commerce-training-malaysia",
        "alibaba-e-commerce-training-africa",
        "online-entrepreneurs-south-east-asia",
        "scolar-digital-trade-conference",
        "sco-technology-transfer-centre",
        "sco-alibaba-business-incubators",
        "sco-alibaba-business-school",
        "sco-alibaba-special-courses",
        "efounders-fellowship",
    ],
)
def test_show_programme_of_the_shipped_catalogue(
    client: RegistryClient, catalogue: None, slug: str, language: str
) -> None:
    page = client.get(f"/programmes/{slug}", headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f"/apply/{slug}" not in page.text
    assert START not in page.text
    assert "None" not in re.sub(r"<script.*?</script>", "", page.text, flags=re.S).replace(
        "None are recorded", ""
    )


def test_show_programme_tells_reported_totals_with_qualifier_place_date_and_source(
    client: RegistryClient, catalogue: None
) -> None:
    malaysia = text_of(client, "/programmes/alibaba-e-commerce-training-malaysia")
    conference = text_of(client, "/programmes/scolar-digital-trade-conference", "ru")
    fellowship = text_of(client, "/programmes/efounders-fellowship")

    assert (
        "15,000 People trained 15,000 e-commerce specialists trained for Malaysia. Place Malaysia"
        " Reported on 13 January 2020 Source SCO Secretariat, news item of 13 January 2020" in malaysia
    )
    assert "invents none" in malaysia
    assert "Участники Во второй конференции — более 200 участников." in conference
    assert "over 700 Applicants" in fellowship
    assert "24 People chosen" in fellowship
    assert "date not recorded" in fellowship


def test_show_programme_names_a_bloc_where_a_total_was_reported(client: RegistryClient, places: None) -> None:
    result = ReportedResult(
        code="RSLT2345",
        programme=ProgrammeFactory(slug="shop"),
        indicator="people_trained",
        value=1200,
        qualifier=ResultQualifier.OVER,
        place="asean",
        reported_on=date(2026, 5, 4),
        source="Report of the provider",
    )
    db.session.add(result)

    page = text_of(client, "/programmes/shop")

    assert (
        "over 1,200 People trained Place ASEAN Reported on 4 May 2026 Source Report of the provider" in page
    )


def test_show_programme_that_is_proposed_takes_no_application_but_an_address(
    client: RegistryClient, catalogue: None
) -> None:
    page = client.get("/programmes/sco-alibaba-business-school").text

    assert 'href="/programmes/sco-alibaba-business-school/interest"' in page
    assert "/apply/" not in page
    assert "/eligibility/" not in page
    assert client.get("/programmes/sco-alibaba-business-school/interest").status_code == 200


def test_show_programme_with_an_open_cohort_leads_to_the_one_that_closes_first(
    client: RegistryClient, places: None
) -> None:
    programme = ProgrammeFactory(
        slug="shop", title="Shop", mode=Mode.ONLINE, cost_minor=150050, currency="USD"
    )
    for code, days in (("LATER234", 30), ("FIRST234", 3)):
        CohortFactory(
            code=code,
            programme=programme,
            closes_at=clock.now() + timedelta(days=days),
            age_min=18,
            age_max=30,
        )

    page = client.get("/programmes/shop").text

    assert 'href="/apply/FIRST234"' in page
    assert 'href="/eligibility/FIRST234"' in page
    assert "/apply/LATER234" not in page
    assert page.index("Age: 18 to 30 on 15 March 2027.") < page.index("Apply by") < page.index(START)
    assert "US$1,500.50" in page


def test_show_programme_that_is_unknown_is_not_found(client: RegistryClient, session: object) -> None:
    response = client.get("/programmes/nothing")

    assert response.status_code == 404
    assert "<h1>" in response.text


def test_show_programme_cleans_what_authors_wrote(client: RegistryClient, session: object) -> None:
    programme = ProgrammeFactory(slug="shop", title="Shop </script><script>alert(1)</script>")
    db.session.flush()
    db.session.refresh(programme, ["translations"])
    programme.translations[0].description = "**bold** <img src=x onerror=alert(1)> [bad](javascript:alert(1))"

    page = client.get("/programmes/shop").text

    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert linked_data(client, "/programmes/shop")["name"] == "Shop </script><script>alert(1)</script>"


def test_show_programme_marks_a_text_in_another_language(client: RegistryClient, session: object) -> None:
    ProgrammeFactory(slug="shop", title="Shop")

    page = client.get("/programmes/shop", headers={"Accept-Language": "ru"}).text

    assert '<h1><span lang="en">Shop</span></h1>' in page


def test_linked_data_names_the_providers(client: RegistryClient, catalogue: None) -> None:
    described = linked_data(client, "/programmes/efounders-fellowship")

    assert described["provider"] == {"@type": "Organization", "name": "Alibaba Business School"}
    assert "applicationDeadline" not in described


# -- Home and list -----------------------------------------------------------------------------------


def test_show_home_lists_what_closes_first_and_quotes_whole(client: RegistryClient, catalogue: None) -> None:
    for number in range(7):
        programme = ProgrammeFactory(slug=f"shop-{number}", title=f"Shop {number}")
        CohortFactory(programme=programme, closes_at=clock.now() + timedelta(days=number + 1))

    page = client.get("/").text

    assert re.findall(r'<h3><a href="/programmes/(shop-\d)">', page) == [
        f"shop-{number}" for number in range(5)
    ]
    assert "Show all 7 open programmes" in page
    assert (
        "Over 800 million young people living in SCO countries have the required higher education and work"
        " experience in this area." in page
    )
    assert "V. Norov, Secretary-General of the SCO, 9 January 2020." in page


def test_show_home_that_lists_all_offers_no_longer_list(client: RegistryClient, catalogue: None) -> None:
    CohortFactory(programme=ProgrammeFactory(slug="shop"))

    page = client.get("/").text

    assert 'href="/programmes/shop"' in page
    assert 'href="/programmes?status=open"' not in page


def test_show_home_without_anything_says_what_to_do(client: RegistryClient, session: object) -> None:
    page = text_of(client, "/")

    assert "Nothing is open today" in page


def test_list_programmes_that_fit_nothing_says_what_to_do(client: RegistryClient, catalogue: None) -> None:
    page = client.get("/programmes?q=zzz&kind=course").text

    assert "No programme fits" in page
    assert 'href="/programmes?kind=course"' in page
    assert 'href="/programmes?q=zzz"' in page


def test_list_programmes_shows_what_was_typed_as_text(client: RegistryClient, catalogue: None) -> None:
    page = client.get("/programmes", query_string={"q": '"><script>alert(1)</script>'}).text

    assert "<script>alert" not in page
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_list_programmes_of_two_hundred_weighs_at_most_12_kilobytes(
    client: RegistryClient, places: None, language: str
) -> None:
    for number in range(200):
        programme = ProgrammeFactory(slug=f"shop-{number}", title=f"Learning to sell abroad {number * 7919}")
        CohortScopeFactory(cohort=CohortFactory(programme=programme))
    db.session.flush()

    response = client.open(
        "/programmes", headers={"Accept-Encoding": "gzip", "Accept-Language": language}, buffered=False
    )

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) <= 12 * 1024


@pytest.mark.parametrize("path", ["/", "/programmes", "/programmes/shop", "/cohorts/CHRT2345"])
def test_public_pages_are_kept_until_the_catalogue_changes_or_the_clock_does(
    client: RegistryClient, places: None, path: str
) -> None:
    cohort = make_full_cohort()
    with transaction():
        touch_catalogue()
    first = client.get(path).text

    with counted_queries() as statements:
        assert client.get(path).text == first
    assert len(statements) == 1
    with clock.travel(cohort.closes_at):
        assert client.get(path).text != first


def test_public_pages_hold_nothing_personal(client: RegistryClient, places: None) -> None:
    make_full_cohort()

    for path in ("/", "/programmes", "/programmes/shop", "/cohorts/CHRT2345"):
        response = client.get(path)
        assert "csrf" not in response.text
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/programmes/shop", "/cohorts/AAAA2345"])
def test_pages_need_as_many_queries_for_one_cohort_as_for_three(
    client: RegistryClient, places: None, path: str
) -> None:
    programme = ProgrammeFactory(slug="shop", title="Shop")
    numbers = []
    for codes in (["AAAA2345"], ["BBBB2345", "CCCC2345"]):
        for code in codes:
            cohort = CohortFactory(code=code, programme=programme)
            CohortScopeFactory(cohort=cohort)
            SeatPoolFactory(cohort=cohort)
            db.session.add(
                ReportedResult(
                    code=code, programme=programme, indicator="applicants", value=1, qualifier=ResultQualifier.OVER,
                    source="test", place="asean",
                )
            )  # fmt: skip
        with transaction():
            touch_catalogue()
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        numbers.append(len(statements))

    assert numbers[0] == numbers[1]


def test_a_signed_in_reader_gets_the_same_page_for_one_query(
    client: RegistryClient, places: None, sign_in: Callable[..., RegistryClient]
) -> None:
    make_full_cohort()
    with transaction():
        touch_catalogue()
    page = client.get("/programmes/shop")
    reader = sign_in(UserFactory(name="Aigerim"))

    with counted_queries() as statements:
        own = reader.get("/programmes/shop")

    assert own.data == page.data
    assert len(statements) == 1
    assert own.headers["Cache-Control"] == "private, no-cache"
