"""The links sent to guardians."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.models import Application, GuardianRequest
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import NotFound


def get_request(token: str) -> GuardianRequest:
    """The request behind a link, with what its page shows.

    Errors: NotFound for a token nobody issued.
    """
    request = db.session.scalar(
        sa.select(GuardianRequest)
        .where(GuardianRequest.token_hash == hash_token(token))
        .options(
            joinedload(GuardianRequest.application, innerjoin=True).options(
                joinedload(Application.person, innerjoin=True),
                joinedload(Application.cohort, innerjoin=True)
                .joinedload(Cohort.programme, innerjoin=True)
                .selectinload(Programme.translations),
            )
        )
    )
    if request is None:
        raise NotFound
    return request


def get_application_of(request: GuardianRequest) -> Application:
    """The application the link is about; no query where it is loaded already."""
    return db.session.get_one(Application, request.application_id)


def list_open_requests(application: Application) -> Sequence[GuardianRequest]:
    """Links that could still be used."""
    return db.session.scalars(
        sa.select(GuardianRequest).where(
            GuardianRequest.application_id == application.id,
            GuardianRequest.answer.is_(None),
            GuardianRequest.expires_at > clock.now(),
        )
    ).all()


def find_last_request(application: Application) -> GuardianRequest | None:
    """The link that was sent last."""
    return db.session.scalar(
        sa.select(GuardianRequest)
        .where(GuardianRequest.application_id == application.id)
        .order_by(GuardianRequest.id.desc())
        .limit(1)
    )
