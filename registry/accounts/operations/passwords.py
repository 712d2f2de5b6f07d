"""Forgotten and changed passwords. Either way the sessions that were open are dead."""

import secrets

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts import queries, rules
from registry.accounts.enums import LinkPurpose
from registry.accounts.models import User
from registry.accounts.operations.links import make_link, recipient_of, use_link
from registry.accounts.operations.sessions import end_all_sessions
from registry.core import audit, clock
from registry.core.errors import InvalidInput
from registry.core.i18n import _l
from registry.messages import operations as messages


def forget_password(typed_email: str) -> None:
    """Mail a link for a new password, if the address is known; says nothing either way."""
    email = rules.clean_email(typed_email)
    user = queries.find_user(email) if email else None
    if user is None:
        return
    token = make_link(user, LinkPurpose.RESET)
    messages.queue(
        "reset_password",
        key=f"reset_password:{user.code}:{secrets.token_hex(8)}",
        to=recipient_of(user),
        context={"token": token},
        secret=True,
    )


def reset_password(token: str, *, password_hash: str, actor: Actor) -> User:
    """Set the new password. The mailed link proves the address too; it does not replace the second factor.

    Errors: LinkInvalid.
    """
    user = use_link(token, LinkPurpose.RESET)
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
    user.failures = 0
    user.locked_until_at = None
    _set_password(user, password_hash, actor, "accounts:user:reset_password")
    end_all_sessions(user)
    return user


def change_password(checked_hash: str, *, password_hash: str, actor: Actor, token: str | None = None) -> User:
    """Set another password; all sessions end but the one behind `token`.

    `checked_hash` is the one the old password was checked against.
    Errors: InvalidInput("password") when it is not the current one any more.
    """
    user = queries.get_user(actor.user_id or 0)
    policy.require(actor, Permission.ACCOUNT_MANAGE, user)
    if user.password_hash != checked_hash:
        raise InvalidInput(_l("This is not your current password."), field="password")
    _set_password(user, password_hash, actor, "accounts:user:change_password")
    end_all_sessions(user, except_token=token)
    return user


def _set_password(user: User, password_hash: str, actor: Actor, action: str) -> None:
    user.password_hash = password_hash
    audit.record(user, action, actor)
    messages.queue(
        "password_changed",
        key=f"password_changed:{user.code}:{secrets.token_hex(8)}",
        to=recipient_of(user),
    )
