"""A message is written with its cause, sent once, tried again, and given up in the end."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.core import clock, jobs
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages import operations
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.messages.operations import Recipient
from registry.messages.transport import Refused, Unreachable
from tests.factories.messages import MessageFactory

Mails = Callable[[], list[EmailMessage]]
TO = Recipient("aigerim@example.org", locale="ru", zone="Asia/Almaty")


@pytest.fixture(autouse=True)
def _own_templates(templates: Path) -> None:
    """All tests here use the greeting."""


def queue(key: str = "k", **kwargs: Any) -> None:
    with transaction():
        operations.queue("greeting", key=key, to=TO, context={"name": "Айгерим"}, **kwargs)


def stored() -> Message:
    db.session.expire_all()
    return db.session.scalars(sa.select(Message)).one()


class Flaky:
    """Fails with the errors given, one per mail, then works."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[EmailMessage] = []

    def __enter__(self) -> "Flaky":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, mail: EmailMessage) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(mail)


@pytest.fixture
def transport(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Flaky]:
    def use(*errors: Exception) -> Flaky:
        flaky = Flaky(*errors)
        monkeypatch.setattr(operations, "open_transport", lambda: flaky)
        return flaky

    return use


def test_a_message_goes_out_as_a_file_with_its_headers(mails: Mails) -> None:
    queue()
    jobs.run_due()

    (mail,) = mails()
    message = stored()
    assert message.status is MessageStatus.SENT
    assert message.sent_at == clock.now()
    assert {name: str(mail[name]) for name in ("To", "Message-ID", "Auto-Submitted", "Content-Language")} == {
        "To": "aigerim@example.org",
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": "ru",
    }
    assert mail["Date"].datetime == clock.now()
    assert not [name for name in mail if name.lower().startswith("list-")]
    lines = mail.get_content().splitlines()
    assert lines[0] == "Hello & Айгерим: http://127.0.0.1:8000/my/messages"
    assert str(mail["Subject"]).endswith("<Айгерим>")


def test_the_same_key_is_one_message(mails: Mails) -> None:
    queue("once")
    queue("once")
    jobs.run_due()

    assert len(mails()) == 1


def test_a_rolled_back_change_sends_nothing(mails: Mails) -> None:
    with pytest.raises(ZeroDivisionError), transaction():  # noqa: PT012
        operations.queue("greeting", key="k", to=TO, context={"name": "x"})
        raise ZeroDivisionError
    jobs.run_due()

    assert mails() == []


def test_a_missing_value_fails_the_change_not_the_mail() -> None:
    with pytest.raises(Exception, match="'name' is undefined"), transaction():
        operations.queue("greeting", key="k", to=TO)


def test_later_news_supersede_what_waits_about_the_same_topic(mails: Mails) -> None:
    queue("a", topic="application:A")
    queue("b", topic="application:B")
    with transaction():
        assert operations.supersede("application:A") == 1
    jobs.run_due()

    statuses = dict(db.session.execute(sa.select(Message.key, Message.status)).all())
    assert statuses == {"a": MessageStatus.SUPERSEDED, "b": MessageStatus.SENT}
    assert len(mails()) == 1


def test_what_is_sent_is_not_superseded(mails: Mails) -> None:
    queue(topic="t")
    jobs.run_due()

    with transaction():
        assert operations.supersede("t") == 0
    assert stored().status is MessageStatus.SENT


def test_a_secret_text_is_forgotten_once_sent(mails: Mails) -> None:
    queue(secret=True)
    assert "http" in stored().body
    jobs.run_due()

    assert "http" in mails()[0].get_content()
    assert stored().body == ""


def test_a_secret_text_that_is_overtaken_is_forgotten_too(mails: Mails) -> None:
    queue("secret", topic="t", secret=True)
    queue("open", topic="t")
    with transaction():
        assert operations.supersede("t") == 2

    db.session.expire_all()
    bodies = dict(db.session.execute(sa.select(Message.key, Message.body)).all())
    assert bodies["secret"] == ""
    assert bodies["open"]


def test_a_failure_is_tried_again_later_with_the_same_message_id(transport: Callable[..., Flaky]) -> None:
    flaky = transport(OSError("no route"))
    queue()
    start = clock.now()
    operations.deliver()
    assert (stored().status, stored().attempts, stored().last_error) == (
        MessageStatus.QUEUED,
        1,
        "OSError: no route",
    )
    first_id = stored().message_id

    with clock.travel(start + timedelta(seconds=29)):
        operations.deliver()
        assert flaky.sent == []
    with clock.travel(start + timedelta(seconds=30)):
        operations.deliver()

    assert [mail["Message-ID"] for mail in flaky.sent] == [first_id]
    assert (stored().status, stored().last_error) == (MessageStatus.SENT, None)


def test_after_many_failures_it_is_given_up(transport: Callable[..., Flaky]) -> None:
    transport(*[OSError("no route")] * operations.MAX_ATTEMPTS)
    queue()
    moment = clock.now()

    for _ in range(operations.MAX_ATTEMPTS):
        with clock.travel(moment):
            operations.deliver()
        moment += timedelta(hours=6)

    assert (stored().status, stored().attempts) == (MessageStatus.FAILED, operations.MAX_ATTEMPTS)


def test_a_mail_is_tried_at_growing_distances_for_two_days() -> None:
    waits = [jobs.backoff(attempt) for attempt in range(1, operations.MAX_ATTEMPTS)]

    assert waits[:5] == [timedelta(seconds=30 * 2**n) for n in range(5)]
    assert waits == sorted(waits)
    assert max(waits) == timedelta(hours=6)
    assert timedelta(days=2) <= sum(waits, timedelta()) <= timedelta(days=3)


def test_without_a_server_one_mail_is_tried_and_the_others_lose_nothing(
    transport: Callable[..., Flaky],
) -> None:
    flaky = transport(Unreachable("refused"))
    for key in ("first", "second", "third"):
        queue(key)
    operations.deliver()

    tried = dict(db.session.execute(sa.select(Message.key, Message.attempts)).all())
    assert tried == {"first": 1, "second": 0, "third": 0}

    with clock.travel(clock.now() + timedelta(minutes=1)):
        operations.deliver()
    assert len(flaky.sent) == 3


@pytest.mark.parametrize("error", [Refused("550 no such user"), ValueError("bad header")])
def test_a_refused_address_is_not_tried_again(transport: Callable[..., Flaky], error: Exception) -> None:
    transport(error)
    queue("refused")
    queue("next")
    operations.deliver()

    statuses = dict(db.session.execute(sa.select(Message.key, Message.status)).all())
    assert statuses == {"refused": MessageStatus.FAILED, "next": MessageStatus.SENT}


def test_a_message_in_other_hands_is_left_alone_until_the_lease_ends(transport: Callable[..., Flaky]) -> None:
    flaky = transport()
    start = clock.now()
    with transaction():
        MessageFactory(status=MessageStatus.QUEUED, sent_at=None, due_at=start + operations.LEASE, attempts=1)

    operations.deliver()
    assert flaky.sent == []

    with clock.travel(start + operations.LEASE):
        operations.deliver()
    assert len(flaky.sent) == 1


def test_messages_about_the_past_can_be_taken_as_sent(transport: Callable[..., Flaky]) -> None:
    flaky = transport()
    queue()
    with transaction():
        assert operations.assume_sent() == 1
    operations.deliver()

    assert flaky.sent == []
    assert (stored().status, stored().sent_at) == (MessageStatus.SENT, stored().queued_at)
