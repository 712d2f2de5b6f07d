"""An account begins: signed up, confirmed by the mailed link."""

import secrets
from dataclasses import dataclass

from registry.access.actor import Actor
from registry.accounts import queries, rules
from registry.accounts.enums import LinkPurpose
from registry.accounts.errors import ONE_ACCOUNT
from registry.accounts.models import User
from registry.accounts.operations.links import make_link, recipient_of, use_link
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import LOCALES, _l
from registry.core.transaction import storing
from registry.messages import operations as messages


@dataclass(frozen=True)
class Newcomer:
    """What the sign-up page asks. The password is hashed before the transaction begins."""

    email: str
    password_hash: str
    locale: str = "en"
    zone: str = "UTC"
    name: str = ""


def sign_up(newcomer: Newcomer, *, actor: Actor, destination: str | None = None) -> None:
    """Make the account and mail the link that confirms it.

    An address that is known gets a mail saying so, and nothing else shows the difference. One that was
    never confirmed starts again: whoever read the first mail has no account yet.
    """
    email = rules.clean_email(newcomer.email)
    if email is None:
        raise InvalidInput(_l("Enter an e-mail address, like name@example.org."), field="email")
    user = queries.find_user(email)
    if user is None:
        try:
            user = _make_user(email, newcomer)
        except Conflict:
            user = queries.find_user(email)
    if user is None:
        raise InvalidInput(_l("Enter an e-mail address, like name@example.org."), field="email")
    if user.confirmed_at is not None:
        messages.queue(
            "already_registered",
            key=f"already_registered:{user.code}:{secrets.token_hex(8)}",
            to=recipient_of(user),
        )
        return
    user.password_hash = newcomer.password_hash
    user.locale = newcomer.locale if newcomer.locale in LOCALES else "en"
    user.zone = newcomer.zone
    audit.record(user, "accounts:user:sign_up", actor)
    _mail_confirmation(user, destination)


def _make_user(email: str, newcomer: Newcomer) -> User:
    with storing(ONE_ACCOUNT) as session:
        user = User(
            code=new_code(),
            email=email,
            name=newcomer.name,
            password_hash=newcomer.password_hash,
            created_at=clock.now(),
        )
        session.add(user)
    return user


def _mail_confirmation(user: User, destination: str | None) -> None:
    token = make_link(user, LinkPurpose.CONFIRM)
    messages.queue(
        "confirm_account",
        key=f"confirm_account:{user.code}:{secrets.token_hex(8)}",
        to=recipient_of(user),
        context={"token": token, "destination": destination},
        secret=True,
    )


def resend_confirmation(typed_email: str, destination: str | None = None) -> None:
    """Mail a new link, if the address waits for one; says nothing either way."""
    email = rules.clean_email(typed_email)
    user = queries.find_user(email) if email else None
    if user is not None and user.confirmed_at is None:
        _mail_confirmation(user, destination)


def confirm_account(token: str, *, actor: Actor) -> User:
    """Errors: LinkInvalid."""
    user = use_link(token, LinkPurpose.CONFIRM)
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
        audit.record(user, "accounts:user:confirm", actor)
    return user


def create_account(newcomer: Newcomer, *, actor: Actor, is_demo: bool = False) -> User:
    """A confirmed account without any mail: for commands and the demo.

    Errors: InvalidInput("email"), Conflict("email").
    """
    email = rules.clean_email(newcomer.email)
    if email is None:
        raise InvalidInput(_l("Enter an e-mail address, like name@example.org."), field="email")
    user = _make_user(email, newcomer)
    user.confirmed_at = clock.now()
    user.locale = newcomer.locale
    user.zone = newcomer.zone
    user.is_demo = is_demo
    audit.record(user, "accounts:user:create", actor)
    return user
