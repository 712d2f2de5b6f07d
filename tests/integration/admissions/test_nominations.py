"""Focal points endorse and rank the applicants of their state."""

import html
import re

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.operations import nominations
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator, focal_point
from tests.nominating import KZ, endorsed, entries, make_cohort, order, ranks, speaker, text_of, waiting

# -- Answers


def test_endorse_without_a_rank_comes_after_all_others_of_the_state() -> None:
    cohort = make_cohort()
    endorsed(cohort, 2)
    endorsed(cohort, 5, state="UZ")
    application = waiting(cohort)

    with transaction():
        nomination = nominations.endorse(application, reason="Runs a shop.", actor=KZ)

    assert (nomination.rank, nomination.reason) == (3, "Runs a shop.")
    assert (application.status, application.endorsed_at) == (S.SUBMITTED, clock.now())


def test_endorse_with_a_rank_that_is_taken_is_refused_at_its_field() -> None:
    cohort = make_cohort()
    endorsed(cohort, 2)
    application = waiting(cohort)
    db.session.commit()

    with pytest.raises(Conflict) as refusal, transaction():
        nominations.endorse(application, rank=2, actor=KZ)

    assert refusal.value.field == "rank"
    assert ranks(cohort) == [1, 2]
    db.session.refresh(application)
    assert application.status is S.AWAITING_ENDORSEMENT


@pytest.mark.parametrize("actor", [focal_point("UZ"), coordinator()], ids=["other state", "coordinator"])
def test_endorse_by_somebody_else_is_not_allowed_even_after_an_answer(actor: Actor) -> None:
    cohort = make_cohort()
    applications = [*endorsed(cohort), waiting(cohort)]
    db.session.commit()

    for application in applications:
        with pytest.raises(NotAllowed), transaction():
            nominations.endorse(application, actor=actor)


def test_a_second_answer_is_told_who_gave_the_first(client, act_as) -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    user = UserFactory(name="Aru Colleague")
    with transaction():
        nominations.decline_endorsement(
            application,
            reason="Not registered.",
            actor=Actor("f", user_id=user.id, grants=KZ.grants),
        )
    act_as(speaker())

    response = client.post(f"/desk/applications/{application.code}", data={"answer": "endorse"})

    assert response.status_code == 409
    assert "Meanwhile not endorsed, by Aru Colleague: Not registered." in text_of(response)
    assert entries(application) == [("decline_endorsement", "Not registered.")]


def test_answer_leads_on_to_the_next_that_waits_and_then_to_the_list(client, act_as) -> None:
    cohort = make_cohort()
    first, second = waiting(cohort), waiting(cohort)
    waiting(cohort, "UZ")
    act_as(speaker())

    one = client.post(f"/desk/applications/{first.code}", data={"answer": "endorse", "rank": "4"})
    two = client.post(
        f"/desk/applications/{second.code}", data={"answer": "decline", "reason": "Not registered."}
    )

    assert one.headers["Location"] == f"/desk/applications/{second.code}"
    assert two.headers["Location"] == f"/desk/cohorts/{cohort.code}/KZ"
    assert ranks(cohort) == [None, 4] or ranks(cohort) == [4, None]
    page = text_of(client.get(f"/desk/applications/{second.code}"))
    assert "Not registered." in page
    assert 'name="answer"' not in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose endorse or do not endorse."),
        ({"answer": "decline"}, "Give a reason."),
        ({"answer": "decline", "reason": " \u200b "}, "Give a reason."),
        ({"answer": "endorse", "rank": "0"}, "Enter the rank as a number from 1."),
        ({"answer": "endorse", "rank": "first"}, "Enter the rank as a number from 1."),
        ({"answer": "perhaps"}, "Choose one from the list."),
    ],
    ids=str,
)
def test_answer_with_bad_input_says_so_and_keeps_what_was_typed(client, act_as, data, message) -> None:
    application = waiting(make_cohort())
    act_as(speaker())

    response = client.post(f"/desk/applications/{application.code}", data=data)

    assert response.status_code == 422
    assert message in text_of(response)
    assert entries(application) == []
    if data.get("rank"):
        assert f'value="{data["rank"]}"' in text_of(response)


# -- Many at once


def test_endorse_applications_answers_for_those_ticked(client, act_as) -> None:
    cohort = make_cohort()
    first, second, left = (waiting(cohort) for _ in range(3))
    act_as(speaker())

    response = client.post(
        f"/desk/cohorts/{cohort.code}/KZ", data={"codes": [second.code, first.code], "answer": "endorse"}
    )

    assert response.status_code == 303
    assert order(cohort) == [second.code, first.code]
    page = text_of(client.get(response.headers["Location"]))
    assert "Done for 2 applications." in page
    assert re.findall(r'name="codes" value="(\w+)"', page) == [left.code]


def test_endorse_applications_tells_what_became_of_each_row(client, act_as) -> None:
    cohort = make_cohort()
    mine, theirs = waiting(cohort), waiting(cohort, "UZ")
    gone = waiting(cohort, status=S.WITHDRAWN, withdrawn_at=clock.now())
    act_as(speaker())

    response = client.post(
        f"/desk/cohorts/{cohort.code}/KZ",
        data={"codes": [mine.code, theirs.code, gone.code], "answer": "decline", "reason": "Late."},
    )

    assert response.status_code == 409
    lines = dict(re.findall(r"<li>(\w{8}): ([^<]+)</li>", text_of(response)))
    assert lines == {
        mine.code: "Not endorsed. Your reason was kept.",
        theirs.code: "There is nothing here under this address.",
        gone.code: "This application does not wait for an endorsement any more. It is now: Withdrawn.",
    }
    db.session.expire_all()
    assert [each.status for each in (mine, theirs)] == [S.NOT_ENDORSED, S.AWAITING_ENDORSEMENT]


