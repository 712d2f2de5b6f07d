"""Possible duplicates: found, compared, merged by a person's decision, and parted again."""

import re

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, ApplicationStatusCount
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.seats import list_seat_differences
from registry.catalogue.enums import SelectionMethod
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.enrolments import queries as enrolment_queries
from registry.enrolments.models import Enrolment, PersonMerge
from registry.enrolments.operations import accept_offer
from registry.enrolments.operations.people import MOVED, MergeInput, merge_people, undo_merge
from registry.enrolments.queries import people as queries
from registry.messages.models import Message
from registry.people.models import Consent, Guardianship, Person
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import ApplicationFactory, OfferFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.factories.enrolments import EnrolmentFactory
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.factories.people import GuardianshipFactory, PersonFactory
from tests.queries import counted_queries

S = ApplicationStatus
SAME = MergeInput("The same passport number, told by telephone")


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


def sent(cohort, key="2005-04-09 dilnoza karimova", **values) -> Application:
    return ApplicationFactory(cohort=cohort, match_key=key, **values)


def merge(programme, kept, merged, actor, *, chosen=(), reason=SAME.reason) -> PersonMerge:
    with transaction():
        return merge_people(programme, kept, merged, MergeInput(reason, chosen), actor=actor)


def whole_database() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the trail and the merges themselves."""
    db.session.flush()
    return {
        name: sorted(map(tuple, db.session.execute(sa.select(table))), key=repr)
        for name, table in db.metadata.tables.items()
        if name not in {"audit_entry", "person_merge"}
    }


# -- Finding


def test_list_duplicates_are_people_alike_by_name_birth_and_state(client, actor, programme, cohort) -> None:
    other = CohortFactory(programme=programme)
    first, second = sent(cohort, listed_name="Karimova Dilnoza"), sent(other, listed_name="Каримова Дилноза")
    sent(cohort, member_state="KZ")  # Another state.
    sent(cohort, key="2005-04-10 dilnoza karimova")  # Another day.
    sent(CohortFactory())  # Another programme.
    twice = PersonFactory()  # One person with two cohorts is no duplicate.
    for each in (cohort, other):
        sent(each, key="2001-01-01 bek", person=twice)
    for _ in range(2):
        ApplicationFactory(cohort=cohort, match_key=None)

    codes, people = [first.code, second.code], (first.person.code, second.person.code)

    page = client.get(f"/manage/programmes/{programme.slug}/duplicates").get_data(as_text=True)

    assert re.findall(r"/manage/applications/(\w+)", page) == codes
    assert re.findall(r"/duplicates/(\w+)/(\w+)", page) == [people]
    assert "Karimova Dilnoza" in page
    assert "Каримова Дилноза" in page


def test_list_duplicates_pages_and_costs_the_same_for_10_and_50_rows(programme, cohort) -> None:
    costs = []
    for start, end in ((0, 10), (10, 60)):
        for number in range(start, end):
            for _ in range(2):
                sent(cohort, key=f"2005-04-09 {number:03}")
        db.session.flush()
        with counted_queries() as statements:
            page = queries.list_duplicates(programme, key=None)
            shown = [
                (each.pairs, [one.person.display_name for one in each.applications]) for each in page.rows
            ]
        costs.append((len(shown), len(statements)))
    following = queries.list_duplicates(programme, key=page.next)

    assert [rows for rows, _ in costs] == [10, 50]
    assert costs[0][1] == costs[1][1]
    assert len(following.rows) == 10


def test_submit_application_twice_with_other_letters_is_found(client, acting_as) -> None:
    cohort = open_cohort()
    for family, given in (("Karimova", "Dilnoza"), ("Каримова", "Дилноза")):
        person = known_person()
        person.family_name, person.given_names = family, given
        application, actor = ready_draft(cohort, person)
        with transaction():
            submit_application(application, actor=actor)

    page = queries.list_duplicates(cohort.programme, key=None)

    assert [len(each.pairs) for each in page.rows] == [1]


# -- Merging


def test_every_table_of_people_goes_over_or_is_particulars() -> None:
    """A new table with people in it must be thought of here."""
    of_people = {
        table.name
        for table in db.metadata.tables.values()
        if any(key.column.table.name == "person" for key in table.foreign_keys)
    }

    assert of_people == set(MOVED) | {"citizenship", "person_language"} | {
        "person_merge",
        "duplicate_dismissal",
    }
    assert db.metadata.tables["user_account"].foreign_keys == set()


@pytest.fixture
def two(programme, cohort):
    """A record that stays, and one with an account and something in every table that goes over."""
    kept = sent(cohort).person
    merged = PersonFactory(user_id=UserFactory().id)
    enrolment = EnrolmentFactory(
        application__cohort=CohortFactory(programme=programme), application__person=merged
    )
    enrolment.person_id = merged.id
    GuardianshipFactory(person=merged)
    db.session.add(
        Consent(
            person_id=merged.id,
            purpose="application",
            action="given",
            text_version="1",
            locale="en",
            text="I agree.",
            given_by="self",
            about=enrolment.application.code,
            at=clock.now(),
        )
    )
    db.session.flush()
    db.session.expire_all()
    return kept, merged


def owners() -> dict[str, set[int]]:
    return {
        model.__tablename__: set(db.session.scalars(sa.select(model.person_id)))
        for model in (Application, Enrolment, Consent, Guardianship)
    }


def test_merge_people_moves_everything_and_says_so_in_the_trail(programme, actor, two) -> None:
    kept, merged = two
    account = merged.user_id

    done = merge(programme, kept, merged, actor)

    assert list(owners().values()) == [{kept.id}] * 4
    assert (kept.user_id, merged.user_id) == (account, None)
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "enrolments:person:merge").order_by(AuditEntry.id)
    ).all()
    assert [(entry.object_code, entry.reason, entry.changes) for entry in entries] == [
        (code, SAME.reason, {"kept": kept.code, "merged": merged.code}) for code in (kept.code, merged.code)
    ]
    assert queries.list_merges(programme) == [done]


def test_merge_people_and_undo_leave_the_database_as_it_was(programme, actor, two) -> None:
    before = whole_database()

    done = merge(programme, *two, actor)
    between = whole_database()
    with transaction():
        undo_merge(done, programme, actor=actor)

    assert between != before
    assert whole_database() == before
    assert queries.list_merges(programme) == []


def test_undo_merge_takes_back_what_has_grown_from_it(programme, actor, cohort) -> None:
    """An offer accepted meanwhile gave the kept record a place; it belongs to the application."""
    kept, merged = sent(cohort).person, PersonFactory()
    offer = OfferFactory(application__person=merged, application__cohort=CohortFactory(programme=programme))
    done = merge(programme, kept, merged, actor)
    with transaction():
        accept_offer(offer, actor=applicant(kept))

    with transaction():
        undo_merge(done, programme, actor=actor)

    assert db.session.scalars(sa.select(Enrolment.person_id)).all() == [merged.id]


def _two_in_line(cohort):
    """Two applications of a first-come cohort with one seat, and a third behind them."""
    SeatPoolFactory(cohort=cohort, seats=1)
    applications = []
    for _ in range(3):
        application, person_actor = ready_draft(cohort)
        with transaction():
            submit_application(application, actor=person_actor)
        applications.append(application)
    assert [each.status for each in applications] == [S.OFFERED, S.WAITLISTED, S.WAITLISTED]
    return applications


@pytest.mark.parametrize(
    ("goes_on", "expected"),
    [
        (0, [S.OFFERED, S.CLOSED, S.WAITLISTED]),
        (1, [S.CLOSED, S.OFFERED, S.WAITLISTED]),  # The seat goes to the next in line: the same person.
    ],
)
def test_merge_people_with_two_live_applications_closes_the_one_not_chosen(goes_on, expected) -> None:
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    applications = _two_in_line(cohort)
    actor = coordinator(cohort.programme.slug, user_id=UserFactory().id)
    kept, merged = (db.session.get(Person, each.person_id) for each in applications[:2])

    done = merge(cohort.programme, kept, merged, actor, chosen=[applications[goes_on].code])

    db.session.expire_all()
    fresh = [db.session.get(Application, each.id) for each in applications]
    assert [each.status for each in fresh] == expected
    assert [each.person_id for each in fresh[:2]] == [kept.id] * 2
    assert done.closed == [applications[1 - goes_on].code]
    assert list_seat_differences() == []
    assert enrolment_queries.list_count_differences() == []
    counts = db.session.execute(
        sa.select(ApplicationStatusCount.status, ApplicationStatusCount.n).where(ApplicationStatusCount.n > 0)
    ).all()
    assert sorted(map(tuple, counts)) == sorted({(status, expected.count(status)) for status in expected})
    told = db.session.scalars(sa.select(Message).where(Message.kind == "application_closed")).all()
    assert len(told) == 1

    with transaction():
        undo_merge(done, cohort.programme, actor=actor)
    db.session.expire_all()
    assert [db.session.get(Application, each.id).person_id for each in applications[:2]] == [
        kept.id,
        merged.id,
    ]
    assert [db.session.get(Application, each.id).status for each in applications] == expected
    assert list_seat_differences() == []


@pytest.mark.parametrize("chosen", [(), ("both",)])
def test_merge_people_with_two_live_applications_needs_one_choice(programme, cohort, actor, chosen) -> None:
    first, second = sent(cohort), sent(cohort)
    codes = [first.code, second.code] if chosen else []

    with pytest.raises(InvalidInput) as refused:
        merge(programme, first.person, second.person, actor, chosen=codes)

    assert refused.value.field == f"chosen_{cohort.code}"
    db.session.expire_all()
    assert [each.status for each in (first, second)] == [S.SUBMITTED] * 2
    assert first.person_id != second.person_id


@pytest.mark.parametrize(
    ("statuses", "chosen", "error"),
    [
        ((S.ACCEPTED, S.ACCEPTED), 0, Conflict),
        ((S.ACCEPTED, S.SUBMITTED), 1, InvalidInput),
        ((S.SUBMITTED, S.ACCEPTED), 0, InvalidInput),
        ((S.DRAFT, S.SUBMITTED), 1, Conflict),
        ((S.ACCEPTED, S.UNDER_REVIEW), 0, None),
        ((S.SUBMITTED, S.DRAFT), 0, None),
        ((S.REJECTED, S.SUBMITTED), 1, None),
    ],
)
def test_merge_people_protects_places_and_drafts(programme, cohort, actor, statuses, chosen, error) -> None:
    first, second = (sent(cohort, status=status) for status in statuses)
    codes = [(first, second)[chosen].code]

    if error is None:
        merge(programme, first.person, second.person, actor, chosen=codes)
        db.session.expire_all()
        stays_behind = second.status is S.DRAFT
        assert (second.person_id != first.person_id) is stays_behind
    else:
        with pytest.raises(error):
            merge(programme, first.person, second.person, actor, chosen=codes)
        assert db.session.scalars(sa.select(PersonMerge)).all() == []


def test_merge_people_is_for_who_runs_all_their_programmes(programme, cohort, actor) -> None:
    kept, merged = sent(cohort).person, sent(CohortFactory(programme=programme)).person
    with transaction():
        sent(CohortFactory(), person=merged)

    with pytest.raises(Conflict):
        merge(programme, kept, merged, actor)
    with pytest.raises(NotAllowed):
        merge(programme, kept, merged, coordinator("another", user_id=actor.user_id))
    merge(programme, kept, merged, coordinator(user_id=actor.user_id))

    assert set(db.session.scalars(sa.select(Application.person_id))) == {kept.id}


def test_merge_people_twice_or_with_itself_is_refused(programme, cohort, actor) -> None:
    people = [sent(CohortFactory(programme=programme)).person for _ in range(3)]
    merge(programme, people[0], people[1], actor)

    with pytest.raises(Conflict):
        merge(programme, people[2], people[1], actor)
    with pytest.raises(InvalidInput):
        merge(programme, people[2], people[2], actor)


def test_undo_merge_goes_backwards_only(programme, cohort, actor) -> None:
    people = [sent(CohortFactory(programme=programme)).person for _ in range(3)]
    before = whole_database()
    first = merge(programme, people[0], people[1], actor)
    second = merge(programme, people[2], people[0], actor)

    with pytest.raises(Conflict):
        undo_merge(first, programme, actor=actor)
    for each in (second, first):
        with transaction():
            undo_merge(each, programme, actor=actor)

    assert whole_database() == before


def test_undo_merge_after_a_new_application_of_the_parted_record_is_refused(programme, cohort, actor) -> None:
    """The record that went kept its own account, and its owner began again in the same cohort."""
    kept = sent(CohortFactory(programme=programme)).person
    gone = sent(cohort)
    merged = gone.person
    done = merge(programme, kept, merged, actor)
    sent(cohort, person=merged)

    with pytest.raises(Conflict), transaction():
        undo_merge(done, programme, actor=actor)

    db.session.expire_all()
    assert (db.session.get(Application, gone.id).person_id, done.undone_at) == (kept.id, None)


# -- Pages


def test_merge_people_by_page_and_back(client, programme, cohort, actor) -> None:
    first, second = sent(cohort), sent(cohort)
    people = (first.person.code, second.person.code)
    here = f"/manage/programmes/{programme.slug}/duplicates"
    compare = f"{here}/{people[0]}/{people[1]}"

    shown = client.get(compare).get_data(as_text=True)
    done = client.post(
        compare,
        data={"kept": people[1], "reason": SAME.reason, f"chosen_{cohort.code}": first.code},
    )

    assert "Dilnoza" in shown
    assert re.findall(r'name="(\w+)" value="(\w+)"', shown) == [
        ("kept", people[0]),
        ("kept", people[1]),
        (f"chosen_{cohort.code}", first.code),
        (f"chosen_{cohort.code}", second.code),
    ]
    assert (done.status_code, done.location) == (303, here)
    db.session.expire_all()
    assert (first.status, second.status) == (S.SUBMITTED, S.CLOSED)
    assert first.person_id == second.person_id
    listed = client.get(here).get_data(as_text=True)
    assert f"Closed: {second.code}" in listed
    (undo,) = re.findall(r'action="([^"]+/undo)"', listed)
    assert client.post(undo).status_code == 303
    db.session.expire_all()
    assert first.person_id != second.person_id
    assert client.post(undo).status_code == 404


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kept": ""}, "kept"),
        ({"kept": "somebody"}, "kept"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"chosen": ""}, "chosen"),
        ({"chosen": "other"}, "chosen"),
    ],
)
def test_merge_people_with_bad_input_says_so_at_its_field(
    client, programme, cohort, actor, values, field
) -> None:
    first, second = sent(cohort), sent(cohort)
    good = {"kept": first.person.code, "reason": SAME.reason, "chosen": first.code} | values
    chosen = f"chosen_{cohort.code}"
    data = {chosen if name == "chosen" else name: value for name, value in good.items()}

    response = client.post(
        f"/manage/programmes/{programme.slug}/duplicates/{first.person.code}/{second.person.code}", data=data
    )

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert f'id="{chosen if field == "chosen" else field}-error"' in page
    assert good["reason"] in page
    assert db.session.scalars(sa.select(PersonMerge)).all() == []


def test_merge_people_of_others_is_not_found(client, programme, cohort, actor) -> None:
    ours, draft = sent(cohort).person, sent(cohort, status=S.DRAFT).person
    theirs = sent(CohortFactory()).person
    here = f"/manage/programmes/{programme.slug}/duplicates"

    statuses = [client.get(f"{here}/{ours.code}/{other.code}").status_code for other in (draft, theirs, ours)]

    assert statuses == [404, 404, 404]
