"""Taking consents back: what ends, for whom the place becomes free, and who is told."""

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.seats import find_open_offer, list_seat_differences
from registry.catalogue.enums import SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.transaction import transaction
from registry.enrolments import operations
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.enrolments.models import Enrolment
from registry.enrolments.operations.consents import withdraw_consent
from registry.enrolments.queries import list_count_differences
from registry.enrolments.rules import find_ending
from registry.messages.models import Message
from registry.people.enums import ConsentAction, ConsentGiver, ConsentPurpose
from registry.people.models import Consent
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.journeys import open_cohort, ready_draft
from tests.integration.admissions.guarding import READ, fresh, kinds, last_link, later, runner, send

S, E = ApplicationStatus, EnrolmentStatus
SYSTEM = Actor.system("test")


@pytest.fixture
def consented(client):
    """A minor's application with the guardian's consent: (application, applicant, link in the receipt)."""

    def make(**values):
        application, actor, link = send(**values)
        client.post(link, data={"agrees": "yes", "shown": READ})
        return fresh(application), actor, last_link("guardian_receipt")

    return make


def place(application, *, started=False):
    """Accept the offer, and start."""
    with transaction():
        enrolment = operations.accept_offer(find_open_offer(application), actor=SYSTEM)
        if started:
            operations.start(enrolment, actor=SYSTEM)
    return enrolment


def enrolment_of(application):
    db.session.expire_all()
    return db.session.scalars(
        sa.select(Enrolment).where(Enrolment.application_id == application.id)
    ).one_or_none()


def said(application, purpose=ConsentPurpose.PARTICIPATION):
    """(action, giver, reason) of each statement, in their order."""
    lines = db.session.scalars(
        sa.select(Consent)
        .where(Consent.about == application.code, Consent.purpose == purpose)
        .order_by(Consent.id)
    )
    return [(line.action, line.given_by, line.reason) for line in lines]


def waiting_behind(application):
    """Somebody on the waiting list of the same cohort."""
    other, actor = ready_draft(application.cohort)
    with transaction():
        submit_application(other, actor=actor)
    assert other.status is S.WAITLISTED
    return other


def full_cohort():
    return {"selection": SelectionMethod.FIRST_COME, "capacity": 1}


def test_guardian_takes_the_consent_back_in_three_steps_and_the_application_ends(client, consented):
    application, _actor, link = consented()

    first = client.get(link).get_data(as_text=True)
    assert f"{link}/withdraw" in first
    second = client.get(f"{link}/withdraw").get_data(as_text=True)
    assert "<form" in second
    third = client.post(f"{link}/withdraw", data={"reason": "We move away"})

    assert third.location == link
    assert fresh(application).status is S.WITHDRAWN
    assert said(application) == [
        (ConsentAction.GIVEN, ConsentGiver.GUARDIAN, ""),
        (ConsentAction.WITHDRAWN, ConsentGiver.GUARDIAN, "We move away"),
    ]
    assert f"{link}/withdraw" not in client.get(link).get_data(as_text=True)
    mail = db.session.scalars(sa.select(Message).where(Message.kind == "consent_withdrawn")).one()
    assert "your guardian has taken back" in mail.body
    assert "We move away" not in mail.body
    assert client.post(f"{link}/withdraw").location == link
    assert len(said(application)) == 2


def test_guardian_taking_it_back_frees_the_place_held_for_the_next(client, consented):
    application, _actor, link = consented(**full_cohort())
    assert application.status is S.OFFERED
    other = waiting_behind(application)

    page = client.get(f"{link}/withdraw").get_data(as_text=True)
    client.post(f"{link}/withdraw")

    assert "Заявка закрывается, а удерживаемое место переходит следующему." in page
    assert (fresh(application).status, fresh(other).status) == (S.WITHDRAWN, S.OFFERED)
    assert list_seat_differences() == []


def test_guardian_taking_it_back_gives_up_the_confirmed_place(client, consented):
    application, _actor, link = consented(**full_cohort())
    place(application)
    other = waiting_behind(application)
    coordinator = StaffFactory()
    RoleGrantFactory(user=coordinator, role=Role.COORDINATOR, programme=application.cohort.programme.slug)

    client.post(f"{link}/withdraw")

    assert enrolment_of(application).status is E.CANCELLED
    assert (fresh(application).status, fresh(other).status) == (S.ACCEPTED, S.OFFERED)
    assert list_seat_differences() == []
    told = db.session.scalars(sa.select(Message.address).where(Message.kind == "participant_left")).all()
    assert told == [coordinator.email]


