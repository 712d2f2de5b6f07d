"""Who wants to hear when a programme opens."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import Cohort, Interest, Programme
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import NotFound


def find_interest(programme_id: int, email: str) -> Interest | None:
    """What the address, in lower case, asked of the programme."""
    return db.session.scalar(
        sa.select(Interest).where(Interest.programme_id == programme_id, Interest.email == email)
    )


def get_interest(token: str) -> Interest:
    """The one that a mailed link is about, with its programme's texts. Errors: NotFound."""
    statement = sa.select(Interest).where(Interest.token_hash == hash_token(token))
    interest = db.session.scalar(
        statement.options(joinedload(Interest.programme).selectinload(Programme.translations))
    )
    if interest is None:
        raise NotFound
    return interest


def find_announced_cohort(code: str) -> Cohort | None:
    """The cohort while it is published, with its programme's texts."""
    return db.session.scalar(
        sa.select(Cohort)
        .where(Cohort.code == code, Cohort.status == CohortStatus.PUBLISHED)
        .options(joinedload(Cohort.programme, innerjoin=True).selectinload(Programme.translations))
    )


def list_confirmed_interests(programme_id: int, limit: int) -> list[Interest]:
    """Up to so many who wait to be told, the longest waiting first."""
    statement = (
        sa.select(Interest)
        .where(Interest.programme_id == programme_id, Interest.confirmed_at.is_not(None))
        .order_by(Interest.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def list_unconfirmed_interests(before: datetime) -> list[Interest]:
    """Those asked for earlier and never confirmed."""
    statement = (
        sa.select(Interest)
        .where(Interest.confirmed_at.is_(None), Interest.created_at < before)
        .order_by(Interest.id)
    )
    return list(db.session.scalars(statement))
