"""Possible duplicates that are two people: remembered, taken back, and asked again once a name changes."""

import re

import pytest
import sqlalchemy as sa

from registry.admissions.models import Application
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from registry.enrolments.models import DuplicateDismissal
from registry.enrolments.operations.duplicates import dismiss_duplicate, restore_duplicate
from registry.enrolments.queries import people as queries
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.queries import counted_queries

KEY = "2005-04-09 dilnoza karimova"


@pytest.fixture
def programme():
    return ProgrammeFactory(title="Honey online")


@pytest.fixture
def actor(acting_as, programme):
    actor = coordinator(programme.slug, user_id=UserFactory().id)
    acting_as(actor)
    return actor


@pytest.fixture
def cohort(programme):
    return CohortFactory(programme=programme)


def sent(cohort, key: str = KEY, **values) -> Application:
    return ApplicationFactory(cohort=cohort, match_key=key, **values)


def pairs(programme) -> list[tuple[str, str]]:
    page = queries.list_duplicates(programme, key=None)
    return [pair for each in page.rows for pair in each.pairs]


def dismiss(programme, one: Application, other: Application, actor) -> None:
    with transaction():
        dismiss_duplicate(programme, one.person, other.person, actor=actor)


def codes(*applications: Application) -> tuple[str, ...]:
    return tuple(each.person.code for each in applications)


def test_dismissed_pair_leaves_the_list_and_comes_back_when_that_is_undone(programme, cohort, actor) -> None:
    first, second = sent(cohort), sent(cohort)
    db.session.commit()
    assert pairs(programme) == [codes(first, second)]

    dismiss(programme, second, first, actor)
    assert pairs(programme) == []
    entries = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert entries == ["enrolments:person:dismiss_duplicate"] * 2

    (dismissal,) = queries.list_dismissals(programme)
    with transaction():
        restore_duplicate(dismissal, programme, actor=actor)
    assert pairs(programme) == [codes(first, second)]
    assert queries.list_dismissals(programme) == []


def test_of_three_each_pair_is_asked_for_itself(programme, cohort, actor) -> None:
    first, second, third = (sent(cohort) for _ in range(3))
    db.session.commit()
    assert pairs(programme) == [codes(first, second), codes(first, third)]

    dismiss(programme, first, second, actor)
    assert pairs(programme) == [codes(first, third)]
    dismiss(programme, first, third, actor)
    assert pairs(programme) == [codes(second, third)]
    dismiss(programme, second, third, actor)
    assert pairs(programme) == []
    newcomer = sent(cohort)
    db.session.commit()
    assert pairs(programme) == [codes(first, newcomer)]


@pytest.mark.parametrize("key", ["2005-04-10 dilnoza karimova", "2005-04-09 dilnoza karim"])
def test_a_name_or_birth_that_changes_for_both_asks_again(programme, cohort, actor, key) -> None:
    first, second = sent(cohort), sent(cohort)
    db.session.commit()
    dismiss(programme, first, second, actor)

    first.match_key = second.match_key = key
    db.session.commit()

    assert pairs(programme) == [codes(first, second)]


def test_a_dismissal_holds_in_its_programme_and_state_only(programme, cohort, actor) -> None:
    first, second = sent(cohort), sent(cohort)
    another = CohortFactory(programme=ProgrammeFactory())
    for each in (first, second):
        sent(another, person=each.person)
        sent(CohortFactory(programme=programme), person=each.person, member_state="KZ")
    db.session.commit()

    dismiss(programme, first, second, actor)

    # Both states of the programme were compared at once; the other programme's coordinators compare themselves.
    assert pairs(programme) == []
    assert pairs(another.programme) == [codes(first, second)]


def test_what_is_known_of_others_does_not_hide_a_pair(programme, cohort, actor) -> None:
    first, second, third = (sent(cohort) for _ in range(3))
    db.session.commit()
    dismiss(programme, first, second, actor)

    second.match_key = "another"
    db.session.commit()

    assert pairs(programme) == [codes(first, third)]


def test_dismiss_is_refused_twice_for_strangers_and_to_others(programme, cohort, actor) -> None:
    first, second, stranger = sent(cohort), sent(cohort), sent(cohort, "another")
    db.session.commit()
    dismiss(programme, first, second, actor)

    cases = (
        (second, actor, Conflict, "said already"),
        (stranger, actor, Conflict, "no possible duplicates"),
        (second, coordinator("another", user_id=actor.user_id), NotAllowed, None),
    )
    people = {each.id: each.person for each in (first, second, stranger)}
    for other, who, error, message in cases:
        with pytest.raises(error, match=message), transaction():
            dismiss_duplicate(programme, people[other.id], people[first.id], actor=who)
    assert len(db.session.scalars(sa.select(DuplicateDismissal)).all()) == 1


def test_dismiss_by_page_and_back(client, programme, cohort, actor) -> None:
    first, second = sent(cohort), sent(cohort)
    here = f"/manage/programmes/{programme.slug}/duplicates"
    compare = f"{here}/{first.person.code}/{second.person.code}"
    assert compare in client.get(here).get_data(as_text=True)
    page = client.get(compare).get_data(as_text=True)
    (address,) = re.findall(r'action="([^"]+/dismiss)"', page)

    done = client.post(address)

    assert (done.status_code, done.location) == (303, here)
    listed = client.get(here).get_data(as_text=True)
    assert "Remembered: these are two people." in listed
    assert compare not in listed
    (undo,) = re.findall(r'action="([^"]+/restore)"', listed)
    assert client.post(undo).status_code == 303
    assert compare in client.get(here).get_data(as_text=True)
    assert client.post(undo).status_code == 404


def test_list_costs_the_same_queries_for_one_dismissal_and_three(programme, cohort, actor) -> None:
    costs = []
    for more in (1, 2):
        for number in range(more):
            pair = [sent(cohort, f"key {more} {number}") for _ in range(2)]
            sent(cohort, f"key {more} {number}")
            db.session.commit()
            dismiss(programme, *pair, actor)
        db.session.expire_all()
        with counted_queries() as statements:
            found = queries.list_duplicates(programme, key=None).rows
            told = [each.first.code for each in queries.list_dismissals(programme)]
        costs.append((len(found), len(told), len(statements)))

    assert [rows for rows, _, _ in costs] == [1, 3]
    assert costs[0][2] == costs[1][2]
