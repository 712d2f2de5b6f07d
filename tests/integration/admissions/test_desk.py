"""What focal points see of their own state, and who answers for states without one."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.operations import nominations
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.sweeps import run_sweeps
from registry.catalogue.enums import NominationMode, SelectionMethod, WithoutFocalPoint
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from registry.places.operations import load_places
from tests.factories.accounts import RoleGrantFactory, UserFactory
from tests.factories.actors import focal_point
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.integration.admissions.test_rooms import count_queries
from tests.nominating import KZ, endorsed, entries, make_cohort, ranks, speaker, text_of, waiting

# -- Rooms


def test_pages_of_a_state_show_seats_left_deadline_and_nothing_of_other_states(client, act_as) -> None:
    cohort = make_cohort(endorse_by_at=clock.now() + timedelta(days=35))
    names = {
        state: [
            waiting(cohort, state, listed_name=f"Waiting {state}").listed_name,
            endorsed(cohort, state=state, listed_name=f"Endorsed {state}")[0].listed_name,
        ]
        for state in ("KZ", "UZ")
    }
    with transaction():
        for state in names:
            declined = waiting(cohort, state, listed_name=f"Declined {state}")
            nominations.decline_endorsement(declined, reason=f"Because {state}", actor=focal_point(state))
    act_as(speaker())

    for part, expected in {
        "": "Waiting KZ",
        "/ranks": "Endorsed KZ",
        "/not-endorsed": "Because KZ",
        "/history": "Declined KZ",
    }.items():
        page = text_of(client.get(f"/desk/cohorts/{cohort.code}/KZ{part}"))
        assert expected in page
        assert " UZ" not in page
        assert re.search(r"Seats left</dt>\s*<dd class=\"figure\">4<", page)
        assert "Endorse by" in page
        assert client.get(f"/desk/cohorts/{cohort.code}/UZ{part}").status_code == 404


def test_history_names_colleagues_but_never_the_applicants_account(client, act_as) -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    user = UserFactory(email="secret@example.org")
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=user.id,
            actor_label="applicant:X",
            action="admissions:application:submit_to_focal_point",
            object_type="application",
            object_id=application.id,
            changes={},
        )
    )
    act_as(speaker())

    for address in (f"/desk/cohorts/{cohort.code}/KZ/history", f"/desk/applications/{application.code}"):
        page = text_of(client.get(address))
        assert "The applicant" in page
        assert "secret@example.org" not in page


@pytest.mark.parametrize("part", ["", "/ranks", "/not-endorsed", "/history"])
def test_pages_of_a_state_cost_the_same_queries_for_one_row_and_three(client, act_as, part) -> None:
    cohort = make_cohort()

    def add() -> None:
        with transaction():
            waiting(cohort)
            endorsed(cohort)
            nominations.decline_endorsement(waiting(cohort), reason="No.", actor=KZ)

    add()
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ{part}"
    one = count_queries(client, address)
    add()
    add()

    assert count_queries(client, address) == one
    assert text_of(client.get(address)).count("/desk/applications/") >= 3


# -- States without a focal point


def test_sweep_passes_on_at_the_date_where_nobody_speaks_for_the_state() -> None:
    by = clock.now() + timedelta(days=31)
    passing = make_cohort(endorse_by_at=by, without_focal_point=WithoutFocalPoint.PASS_ON)
    asking = make_cohort(endorse_by_at=by, without_focal_point=WithoutFocalPoint.COORDINATOR)
    RoleGrantFactory(role=Role.FOCAL_POINT, country="KZ")
    RoleGrantFactory(role=Role.FOCAL_POINT, country="UZ", programme="another")
    RoleGrantFactory(role=Role.FOCAL_POINT, country="TJ", to_at=clock.now() + timedelta(days=1))
    applications = {
        (cohort, state): waiting(cohort, state)
        for cohort in (passing, asking)
        for state in ("KZ", "UZ", "TJ")
    }

    run_sweeps()
    db.session.expire_all()
    assert {each.status for each in applications.values()} == {S.AWAITING_ENDORSEMENT}
    with clock.travel(by):
        run_sweeps()
    db.session.expire_all()

    passed = {key for key, each in applications.items() if each.status is S.SUBMITTED}
    assert passed == {(passing, "UZ"), (passing, "TJ")}
    assert applications[passing, "UZ"].endorsed_at is None
    assert entries(applications[passing, "UZ"]) == [("pass_on", None)]


def test_pass_on_in_a_first_come_cohort_offers_a_seat() -> None:
    cohort = make_cohort(selection=SelectionMethod.FIRST_COME)
    application = waiting(cohort)

    with transaction():
        nominations.pass_on(application, actor=Actor.system("clock"))

    assert application.status is S.OFFERED


def runner() -> Actor:
    """A coordinator with an account."""
    return Actor("coordinator", user_id=UserFactory().id, grants=(Grant(Role.COORDINATOR),))


def test_endorse_for_state_without_a_focal_point_is_the_coordinators(client, act_as) -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    act_as(runner())
    page = text_of(client.get(f"/manage/applications/{application.code}"))
    assert f"/manage/applications/{application.code}/endorsement" in page

    response = client.post(
        f"/manage/applications/{application.code}/endorsement", data={"answer": "endorse", "rank": "2"}
    )

    assert response.status_code == 303
    assert ranks(cohort) == [2]
    db.session.expire_all()
    assert (application.status, application.endorsed_at) == (S.SUBMITTED, clock.now())
    assert entries(application) == [("endorse_for_state", None)]


@pytest.mark.parametrize(
    ("without", "has_focal_point", "message"),
    [
        (WithoutFocalPoint.COORDINATOR, True, "This state has a focal point"),
        (WithoutFocalPoint.PASS_ON, False, "This cohort passes such applications on"),
    ],
)
def test_endorse_for_state_elsewhere_is_refused(client, act_as, without, has_focal_point, message) -> None:
    cohort = make_cohort(without_focal_point=without, endorse_by_at=clock.now() + timedelta(days=31))
    application = waiting(cohort)
    if has_focal_point:
        RoleGrantFactory(role=Role.FOCAL_POINT, country="KZ")
    act_as(runner())

    page = text_of(client.get(f"/manage/applications/{application.code}"))
    response = client.post(f"/manage/applications/{application.code}/endorsement", data={"answer": "endorse"})

    assert "/endorsement" not in page
    assert response.status_code == 409
    assert message in text_of(response)
    assert entries(application) == []


def test_desk_and_order_show_until_when_and_with_which_reason(client, act_as) -> None:
    load_places(actor=Actor.system("test"))
    cohort = open_cohort(
        nomination=NominationMode.APPLY_THEN_ENDORSE,
        endorse_by_at=datetime(2027, 4, 20, 18, 59, 59, tzinfo=UTC),
        zone="Asia/Tashkent",
    )
    for _ in range(2):
        application, actor = ready_draft(cohort, known_person(citizenships=("KZ",)))
        with transaction():
            submit_application(application, actor=actor)
    with transaction():
        nominations.endorse(application, reason="Leads a youth club", actor=KZ)
    act_as(speaker())

    assert "by 23:59 on 20 April 2027" in text_of(client.get("/desk"))
    assert "Leads a youth club" in text_of(client.get(f"/desk/cohorts/{cohort.code}/KZ/ranks"))
