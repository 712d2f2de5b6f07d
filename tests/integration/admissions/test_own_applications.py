"""The applicant's pages about one application: status, receipt, withdrawal; and nobody else's."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import OPEN_STATUSES, ApplicationStatus, Decision
from registry.admissions.models import Application, Offer, SeatEntry, WaitlistEntry
from registry.admissions.operations.steps import take_step
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.catalogue.enums import SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.errors import IllegalTransition, NotAllowed
from registry.core.i18n import format_day
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent
from tests.factories.actors import applicant
from tests.factories.admissions import ApplicationFactory, OfferFactory, StagedDecisionFactory
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import known_person, open_cohort, ready_draft

S = ApplicationStatus
SYSTEM = Actor.system("test")


@pytest.mark.parametrize("status", sorted(S))
def test_withdraw_application_in_each_status(status):
    person = known_person()
    application = ApplicationFactory(person=person, status=status)

    if status in OPEN_STATUSES or status is S.WITHDRAWN:
        with transaction():
            withdraw_application(application, actor=applicant(person))
        assert application.status is S.WITHDRAWN
    else:
        with pytest.raises(IllegalTransition):
            withdraw_application(application, actor=applicant(person))
        assert application.status is status


def test_withdraw_application_of_somebody_else_is_not_allowed():
    application = ApplicationFactory()

    with pytest.raises(NotAllowed):
        withdraw_application(application, actor=applicant(known_person()))


def test_withdraw_application_frees_its_seat_for_the_next_on_the_list():
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    pool = SeatPoolFactory(cohort=cohort, seats=1)
    first, actor = ready_draft(cohort)
    second, other = ready_draft(cohort)
    for application, who in ((first, actor), (second, other)):
        with transaction():
            submit_application(application, actor=who)
    assert (first.status, second.status) == (S.OFFERED, S.WAITLISTED)

    with transaction():
        withdraw_application(first, actor=actor)

    db.session.expire_all()
    first, second = db.session.get(Application, first.id), db.session.get(Application, second.id)
    assert (first.status, second.status) == (S.WITHDRAWN, S.OFFERED)
    assert db.session.get(type(pool), pool.id).used == 1
    assert db.session.scalars(sa.select(SeatEntry.change).order_by(SeatEntry.id)).all() == [1, -1, 1]
    assert db.session.scalars(sa.select(WaitlistEntry)).one().left_at is not None
    assert [offer.answer for offer in db.session.scalars(sa.select(Offer).order_by(Offer.id))] == [
        "withdrawn",
        None,
    ]


def test_withdraw_application_by_page_asks_first_and_tells_by_mail(client, acting_as):
    application, actor = ready_draft()
    with transaction():
        submit_application(application, actor=actor)
    acting_as(actor)
    path = f"/my/applications/{application.code}/withdraw"

    asked = client.get(path)
    assert "Withdraw your application?" in asked.get_data(as_text=True)
    assert db.session.get(Application, application.id).status is S.SUBMITTED
    done, twice = client.post(path), client.post(path)

    here = f"/my/applications/{application.code}"
    assert (done.status_code, done.location, twice.location) == (303, here, here)
    kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    assert kinds.count("application_withdrawn") == 1
    assert "Apply again" in client.get(here).get_data(as_text=True)


@pytest.mark.parametrize("status", [S.ACCEPTED, S.REJECTED, S.CLOSED])
def test_withdraw_application_too_late_says_so(client, acting_as, status):
    person = known_person()
    application = ApplicationFactory(person=person, status=status)
    acting_as(applicant(person))
    path = f"/my/applications/{application.code}/withdraw"

    assert "This application cannot be withdrawn" in client.get(path).get_data(as_text=True)
    refused = client.post(path)
    assert refused.status_code == 409
    assert "not possible from the current status" in refused.get_data(as_text=True)


@pytest.mark.parametrize("rest", ["", "/receipt", "/withdraw", "/guardian"])
def test_pages_of_somebody_elses_application_are_not_found(client, acting_as, rest):
    application = ApplicationFactory()
    acting_as(applicant(known_person()))

    assert client.get(f"/my/applications/{application.code}{rest}").status_code == 404
    assert client.post(f"/my/applications/{application.code}{rest}").status_code in {404, 405}
    assert db.session.get(Application, application.id).status is S.SUBMITTED


@pytest.mark.parametrize("rest", ["", "/accept", "/decline"])
def test_pages_of_somebody_elses_offer_are_not_found(client, acting_as, rest):
    offer = OfferFactory()
    acting_as(applicant(known_person()))

    assert client.get(f"/my/offers/{offer.code}{rest}").status_code == 404
    assert client.post(f"/my/offers/{offer.code}{rest}").status_code in {404, 405}
    assert db.session.get(Offer, offer.id).answer is None


PUBLIC = {
    S.AWAITING_GUARDIAN: "Waiting for your guardian",
    S.AWAITING_ENDORSEMENT: "Waiting for your focal point",
    S.INELIGIBLE: "Not eligible",
    S.REJECTED: "Not this time",
    S.DECLINED: "You declined the place.",
    S.LAPSED: "The offer was not answered in time",
    S.EXPIRED: "The window closed before the application was sent.",
}


@pytest.mark.parametrize("status", sorted(set(S) - {S.DRAFT}))
def test_show_own_application_in_each_status_uses_public_names_only(client, acting_as, status):
    person = known_person()
    application = ApplicationFactory(person=person, status=status)
    acting_as(applicant(person))

    page = client.get(f"/my/applications/{application.code}")

    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert PUBLIC.get(status, "Where it stands") in text
    for secret in (
        "Not endorsed",
        "Not selected",
        "Waiting for the",
        "Returned for",
        "under_review",
        "not_endorsed",
    ):
        assert secret not in text


def test_show_own_application_of_a_draft_leads_to_its_tasks(client, acting_as):
    application, actor = ready_draft()
    acting_as(actor)

    page = client.get(f"/my/applications/{application.code}")

    assert page.location == f"/apply/{application.cohort.code}/tasks"
    assert client.get(f"/my/applications/{application.code}/receipt").status_code == 404


def _labels(client, application):
    text = client.get(f"/my/applications/{application.code}").get_data(as_text=True)
    return re.findall(r'<p class="timeline-label"><span[^>]*>[^<]*</span>([^<]+)</p>', text)


def test_show_own_application_tells_of_not_endorsed_only_after_the_release(client, acting_as):
    application, actor = ready_draft(open_cohort(nomination="apply_then_endorse"))
    with transaction():
        submit_application(application, actor=actor)
    with transaction():
        take_step(application, "decline_endorsement", actor=SYSTEM, reason="Secret reason")
    acting_as(actor)

    assert _labels(client, application) == ["Waiting for your focal point", "In review", "Decision"]
    cohort = db.session.get(Application, application.id).cohort_id
    StagedDecisionFactory(
        application=ApplicationFactory(status=S.REJECTED),
        cohort_id=cohort,
        decision=Decision.REJECT,
        released_at=clock.now(),
    )
    assert _labels(client, application) == ["Waiting for your focal point", "Not this time"]
    text = client.get(f"/my/applications/{application.code}").get_data(as_text=True)
    assert "Secret reason" not in text


def test_show_own_application_does_not_show_what_is_staged(client, acting_as):
    application, actor = ready_draft()
    with transaction():
        submit_application(application, actor=actor)
        take_step(application, "start_review", actor=SYSTEM)
    StagedDecisionFactory(application=application, decision=Decision.REJECT, note="Staged note")
    acting_as(actor)

    assert _labels(client, application) == ["Sent", "In review", "Decision"]
    text = client.get(f"/my/applications/{application.code}").get_data(as_text=True)
    assert "Staged note" not in text
    assert "more good applications" not in text


def test_show_own_application_on_the_waiting_list_shows_the_own_position(client, acting_as):
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort, seats=0)
    for _ in range(3):
        application, actor = ready_draft(cohort)
        with transaction():
            submit_application(application, actor=actor)
    acting_as(actor)

    text = client.get(f"/my/applications/{application.code}").get_data(as_text=True)

    assert "You are number 3 on the list" in text


def test_show_own_application_that_is_not_eligible_names_the_condition_in_plain_words(client, acting_as):
    cohort = open_cohort(age_min=None, age_max=10)
    application, actor = ready_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    acting_as(actor)

    text = client.get(f"/my/applications/{application.code}").get_data(as_text=True)

    assert application.status is S.INELIGIBLE
    assert f"Age: at most 10 on {format_day(cohort.age_on)}." in text


def test_show_receipt_of_a_first_come_offer_leads_to_it(client, acting_as):
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort)
    _application, actor = ready_draft(cohort)
    acting_as(actor)

    sent = client.post(f"/apply/{cohort.code}/check")

    offer = db.session.scalars(sa.select(Offer)).one()
    assert f"/my/offers/{offer.code}" in client.get(sent.location).get_data(as_text=True)


@pytest.fixture
def offered(client, acting_as):
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort)
    application, actor = ready_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    acting_as(actor)
    return application, db.session.scalars(sa.select(Offer)).one().code


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [("accept", S.ACCEPTED, "You accepted this place."), ("decline", S.DECLINED, "You declined this place.")],
)
def test_answer_offer_asks_once_more_then_does_it_once(client, offered, answer, status, words):
    application, code = offered
    path = f"/my/offers/{code}/{answer}"

    assert client.get(path).status_code == 200
    assert db.session.get(Application, application.id).status is S.OFFERED
    first, second = client.post(path), client.post(path)

    assert (first.location, second.location) == (f"/my/offers/{code}",) * 2
    assert db.session.get(Application, application.id).status is status
    assert words in client.get(f"/my/offers/{code}").get_data(as_text=True)


def test_answer_offer_after_the_other_answer_says_what_was_said(client, offered):
    application, code = offered
    client.post(f"/my/offers/{code}/decline")

    answer = client.post(f"/my/offers/{code}/accept")

    assert answer.status_code == 409
    assert "You have already declined this place." in answer.get_data(as_text=True)
    assert db.session.get(Application, application.id).status is S.DECLINED


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_answer_offer_too_late_says_so(client, offered, answer):
    application, code = offered
    offer = db.session.scalars(sa.select(Offer)).one()

    with clock.travel(offer.accept_by_at - timedelta(seconds=1)):
        assert client.get(f"/my/offers/{code}/{answer}").status_code == 200
    with clock.travel(offer.accept_by_at):
        page = client.get(f"/my/offers/{code}")
        late = client.post(f"/my/offers/{code}/{answer}")

    assert "no longer held for you" in page.get_data(as_text=True)
    assert "/accept" not in page.get_data(as_text=True)
    assert late.status_code == 409
    assert "The time to answer this offer is over" in late.get_data(as_text=True)
    assert db.session.get(Application, application.id).status is S.OFFERED


def test_withdraw_follow_up_takes_the_consent_back_once(client, acting_as):
    application, actor = ready_draft()
    with transaction():
        submit_application(application, actor=actor)
    acting_as(actor)
    here = f"/my/applications/{application.code}"
    assert "Take back the consent" in client.get(here).get_data(as_text=True)

    assert client.get(f"{here}/follow-up").status_code == 200
    answers = [client.post(f"{here}/follow-up").location for _ in range(2)]

    assert answers == ["/my/consents", "/my/consents"]
    ledger = db.session.scalars(
        sa.select(Consent.action).where(Consent.purpose == ConsentPurpose.FOLLOW_UP).order_by(Consent.id)
    ).all()
    assert ledger == [ConsentAction.GIVEN, ConsentAction.WITHDRAWN]
    assert "Take back the consent" not in client.get(here).get_data(as_text=True)
    assert db.session.get(Application, application.id).status is S.SUBMITTED


def test_withdraw_follow_up_of_somebody_else_is_not_found(client, acting_as):
    application, _actor = ready_draft()
    acting_as(applicant(known_person()))

    assert client.post(f"/my/applications/{application.code}/follow-up").status_code == 404
    assert set(db.session.scalars(sa.select(Consent.action))) == {ConsentAction.GIVEN}
