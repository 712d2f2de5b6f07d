"""A focal point takes its answer back: the application waits again, and the order closes behind it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import Decision
from registry.admissions.models import Application, Nomination
from registry.admissions.operations import nominations
from registry.catalogue.enums import NominationMode, SelectionMethod, WithoutFocalPoint
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from registry.enrolments.queries import list_count_differences
from tests.factories.accounts import RoleGrantFactory
from tests.factories.actors import focal_point
from tests.factories.admissions import NominationFactory, StagedDecisionFactory
from tests.integration.admissions.reviewing import coordinating
from tests.nominating import KZ, endorsed, entries, make_cohort, order, ranks, speaker, text_of, waiting


def endorse_some(cohort, number: int) -> list[Application]:
    found = [waiting(cohort) for _ in range(number)]
    with transaction():
        for each in found:
            nominations.endorse(each, actor=KZ)
    return found


def undo(application: Application) -> None:
    with transaction():
        nominations.undo_endorsement(application, actor=KZ)


def test_undo_endorsement_waits_again_and_those_after_it_move_up() -> None:
    cohort = make_cohort()
    first, second, third, fourth = endorse_some(cohort, 4)

    undo(second)

    assert second.status is S.AWAITING_ENDORSEMENT
    assert second.endorsed_at is None
    assert order(cohort) == [first.code, third.code, fourth.code]
    assert ranks(cohort) == [1, 2, 3]
    assert entries(third)[-1][0] == "rank"
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "admissions:application:undo_endorsement")
    ).one()
    assert entry.changes["rank"] == [2, None]
    with transaction():
        nominations.endorse(second, actor=KZ)
    assert order(cohort)[-1] == second.code


def test_undo_leaves_the_rank_of_a_decided_one_and_does_not_clash_with_it() -> None:
    cohort = make_cohort()
    first, second, third = endorse_some(cohort, 3)
    (decided,) = endorsed(cohort, status=S.OFFERED)
    last = endorse_some(cohort, 1)[0]
    rank_of = dict(db.session.execute(sa.select(Nomination.application_id, Nomination.rank)).all())
    assert rank_of[decided.id] == 4

    undo(second)

    rank_of = dict(db.session.execute(sa.select(Nomination.application_id, Nomination.rank)).all())
    assert rank_of == {first.id: 1, third.id: 2, decided.id: 4, last.id: 3}


def test_undo_decline_waits_again() -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    with transaction():
        nominations.decline_endorsement(application, reason="No letter", actor=KZ)

    undo(application)

    assert application.status is S.AWAITING_ENDORSEMENT
    assert db.session.scalars(sa.select(Nomination)).all() == []
    assert [action for action, _ in entries(application)] == ["decline_endorsement", "undo_endorsement"]
    assert entries(application)[0][1] == "No letter"


def test_undo_keeps_the_figures_equal_to_a_recount() -> None:
    cohort = make_cohort()
    before = {str(each) for each in list_count_differences()}
    (application,) = endorse_some(cohort, 1)
    kept = {str(each) for each in list_count_differences()}

    with clock.travel(clock.now() + timedelta(days=9)):
        undo(application)

    # Factories do not count: what differs is theirs, and the same before and after.
    assert not any("endorsed" in each for each in kept | before)
    assert not any("endorsed" in str(each) for each in list_count_differences())


@pytest.mark.parametrize(
    ("values", "cohort_values", "message"),
    [
        ({"status": S.UNDER_REVIEW}, {}, "The application has moved on"),
        ({"status": S.RETURNED}, {}, "The application has moved on"),
        ({}, {"endorse_by_at": "past"}, "The date to endorse has passed"),
        ({}, {"nomination": NominationMode.NOMINATE_THEN_APPLY}, "The invitation was the endorsement"),
        ({}, {"released": True}, "Decisions are announced"),
    ],
    ids=str,
)
def test_undo_once_the_application_has_moved_on_is_refused(
    client, act_as, values, cohort_values, message
) -> None:
    released = cohort_values.pop("released", False) if (cohort_values := dict(cohort_values)) else False
    if cohort_values.get("endorse_by_at") == "past":
        cohort_values["endorse_by_at"] = clock.now() - timedelta(minutes=1)
    cohort = make_cohort()
    for name, value in cohort_values.items():
        setattr(cohort, name, value)
    (application,) = endorsed(cohort, **values)
    if released:
        StagedDecisionFactory(
            application__cohort=cohort, decision=Decision.OFFER, released_at=clock.now(), result="offered"
        )
    db.session.commit()
    before = application.status
    act_as(speaker())

    page = text_of(client.get(f"/desk/applications/{application.code}"))
    response = client.post(f"/desk/applications/{application.code}/undo", follow_redirects=True)

    assert "Take the answer back" not in page
    assert message in text_of(response)
    db.session.expire_all()
    assert (application.status, ranks(cohort)) == (before, [1])


def test_undo_without_an_answer_is_refused() -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    db.session.commit()

    with pytest.raises(Conflict, match="has not answered"), transaction():
        nominations.undo_endorsement(application, actor=KZ)


def test_undo_is_the_own_states() -> None:
    cohort = make_cohort()
    (application,) = endorsed(cohort)
    db.session.commit()

    with pytest.raises(NotAllowed), transaction():
        nominations.undo_endorsement(application, actor=focal_point("UZ"))


def test_undo_in_the_order_of_arrival_comes_too_late_once_a_place_is_offered() -> None:
    cohort = make_cohort(selection=SelectionMethod.FIRST_COME)
    (application,) = endorse_some(cohort, 1)
    assert application.status is S.OFFERED

    with pytest.raises(Conflict, match="moved on"):
        undo(application)


def test_page_offers_the_undo_and_shows_it_in_the_history(client, act_as) -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    act_as(speaker())
    address = f"/desk/applications/{application.code}"
    client.post(address, data={"answer": "decline", "reason": "No letter"})
    assert "Take the answer back" in text_of(client.get(address))

    response = client.post(f"{address}/undo")

    assert response.headers["Location"] == address
    page = text_of(client.get(address))
    assert "The state's answer taken back" in page
    assert 'name="answer"' in page


def test_undo_by_a_colleague_first_is_told() -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    NominationFactory(application=application)
    db.session.commit()

    with pytest.raises(Conflict, match="moved on"), transaction():
        nominations.undo_endorsement(application, actor=KZ)


# -- In place of a state without a focal point


def test_undo_for_state_is_the_coordinators_who_answered(client, act_as) -> None:
    cohort = make_cohort()
    first, second = endorse_some(cohort, 2)
    act_as(coordinating())
    address = f"/manage/applications/{first.code}"
    assert f"{address}/endorsement/undo" in text_of(client.get(address))

    response = client.post(f"{address}/endorsement/undo")

    assert response.headers["Location"] == address
    db.session.expire_all()
    assert first.status is S.AWAITING_ENDORSEMENT
    assert (order(cohort), ranks(cohort)) == ([second.code], [1])
    assert entries(first)[-1][0] == "undo_for_state"
    page = text_of(client.get(address))
    assert "The answer in place of the state taken back" in page
    assert f"{address}/endorsement/undo" not in page


@pytest.mark.parametrize("why", ["a focal point", "passed on at a date"])
def test_undo_for_state_where_it_is_not_the_coordinators_is_refused(client, act_as, why) -> None:
    cohort = make_cohort()
    (application,) = endorse_some(cohort, 1)
    if why == "a focal point":
        RoleGrantFactory(role=Role.FOCAL_POINT, country="KZ")
    else:
        cohort.endorse_by_at = clock.now() + timedelta(days=9)
        cohort.without_focal_point = WithoutFocalPoint.PASS_ON
    db.session.commit()
    act_as(coordinating())
    address = f"/manage/applications/{application.code}"

    assert "Take the answer back" not in text_of(client.get(address))
    client.post(f"{address}/endorsement/undo")

    db.session.expire_all()
    assert (application.status, ranks(cohort)) == (S.SUBMITTED, [1])