def test_applicant_taking_it_back_leaves_the_training_with_its_reason(client, acting_as, consented):
    application, actor, _link = consented(**full_cohort())
    place(application, started=True)
    acting_as(actor)

    my_page = client.get("/my").get_data(as_text=True)
    assert "/my/consents" in my_page
    ledger = client.get("/my/consents").get_data(as_text=True)
    path = f"/my/applications/{application.code}/consents/participation"
    assert path in ledger
    confirm = client.get(path).get_data(as_text=True)
    assert "Taking part ends at once." in confirm
    answer = client.post(path, data={"reason": "No time"})

    assert answer.location == "/my/consents"
    enrolment = enrolment_of(application)
    assert (enrolment.status, enrolment.dropout_reason) == (E.DROPPED_OUT, DropoutReason.CONSENT)
    assert said(application)[-1] == (ConsentAction.WITHDRAWN, ConsentGiver.SELF, "No time")
    assert list_count_differences() == []
    assert list_seat_differences() == []
    assert path not in client.get("/my/consents").get_data(as_text=True)
    assert client.post(path).status_code == 409


@pytest.mark.parametrize("purpose", ["application", "participation"])
def test_either_consent_of_an_application_ends_it(client, acting_as, consented, purpose):
    application, actor, _link = consented()
    acting_as(actor)

    client.post(f"/my/applications/{application.code}/consents/{purpose}")

    assert fresh(application).status is S.WITHDRAWN


@pytest.mark.parametrize("purpose", ["follow_up", "everything"])
def test_other_purposes_have_no_such_page(client, acting_as, consented, purpose):
    application, actor, _link = consented()
    acting_as(actor)

    assert client.post(f"/my/applications/{application.code}/consents/{purpose}").status_code == 404
    assert fresh(application).status is S.SUBMITTED


def test_list_consents_shows_the_exact_texts_and_no_reasons(client, acting_as, consented):
    application, actor, link = consented()
    client.post(f"{link}/withdraw", data={"reason": "We move away"})
    _others, other_actor, _link = consented()
    acting_as(actor)

    page = client.get("/my/consents").get_data(as_text=True)

    texts = db.session.scalars(sa.select(Consent.text).where(Consent.about == application.code)).all()
    assert len(texts) == 4
    assert all(text in page for text in texts)
    assert page.count("<blockquote") == 4
    assert "We move away" not in page
    acting_as(other_actor)
    assert application.code not in client.get("/my/consents").get_data(as_text=True)


def test_coordinators_see_the_ledger_of_the_application_with_reasons(client, acting_as, consented):
    application, _actor, link = consented()
    client.post(f"{link}/withdraw", data={"reason": "We move away"})
    acting_as(runner())

    page = client.get(f"/manage/applications/{application.code}").get_data(as_text=True)

    assert page.count("<blockquote") == 4
    assert "We move away" in page


@pytest.mark.parametrize(("days", "can"), [(2, True), (3, False)])
def test_guardian_takes_it_back_until_the_day_of_coming_of_age(client, consented, days, can):
    day = clock.today("Asia/Tashkent")
    application, _actor, link = consented(born_on=day.replace(year=day.year - 18, day=day.day + 3))

    with later(days=days):
        offered = f"{link}/withdraw" in client.get(link).get_data(as_text=True)
        client.post(f"{link}/withdraw")
        if not can:
            with pytest.raises(Conflict), transaction():
                withdraw_consent(
                    application, ConsentPurpose.PARTICIPATION, actor=Actor.guardian(application.id)
                )

    assert offered is can
    assert (fresh(application).status is S.WITHDRAWN) is can


def test_guardian_link_of_the_receipt_ends_with_the_cohort(client, consented):
    application, _actor, link = consented(**full_cohort())
    place(application, started=True)
    last_day = (application.cohort.ends_on - clock.today()).days

    with later(days=last_day):
        on_the_last_day = client.get(f"{link}/withdraw").status_code
    with later(days=last_day + 1):
        after_it = client.get(f"{link}/withdraw").status_code

    assert (on_the_last_day, after_it) == (200, 303)


def test_withdrawing_the_application_takes_the_consent_back_too(client, acting_as):
    application, actor = ready_draft(open_cohort())
    acting_as(actor)
    client.post(f"/apply/{application.cohort.code}/check")
    sent = fresh(application).submitted_at is not None

    client.post(f"/my/applications/{application.code}/withdraw")

    assert sent
    assert [line[0] for line in said(application, ConsentPurpose.APPLICATION)] == [
        ConsentAction.GIVEN,
        ConsentAction.WITHDRAWN,
    ]
    assert "consent_withdrawn" not in kinds()


@pytest.mark.parametrize(
    ("status", "enrolled", "ending"),
    [
        (S.DRAFT, None, None),
        (S.AWAITING_GUARDIAN, None, "application"),
        (S.UNDER_REVIEW, None, "application"),
        (S.WAITLISTED, None, "waiting"),
        (S.OFFERED, None, "offer"),
        (S.ACCEPTED, E.CONFIRMED, "place"),
        (S.ACCEPTED, E.ACTIVE, "training"),
        (S.ACCEPTED, E.COMPLETED, None),
        (S.ACCEPTED, E.CANCELLED, None),
        (S.REJECTED, None, None),
        (S.WITHDRAWN, None, None),
    ],
)
def test_what_ends_with_the_consent(status, enrolled, ending):
    enrolment = Enrolment(status=enrolled) if enrolled else None

    assert find_ending(Application(status=status), enrolment) == ending
