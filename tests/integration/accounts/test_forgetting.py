"""Old sessions and links go, and accounts that nobody ever confirmed."""

from datetime import timedelta

import sqlalchemy as sa

from registry.accounts.enums import LinkPurpose
from registry.accounts.models import MailedLink, User, UserSession
from registry.accounts.operations.forgetting import KEPT, forget_the_old
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.messages import MessageFactory

SECOND = timedelta(seconds=1)


def test_what_is_a_month_old_is_forgotten_and_nothing_else() -> None:
    limit = clock.now() - KEPT
    with transaction() as session:
        kept = UserFactory(email="kept@example.org", created_at=limit - timedelta(days=900))
        UserFactory(email="waiting@example.org", confirmed_at=None, created_at=limit)
        gone = UserFactory(email="gone@example.org", confirmed_at=None, created_at=limit - SECOND)
        message = MessageFactory(user_id=gone.id)
        for token, expires_at in (("old", limit - SECOND), ("young", limit)):
            session.add(
                UserSession(token_hash=token, user_id=kept.id, created_at=limit, expires_at=expires_at)
            )
            session.add(
                MailedLink(
                    token_hash=token, user_id=kept.id, purpose=LinkPurpose.RESET, expires_at=expires_at
                )
            )

    forget_the_old()
    db.session.expire_all()

    assert set(db.session.scalars(sa.select(User.email))) == {"kept@example.org", "waiting@example.org"}
    assert list(db.session.scalars(sa.select(UserSession.token_hash))) == ["young"]
    assert list(db.session.scalars(sa.select(MailedLink.token_hash))) == ["young"]
    assert message.user_id is None
