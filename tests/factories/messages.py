"""Messages."""

import factory

from registry.core import clock
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.base import Factory, next_code


class MessageFactory(Factory):
    """A mail that was sent."""

    class Meta:
        model = Message

    code = factory.LazyFunction(next_code)
    key = factory.Sequence(lambda n: f"message:{n}")
    message_id = factory.Sequence(lambda n: f"<{n}@registry.example>")
    address = "aigerim@example.org"
    locale = "en"
    kind = "confirm_account"
    subject = "Confirm your address"
    body = "Please confirm.\n"
    status = MessageStatus.SENT
    queued_at = factory.LazyFunction(clock.now)
    due_at = factory.LazyFunction(clock.now)
    sent_at = factory.LazyFunction(clock.now)
