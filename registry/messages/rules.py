"""Who may read which message."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.messages.models import Message


@policy.rule(Permission.MESSAGE_READ, on=Message)
def can_read(actor: Actor, message: Message) -> bool:
    """One's own only."""
    return message.user_id is not None and message.user_id == actor.user_id
