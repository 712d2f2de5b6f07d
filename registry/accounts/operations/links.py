"""One-use links that travel by mail."""

from datetime import timedelta

import sqlalchemy as sa

from registry.accounts import queries
from registry.accounts.enums import LinkPurpose
from registry.accounts.errors import LinkInvalid
from registry.accounts.models import MailedLink, User
from registry.core import clock
from registry.core.codes import hash_token, new_token
from registry.core.database import db
from registry.messages.operations import Recipient

LIFETIMES = {LinkPurpose.CONFIRM: timedelta(days=3), LinkPurpose.RESET: timedelta(hours=3)}


def make_link(user: User, purpose: LinkPurpose) -> str:
    """A token for the account; earlier links of the same purpose stop working."""
    now = clock.now()
    session = db.session()
    session.execute(
        sa.update(MailedLink)
        .where(MailedLink.user_id == user.id, MailedLink.purpose == purpose, MailedLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    token = new_token()
    session.add(
        MailedLink(
            token_hash=hash_token(token),
            user_id=user.id,
            purpose=purpose,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return token


def use_link(token: str, purpose: LinkPurpose) -> User:
    """Whose link it is; from now on it is used. Of two at once, one wins.

    Errors: LinkInvalid.
    """
    link = queries.find_link(token, purpose)
    if link is None:
        raise LinkInvalid
    taken = db.session.execute(
        sa.update(MailedLink)
        .where(MailedLink.id == link.id, MailedLink.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(MailedLink.id)
    ).one_or_none()
    if taken is None:
        raise LinkInvalid
    return link.user


def recipient_of(user: User) -> Recipient:
    """Where mails to the account go."""
    return Recipient(user.email, locale=user.locale, zone=user.zone, user_id=user.id)
