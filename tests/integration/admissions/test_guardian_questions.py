"""What a guardian may ask, deny and get again; what coordinators answer and send."""

from datetime import date

import pytest
import sqlalchemy as sa

from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, ClosingReason
from registry.admissions.models import GuardianQuestion
from registry.admissions.operations import sweeps
from registry.admissions.operations.decisions import override_ineligible
from registry.admissions.operations.submission import submit_application
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.i18n import _, in_locale
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people.enums import ConsentAction
from registry.people.models import Consent
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.actors import coordinator
from tests.factories.journeys import MINOR, open_cohort, ready_draft
from tests.integration.admissions.guarding import READ, ask, fresh, kinds, last_link, later, runner, send
from tests.queries import counted_queries

S = ApplicationStatus


@pytest.fixture
def staff():
    """Two coordinators of the programme, one of another one."""
    users = [StaffFactory(locale=locale) for locale in ("en", "ru", "en")]

    def grant(programme):
        for user, slug in zip(users, (programme.slug, programme.slug, "other"), strict=True):
            RoleGrantFactory(user=user, role=Role.COORDINATOR, programme=slug)
        return users

    return grant


def in_russian(sentence, **values):
    with in_locale("ru"):
        return _(sentence, **values)


def open_code():
    return db.session.scalars(sa.select(GuardianQuestion.code).order_by(GuardianQuestion.id.desc())).first()


def test_ask_question_keeps_the_application_waiting_and_tells_the_coordinators(client, staff):
    application, _actor, link = send()
    users = staff(application.cohort.programme)

    with later(days=10):
        asked = ask(client, link)
        again = ask(client, link)

    assert {asked.location, again.location} == {link}
    assert fresh(application).status is S.AWAITING_GUARDIAN
    question = db.session.scalars(sa.select(GuardianQuestion)).one()
    assert (question.text, question.locale) == ("Who pays the journey?", "ru")
    told = db.session.execute(
        sa.select(Message.address, Message.locale).where(Message.kind == "guardian_asked")
    ).all()
    assert sorted(told) == sorted((user.email, user.locale) for user in users[:2])
    body = db.session.scalars(sa.select(Message.body).where(Message.kind == "guardian_asked")).first()
    assert "journey" not in body
    assert "Secretova" not in body
    # From the question on, the link has its full time again.
    with later(days=23):
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("text", ["", " \n ", "x" * 1001])
def test_ask_question_refuses_what_is_none_and_keeps_it(client, text):
    _application, _actor, link = send()

    answer = ask(client, link, text)

    assert answer.status_code == 422
    assert 'id="text-error"' in answer.get_data(as_text=True)
    assert text.strip() in answer.get_data(as_text=True)
    assert open_code() is None


def test_ask_question_stops_at_three_that_wait(client):
    _application, _actor, link = send()

    answers = [ask(client, link, f"Question {number}?").status_code for number in range(4)]

    assert answers == [303, 303, 303, 409]


def test_answer_question_mails_the_guardian_and_shows_the_thread(client, acting_as):
    application, _actor, link = send()
    ask(client, link)
    acting_as(runner())

    work = client.get("/manage").get_data(as_text=True)
    page = client.get(f"/manage/applications/{application.code}").get_data(as_text=True)
    path = f"/manage/guardian-questions/{open_code()}"
    assert path in work
    assert path in page
    assert "Who pays the journey?" in page
    answer = client.post(path, data={"text": "The programme pays."})

    assert answer.location == f"/manage/applications/{application.code}"
    mail = db.session.scalars(sa.select(Message).where(Message.kind == "guardian_answered")).one()
    assert (mail.address, mail.locale, mail.is_secret) == ("guardian@example.org", "ru", True)
    assert "The programme pays." in mail.body
    assert in_russian("The answer:") in mail.body
    thread = client.get(last_link("guardian_answered")).get_data(as_text=True)
    assert thread.index("Who pays the journey?") < thread.index("The programme pays.")
    assert client.get(link).status_code == 410
    assert path not in client.get("/manage").get_data(as_text=True)
    client.post(last_link("guardian_answered"), data={"agrees": "yes", "shown": READ})
    assert fresh(application).status is S.SUBMITTED


def test_answer_question_twice_keeps_the_first_answer(client, acting_as):
    _application, _actor, link = send()
    ask(client, link)
    acting_as(runner())
    path = f"/manage/guardian-questions/{open_code()}"
    client.post(path, data={"text": "The programme pays."})

    second = client.post(path, data={"text": "You pay."})

    assert second.status_code == 409
    assert db.session.scalars(sa.select(GuardianQuestion.answer)).one() == "The programme pays."
    assert kinds().count("guardian_answered") == 1


