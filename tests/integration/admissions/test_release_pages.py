"""The quota board and the release."""

import re
from urllib.parse import unquote

import pytest

from registry.admissions.enums import ApplicationStatus, Decision, ReleaseResult
from registry.admissions.models import Application, ApplicationStatusCount
from registry.admissions.operations import offers
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import GENERAL
from registry.core.database import db
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.queries import counted_queries

S = ApplicationStatus


@pytest.fixture(autouse=True)
def _signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


@pytest.fixture
def cohort():
    cohort = CohortFactory(programme=ProgrammeFactory(title="Honey online"), capacity=2)
    SeatPoolFactory(cohort=cohort, seats=2)
    return cohort


def apply(cohort, status=S.UNDER_REVIEW, **values) -> Application:
    application = ApplicationFactory(cohort=cohort, status=status, **values)
    key = (cohort.id, application.member_state, status)
    count = db.session.get(ApplicationStatusCount, key)
    if count is None:
        db.session.add(
            ApplicationStatusCount(
                **dict(zip(("cohort_id", "member_state", "status"), key, strict=True)), n=1
            )
        )
    else:
        count.n += 1
    db.session.flush()
    return application


def text_of(response) -> str:
    return unquote(response.get_data(as_text=True))


# -- Quotas and release


def test_show_quotas_says_how_the_seats_stand(client) -> None:
    cohort = CohortFactory(capacity=5, selection=SelectionMethod.FIRST_COME)
    for state, seats in (("UZ", 1), (GENERAL, 4)):
        SeatPoolFactory(cohort=cohort, member_state=state, seats=seats)
    for state in ("UZ", "UZ", "KZ"):
        application = ApplicationFactory(cohort=cohort, member_state=state)
        with transaction():
            offers.place_first_come(application)
    for _ in range(4):
        StagedDecisionFactory(
            application=ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW, member_state="RU")
        )

    page = text_of(client.get(f"/manage/cohorts/{cohort.code}/quotas"))

    rows = re.findall(r'<th scope="row">([^<]*)</th>((?:\s*<td[^>]*>[^<]*</td>)+)', page)
    figures = {name: re.findall(r">([^<]*)</td>", cells) for name, cells in rows}
    assert figures["Uzbekistan"] == ["1", "1", "0", "0", "1", "0", "exactly full"]
    assert figures["All other states"] == ["4", "1", "0", "3", "0", "4", "1 offer too many is staged"]
    assert figures["All"] == ["5", "2", "0", "3", "1", "4", ""]


def test_list_decisions_shows_counts_and_sample_mails_in_every_language(client, cohort) -> None:
    StagedDecisionFactory(application=apply(cohort))
    StagedDecisionFactory(application=apply(cohort), decision=Decision.REJECT)

    page = text_of(client.get(f"/manage/cohorts/{cohort.code}/decisions"))

    assert re.findall(r'<section lang="(\w+)">', page) == ["en", "ru", "zh"] * 2
    assert "you are offered a place in “Honey online”" in page
    assert "There were more good applications than seats." in page


def test_list_decisions_costs_the_same_for_10_and_50_rows(client, cohort) -> None:
    costs = []
    for more in (10, 40):
        for _ in range(more):
            StagedDecisionFactory(application=apply(cohort))
        with counted_queries() as statements:
            page = text_of(client.get(f"/manage/cohorts/{cohort.code}/decisions"))
        costs.append((page.count('/unstage"') - 1, len(statements)))

    assert [rows for rows, _ in costs] == [10, 50]
    assert costs[0][1] == costs[1][1]


def test_release_decisions_asks_first_then_reports_row_by_row(client, cohort) -> None:
    people = [apply(cohort) for _ in range(3)]
    for application in people:
        StagedDecisionFactory(application=application)
    address = f"/manage/cohorts/{cohort.code}/decisions/release"

    asked = client.get(address)
    before = [application.status for application in people]
    response = client.post(address)

    assert "Release 3 decisions?" in text_of(asked)
    assert "All other states: offers staged: 3, seats left: 2." in text_of(asked)
    assert before == [S.UNDER_REVIEW] * 3
    assert response.status_code == 303
    page = text_of(client.get(response.location))
    assert "2 decisions were released." in page
    assert "1 decision found no seat and is still staged." in page
    tables = page.split("Released on", 1)
    assert str(ReleaseResult.NO_SEAT.label) in tables[0]
    assert tables[1].count(str(ReleaseResult.OFFERED.label)) == 2
