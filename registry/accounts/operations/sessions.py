"""Signing in and out. A session is a row: ended here, it is dead whatever the cookie says."""

from datetime import timedelta

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts import queries, rules, second_factor
from registry.accounts.errors import CodeWrong, LinkInvalid, SignInRefused
from registry.accounts.models import RecoveryCode, User, UserSession
from registry.core import audit, clock
from registry.core.codes import hash_token, new_token, normalise_code
from registry.core.database import db
from registry.core.errors import NotFound

LIFETIME = timedelta(days=30)
STAFF_LIFETIME = timedelta(hours=12)
PENDING_LIFETIME = timedelta(minutes=10)


def note_wrong_password(email: str) -> None:
    """Count it, if there is such an account and it is not locked already."""
    user = queries.find_user(email)
    if user is not None and not rules.is_locked(user, clock.now()):
        note_failure(user.id)


def note_failure(user_id: int) -> None:
    """Count a wrong password or code; after some, signing in waits longer and longer."""
    failures = db.session.execute(
        sa.update(User)
        .where(User.id == user_id)
        .values(failures=User.failures + 1)
        .returning(User.failures)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    db.session.execute(
        sa.update(User)
        .where(User.id == user_id)
        .values(locked_until_at=rules.get_lock_until(failures, clock.now()))
        .execution_options(synchronize_session=False)
    )


def _forget_failures(user: User) -> None:
    db.session.execute(
        sa.update(User)
        .where(User.id == user.id)
        .values(failures=0, locked_until_at=None)
        .execution_options(synchronize_session=False)
    )


def sign_in(email: str, *, password_hash: str | None, browser: str) -> str:
    """A token for whoever just gave the right password; pending while the second factor is owed.

    `password_hash` is the one the password was checked against: changed meanwhile, it opens nothing.
    Errors: SignInRefused.
    """
    user = queries.find_user(email)
    if user is None or user.confirmed_at is None or user.password_hash != password_hash:
        raise SignInRefused
    if rules.is_locked(user, clock.now()):
        raise SignInRefused
    if user.totp_confirmed_at is not None:
        return _open_session(user, browser, PENDING_LIFETIME)
    _forget_failures(user)
    return start_session(user, browser=browser)


def start_session(user: User, *, browser: str, with_second_factor: bool = False) -> str:
    """A living session; the token is for the cookie, only its hash is stored."""
    lifetime = STAFF_LIFETIME if queries.has_role_in_force(user.id) else LIFETIME
    return _open_session(user, browser, lifetime, with_second_factor=with_second_factor)


def _open_session(user: User, browser: str, lifetime: timedelta, *, with_second_factor: bool = False) -> str:
    now = clock.now()
    token = new_token()
    db.session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + lifetime,
            second_factor_at=now if with_second_factor else None,
            browser=browser[:200],
        )
    )
    return token


def give_code(pending_token: str, code: str, *, browser: str) -> str:
    """The second step: a code of the app, or a recovery code. A new token for the session it opens.

    Errors: LinkInvalid when the first step was too long ago; CodeWrong("code").
    """
    pending = queries.find_pending_session(pending_token)
    if pending is None:
        raise LinkInvalid
    user = pending.user
    if rules.is_locked(user, clock.now()) or not use_code(user, code):
        raise CodeWrong(field="code")
    _forget_failures(user)
    pending.ended_at = clock.now()
    return start_session(user, browser=browser, with_second_factor=True)


def use_code(user: User, typed: str) -> bool:
    """Whether the code was right; it works once, also for two who send it at the same moment."""
    if user.totp_secret is None:
        return False
    if typed.isascii() and typed.isdigit() and len(typed) == 6:
        counter = second_factor.find_counter(user.totp_secret, typed, user.totp_counter)
        if counter is None:
            return False
        taken = db.session.execute(
            sa.update(User)
            .where(User.id == user.id, User.totp_counter < counter)
            .values(totp_counter=counter)
            .returning(User.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return taken is not None
    taken = db.session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == hash_token(normalise_code(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    return taken is not None


def sign_out(token: str) -> None:
    """End the session behind the cookie."""
    session = queries.find_session(token)
    if session is not None:
        session.ended_at = clock.now()


def end_session(mark: str, *, actor: Actor) -> None:
    """End the one of the actor's sessions that bears the mark (see `UserSession.mark`).

    Errors: NotFound for anybody else's.
    """
    if actor.user_id is None:
        raise NotFound
    found = [each for each in queries.list_sessions(actor.user_id) if each.mark == mark]
    if not found:
        raise NotFound
    found[0].ended_at = clock.now()
    audit.record(queries.get_user(actor.user_id), "accounts:session:end", actor)


def end_sessions_of(user: User, *, actor: Actor, reason: str) -> None:
    """Sign somebody out everywhere, for instance after a telephone was stolen.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.ROLE_GRANT, user)
    end_all_sessions(user)
    audit.record(user, "accounts:session:end_all", actor, reason=reason)


def end_all_sessions(user: User, *, except_token: str | None = None) -> None:
    """End every session of the account, but for the one behind `except_token`."""
    statement = sa.update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    if except_token is not None:
        statement = statement.where(UserSession.token_hash != hash_token(except_token))
    db.session.execute(statement.values(ended_at=clock.now()).execution_options(synchronize_session=False))