def test_answer_question_when_the_guardian_has_answered_is_refused(client, acting_as):
    _application, _actor, link = send()
    ask(client, link)
    client.post(link, data={"agrees": "yes", "shown": READ})
    acting_as(runner())
    path = f"/manage/guardian-questions/{open_code()}"

    page = client.get(path).get_data(as_text=True)
    answer = client.post(path, data={"text": "The programme pays."})

    assert "This question needs no answer any more." in page
    assert answer.status_code == 409
    assert path not in client.get("/manage").get_data(as_text=True)


@pytest.mark.parametrize("reader", ["applicant", "other guardian"])
def test_questions_are_for_the_guardian_who_asked(client, acting_as, reader):
    application, actor, link = send()
    ask(client, link)
    acting_as(actor)
    path = f"/my/applications/{application.code}"
    if reader == "applicant":
        page = client.get(path).get_data(as_text=True)
        assert "Your guardian has asked us something first." in page
    else:
        with later(minutes=10):
            client.post(
                f"{path}/guardian", data={"name": "Father", "email": "father@example.org", "locale": "ru"}
            )
            page = client.get(last_link()).get_data(as_text=True)
            assert "Dilnoza" in page
    assert "Who pays the journey?" not in page


def test_work_to_do_lists_the_open_questions_of_the_guardians_who_are_asked_now(client, acting_as):
    _first, _actor, link = send()
    ask(client, link)
    waiting = open_code()
    second, applicant, link = send()
    ask(client, link)
    replaced = open_code()
    acting_as(applicant)
    with later(minutes=10):
        form = {"name": "Father", "email": "father@example.org", "locale": "ru"}
        client.post(f"/my/applications/{second.code}/guardian", data=form)
    acting_as(runner())

    page = client.get("/manage").get_data(as_text=True)

    assert f"/manage/guardian-questions/{waiting}" in page
    assert replaced not in page
    answer = client.post(f"/manage/guardian-questions/{replaced}", data={"text": "Too late."})
    assert answer.status_code == 409


def test_questions_in_work_to_do_take_the_same_number_of_queries(client, acting_as):
    numbers = []
    cohort = open_cohort()
    for size in (1, 3):
        for _number in range(size):
            application, actor = ready_draft(cohort, born_on=MINOR)
            with transaction():
                submit_application(application, actor=actor)
            ask(client, last_link())
        acting_as(runner())
        with counted_queries() as queries:
            client.get("/manage")
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


def test_deny_guardianship_asks_the_applicant_to_name_another(client, acting_as):
    application, actor, link = send()
    confirm = client.get(f"{link}/not-guardian").get_data(as_text=True)

    answer = client.post(f"{link}/not-guardian")

    assert "Dilnoza" in confirm
    assert answer.location == link
    assert fresh(application).status is S.AWAITING_GUARDIAN
    assert in_russian("Thank you for telling us") in client.get(link).get_data(as_text=True)
    assert client.post(link, data={"agrees": "yes", "shown": READ}).status_code == 409
    assert db.session.scalars(sa.select(Consent).where(Consent.purpose == "participation")).all() == []
    assert "guardian_denied" in kinds()
    acting_as(actor)
    path = f"/my/applications/{application.code}"
    page = client.get(path).get_data(as_text=True)
    assert "Name another guardian" in page
    assert "g•••@example.org" in page
    assert "guardian@example.org" not in page
    with later(minutes=10):
        same = client.post(
            f"{path}/guardian", data={"name": "Mother", "email": "Guardian@example.org", "locale": "ru"}
        )
        other = client.post(
            f"{path}/guardian", data={"name": "Mother", "email": "mother@example.org", "locale": "ru"}
        )
        assert client.get(last_link()).status_code == 200
    assert (same.status_code, other.status_code) == (422, 303)


