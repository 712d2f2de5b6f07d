"""What the tests about guardians share: an application that waits for one, and what was mailed."""

import re
from contextlib import AbstractContextManager
from datetime import date, timedelta

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application
from registry.admissions.operations.submission import submit_application
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.client import RegistryClient
from tests.factories.accounts import StaffFactory
from tests.factories.actors import coordinator
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import MINOR, open_cohort, ready_draft

READ = '{"locale": "ru", "version": "2026-11.2"}'
"""What the guardian has read: the text in Russian."""
OWN_READ = '{"locale": "en", "version": "2026-11.2"}'


def send(born_on: date = MINOR, **values: object) -> tuple[Application, Actor, str | None]:
    """An application that waits for the guardian, with its applicant and the path of the link, if one was mailed."""
    cohort = open_cohort(**values)
    SeatPoolFactory(cohort=cohort)
    application, actor = ready_draft(cohort, born_on=born_on, family_name="Secretova")
    with transaction():
        submit_application(application, actor=actor)
    asked = application.status is ApplicationStatus.AWAITING_GUARDIAN
    return application, actor, last_link() if asked else None


def last_link(kind: str = "guardian_request") -> str:
    """The path of the link in the last mail of this kind."""
    body = db.session.scalars(
        sa.select(Message.body).where(Message.kind == kind).order_by(Message.id.desc())
    ).first()
    found = re.search(r"/guardian/\S+", body or "")
    assert found
    return found[0]


def fresh(application: Application) -> Application:
    """The application as the database has it."""
    db.session.expire_all()
    return db.session.get_one(Application, application.id)


def kinds() -> list[str]:
    """Of all mails, in the order in which they were written."""
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


def later(**values: float) -> AbstractContextManager[object]:
    """So much later."""
    return clock.travel(clock.now() + timedelta(**values))


def runner() -> Actor:
    """A coordinator of all programmes."""
    return coordinator(user_id=StaffFactory().id)


def ask(client: RegistryClient, link: str, text: str = "Who pays the journey?") -> object:
    """Ask the question behind the link."""
    return client.post(f"{link}/question", data={"text": text})