def test_endorse_applications_without_a_tick_or_reason_keeps_ticks_and_words(client, act_as) -> None:
    cohort = make_cohort()
    application = waiting(cohort)
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ"

    without_tick = client.post(address, data={"answer": "endorse", "reason": "Kept words"})
    without_reason = client.post(address, data={"answer": "decline", "codes": application.code})

    assert (without_tick.status_code, without_reason.status_code) == (422, 422)
    assert "Tick at least one application." in text_of(without_tick)
    assert "Kept words" in text_of(without_tick)
    assert "Give a reason." in text_of(without_reason)
    assert re.search(rf'value="{application.code}"[^>]* checked', text_of(without_reason))


# -- The order


def test_rank_applications_exchanges_ranks_and_keeps_the_trail() -> None:
    cohort = make_cohort()
    first, second, third = endorsed(cohort, 3)
    others = endorsed(cohort, 3, state="UZ")

    with transaction():
        nominations.rank_applications(cohort, "KZ", {first.code: 3, third.code: 1}, actor=KZ)

    assert order(cohort) == [third.code, second.code, first.code]
    assert order(cohort, "UZ") == [each.code for each in others]
    changes = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(each.object_code, each.changes["rank"]) for each in changes] == [
        (first.code, [1, 3]),
        (third.code, [3, 1]),
    ]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([2, None, None], "Two applications have this rank. Give each its own."),
        ([3, 3, None], "Two applications have this rank. Give each its own."),
        ([0, None, None], "Enter the rank as a number from 1."),
        ([100_001, None, None], "Enter the rank as a number from 1."),
    ],
)
def test_rank_applications_refuses_what_is_no_order(wanted, message) -> None:
    cohort = make_cohort()
    codes = [each.code for each in endorsed(cohort, 3)]
    db.session.commit()

    with pytest.raises(InvalidInput) as refusal, transaction():
        nominations.rank_applications(
            cohort,
            "KZ",
            {code: rank for code, rank in zip(codes, wanted, strict=True) if rank is not None},
            actor=KZ,
        )

    assert (str(refusal.value), refusal.value.field in codes) == (message, True)
    assert order(cohort) == codes


def test_rank_applications_once_decided_stays() -> None:
    cohort = make_cohort()
    open_one, decided = endorsed(cohort)[0], endorsed(cohort, status=S.OFFERED)[0]
    db.session.commit()

    with pytest.raises(Conflict), transaction():
        nominations.rank_applications(cohort, "KZ", {open_one.code: 2, decided.code: 1}, actor=KZ)
    with transaction():
        nominations.move_application(cohort, "KZ", open_one.code, up=False, actor=KZ)

    assert order(cohort) == [open_one.code, decided.code]


def test_rank_applications_that_a_colleague_changed_are_told_what(client, act_as) -> None:
    cohort = make_cohort()
    first, second = endorsed(cohort, 2)
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/ranks"
    shown = html.unescape(re.search(r'name="shown"[^>]*value="([^"]*)"', client.get(address).text)[1])
    with transaction():
        nominations.rank_applications(cohort, "KZ", {first.code: 2, second.code: 1}, actor=KZ)
    typed = {first.code: "7", second.code: "8", "version": "0", "shown": shown}

    late = client.post(address, data=typed)
    page = text_of(late)

    assert late.status_code == 409
    changed = page[page.index("Changed since you opened this page") :]
    assert re.findall(r"<td>(\d)</td>", changed[: changed.index("</table>")]) == ["2", "1", "1", "2"]
    assert re.findall(rf'name="(?:{first.code}|{second.code})"[^>]*value="(\d+)"', page) == ["8", "7"]
    assert order(cohort) == [second.code, first.code]

    again = html.unescape(re.search(r'name="shown"[^>]*value="([^"]*)"', late.text)[1])
    assert client.post(address, data=typed | {"shown": again}).status_code == 303
    assert order(cohort) == [first.code, second.code]


@pytest.mark.parametrize(
    ("place", "direction", "expected"),
    [(1, "up", [1, 0, 2]), (1, "down", [0, 2, 1]), (0, "up", [0, 1, 2]), (2, "down", [0, 1, 2])],
)
def test_move_by_a_button_changes_places_with_the_neighbour(
    client, act_as, place, direction, expected
) -> None:
    cohort = make_cohort()
    codes = [each.code for each in endorsed(cohort, 3)]
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/ranks"
    page = client.get(address).text
    shown = html.unescape(re.search(r'name="shown"[^>]*value="([^"]*)"', page)[1])
    fields = {code: str(rank) for rank, code in enumerate(codes, 1)}

    response = client.post(
        address, data=fields | {"version": "0", "shown": shown, "move": f"{codes[place]}:{direction}"}
    )

    assert response.headers["Location"] == f"{address}#row-{codes[place]}"
    assert order(cohort) == [codes[each] for each in expected]
