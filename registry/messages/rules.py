"""Who may read which message, and why one has not arrived."""

from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core.i18n import _l
from registry.messages.enums import MessageStatus
from registry.messages.models import Message


@policy.rule(Permission.MESSAGE_READ, on=Message)
def can_read(actor: Actor, message: Message) -> bool:
    """One's own only."""
    return message.user_id is not None and message.user_id == actor.user_id


def describe_failure(message: Message) -> Any:
    """Why the message has not gone out, in words for people; None where nothing went wrong."""
    if message.last_error is None or message.status is MessageStatus.SENT:
        return None
    kind = message.last_error.partition(":")[0]
    if kind == "Refused":
        return _l("The address takes no mail. It may be misspelt, closed or full.")
    if kind == "Unreachable":
        return _l("The mail server could not be reached.")
    return _l("The mail server did not take the mail.")
