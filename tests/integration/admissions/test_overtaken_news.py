"""What waits to be sent and has become untrue is not sent."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.models import Application
from registry.admissions.operations import decisions, notices, offers, sweeps
from registry.admissions.operations.submission import submit_application
from registry.catalogue.enums import SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.journeys import MINOR, ready_draft

SYSTEM = Actor.system("test")


def mails(application: Application) -> dict[str, str]:
    """Kind -> status."""
    rows = db.session.execute(
        sa.select(Message.kind, Message.status).where(
            Message.topic.like(f"application:{application.code}%"), Message.kind != "application_received"
        )
    )
    return {kind: status.value for kind, status in rows}


@pytest.mark.parametrize("ends", ["submitted", "expired"])
def test_the_reminder_of_a_draft_is_not_sent_once_the_draft_is_none(ends) -> None:
    application, actor = ready_draft()
    with transaction():
        notices.remind_draft(application)

    if ends == "submitted":
        with transaction():
            submit_application(application, actor=actor)
    else:
        with clock.travel(NOW + timedelta(days=31)):
            sweeps.run_sweep(sweeps.EXPIRE_DRAFTS)

    assert mails(application) == {"draft_reminder": "superseded"}


def test_the_link_is_not_sent_to_the_guardian_of_a_closed_application() -> None:
    application, actor = ready_draft(born_on=MINOR)
    with transaction():
        submit_application(application, actor=actor)

    with transaction():
        decisions.close_application(application, reason="Sent twice", actor=coordinator())

    assert mails(application) == {"guardian_request": "superseded", "application_closed": "queued"}


@pytest.mark.parametrize("step", ["cancel", "mark_no_show"])
def test_a_place_is_not_confirmed_to_somebody_whose_place_was_given_up(step) -> None:
    cohort = CohortFactory(capacity=1, selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort, seats=1)
    application = ApplicationFactory(cohort=cohort)
    with transaction():
        offer = offers.place_first_come(application)
        enrolment = enrolments.accept_offer(offer, actor=SYSTEM)

    with transaction():
        reason = {"reason": "Ill"} if step == "cancel" else {}
        getattr(enrolments, step)(enrolment, **reason, actor=SYSTEM)

    assert mails(application)["place_accepted"] == "superseded"
