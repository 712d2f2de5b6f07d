"""Setting up the second factor, and taking it away."""

import secrets

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts import queries
from registry.accounts.errors import CodeWrong
from registry.accounts.models import RecoveryCode, User
from registry.accounts.operations.links import recipient_of
from registry.accounts.operations.sessions import end_all_sessions, use_code
from registry.accounts.second_factor import new_secret
from registry.core import audit, clock
from registry.core.codes import hash_token, new_code
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition
from registry.core.i18n import _l
from registry.messages import operations as messages

RECOVERY_CODES = 10
RECOVERY_LENGTH = 12


def begin_second_factor(*, actor: Actor) -> User:
    """Make a secret; it counts only once a code proves that the telephone has it.

    Errors: Conflict when a second factor is in use.
    """
    user = _own_account(actor)
    if user.totp_confirmed_at is not None:
        raise Conflict(_l("The second step is switched on already."))
    user.totp_secret = new_secret()
    user.totp_counter = 0
    audit.record(user, "accounts:second_factor:begin", actor)
    return user


def confirm_second_factor(code: str, *, actor: Actor, token: str) -> list[str]:
    """Switch it on. Other sessions end, since they never passed it. The recovery codes, readable this once.

    Errors: CodeWrong("code"), IllegalTransition without a secret.
    """
    user = _own_account(actor)
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        raise IllegalTransition
    if not (code.isascii() and code.isdigit() and use_code(user, code)):
        raise CodeWrong(field="code")
    now = clock.now()
    db.session.refresh(user)
    user.totp_confirmed_at = now
    audit.record(user, "accounts:second_factor:confirm", actor)
    session = queries.find_session(token)
    if session is not None:
        session.second_factor_at = now
    end_all_sessions(user, except_token=token)
    _notify(user)
    return _make_recovery_codes(user)


def renew_recovery_codes(*, actor: Actor) -> list[str]:
    """New codes; the old ones stop working.

    Errors: IllegalTransition without a second factor.
    """
    user = _own_account(actor)
    if user.totp_confirmed_at is None:
        raise IllegalTransition
    audit.record(user, "accounts:second_factor:renew_codes", actor)
    return _make_recovery_codes(user)


def _make_recovery_codes(user: User) -> list[str]:
    _forget_recovery_codes(user)
    found = [new_code(RECOVERY_LENGTH) for _number in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_token(code)) for code in found)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in found]


def _forget_recovery_codes(user: User) -> None:
    db.session.execute(
        sa.delete(RecoveryCode)
        .where(RecoveryCode.user_id == user.id)
        .execution_options(synchronize_session=False)
    )


def remove_second_factor(*, actor: Actor) -> User:
    """Switch one's own off; staff have to set it up again before anything else."""
    user = _own_account(actor)
    _remove(user, actor, None)
    return user


def take_second_factor(user: User, *, actor: Actor, reason: str) -> User:
    """For somebody who lost telephone and codes; every session ends."""
    policy.require(actor, Permission.ROLE_GRANT, user)
    _remove(user, actor, reason)
    end_all_sessions(user)
    return user


def _remove(user: User, actor: Actor, reason: str | None) -> None:
    if user.totp_confirmed_at is None:
        raise IllegalTransition(_l("The second step is not switched on."))
    user.totp_secret = None
    user.totp_confirmed_at = None
    user.totp_counter = 0
    audit.record(user, "accounts:second_factor:remove", actor, reason=reason)
    _forget_recovery_codes(user)
    _notify(user)


def _notify(user: User) -> None:
    messages.queue(
        "second_factor_changed",
        key=f"second_factor_changed:{user.code}:{secrets.token_hex(8)}",
        to=recipient_of(user),
        context={"is_on": user.totp_confirmed_at is not None},
    )


def _own_account(actor: Actor) -> User:
    user = queries.get_user(actor.user_id or 0)
    policy.require(actor, Permission.ACCOUNT_MANAGE, user)
    return user
