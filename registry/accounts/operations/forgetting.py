"""What is not needed any more goes: old sessions and links, and accounts nobody ever confirmed."""

from datetime import timedelta

import sqlalchemy as sa

from registry.accounts.models import MailedLink, User, UserSession
from registry.core import clock, jobs
from registry.core.transaction import transaction

KEPT = timedelta(days=30)


@jobs.periodic("accounts:forget", minutes=24 * 60)
def forget_the_old() -> None:
    """Sessions and links a month after their end, unconfirmed accounts a month after signing up."""
    limit = clock.now() - KEPT
    with transaction() as session:
        for statement in (
            sa.delete(UserSession).where(UserSession.expires_at < limit),
            sa.delete(MailedLink).where(MailedLink.expires_at < limit),
            sa.delete(User).where(User.confirmed_at.is_(None), User.created_at < limit),
        ):
            session.execute(statement.execution_options(synchronize_session=False))
