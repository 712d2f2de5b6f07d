"""The guardian's link: what it shows, what it does, and what is left of it afterwards."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from markupsafe import escape

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, GuardianRequest
from registry.admissions.operations.guardians import ask_guardian_again
from registry.admissions.operations.submission import submit_application
from registry.catalogue.enums import NominationMode, SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.i18n import _, in_locale
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people.enums import ConsentAction, ConsentGiver, ConsentPurpose
from registry.people.models import Consent, Guardianship
from tests.factories.actors import applicant
from tests.factories.admissions import GuardianRequestFactory
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import MINOR, known_person, open_cohort, ready_draft

S = ApplicationStatus
READ = '{"locale": "ru", "version": "2026-11.2"}'


@pytest.fixture
def sent():
    """An application that waits for the guardian, with its applicant and the path of the mailed link."""

    def send(**values):
        cohort = open_cohort(**values)
        SeatPoolFactory(cohort=cohort)
        application, actor = ready_draft(cohort, born_on=MINOR, family_name="Secretova")
        with transaction():
            submit_application(application, actor=actor)
        return application, actor, _last_link()

    return send


def in_russian(sentence):
    """The sentence as the guardian, who reads Russian, sees it."""
    with in_locale("ru"):
        return str(escape(_(sentence)))


def _last_link():
    body = db.session.scalars(
        sa.select(Message.body).where(Message.kind == "guardian_request").order_by(Message.id.desc())
    ).first()
    return re.search(r"/guardian/\S+", body)[0]


def _status(application):
    db.session.expire_all()
    return db.session.get(Application, application.id).status


def _kinds():
    return db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()


def test_answer_guardian_shows_only_what_is_needed(client, sent):
    application, _actor, link = sent()

    text = client.get(link).get_data(as_text=True)

    assert "Dilnoza" in text
    assert "Secretova" not in text
    assert application.code not in text
    assert "checked" not in text
    assert 'lang="ru"' in text


def test_answer_guardian_in_the_guardians_language_whatever_the_browser_reads(client, sent):
    _application, _actor, link = sent()
    client.get("/language/zh")

    assert 'lang="ru"' in client.get(link).get_data(as_text=True)


def test_choose_guardian_locale_stays_on_the_page_and_in_mails_to_come(client, sent):
    _application, _actor, link = sent()

    chosen = client.post(f"{link}/language", data={"locale": "zh", "next": f"{link}/question"})

    assert (chosen.status_code, chosen.location) == (303, f"{link}/question")
    assert 'lang="zh-Hans"' in client.get(link).get_data(as_text=True)
    with clock.travel(clock.now() + timedelta(days=15)):
        client.post(f"{link}/link")
    locales = db.session.scalars(
        sa.select(Message.locale).where(Message.kind == "guardian_request").order_by(Message.id)
    )
    assert list(locales) == ["ru", "zh"]


@pytest.mark.parametrize(("locale", "next_page"), [("xx", "/"), ("", "/"), ("zh", "https://evil.example/")])
def test_choose_guardian_locale_takes_nothing_else(client, sent, locale, next_page):
    _application, _actor, link = sent()

    answer = client.post(f"{link}/language", data={"locale": locale, "next": next_page})

    if locale == "zh":
        assert answer.location == link
    else:
        assert answer.status_code == 422
        assert db.session.scalars(sa.select(Guardianship.locale)).one() == "ru"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, S.SUBMITTED),
        ({"nomination": NominationMode.APPLY_THEN_ENDORSE}, S.AWAITING_ENDORSEMENT),
        ({"selection": SelectionMethod.FIRST_COME}, S.OFFERED),
    ],
)
def test_answer_guardian_consenting_moves_the_application_on(client, sent, values, status):
    application, _actor, link = sent(**values)

    answer = client.post(link, data={"agrees": "yes", "shown": READ})

    assert (answer.status_code, answer.location) == (303, link)
    assert _status(application) is status
    consent = db.session.scalars(
        sa.select(Consent).where(Consent.purpose == ConsentPurpose.PARTICIPATION)
    ).one()
    assert (consent.action, consent.given_by, consent.about, consent.locale) == (
        ConsentAction.GIVEN,
        ConsentGiver.GUARDIAN,
        application.code,
        "ru",
    )
    assert "guardian_consented" in _kinds()
    again = client.get(link)
    assert again.status_code == 200
    assert in_russian("Your consent is recorded. Nothing more is needed.") in again.get_data(as_text=True)


def test_answer_guardian_refusing_ends_the_application(client, sent):
    application, _actor, link = sent()

    client.post(link, data={"agrees": "no", "shown": READ})

    assert _status(application) is S.WITHDRAWN
    consent = db.session.scalars(
        sa.select(Consent).where(Consent.purpose == ConsentPurpose.PARTICIPATION)
    ).one()
    assert consent.action is ConsentAction.REFUSED
    assert "guardian_refused" in _kinds()


def test_show_own_application_refused_by_the_guardian_says_so(client, sent, acting_as):
    application, actor, link = sent()
    client.post(link, data={"agrees": "no", "shown": READ})

    acting_as(actor)
    page = client.get(f"/my/applications/{application.code}").get_data(as_text=True)

    assert "Your parent or guardian did not agree, so the application has ended." in page


def test_answer_guardian_twice_keeps_the_first_answer_and_says_so(client, sent):
    application, _actor, link = sent()
    client.post(link, data={"agrees": "yes", "shown": READ})

    answer = client.post(link, data={"agrees": "no", "shown": READ})

    assert answer.status_code == 409
    assert in_russian("Your consent is recorded. Nothing more is needed.") in answer.get_data(as_text=True)
    assert _status(application) is S.SUBMITTED


@pytest.mark.parametrize("agrees", ["", "perhaps", "<script>"])
def test_answer_guardian_with_a_bad_value_asks_again(client, sent, agrees):
    application, _actor, link = sent()

    answer = client.post(link, data={"agrees": agrees, "shown": READ})

    assert answer.status_code == 422
    assert 'id="agrees-error"' in answer.get_data(as_text=True)
    assert _status(application) is S.AWAITING_GUARDIAN


def test_answer_guardian_after_reading_it_in_another_language_asks_to_read_again(client, sent):
    application, _actor, link = sent()

    answer = client.post(link, data={"agrees": "yes", "shown": '{"locale": "en", "version": "2026-11.2"}'})

    assert answer.status_code == 409
    assert _status(application) is S.AWAITING_GUARDIAN


@pytest.mark.parametrize(
    ("after", "status", "words"),
    [
        (timedelta(days=14) - timedelta(seconds=1), 200, "Do you agree?"),
        (timedelta(days=14), 410, "This link is no longer valid"),
    ],
)
def test_answer_guardian_link_works_for_fourteen_days(client, sent, after, status, words):
    _application, _actor, link = sent()

    with clock.travel(clock.now() + after):
        page = client.get(link)

    assert page.status_code == status
    assert in_russian(words) in page.get_data(as_text=True)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_answer_guardian_too_late_changes_nothing(client, sent, answer):
    application, _actor, link = sent()

    with clock.travel(clock.now() + timedelta(days=14)):
        page = client.post(link, data={"agrees": answer, "shown": READ})

    assert page.status_code == 410
    assert _status(application) is S.AWAITING_GUARDIAN


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.CLOSED, S.SUBMITTED])
def test_answer_guardian_when_the_application_no_longer_waits_says_so(client, status):
    application = GuardianRequestFactory(application__status=status, token="abc").application

    for page in (client.get("/guardian/abc"), client.post("/guardian/abc", data={"agrees": "yes"})):
        assert page.status_code == 410
        assert in_russian("No answer is needed any more") in page.get_data(as_text=True)
    assert _status(application) is status


def test_answer_guardian_with_an_unknown_link_is_not_found(client):
    GuardianRequestFactory(token="abc")

    assert client.get("/guardian/abd").status_code == 404
    assert client.post("/guardian/abd", data={"agrees": "yes"}).status_code == 404


def test_ask_guardian_again_replaces_the_link_and_corrects_the_address(client, acting_as, sent):
    application, actor, first = sent()
    acting_as(actor)
    path = f"/my/applications/{application.code}/guardian"
    form = {"name": "Mother", "email": "right@example.org", "locale": "ru"}

    too_soon = client.post(path, data=form)
    with clock.travel(clock.now() + timedelta(minutes=10)):
        again = client.post(path, data=form)
        second = _last_link()
        assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)

    assert (too_soon.status_code, again.status_code) == (409, 303)
    assert second != first
    addresses = db.session.scalars(
        sa.select(Message.address).where(Message.kind == "guardian_request").order_by(Message.id)
    )
    assert list(addresses) == ["guardian@example.org", "right@example.org"]


def test_ask_guardian_again_when_nothing_waits_is_refused(sent, client):
    application, actor, link = sent()
    client.post(link, data={"agrees": "yes", "shown": READ})
    application = db.session.get(Application, application.id)

    with pytest.raises(Conflict):
        ask_guardian_again(application, name="G", email="g@example.org", locale="ru", actor=actor)


def test_ask_guardian_again_for_somebody_else_is_not_allowed(sent):
    application, _actor, _link = sent()

    with pytest.raises(NotAllowed):
        ask_guardian_again(
            application, name="G", email="g@example.org", locale="ru", actor=applicant(known_person())
        )


def test_guardian_link_is_stored_as_a_hash_only(sent):
    _application, _actor, link = sent()
    token = link.rpartition("/")[2]

    request = db.session.scalars(sa.select(GuardianRequest)).one()

    assert token not in request.token_hash
    message = db.session.scalars(sa.select(Message).where(Message.kind == "guardian_request")).one()
    assert (message.is_secret, message.locale, message.user_id) == (True, "ru", None)
