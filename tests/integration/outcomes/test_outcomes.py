"""Follow-ups: stored apart from who said them, one set of answers for a wave."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed, StaleWrite
from registry.core.transaction import transaction
from registry.enrolments.enums import EnrolmentStatus
from registry.outcomes import operations, queries
from registry.outcomes.enums import InviteStatus, WaveKind
from registry.outcomes.models import SurveyInvite, SurveyResponse, Wave
from registry.outcomes.operations import FollowUp
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.operations import record_consent
from registry.people.rules import ConsentText
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.enrolments import EnrolmentFactory

E = EnrolmentStatus
COORDINATOR = coordinator()
ANSWERS = FollowUp(True, False, 3, date(2027, 3, 1))


def record(enrolment, given=ANSWERS, kind=WaveKind.EXIT, **values):
    with transaction():
        return operations.record_follow_up(enrolment, kind, given, **{"actor": COORDINATOR} | values)


def test_record_follow_up_stores_answers_that_only_the_invitation_links() -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)

    response = record(enrolment)

    invite = db.session.scalars(sa.select(SurveyInvite)).one()
    assert (invite.enrolment_id, invite.response_id) == (enrolment.id, response.id)
    assert invite.status is InviteStatus.ANSWERED
    personal = {"enrolment_id", "person_id", "application_id"}
    assert personal & {column.name for column in SurveyResponse.__table__.columns} == set()


def test_record_follow_up_again_corrects_the_same_answers() -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    seen = record(enrolment).version

    record(enrolment, FollowUp(works_in_ecommerce=False), version=seen)

    (response,) = db.session.scalars(sa.select(SurveyResponse)).all()
    assert (response.works_in_ecommerce, response.people_employed) == (False, None)


def test_record_follow_up_over_newer_answers_says_what_changed() -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    record(enrolment)

    with pytest.raises(StaleWrite) as refusal:
        record(enrolment, FollowUp(works_in_ecommerce=False), version=0)

    assert refusal.value.changes["works_in_ecommerce"] == (False, True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (FollowUp(), "works_in_ecommerce"),
        (FollowUp(people_employed=-1), "people_employed"),
        (FollowUp(people_employed=100_001), "people_employed"),
        (FollowUp(first_online_sale_on=date(2027, 3, 16)), "first_online_sale_on"),
    ],
)
def test_record_follow_up_refuses_what_cannot_be(given, field) -> None:
    with pytest.raises(InvalidInput) as refusal:
        record(EnrolmentFactory(status=E.COMPLETED), given)

    assert refusal.value.field == field


@pytest.mark.parametrize("status", [E.CONFIRMED, E.NO_SHOW, E.CANCELLED])
def test_record_follow_up_of_somebody_who_never_took_part_is_refused(status) -> None:
    with pytest.raises(Conflict):
        record(EnrolmentFactory(status=status))


def test_record_follow_up_by_a_foreign_coordinator_is_not_allowed() -> None:
    with pytest.raises(NotAllowed):
        record(EnrolmentFactory(status=E.COMPLETED), actor=coordinator("another"))


def test_open_wave_invites_everybody_who_took_part_once() -> None:
    first = EnrolmentFactory(status=E.DROPPED_OUT)
    EnrolmentFactory(application__cohort=first.cohort, status=E.NO_SHOW)
    for _ in range(2):
        with transaction():
            operations.open_wave(first.cohort, WaveKind.MONTHS_3, actor=COORDINATOR)
    second = EnrolmentFactory(application__cohort=first.cohort, status=E.ACTIVE)
    with transaction():
        operations.open_wave(first.cohort, WaveKind.MONTHS_3, actor=COORDINATOR)

    invited = db.session.scalars(sa.select(SurveyInvite.enrolment_id)).all()
    assert sorted(invited) == [first.id, second.id]
    assert queries.count_waves(first.cohort)[WaveKind.MONTHS_3].asked == 2


@pytest.fixture
def signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


def test_record_follow_up_by_form(client, signed_in) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)

    response = client.post(
        f"/manage/enrolments/{enrolment.code}/follow-up/months_6",
        data={
            "works_in_ecommerce": "yes",
            "started_business": "",
            "people_employed": "2",
            "first_online_sale_on-day": "1",
            "first_online_sale_on-month": "3",
            "first_online_sale_on-year": "2027",
            "version": "0",
        },
    )

    assert response.status_code == 303
    stored = db.session.scalars(sa.select(SurveyResponse)).one()
    assert (
        stored.works_in_ecommerce,
        stored.started_business,
        stored.people_employed,
        stored.first_online_sale_on,
    ) == (True, None, 2, date(2027, 3, 1))
    assert "First online sale" in client.get(response.location).get_data(as_text=True)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"people_employed": "many"},
        {"people_employed": "9999999999999999999999"},
        {
            "first_online_sale_on-day": "31",
            "first_online_sale_on-month": "2",
            "first_online_sale_on-year": "2027",
        },
        {"works_in_ecommerce": "maybe"},
        {"works_in_ecommerce": "yes", "version": "x"},
    ],
)
def test_record_follow_up_by_form_with_bad_input_stores_nothing(client, signed_in, values) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)

    response = client.post(
        f"/manage/enrolments/{enrolment.code}/follow-up/exit", data={"version": "0", **values}
    )

    assert response.status_code == 422
    assert db.session.scalars(sa.select(SurveyResponse)).all() == []


def test_record_follow_up_by_form_over_newer_answers_is_told_what_they_are_and_may_be_saved_then(
    client, signed_in
) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    address = f"/manage/enrolments/{enrolment.code}/follow-up/exit"
    shown = '{"works_in_ecommerce": "", "started_business": ""}'
    opened = {"works_in_ecommerce": "", "people_employed": "2", "version": "0", "shown": shown}
    client.post(address, data=opened | {"works_in_ecommerce": "yes"})

    stale = client.post(address, data=opened)

    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    changes = page[page.index("Changed since you opened this page") : page.index("<h1>")]
    assert re.findall(r"<td>(.*?)</td>", changes) == ["empty", "Yes", "empty", "2"]
    version = re.search(r'name="version"[^>]* value="(\d+)"', page)[1]
    assert client.post(address, data=opened | {"version": version}).status_code == 303


def test_record_follow_up_of_an_unknown_wave_or_a_foreign_person_is_not_found(client, acting_as) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    acting_as(coordinator(enrolment.cohort.programme.slug, user_id=UserFactory().id))
    unknown = client.get(f"/manage/enrolments/{enrolment.code}/follow-up/someday")
    acting_as(coordinator("another", user_id=UserFactory().id))
    foreign = client.get(f"/manage/enrolments/{enrolment.code}/follow-up/exit")

    assert (unknown.status_code, foreign.status_code) == (404, 404)


def say(enrolment, action):
    """What the participant says about being asked."""
    with transaction():
        record_consent(
            enrolment.participant,
            ConsentPurpose.FOLLOW_UP,
            action,
            text=ConsentText("1", "en", "I agree to be asked."),
            about=enrolment.application.code,
            actor=applicant(enrolment.participant),
        )


@pytest.mark.parametrize(
    ("said", "is_asked"),
    [
        ([], True),
        ([ConsentAction.GIVEN], True),
        ([ConsentAction.REFUSED], False),
        ([ConsentAction.GIVEN, ConsentAction.WITHDRAWN], False),
        ([ConsentAction.REFUSED, ConsentAction.GIVEN], True),
    ],
)
def test_only_who_does_not_refuse_is_asked(said, is_asked) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    other = EnrolmentFactory(application__cohort=enrolment.cohort, status=E.COMPLETED)
    for action in said:
        say(enrolment, action)

    with transaction():
        operations.open_wave(enrolment.cohort, WaveKind.MONTHS_3, actor=COORDINATOR)

    asked = set(db.session.scalars(sa.select(SurveyInvite.enrolment_id)))
    assert asked == ({enrolment.id, other.id} if is_asked else {other.id})
    if not is_asked:
        with pytest.raises(Conflict):
            record(enrolment)


def test_withdraw_follow_up_closes_what_is_not_answered(client, acting_as) -> None:
    enrolment = EnrolmentFactory(status=E.COMPLETED)
    say(enrolment, ConsentAction.GIVEN)
    record(enrolment, kind=WaveKind.EXIT)
    with transaction():
        operations.open_wave(enrolment.cohort, WaveKind.MONTHS_3, actor=COORDINATOR)
    acting_as(applicant(enrolment.participant, UserFactory().id))
    path = f"/my/applications/{enrolment.application.code}/follow-up"

    my_page = client.get("/my").get_data(as_text=True)
    ledger = client.get("/my/consents").get_data(as_text=True)
    confirm = client.get(path).get_data(as_text=True)
    answer = client.post(path)

    assert "/my/consents" in my_page
    assert path in ledger
    assert "<form" in confirm
    assert answer.location == "/my/consents"
    statuses = db.session.execute(
        sa.select(Wave.kind, SurveyInvite.status).join(SurveyInvite.wave).order_by(SurveyInvite.id)
    ).all()
    assert statuses == [
        (WaveKind.EXIT, InviteStatus.ANSWERED),
        (WaveKind.MONTHS_3, InviteStatus.CLOSED),
    ]
    assert enrolment.status is E.COMPLETED
    assert path not in client.get("/my/consents").get_data(as_text=True)
