"""The anonymous check: what it asks, what it answers, that it keeps nothing."""

from datetime import date, timedelta
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.catalogue.enums import CohortStatus, ProgrammeKind, ProgrammeStatus, QuotaBasis
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import db
from registry.people.enums import Education, LanguageLevel
from registry.places.enums import Standing
from registry.places.operations import load_places
from tests.client import RegistryClient
from tests.factories.catalogue import (
    CohortFactory,
    CohortLanguageFactory,
    CohortScopeFactory,
    ProgrammeFactory,
)
from tests.queries import counted_queries

BIRTH = {"birth-day": "27", "birth-month": "3", "birth-year": "2005"}
FITS = BIRTH | {
    "citizenship": "UZ",
    "second_citizenship": "",
    "education": "isced_3",
    "language_en": "b1",
    "language_ru": "c2",
}


@pytest.fixture
def places() -> None:
    load_places(actor=Actor.system("test"))
    db.session.commit()


def make_cohort(**values: Any) -> Cohort:
    """Members of the SCO from 18 to 35 with secondary school, English at B1 and Russian at A2."""
    cohort = CohortFactory(
        **{
            "age_min": 18,
            "age_max": 35,
            "education_min": Education.ISCED_3,
            "programme__title": "Honey online",
        }
        | values
    )
    CohortScopeFactory(cohort=cohort, bloc="sco", standing=Standing.MEMBER, country=None)
    CohortLanguageFactory(cohort=cohort)
    CohortLanguageFactory(cohort=cohort, tag="ru", level=LanguageLevel.A2)
    return cohort


@pytest.fixture
def cohort(places: None) -> Cohort:
    return make_cohort(age_on=date(2027, 3, 27))


def check(client: RegistryClient, cohort: Cohort, answers: dict[str, str]) -> str:
    response = client.post(f"/eligibility/{cohort.code}", data=answers)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def heading(page: str) -> str:
    (found,) = html5lib.parse(page, namespaceHTMLElements=False).iter("h1")
    return "".join(found.itertext()).strip()


def field_names(page: str) -> set[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return {element.get("name") for tag in ("input", "select") for element in tree.iter(tag)}


def test_check_eligibility_asks_what_the_cohort_has_rules_for(client: RegistryClient, cohort: Cohort) -> None:
    response = client.get(f"/eligibility/{cohort.code}")
    page = response.get_data(as_text=True)

    assert field_names(page) == set(FITS)
    assert "Age: 18 to 35 on 27 March 2027." in page
    assert "Citizenship, on 15 March 2027: SCO member states." in page
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (QuotaBasis.RESIDENCE, {"residence"}),
        (QuotaBasis.NOMINATION, {"citizenship", "second_citizenship", "residence"}),
    ],
)
def test_check_eligibility_asks_for_the_country_that_counts(
    client: RegistryClient, places: None, basis: QuotaBasis, expected: set[str]
) -> None:
    cohort = CohortFactory(quota_basis=basis)
    CohortScopeFactory(cohort=cohort)

    page = client.get(f"/eligibility/{cohort.code}").get_data(as_text=True)

    assert field_names(page) == expected


def test_check_eligibility_without_rules_asks_nothing(client: RegistryClient) -> None:
    page = client.get(f"/eligibility/{CohortFactory().code}").get_data(as_text=True)

    assert field_names(page) == set()
    assert "Everybody may apply." in page


@pytest.mark.parametrize(
    ("changes", "expected", "sentence"),
    [
        ({}, "You can apply", "you fulfil every condition"),
        ({"birth-day": "", "birth-month": ""}, "You can apply", "you fulfil every condition"),
        (
            {"birth-day": "28", "birth-year": "2009"},
            "You cannot apply for this cohort",
            "On that day you are 17 years old.",
        ),
        ({"birth-day": "27", "birth-year": "2009"}, "You can apply", "you fulfil every condition"),
        (
            {"birth-day": "", "birth-month": "", "birth-year": "2009"},
            "As far as we know, you can apply",
            "Age: 18 to 35",
        ),
        ({"citizenship": "KE"}, "You cannot apply for this cohort", "You entered: Kenya."),
        ({"citizenship": "ZZ"}, "You cannot apply for this cohort", "SCO member states."),
        (
            {"citizenship": "KZ", "second_citizenship": "UZ"},
            "You can apply",
            "you choose in the application: Kazakhstan and Uzbekistan.",
        ),
        ({"citizenship": ""}, "As far as we know, you can apply", "Citizenship, on 15 March 2027"),
        ({"education": "isced_2"}, "You cannot apply for this cohort", "at least “Upper secondary school”"),
        ({"language_en": "a2"}, "You cannot apply for this cohort", "English (B1: intermediate)"),
        ({"language_en": "none"}, "You cannot apply for this cohort", "English (B1: intermediate)"),
        ({"language_en": ""}, "As far as we know, you can apply", "English (B1: intermediate)"),
    ],
)
def test_check_eligibility_answers(
    client: RegistryClient, cohort: Cohort, changes: dict[str, str], expected: str, sentence: str
) -> None:
    page = check(client, cohort, FITS | changes)

    assert heading(page) == expected
    assert sentence in page


def test_check_eligibility_stores_nothing(client: RegistryClient, cohort: Cohort) -> None:
    def count_rows() -> dict[str, int]:
        return {
            table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }

    before = count_rows()

    response = client.post(f"/eligibility/{cohort.code}", data=FITS)

    assert count_rows() == before
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


