"""Cohorts in the hands of those who plan them: dates, conditions, selection; what is refused and frozen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.catalogue.enums import (
    CohortStatus,
    NominationMode,
    ProgrammeStatus,
    QuotaBasis,
    SelectionMethod,
    WithoutFocalPoint,
)
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.database import db
from registry.places.operations import load_places
from tests.client import RegistryClient
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import ProgrammeFactory
from tests.planning import ADMINISTRATOR, CONDITIONS, DATES, NEW, SELECTION, date_fields, last_entry, load

Acting = Callable[[Actor], None]


def test_create_cohort_is_a_draft(client: RegistryClient, programme: Programme) -> None:
    response = client.post("/manage/programmes/honey/cohorts/new", data=NEW)

    assert response.status_code == 303
    (cohort,) = db.session.scalars(sa.select(Cohort))
    assert response.location == f"/manage/cohorts/{cohort.code}"
    assert (cohort.status, cohort.capacity) == (CohortStatus.DRAFT, 30)
    assert cohort.names == {"en": "Autumn 2027", "ru": "Осень 2027"}
    assert cohort.opens_at == datetime(2027, 4, 1, 4, 0, tzinfo=UTC)
    assert cohort.closes_at == datetime(2027, 6, 30, 18, 59, 59, tzinfo=UTC)
    assert cohort.release_at == datetime(2027, 7, 15, 7, 0, tzinfo=UTC)
    assert (cohort.age_on, cohort.standing_on) == (date(2027, 9, 1), date(2027, 4, 1))
    assert last_entry().action == "catalogue:cohort:create"
    page = client.get(response.location).get_data(as_text=True)
    assert "23:59 on 30 June 2027" in page


def test_create_cohort_suggests_the_own_zone_and_the_last_minute(
    client: RegistryClient, programme: Programme, acting_as: Acting
) -> None:
    acting_as(replace(ADMINISTRATOR, zone="Asia/Almaty"))

    page = client.get("/manage/programmes/honey/cohorts/new").get_data(as_text=True)

    assert '<option selected value="Asia/Almaty">' in page
    assert 'value="23:59"' in page


BAD_DATES = [
    ({"name_en": ""}, "Fill in this field."),
    ({"name_en": "x" * 81}, "at most 80 characters"),
    ({"name_zh": "春" * 81}, "at most 80 characters"),
    ({"zone": "Mars/Olympus"}, "Choose one from the list."),
    (date_fields("opens_on", ""), "Enter the date"),
    (date_fields("opens_on", "2027-02-31"), "There is no such date."),
    ({"opens_time": ""}, "Fill in this field."),
    ({"opens_time": "25:00"}, "Enter a time from 00:00 to 23:59"),
    ({"opens_time": "noon"}, "Enter a time from 00:00 to 23:59"),
    ({"opens_time": "9" * 5000}, "Enter a time from 00:00 to 23:59"),
    (date_fields("closes_on", "2027-03-31"), "Applications close before they open."),
    ({"closes_time": "<b>"}, "Enter a time from 00:00 to 23:59"),
    ({"release_time": ""}, "Enter both day and time, or neither."),
    (date_fields("release_on", ""), "Enter both day and time, or neither."),
    (date_fields("release_on", "2027-06-01"), "Decisions come after applications have closed."),
    ({"accept_by_days": "0"}, "from 1 to 60"),
    ({"accept_by_days": "61"}, "from 1 to 60"),
    ({"accept_by_days": "week"}, "Enter a whole number from 1 to"),
    (date_fields("starts_on", "2027-06-01"), "The training starts before applications have closed."),
    (date_fields("ends_on", "2027-08-31"), "The training ends before it starts."),
    (date_fields("ends_on", "9999-01-01"), "too far away"),
    ({"place": "x" * 121}, "at most 120 characters"),
    ({"reason": "x" * 501}, "at most 500 characters"),
    ({"version": "zero"}, "Open this page again"),
]


@pytest.mark.parametrize(("changes", "message"), BAD_DATES)
def test_create_cohort_with_bad_input_says_so_and_keeps_what_was_typed(
    client: RegistryClient, programme: Programme, changes: dict[str, str], message: str
) -> None:
    response = client.post("/manage/programmes/honey/cohorts/new", data=NEW | changes)
    page = response.get_data(as_text=True)

    assert response.status_code == 422
    assert message in page
    assert 'value="Осень 2027"' in page
    assert db.session.scalars(sa.select(Cohort)).all() == []


@pytest.mark.parametrize("capacity", ["0", "-1", "many", "", "100001"])
def test_create_cohort_without_seats_is_refused(
    client: RegistryClient, programme: Programme, capacity: str
) -> None:
    response = client.post("/manage/programmes/honey/cohorts/new", data=NEW | {"capacity": capacity})

    assert response.status_code == 422
    assert db.session.scalars(sa.select(Cohort)).all() == []


def test_create_cohort_of_an_ended_programme_is_refused(client: RegistryClient, acting_as: Acting) -> None:
    load_places(actor=Actor.system("test"))
    acting_as(ADMINISTRATOR)
    ProgrammeFactory(slug="honey", status=ProgrammeStatus.ARCHIVED, archived_at=clock.now())

    response = client.post("/manage/programmes/honey/cohorts/new", data=NEW)

    assert response.status_code == 409
    assert "takes no further cohorts" in response.get_data(as_text=True)


def test_edit_dates_stores_them(client: RegistryClient, draft: Cohort) -> None:
    page = client.get("/manage/cohorts/DRAFT222/dates").get_data(as_text=True)
    response = client.post("/manage/cohorts/DRAFT222/dates", data=DATES)

    assert 'value="' in page
    assert response.status_code == 303
    cohort = load("DRAFT222")
    assert (cohort.place, cohort.accept_by_days, cohort.version) == ("Tashkent", 10, 2)
    assert last_entry().changes["place"] == ["", "Tashkent"]


@pytest.mark.parametrize(("changes", "message"), BAD_DATES)
def test_edit_dates_with_bad_input_says_so_and_changes_nothing(
    client: RegistryClient, draft: Cohort, changes: dict[str, str], message: str
) -> None:
    response = client.post("/manage/cohorts/DRAFT222/dates", data=DATES | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert (load("DRAFT222").place, load("DRAFT222").version) == ("", 1)


def shown_dates(client: RegistryClient, code: str) -> dict[str, str]:
    """What the form holds when it is opened: an edit that changes nothing."""
    page = client.get(f"/manage/cohorts/{code}/dates").get_data(as_text=True)
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    # Not the first form: the page's head has one of its own, to sign out.
    form = next(form for form in tree.iter("form") if form.find(".//input[@name='version']") is not None)
    values = {each.get("name"): each.get("value", "") for each in form.iter("input")}
    for select in form.iter("select"):
        values[select.get("name")] = next(
            each.get("value") for each in select.iter("option") if each.get("selected") is not None
        )
    return values | {each.get("name"): each.text or "" for each in form.iter("textarea")}


def test_edit_dates_without_a_change_keeps_the_cohort_as_it_was(
    client: RegistryClient, published: Cohort
) -> None:
    before = (published.opens_at, published.closes_at.replace(second=0), published.starts_on)

    response = client.post("/manage/cohorts/PUB22222/dates", data=shown_dates(client, "PUB22222"))

    assert response.status_code == 303
    cohort = load("PUB22222")
    assert (cohort.opens_at, cohort.closes_at.replace(second=0), cohort.starts_on) == before


def test_edit_dates_of_a_published_cohort_extends_freely_and_shortens_with_a_reason(
    client: RegistryClient, published: Cohort
) -> None:
    typed = shown_dates(client, "PUB22222")
    closes_at = published.closes_at
    later = typed | date_fields("closes_on", "2027-04-20")
    assert client.post("/manage/cohorts/PUB22222/dates", data=later).status_code == 303
    assert load("PUB22222").closes_at > closes_at

    earlier = typed | date_fields("closes_on", "2027-04-01") | {"version": "2"}
    refused = client.post("/manage/cohorts/PUB22222/dates", data=earlier)
    assert refused.status_code == 422
    assert "Give a reason for closing earlier." in refused.get_data(as_text=True)

    reasoned = earlier | {"reason": "The host lost rooms."}
    assert client.post("/manage/cohorts/PUB22222/dates", data=reasoned).status_code == 303
    assert load("PUB22222").closes_at < closes_at
    assert last_entry().reason == "The host lost rooms."

    gone = reasoned | date_fields("closes_on", "2027-03-14") | {"version": "3"}
    refused = client.post("/manage/cohorts/PUB22222/dates", data=gone)
    assert refused.status_code == 422
    assert "This moment has passed." in refused.get_data(as_text=True)


def test_edit_dates_with_applications_moves_the_training_only_with_a_reason(
    client: RegistryClient, published: Cohort
) -> None:
    ApplicationFactory(cohort=published)
    moved = shown_dates(client, "PUB22222") | date_fields("ends_on", "2027-08-30")

    refused = client.post("/manage/cohorts/PUB22222/dates", data=moved)
    assert refused.status_code == 422
    assert "Give a reason for moving them." in refused.get_data(as_text=True)
    assert client.post("/manage/cohorts/PUB22222/dates", data=moved | {"reason": "Rooms"}).status_code == 303
    zone = moved | {"zone": "UTC", "version": "2"}
    assert "the zone can no longer change" in client.post(
        "/manage/cohorts/PUB22222/dates", data=zone | {"reason": "x"}
    ).get_data(as_text=True)


def test_edit_conditions_stores_them(client: RegistryClient, draft: Cohort) -> None:
    response = client.post("/manage/cohorts/DRAFT222/conditions", data=CONDITIONS)

    assert response.status_code == 303
    cohort = load("DRAFT222")
    assert (cohort.age_min, cohort.age_max, cohort.needs_latin_name) == (18, 35, True)
    assert {(each.bloc, each.standing, each.country) for each in cohort.scopes} == {
        ("sco", "member", None),
        ("asean", "member", None),
        (None, None, "KE"),
    }
    assert [(each.tag, each.level.value) for each in cohort.language_rules] == [("en", "a2"), ("ru", "b1")]
    assert last_entry().changes["scopes"] == [[], ["KE", "asean:member", "sco:member"]]
    assert cohort.version == 2
    page = client.get("/manage/cohorts/DRAFT222").get_data(as_text=True)
    assert "Age: 18 to 35 on 1 September 2027." in page

    fewer = CONDITIONS | {"version": "2", "blocs": [], "countries": [], "language_1": "", "level_1": ""}
    del fewer["needs_latin_name"]
    assert client.post("/manage/cohorts/DRAFT222/conditions", data=fewer).status_code == 303
    cohort = load("DRAFT222")
    assert (cohort.scopes, cohort.needs_latin_name) == ([], False)
    assert [each.tag for each in cohort.language_rules] == ["en"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"age_min": "9"}, "from 10 to 99"),
        ({"age_min": "young"}, "Enter a whole number from 10 to 99."),
        ({"age_max": "17"}, "The oldest age is below the youngest."),
        ({"age_max": "9" * 40}, "from 10 to 99"),
        (date_fields("age_on", ""), "Enter the date"),
        ({"blocs": ["eu:member"]}, "not a valid choice"),
        ({"blocs": ["sco"]}, "not a valid choice"),
        ({"countries": ["XX"]}, "not a valid choice"),
        (date_fields("standing_on", "2027-13-01"), "There is no such date."),
        ({"education_min": "phd"}, "Choose one from the list."),
        ({"language_1": "klingon"}, "Choose one from the list."),
        ({"level_1": ""}, "Choose both a language and its level"),
        ({"language_1": "en"}, "This language is chosen twice."),
        ({"level_2": "z9"}, "Choose one from the list."),
    ],
)
def test_edit_conditions_with_bad_input_says_so_and_changes_nothing(
    client: RegistryClient, draft: Cohort, changes: dict[str, Any], message: str
) -> None:
    response = client.post("/manage/cohorts/DRAFT222/conditions", data=CONDITIONS | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert (load("DRAFT222").age_min, load("DRAFT222").version) == (None, 1)


def test_edit_conditions_is_frozen_once_somebody_has_begun_to_apply(
    client: RegistryClient, published: Cohort
) -> None:
    ApplicationFactory(cohort=published, status=ApplicationStatus.DRAFT)

    response = client.post("/manage/cohorts/PUB22222/conditions", data=CONDITIONS)

    assert response.status_code == 409
    assert "People have begun to apply under the published conditions" in response.get_data(as_text=True)
    assert load("PUB22222").age_min is None


def test_edit_selection_stores_it(client: RegistryClient, draft: Cohort) -> None:
    response = client.post("/manage/cohorts/DRAFT222/selection", data=SELECTION)

    assert response.status_code == 303
    cohort = load("DRAFT222")
    assert (cohort.selection, cohort.nomination, cohort.quota_basis) == (
        SelectionMethod.FIRST_COME,
        NominationMode.OPEN,
        QuotaBasis.RESIDENCE,
    )
    assert (cohort.general_serves_all, cohort.is_blind) == (True, False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"selection": "lottery"}, "Choose one from the list."),
        ({"nomination": ""}, "Choose one from the list."),
        ({"quota_basis": "<script>"}, "Choose one from the list."),
        ({"selection": "nominated"}, "needs a focal point’s part"),
        ({"without_focal_point": "pass_on"}, "Enter the day at which applications are passed on"),
        ({"endorse_by_time": "18:00"}, "Enter both day and time, or neither."),
        ({"reviews_due_time": "18:00"}, "Enter both day and time, or neither."),
        (
            {**date_fields("endorse_by_on", "2027-04-13"), "endorse_by_time": "18:00"},
            "Applications are still coming in then.",
        ),
        (
            {**date_fields("endorse_by_on", "2027-05-14"), "endorse_by_time": "00:01"},
            "The training has started by then.",
        ),
    ],
)
def test_edit_selection_with_bad_input_says_so(
    client: RegistryClient, draft: Cohort, changes: dict[str, str], message: str
) -> None:
    response = client.post("/manage/cohorts/DRAFT222/selection", data=SELECTION | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert load("DRAFT222").selection is SelectionMethod.SCORED


def test_edit_selection_says_until_when_states_endorse_even_once_people_apply(
    client: RegistryClient, published: Cohort
) -> None:
    ApplicationFactory(cohort=published)
    kept = {"selection": "scored", "quota_basis": "citizenship", "without_focal_point": "pass_on"}
    day = {**date_fields("endorse_by_on", "2027-04-20"), "endorse_by_time": "23:59"}
    typed = SELECTION | kept | day
    del typed["general_serves_all"]

    response = client.post("/manage/cohorts/PUB22222/selection", data=typed)

    assert response.status_code == 303
    cohort = load("PUB22222")
    assert cohort.without_focal_point is WithoutFocalPoint.PASS_ON
    assert cohort.endorse_by_at == datetime(2027, 4, 20, 18, 59, 59, tzinfo=UTC)
    page = client.get("/manage/cohorts/PUB22222/selection").get_data(as_text=True)
    assert 'value="23:59"' in page


def test_edit_selection_says_until_when_reviews_are_due(client: RegistryClient, published: Cohort) -> None:
    ApplicationFactory(cohort=published)
    typed = SELECTION | {"selection": "scored", "quota_basis": "citizenship"}
    del typed["general_serves_all"]
    late = typed | {**date_fields("reviews_due_on", "2027-04-01"), "reviews_due_time": "23:59"}
    good = typed | {**date_fields("reviews_due_on", "2027-04-20"), "reviews_due_time": "23:59"}

    refused = client.post("/manage/cohorts/PUB22222/selection", data=late)
    done = client.post("/manage/cohorts/PUB22222/selection", data=good)

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "Applications are still coming in then." in refused.get_data(as_text=True)
    assert load("PUB22222").reviews_due_at == datetime(2027, 4, 20, 18, 59, 59, tzinfo=UTC)
    assert "23:59 on 20 April 2027" in client.get("/manage/cohorts/PUB22222").get_data(as_text=True)


def test_edit_selection_with_applications_changes_blind_review_only(
    client: RegistryClient, published: Cohort
) -> None:
    ApplicationFactory(cohort=published)
    same = {
        "selection": "scored",
        "nomination": "open",
        "quota_basis": "citizenship",
        "without_focal_point": "coordinator",
    }

    assert client.post("/manage/cohorts/PUB22222/selection", data=SELECTION).status_code == 409
    allowed = client.post("/manage/cohorts/PUB22222/selection", data={"version": "1", "shown": "{}"} | same)

    assert allowed.status_code == 303
    assert (load("PUB22222").selection, load("PUB22222").is_blind) == (SelectionMethod.SCORED, False)


def test_edit_dates_that_somebody_else_changed_is_told_what(client: RegistryClient, draft: Cohort) -> None:
    typed = shown_dates(client, "DRAFT222")
    client.post("/manage/cohorts/DRAFT222/dates", data=DATES)

    response = client.post("/manage/cohorts/DRAFT222/dates", data=typed | {"place": "Almaty"})
    page = response.get_data(as_text=True)

    assert response.status_code == 409
    changes = page[page.index("Changed since you opened this page") : page.index("</table>")]
    assert "Tashkent" in changes
    assert "1 September 2027" in changes
    assert 'value="Almaty"' in page
    assert load("DRAFT222").place == "Tashkent"