@pytest.mark.parametrize(
    ("circumstance", "sent"),
    [
        ("expired", 1),
        ("expired and renewed a moment ago", 1),
        ("still open", 0),
        ("replaced for another address", 0),
        ("consented", 0),
        ("withdrawn", 0),
    ],
)
def test_renew_guardian_link_goes_to_the_same_address_only_and_says_the_same(
    client, acting_as, circumstance, sent
):
    application, actor, link = send()
    acting_as(actor)
    if circumstance == "replaced for another address":
        with later(minutes=11):
            client.post(
                f"/my/applications/{application.code}/guardian",
                data={"name": "Father", "email": "father@example.org", "locale": "ru"},
            )
    elif circumstance == "consented":
        client.post(link, data={"agrees": "yes", "shown": READ})
    elif circumstance == "withdrawn":
        client.post(f"/my/applications/{application.code}/withdraw")
    before = kinds().count("guardian_request")

    with later(days=20 if circumstance != "still open" else 1):
        answers = [client.post(f"{link}/link")]
        if circumstance.endswith("ago"):
            answers.append(client.post(f"{link}/link"))
        page = client.get(link).get_data(as_text=True)

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, link)}
    assert str(in_russian("Done")) in page or "notice" in page
    assert kinds().count("guardian_request") - before == sent
    if sent:
        addresses = set(
            db.session.scalars(sa.select(Message.address).where(Message.kind == "guardian_request"))
        )
        assert addresses == {"guardian@example.org"}


def test_application_waits_two_weeks_more_after_the_link_unless_a_question_waits(client):
    silent, _actor, _link = send()
    asking, _actor, link = send()
    ask(client, link)

    with later(days=28, seconds=-1):
        sweeps.run_sweeps()
        assert fresh(silent).status is S.AWAITING_GUARDIAN
    with later(days=28):
        sweeps.run_sweeps()

    assert (fresh(silent).status, silent.closing_reason) == (S.CLOSED, ClosingReason.GUARDIAN_SILENT.value)
    assert fresh(asking).status is S.AWAITING_GUARDIAN


def test_ask_guardian_on_behalf_is_logged_and_kills_the_older_links(client, acting_as):
    application, _actor, first = send()
    acting_as(runner())
    path = f"/manage/applications/{application.code}/guardian"
    form = {"name": "Mother", "email": "right@example.org", "locale": "zh"}

    too_soon = client.post(path, data=form)
    with later(minutes=10):
        again = client.post(path, data=form)
        assert (client.get(first).status_code, client.get(last_link()).status_code) == (410, 200)

    assert (too_soon.status_code, again.location) == (409, f"/manage/applications/{application.code}")
    mail = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert (mail.kind, mail.address, mail.locale) == ("guardian_request", "right@example.org", "zh")
    logged = db.session.scalars(
        sa.select(AuditEntry.actor_label).where(
            AuditEntry.action == "admissions:application:ask_guardian_on_behalf"
        )
    ).all()
    assert logged == ["coordinator"]


def test_show_own_application_says_that_the_mail_could_not_be_delivered(client, acting_as):
    application, actor, _link = send()
    acting_as(actor)
    path = f"/my/applications/{application.code}"
    before = client.get(path).get_data(as_text=True)
    db.session.execute(
        sa.update(Message)
        .where(Message.kind == "guardian_request")
        .values(status=MessageStatus.FAILED, last_error="550")
    )

    after = client.get(path).get_data(as_text=True)

    assert "g•••@example.org" in before
    assert "could not be delivered" not in before
    assert "could not be delivered" in after
    assert f"{path}/guardian" in after


def test_override_of_a_minor_asks_the_guardian_first(client):
    application, _actor, link = send(age_min=18, age_on=date(2027, 9, 1))
    assert application.status is S.INELIGIBLE
    assert link is None

    with transaction():
        override_ineligible(application, reason="Old enough for us", actor=coordinator())

    assert fresh(application).status is S.AWAITING_GUARDIAN
    assert kinds()[-2:] == ["guardian_request", "application_admitted"]
    client.post(last_link(), data={"agrees": "yes", "shown": READ})
    assert fresh(application).status is S.SUBMITTED
    assert application.eligible_at is not None


def test_refusing_keeps_the_reason_from_the_applicant(client, acting_as):
    application, actor, link = send()
    client.post(link, data={"agrees": "no", "reason": "Too far away", "shown": READ})

    acting_as(actor)
    page = client.get(f"/my/applications/{application.code}").get_data(as_text=True)

    said = db.session.scalars(sa.select(Consent).where(Consent.purpose == "participation")).one()
    assert (said.action, said.reason) == (ConsentAction.REFUSED, "Too far away")
    assert "Too far away" not in page
    assert "Too far away" not in "".join(db.session.scalars(sa.select(Message.body)))


def test_consenting_keeps_no_reason(client):
    _application, _actor, link = send()

    client.post(link, data={"agrees": "yes", "reason": "By mistake", "shown": READ})

    said = db.session.scalars(sa.select(Consent).where(Consent.purpose == "participation")).one()
    assert (said.action, said.reason) == (ConsentAction.GIVEN, "")