INVALID = [
    ({"birth-day": "31", "birth-month": "2"}, "There is no such date."),
    ({"birth-month": ""}, "If you only know the year, enter the year."),
    ({"birth-year": "05"}, "Enter the year with four digits"),
    ({"birth-year": "", "birth-day": "", "birth-month": "3"}, "If you only know the year"),
    ({"birth-day": "", "birth-month": "13"}, "If you only know the year"),
    ({"birth-day": "", "birth-month": "", "birth-year": "1800"}, "too far away"),
    ({"birth-year": "2029"}, "too far away"),
    ({"birth-day": "9" * 5000}, "There is no such date."),
    ({"birth-day": "двадцать"}, "There is no such date."),
    ({"birth-day": "<script>alert(1)</script>"}, "There is no such date."),
    ({"citizenship": "XX"}, "Choose one from the list."),
    ({"citizenship": "UZ' OR 1=1"}, "Choose one from the list."),
    ({"second_citizenship": "<b>"}, "Choose one from the list."),
    ({"education": "9" * 5000}, "Choose one from the list."),
    ({"language_en": "b3"}, "Choose one from the list."),
]


@pytest.mark.parametrize(("changes", "message"), INVALID)
def test_check_eligibility_with_bad_input_says_so_and_keeps_what_was_typed(
    client: RegistryClient, cohort: Cohort, changes: dict[str, str], message: str
) -> None:
    response = client.post(f"/eligibility/{cohort.code}", data=FITS | changes)
    page = response.get_data(as_text=True)

    assert response.status_code == 422
    assert message in page
    assert "There is a problem" in page
    assert "<title>Error:" in page
    assert '<option selected value="c2">' in page
    assert "<script>alert" not in page


def test_check_eligibility_without_any_answer_is_refused(client: RegistryClient, cohort: Cohort) -> None:
    response = client.post(f"/eligibility/{cohort.code}", data=dict.fromkeys(FITS, ""))

    assert response.status_code == 422
    assert "Answer at least one question." in response.get_data(as_text=True)


def test_check_eligibility_takes_local_digits(client: RegistryClient, cohort: Cohort) -> None:
    page = check(client, cohort, FITS | {"birth-day": "２７", "birth-month": "٣", "birth-year": "۲۰۰۵"})

    assert heading(page) == "You can apply"


def links(page: str, prefix: str) -> list[str]:
    main = next(html5lib.parse(page, namespaceHTMLElements=False).iter("main"))
    return ["".join(link.itertext()) for link in main.iter("a") if link.get("href", "").startswith(prefix)]


def test_check_eligibility_offers_three_programmes_that_fit(client: RegistryClient, cohort: Cohort) -> None:
    CohortFactory(programme__title="Open to all", closes_at=cohort.closes_at)
    CohortFactory(
        programme__title="Upcoming",
        opens_at=cohort.closes_at,
        closes_at=cohort.closes_at + timedelta(days=1),
    )
    CohortFactory(programme__title="Too young for it", age_min=30)
    CohortFactory(programme__title="Draft", status=CohortStatus.DRAFT, published_at=None)
    CohortFactory(programme=cohort.programme)
    ProgrammeFactory(
        title="Other kind",
        slug="a-fellowship",
        kind=ProgrammeKind.FELLOWSHIP,
        status=ProgrammeStatus.PROPOSED,
    )
    ProgrammeFactory(title="Same kind", slug="z-course", status=ProgrammeStatus.PROPOSED)

    page = check(client, cohort, FITS | {"citizenship": "KE"})

    found = links(page, "/cohorts/") + links(page, "/programmes/")
    assert found == ["Open to all", "Upcoming", "Same kind"]
    assert "Proposed: you can ask to be told when it opens." in page


def test_check_eligibility_that_passes_offers_the_application(client: RegistryClient, cohort: Cohort) -> None:
    CohortFactory(programme__title="Open to all")

    page = check(client, cohort, FITS)

    assert links(page, "/apply/") == ["Start the application"]
    assert "Open to all" not in page


def test_check_eligibility_of_a_closed_cohort_says_so(client: RegistryClient, places: None) -> None:
    cohort = make_cohort(closes_at=clock.now())

    page = check(client, cohort, FITS)

    assert "Applications for this cohort are closed." in page
    assert links(page, "/apply/") == []


@pytest.mark.parametrize("code", ["NOSUCHCD", "%00", "a" * 500])
def test_check_eligibility_of_an_unknown_code_is_not_found(client: RegistryClient, code: str) -> None:
    assert client.get(f"/eligibility/{code}").status_code == 404


def test_check_eligibility_of_a_draft_is_not_found(client: RegistryClient) -> None:
    cohort = CohortFactory(status=CohortStatus.DRAFT, published_at=None)

    assert client.get(f"/eligibility/{cohort.code}").status_code == 404


def test_check_eligibility_takes_the_same_number_of_queries_for_any_number_of_cohorts(
    client: RegistryClient, cohort: Cohort
) -> None:
    answers = FITS | {"citizenship": "KE"}
    code = cohort.code
    counts = []
    for _ in range(2):
        make_cohort()
        make_cohort()
        with counted_queries() as queries:
            assert client.post(f"/eligibility/{code}", data=answers).status_code == 200
        counts.append(len(queries))

    assert counts == [13, 13]
