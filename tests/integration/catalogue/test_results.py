"""Declared totals and targets: what is stored, what is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.catalogue.models import Programme, ReportedResult, Target
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.places.operations import load_places
from tests.client import RegistryClient
from tests.factories.catalogue import IndicatorFactory, ProgrammeFactory

RESULTS = "/manage/programmes/honey/results"
TARGETS = "/manage/programmes/honey/targets"
RESULT = {
    "version": "0",
    "shown": "{}",
    "indicator": "people_trained",
    "value": "15000",
    "qualifier": "over",
    "place": "MY",
    "reported_on-day": "13",
    "reported_on-month": "1",
    "reported_on-year": "2020",
    "note_en": "Trained for Malaysia.",
    "note_ru": "",
    "note_zh": "",
    "source": "News item of 13 January 2020",
}
TARGET = {
    "version": "0",
    "shown": "{}",
    "indicator": "E-7",
    "member_state": "UZ",
    "value": "200",
    "due_on-day": "31",
    "due_on-month": "12",
    "due_on-year": "2028",
    "source": "Plan of 2027",
}


@pytest.fixture(autouse=True)
def programme(acting_as: Callable[[Actor], None]) -> Programme:
    load_places(actor=Actor.system("test"))
    acting_as(Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),)))
    IndicatorFactory(code="E-7")
    IndicatorFactory(code="E-8", unit="fraction")
    return ProgrammeFactory(slug="honey")


def results() -> list[ReportedResult]:
    return list(db.session.scalars(sa.select(ReportedResult)))


def targets() -> list[Target]:
    return list(db.session.scalars(sa.select(Target)))


def test_add_edit_and_remove_result(client: RegistryClient) -> None:
    assert client.post(f"{RESULTS}/new", data=RESULT).status_code == 303
    (result,) = results()
    code = result.code
    assert (result.value, result.place, result.reported_on) == (15000, "MY", date(2020, 1, 13))
    assert result.notes == {"en": "Trained for Malaysia."}
    page = client.get(RESULTS).get_data(as_text=True)
    assert "over 15,000" in page
    assert "Malaysia" in page

    edited = RESULT | {"version": "1", "value": "16000", "qualifier": "exactly"}
    assert client.post(f"{RESULTS}/{result.code}", data=edited).status_code == 303
    assert [each.value for each in results()] == [16000]

    stale = client.post(f"{RESULTS}/{result.code}", data=edited | {"value": "1", "shown": '{"value": 15000}'})
    assert stale.status_code == 409
    assert "16000" in stale.get_data(as_text=True)

    assert client.get(f"{RESULTS}/{result.code}/remove").status_code == 200
    assert [each.value for each in results()] == [16000]
    assert client.post(f"{RESULTS}/{result.code}/remove").status_code == 303
    assert results() == []
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id))
    assert [each.rsplit(":", 1)[1] for each in actions] == ["add_result", "edit_result", "remove_result"]
    assert client.get(f"{RESULTS}/{code}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicator": "luck"}, "Choose one from the list."),
        ({"value": ""}, "Enter a number."),
        ({"value": "-1"}, "Enter a whole number from 0"),
        ({"value": "many"}, "Enter a whole number from 0 to"),
        ({"value": "9" * 40}, "Enter a whole number from 0"),
        ({"qualifier": "about"}, "Choose one from the list."),
        ({"place": "XX"}, "Choose one from the list."),
        ({"reported_on-day": "31", "reported_on-month": "2"}, "There is no such date."),
        ({"note_en": "x" * 301}, "at most 300 characters"),
        ({"source": ""}, "Say where the number comes from."),
        ({"source": "x" * 501}, "at most 500 characters"),
    ],
)
def test_add_result_with_bad_input_says_so_and_stores_nothing(
    client: RegistryClient, changes: dict[str, str], message: str
) -> None:
    response = client.post(f"{RESULTS}/new", data=RESULT | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert results() == []


def test_set_and_remove_target(client: RegistryClient) -> None:
    assert client.post(f"{TARGETS}/new", data=TARGET).status_code == 303
    (target,) = targets()
    code = target.code
    assert (target.member_state, target.value, target.due_on) == ("UZ", 200, date(2028, 12, 31))
    assert "Uzbekistan" in client.get(RESULTS).get_data(as_text=True)

    twice = client.post(f"{TARGETS}/new", data=TARGET)
    assert twice.status_code == 409
    assert "There is already a target of this indicator" in twice.get_data(as_text=True)

    edited = TARGET | {"version": "1", "value": "250", "member_state": ""}
    assert client.post(f"{TARGETS}/{target.code}", data=edited).status_code == 303
    assert [(each.member_state, each.value) for each in targets()] == [("", 250)]
    stale = client.post(f"{TARGETS}/{target.code}", data=edited | {"value": "1"})
    assert (stale.status_code, targets()[0].value) == (409, 250)

    assert client.post(f"{TARGETS}/{code}/remove").status_code == 303
    assert targets() == []
    assert client.post(f"{TARGETS}/{code}/remove").status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicator": "E-8"}, "Choose one from the list."),
        ({"member_state": "XX"}, "Choose one from the list."),
        ({"value": ""}, "Enter a number."),
        ({"value": "1.5"}, "Enter a whole number from 0 to"),
        ({"due_on-day": "", "due_on-month": "", "due_on-year": ""}, "Enter the date"),
        ({"due_on-year": "1500"}, "too far away"),
        ({"source": " "}, "Say where the number comes from."),
    ],
)
def test_add_target_with_bad_input_says_so_and_stores_nothing(
    client: RegistryClient, changes: dict[str, Any], message: str
) -> None:
    response = client.post(f"{TARGETS}/new", data=TARGET | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert targets() == []


def test_result_of_another_programme_is_not_found(client: RegistryClient) -> None:
    client.post(f"{RESULTS}/new", data=RESULT)
    (result,) = results()
    other = ProgrammeFactory(slug="other")
    result.programme_id = other.id
    db.session.flush()

    assert client.get(f"{RESULTS}/{result.code}").status_code == 404
    assert client.post(f"{RESULTS}/{result.code}/remove").status_code == 404
    assert len(results()) == 1
