"""What was sent about an application."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.admissions.models import Application
from registry.admissions.queries.audience import list_mails_with
from registry.admissions.rules.mails import audience_topic, guardian_topic, topic_of
from registry.core.errors import NotFound
from registry.messages.models import Message
from registry.messages.queries import list_about


@dataclass(frozen=True)
class Mail:
    """One message; what the guardian got is shown without address and text."""

    message: Message
    is_to_guardian: bool

    @property
    def text(self) -> str | None:
        """What may be read of it."""
        return None if self.is_to_guardian or self.message.is_secret else self.message.body


def list_mails(application: Application) -> Sequence[Mail]:
    """All mails to the applicant and the guardian, the newest first. The caller has opened the application."""
    of_guardian = guardian_topic(application)
    to_many = [audience_topic(application, mail) for mail in list_mails_with(application)]
    found = list_about(topic_of(application), of_guardian, *to_many)
    return [Mail(message, message.topic == of_guardian) for message in found]


def get_mail(code: str, application: Application) -> Mail:
    """Errors: NotFound."""
    for mail in list_mails(application):
        if mail.message.code == code:
            return mail
    raise NotFound
