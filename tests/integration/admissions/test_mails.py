"""What a coordinator sees of the mails about an application, and the second attempt for one that failed."""

import html5lib
import pytest
import sqlalchemy as sa

from registry.admissions.models import Application
from registry.admissions.rules.mails import guardian_topic, topic_of
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.messages import MessageFactory

M = MessageStatus


@pytest.fixture
def application(acting_as) -> Application:
    application = ApplicationFactory()
    acting_as(coordinator(application.cohort.programme.slug, user_id=UserFactory().id))
    return application


def mail(topic: str, subject: str, status: M = M.SENT, **values: object) -> Message:
    return MessageFactory(
        topic=topic,
        subject=subject,
        status=status,
        sent_at=clock.now() if status is M.SENT else None,
        body=f"The text of {subject}.\n",
        **values,
    )


def mails_on(page: str) -> list[str]:
    """The lines under “Mails”, the newest first."""
    main = html5lib.parse(page, namespaceHTMLElements=False).find(".//main")
    parent = next(each for each in main.iter() if each.find("h2[@id='mails']") is not None)
    listed = parent.find("ul[@class='mails']")
    return [" ".join("".join(each.itertext()).split()) for each in listed]


def show(client, application: Application) -> str:
    return client.get(f"/manage/applications/{application.code}").get_data(as_text=True)


def test_each_mail_is_told_with_what_became_of_it(client, application) -> None:
    topic, guardian = topic_of(application), guardian_topic(application)
    mail(topic, "Received")
    mail(guardian, "Consent", is_secret=True, address="mother@example.org")
    mail(topic, "Place", M.SUPERSEDED)
    mail(topic, "Refused", M.FAILED, last_error="Refused: 550 no such user", address="typo@example.org")
    mail(topic, "Waiting", M.QUEUED, last_error="Unreachable: refused")
    mail(topic_of(ApplicationFactory()), "Another")

    page = show(client, application)

    told = mails_on(page)
    assert [line.split(" The ")[0].split("·")[0].strip() for line in told] == [
        "Waiting to be sent To the applicant",
        "Could not be delivered To the applicant",
        "Overtaken by later news To the applicant",
        "Mail sent To the guardian",
        "Mail sent To the applicant",
    ]
    assert "The mail server could not be reached. It is tried again at" in told[0]
    assert "It may be misspelt, closed or full." in told[1]
    assert told[1].endswith("Try again Refused")
    assert "The text of Received." in told[4]
    assert "The text of Consent" not in page
    assert "mother@example.org" not in page
    assert "Another" not in page
    assert "550" not in page


def test_without_mails_the_page_says_so(client, application) -> None:
    assert "Nothing has been sent about this application yet." in show(client, application)


def test_a_failed_mail_is_tried_again_under_its_own_number(client, application) -> None:
    failed = mail(topic_of(application), "Offer", M.FAILED, attempts=18, last_error="Unreachable: x")
    number = failed.message_id
    address = f"/manage/applications/{application.code}/mails/{failed.code}/retry"

    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 303

    message = db.session.scalars(sa.select(Message)).one()
    assert (message.status, message.attempts, message.message_id) == (M.QUEUED, 0, number)
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.endswith("retry_mail"))
    ).all()
    assert actions == ["admissions:application:retry_mail"]


@pytest.mark.parametrize("status", [M.SENT, M.SUPERSEDED, M.QUEUED])
def test_what_did_not_fail_is_not_sent_again(client, application, status: M) -> None:
    message = mail(topic_of(application), "Offer", status)

    client.post(f"/manage/applications/{application.code}/mails/{message.code}/retry")

    assert db.session.scalars(sa.select(Message.status)).one() is status
    assert "This mail does not need another attempt" in show(client, application)


def test_a_mail_of_another_application_is_not_there(client, application) -> None:
    foreign = mail(topic_of(ApplicationFactory()), "Offer", M.FAILED)

    answer = client.post(f"/manage/applications/{application.code}/mails/{foreign.code}/retry")

    assert answer.status_code == 404
    assert db.session.scalars(sa.select(Message.status)).one() is M.FAILED
