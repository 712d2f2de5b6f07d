"""What waits to be sent and is no longer true is not sent: every step against every mail that could wait."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, Decision, MailEvent, OfferAnswer
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application
from registry.admissions.operations import notices, offers, sweeps
from registry.admissions.operations.decisions import close_application
from registry.admissions.operations.guardians import send_request
from registry.admissions.operations.releases import release_decisions
from registry.admissions.operations.steps import take_step
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.seats import find_open_offer
from registry.admissions.rules.mails import guardian_topic, topic_of
from registry.catalogue.enums import SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.enrolments.operations import accept_offer
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import (
    ApplicationFactory,
    OfferFactory,
    StagedDecisionFactory,
    WaitlistEntryFactory,
)
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import open_cohort, ready_draft
from tests.factories.messages import MessageFactory
from tests.factories.people import GuardianshipFactory, PersonFactory

S, E = ApplicationStatus, MailEvent
SYSTEM = Actor.system("test")
COORDINATOR = coordinator()

SILENT = {
    # The applicant hears nothing of these, so what waits is still the latest news.
    "endorse",
    "endorse_for_state",
    "pass_on",
    "decline_endorsement",
    "decline_for_state",
    "undo_endorsement",
    "undo_for_state",
    "start_review",
    "first_review",
}

ENDED = {S.DECLINED, S.LAPSED, S.REJECTED, S.WITHDRAWN, S.CLOSED, S.EXPIRED}


def waits(application: Application, kind: str, topic: str | None = None, **values: object) -> Message:
    """A mail about the application that was queued and has not gone out."""
    return MessageFactory(
        kind=kind,
        topic=topic or topic_of(application),
        status=values.pop("status", MessageStatus.QUEUED),
        sent_at=None,
        **values,
    )


def states() -> dict[str, MessageStatus]:
    """Kind of mail -> what became of it."""
    db.session.expire_all()
    return {each.kind: each.status for each in db.session.scalars(sa.select(Message))}


def test_the_table_knows_every_step() -> None:
    assert set(APPLICATION.transitions) >= SILENT


@pytest.mark.parametrize("before", [MessageStatus.QUEUED, MessageStatus.FAILED])
@pytest.mark.parametrize(
    ("action", "source"),
    [(name, source) for name, row in APPLICATION.transitions.items() for source in sorted(row.sources)],
)
def test_a_step_stops_what_it_contradicts(action: str, source: S, before: MessageStatus) -> None:
    application, other = ApplicationFactory(status=source), ApplicationFactory(status=source)
    waits(application, "to_applicant", status=before)
    waits(application, "to_guardian", guardian_topic(application), status=before)
    waits(other, "to_another", status=before)
    MessageFactory(kind="sent", topic=topic_of(application))

    with transaction():
        take_step(application, action, actor=SYSTEM, reason="A reason")

    is_stopped = action not in SILENT
    # What a guardian has been told stays true while the application goes on.
    ends_guardians_part = source is S.AWAITING_GUARDIAN or application.status in ENDED
    after = MessageStatus.SUPERSEDED
    assert states() == {
        "to_applicant": after if is_stopped else before,
        "to_guardian": after if is_stopped and ends_guardians_part else before,
        "to_another": before,
        "sent": MessageStatus.SENT,
    }


# -- The same by what people do


def offered() -> Application:
    application = ApplicationFactory(status=S.OFFERED, person=PersonFactory())
    application.cohort.used = 1
    pool = SeatPoolFactory(cohort=application.cohort, seats=1, used=1)
    OfferFactory(application=application, pool=pool)
    return application


def in_review() -> Application:
    application = ApplicationFactory(status=S.UNDER_REVIEW)
    SeatPoolFactory(cohort=application.cohort, seats=1)
    return application


def waitlisted() -> Application:
    application = ApplicationFactory(status=S.WAITLISTED)
    pool = SeatPoolFactory(cohort=application.cohort, seats=1)
    WaitlistEntryFactory(application=application, pool=pool)
    return application


def draft() -> Application:
    return ready_draft(open_cohort())[0]


def at_guardian() -> Application:
    return ApplicationFactory(status=S.AWAITING_GUARDIAN)


def submit(application: Application) -> None:
    submit_application(application, actor=applicant(application.person))


def withdraw(application: Application) -> None:
    withdraw_application(application, actor=applicant(application.person))


def accept(application: Application) -> None:
    accept_offer(offer_of(application), actor=applicant(application.person))


def decline(application: Application) -> None:
    offers.decline(offer_of(application), actor=applicant(application.person))


def lapse(application: Application) -> None:
    offer = offer_of(application)
    offer.accept_by_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    assert offers.lapse(offer)


def close(application: Application) -> None:
    close_application(application, reason="cohort_cancelled", actor=COORDINATOR)


def promote(application: Application) -> None:
    assert offers.promote_waiting(application.cohort)


def release(decision: Decision) -> Callable[[Application], None]:
    def announce(application: Application) -> None:
        StagedDecisionFactory(application=application, decision=decision)
        release_decisions(application.cohort, actor=COORDINATOR)

    return announce


def ask_guardian_again(application: Application) -> None:
    send_request(application, GuardianshipFactory(person=application.person))


def offer_of(application: Application):
    return find_open_offer(application)


@pytest.mark.parametrize(
    ("make", "pending", "act", "told"),
    [
        (draft, E.DRAFT_REMINDER, submit, E.APPLICATION_RECEIVED),
        (draft, E.DRAFT_REMINDER, withdraw, None),
        (at_guardian, E.APPLICATION_RECEIVED, withdraw, E.APPLICATION_WITHDRAWN),
        (in_review, E.CORRECTIONS_RECEIVED, release(Decision.OFFER), E.OFFER_MADE),
        (in_review, E.APPLICATION_RECEIVED, release(Decision.REJECT), E.REJECTED),
        (in_review, E.GUARDIAN_CONSENTED, close, E.COHORT_CANCELLED),
        (offered, E.OFFER_MADE, withdraw, E.APPLICATION_WITHDRAWN),
        (offered, E.OFFER_MADE, decline, E.OFFER_DECLINED),
        (offered, E.OFFER_REMINDER, accept, E.PLACE_ACCEPTED),
        (offered, E.OFFER_REMINDER, lapse, E.OFFER_LAPSED),
        (offered, E.PROMOTED, close, E.COHORT_CANCELLED),
        (waitlisted, E.WAITLISTED, promote, E.PROMOTED),
        (waitlisted, E.WAITLISTED, withdraw, E.APPLICATION_WITHDRAWN),
    ],
)
def test_later_news_take_the_place_of_earlier_ones(
    make: Callable[[], Application], pending: E, act: Callable[[Application], None], told: E | None
) -> None:
    application = make()
    waits(application, pending.value)

    with transaction():
        act(application)

    expected = {pending.value: MessageStatus.SUPERSEDED}
    assert states() == expected | ({told.value: MessageStatus.QUEUED} if told else {})


@pytest.mark.parametrize("act", [close, withdraw])
def test_a_guardian_is_not_asked_about_what_has_ended(act: Callable[[Application], None]) -> None:
    application = at_guardian()
    waits(application, E.GUARDIAN_REQUEST.value, guardian_topic(application))

    with transaction():
        act(application)

    assert states()[E.GUARDIAN_REQUEST.value] is MessageStatus.SUPERSEDED


def test_a_guardians_older_link_is_not_sent_after_a_newer_one() -> None:
    application = at_guardian()
    older = waits(application, "older_link", guardian_topic(application))

    with transaction():
        ask_guardian_again(application)

    assert states() == {"older_link": MessageStatus.SUPERSEDED, "guardian_request": MessageStatus.QUEUED}
    assert older.body


def test_first_come_tells_the_place_and_the_arrival_and_nothing_else() -> None:
    cohort = open_cohort(selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort)
    application, actor = ready_draft(cohort)

    with transaction():
        submit_application(application, actor=actor)

    assert states() == {
        "offer_made": MessageStatus.QUEUED,
        "application_received": MessageStatus.QUEUED,
    }


def test_the_sweeps_leave_nothing_that_contradicts_them() -> None:
    application = offered()
    waits(application, E.OFFER_MADE.value)
    offer = offer_of(application)

    with clock.travel(offer.accept_by_at + timedelta(minutes=1)):
        sweeps.run_sweeps()

    assert offer.answer is OfferAnswer.LAPSED
    assert states() == {
        "offer_made": MessageStatus.SUPERSEDED,
        "offer_lapsed": MessageStatus.QUEUED,
    }


@pytest.mark.parametrize(
    ("status", "pending", "tell", "told"),
    [
        (S.NOT_ENDORSED, E.APPLICATION_RECEIVED, notices.tell_not_endorsed, E.NOT_ENDORSED),
        (S.ACCEPTED, E.PLACE_ACCEPTED, notices.tell_cancelled, E.COHORT_CANCELLED),
    ],
)
def test_news_without_a_step_take_the_place_of_earlier_ones_but_not_of_themselves(
    status: S, pending: E, tell: Callable[[Application], None], told: E
) -> None:
    application = ApplicationFactory(status=status)
    waits(application, pending.value)

    for _ in range(2):
        with transaction():
            tell(application)

    assert states() == {pending.value: MessageStatus.SUPERSEDED, told.value: MessageStatus.QUEUED}
