"""The page of a cohort."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from registry.catalogue.enums import CohortStatus, ProgrammeStatus
from registry.core import clock
from registry.places.enums import Standing
from tests.client import RegistryClient
from tests.factories.catalogue import (
    CohortFactory,
    CohortScopeFactory,
    ProgrammeFactory,
)
from tests.integration.catalogue.reading import linked_data, make_full_cohort, text_of

START = "Start the application"
CHECK = "Can I apply?"


PHASES = [
    (-10, 30, 60, "Open for applications", True, True),
    (5, 30, 60, "Opens soon", False, True),
    (-20, -5, 60, "Applications closed", False, False),
    (-60, -40, -10, "Training under way", False, False),
    (-300, -280, -250, "Ended", False, False),
]


@pytest.mark.parametrize(("opens", "closes", "starts", "words", "starts_here", "checks_here"), PHASES)
def test_show_cohort_in_each_phase(
    client: RegistryClient, session: object, opens: int, closes: int, starts: int, words: str,
    starts_here: bool, checks_here: bool,
) -> None:  # fmt: skip
    now = clock.now()
    CohortFactory(
        code="CHRT2345",
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        starts_on=now.date() + timedelta(days=starts),
        ends_on=now.date() + timedelta(days=starts + 60),
    )

    page = client.get("/cohorts/CHRT2345").text

    assert words in page
    assert (START in page) is ('href="/apply/CHRT2345"' in page) is starts_here
    assert (CHECK in page) is ('href="/eligibility/CHRT2345"' in page) is checks_here


@pytest.mark.parametrize(
    ("programme_status", "status", "words"),
    [
        (ProgrammeStatus.PUBLISHED, CohortStatus.CANCELLED, "This cohort was cancelled."),
        (ProgrammeStatus.PUBLISHED, CohortStatus.ARCHIVED, "This cohort takes no applications."),
        (ProgrammeStatus.SUSPENDED, CohortStatus.PUBLISHED, "This cohort takes no applications."),
    ],
)
def test_show_cohort_that_is_off_takes_no_applications(
    client: RegistryClient,
    session: object,
    programme_status: ProgrammeStatus,
    status: CohortStatus,
    words: str,
) -> None:
    stamp = {CohortStatus.CANCELLED: "cancelled_at", CohortStatus.ARCHIVED: "archived_at"}.get(status)
    CohortFactory(
        code="CHRT2345",
        status=status,
        programme=ProgrammeFactory(status=programme_status),
        **({stamp: clock.now()} if stamp else {}),
    )

    page = client.get("/cohorts/CHRT2345").text

    assert words in page
    assert "/apply/" not in page


@pytest.mark.parametrize("code", ["DRFT2345", "NTHNG234", "drop'--"])
def test_show_cohort_that_is_a_draft_or_unknown_is_not_found(
    client: RegistryClient, session: object, code: str
) -> None:
    CohortFactory(code="DRFT2345", status=CohortStatus.DRAFT, published_at=None)

    assert client.get(f"/cohorts/{code}").status_code == 404


def test_show_cohort_code_may_be_typed_in_small_letters(client: RegistryClient, session: object) -> None:
    CohortFactory(code="CHRT2345")

    assert client.get("/cohorts/chrt-2345").status_code == 200


def test_show_cohort_tells_several_blocs_in_one_phrase(client: RegistryClient, places: None) -> None:
    cohort = CohortFactory(code="CHRT2345")
    for bloc, standing in [("asean", Standing.MEMBER), ("sco", Standing.MEMBER), ("sco", Standing.PARTNER)]:
        CohortScopeFactory(cohort=cohort, bloc=bloc, standing=standing, country=None)

    page = text_of(client, "/cohorts/CHRT2345")

    assert "ASEAN or SCO member states or SCO partners." in page


def test_show_cohort_tells_the_conditions_in_plain_words(client: RegistryClient, places: None) -> None:
    make_full_cohort()

    page = text_of(client, "/cohorts/CHRT2345")

    assert "Age: 14 to 30 on 1 September 2027." in page
    assert "Citizenship, on 1 March 2027: SCO member states or Mongolia." in page
    assert "Education: at least “Upper secondary school”." in page
    assert "Languages, at least: English (B1: intermediate)." in page
    assert (
        "Show the 11 countries Belarus China India Iran Kazakhstan Kyrgyzstan Mongolia Pakistan Russia"
        " Tajikistan Uzbekistan" in page
    )


def test_show_cohort_lists_countries_by_the_readers_alphabet(client: RegistryClient, places: None) -> None:
    make_full_cohort()

    page = text_of(client, "/cohorts/CHRT2345", "ru")

    assert "Беларусь Индия Иран Казахстан Китай Кыргызстан Монголия Пакистан Россия Таджикистан" in page


def test_show_cohort_tells_seats_offered_and_never_their_use(client: RegistryClient, places: None) -> None:
    make_full_cohort()

    page = text_of(client, "/cohorts/CHRT2345")

    assert "This cohort offers 40 seats in all." in page
    assert "Belarus 12 Uzbekistan 11 Open to countries without seats of their own 17" in page
    seats = page[page.index("Seats offered") : page.index("Dates and places")]
    assert set(re.findall(r"\d+", seats)) == {"40", "12", "11", "17"}


def test_show_cohort_tells_the_deadline_in_the_hosts_zone_and_utc_and_leaves_room_for_the_readers(
    client: RegistryClient, places: None
) -> None:
    make_full_cohort()

    page = client.get("/cohorts/CHRT2345").text

    assert "23:59 on 30 June 2027, Tashkent time (UTC+5)" in page
    assert "18:59 on 30 June 2027, UTC" in page
    assert 'data-instant="2027-06-30T18:59:00Z" data-zone="Asia/Tashkent"' in page
    assert "midnight" not in page


def test_linked_data_describes_a_cohort(app: Flask, client: RegistryClient, places: None) -> None:
    make_full_cohort()

    assert linked_data(client, "/cohorts/CHRT2345") == {
        "@context": ["https://schema.org", {"@language": "en"}],
        "@type": "EducationalOccupationalProgram",
        "name": "Shop",
        "description": "How to sell online.",
        "url": app.config["BASE_URL"] + "/cohorts/CHRT2345",
        "programType": "Course",
        "timeToComplete": "P8W",
        "educationalCredentialAwarded": "Certificate of completion",
        "applicationStartDate": "2027-03-05",
        "applicationDeadline": "2027-06-30",
        "startDate": "2027-05-14",
        "endDate": "2027-07-13",
        "maximumEnrollment": 40,
    }
