"""Staging in private, releasing to all."""

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason, ReleaseResult
from registry.admissions.models import Application, Offer, StagedDecision
from registry.admissions.operations import decisions, nominations, releases
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import applications as queries
from registry.admissions.queries import seats as seat_queries
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, StaleWrite
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people.models import Person
from tests.factories.actors import coordinator, focal_point
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory

S = ApplicationStatus
COORDINATOR = coordinator()
OFFER = DecisionInput(Decision.OFFER)
WAITLIST = DecisionInput(Decision.WAITLIST)
REJECT = DecisionInput(Decision.REJECT, RejectionReason.EXPERIENCE)


def make_cohort(capacity: int = 2, **pools: int) -> Cohort:
    cohort = CohortFactory(capacity=capacity)
    for state, seats in (pools or {GENERAL: capacity}).items():
        SeatPoolFactory(cohort=cohort, member_state=state, seats=seats)
    return cohort


def stage(cohort: Cohort, given: DecisionInput, **values) -> Application:
    application = ApplicationFactory(**{"cohort": cohort, "status": S.UNDER_REVIEW} | values)
    with transaction():
        decisions.stage_decision(application, given, actor=COORDINATOR)
    return application


def release(cohort: Cohort) -> dict[str, ReleaseResult]:
    return {row.code: row.result for row in releases.release_decisions(cohort, actor=COORDINATOR)}


def mails(application: Application) -> list[tuple[str, MessageStatus]]:
    person = db.session.get_one(Person, application.person_id)
    rows = db.session.execute(
        sa.select(Message.kind, Message.status).where(Message.address == person.email).order_by(Message.id)
    )
    return [tuple(row) for row in rows]


def test_stage_decision_tells_nobody_and_moves_nothing() -> None:
    application = stage(make_cohort(), OFFER)

    assert application.status is S.UNDER_REVIEW
    assert mails(application) == []
    assert db.session.scalars(sa.select(Offer)).all() == []


def test_stage_decision_on_a_sent_application_begins_the_review() -> None:
    application = stage(make_cohort(), OFFER, status=S.SUBMITTED)

    assert application.status is S.UNDER_REVIEW
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.object_id == application.id).order_by(AuditEntry.id)
    ).all()
    assert actions == ["admissions:application:start_review", "admissions:decision:stage"]


@pytest.mark.parametrize("status", sorted(set(S) - {S.SUBMITTED, S.UNDER_REVIEW, S.DRAFT, S.EXPIRED}))
def test_stage_decision_elsewhere_is_refused(status) -> None:
    with pytest.raises(IllegalTransition):
        stage(make_cohort(), OFFER, status=status)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (DecisionInput(Decision.REJECT), "rejection"),
        (DecisionInput(Decision.REJECT, RejectionReason.OTHER, note="  "), "note"),
    ],
)
def test_stage_decision_to_refuse_needs_a_reason(given, field) -> None:
    with pytest.raises(InvalidInput) as refusal:
        stage(make_cohort(), given)

    assert refusal.value.field == field


def test_stage_decision_by_somebody_elses_coordinator_is_not_allowed() -> None:
    application = ApplicationFactory(cohort=make_cohort(), status=S.UNDER_REVIEW)

    with pytest.raises(NotAllowed), transaction():
        decisions.stage_decision(application, OFFER, actor=coordinator("another"))

    assert db.session.scalars(sa.select(StagedDecision)).all() == []


def test_stage_decision_again_replaces_it_and_a_stale_one_says_what_changed() -> None:
    application = stage(make_cohort(), OFFER)
    seen = seat_queries.find_unreleased_decision(application).version

    with transaction():
        decisions.stage_decision(application, WAITLIST, actor=COORDINATOR, version=seen)
    with pytest.raises(StaleWrite) as refusal, transaction():
        decisions.stage_decision(application, REJECT, actor=COORDINATOR, version=seen)

    assert refusal.value.changes == {"decision": (Decision.REJECT.label, Decision.WAITLIST.label)}
    assert [each.decision for each in db.session.scalars(sa.select(StagedDecision))] == [Decision.WAITLIST]


def test_unstage_decision_leaves_nothing_to_release() -> None:
    cohort = make_cohort()
    application = stage(cohort, OFFER)

    with transaction():
        decisions.unstage_decision(application, actor=COORDINATOR)

    with pytest.raises(Conflict):
        releases.start_release(cohort, actor=COORDINATOR)
    with pytest.raises(Conflict), transaction():
        decisions.unstage_decision(application, actor=COORDINATOR)


def test_release_announces_everything_at_one_moment_with_one_mail_each() -> None:
    cohort = make_cohort(capacity=2)
    people = [stage(cohort, given) for given in (REJECT, WAITLIST, OFFER, OFFER, OFFER)]
    rejected, waiting, first, second, third = people

    results = release(cohort)

    assert results == {
        rejected.code: ReleaseResult.REJECTED,
        waiting.code: ReleaseResult.WAITLISTED,
        first.code: ReleaseResult.OFFERED,
        second.code: ReleaseResult.OFFERED,
        third.code: ReleaseResult.NO_SEAT,
    }
    assert [each.status for each in people] == [
        S.REJECTED,
        S.WAITLISTED,
        S.OFFERED,
        S.OFFERED,
        S.UNDER_REVIEW,
    ]
    assert [mails(each) for each in people] == [
        [("rejected", MessageStatus.QUEUED)],
        [("waitlisted", MessageStatus.QUEUED)],
        [("offer_made", MessageStatus.QUEUED)],
        [("offer_made", MessageStatus.QUEUED)],
        [],
    ]
    staged = db.session.scalars(sa.select(StagedDecision).order_by(StagedDecision.id)).all()
    assert [each.released_at for each in staged] == [clock.now()] * 4 + [None]
    assert seat_queries.list_seat_differences() == []


def test_release_again_finds_only_what_is_still_staged() -> None:
    cohort = make_cohort(capacity=1)
    first, second = stage(cohort, OFFER), stage(cohort, OFFER)
    release(cohort)

    assert release(cohort) == {second.code: ReleaseResult.NO_SEAT}
    assert mails(first) == [("offer_made", MessageStatus.QUEUED)]


def test_release_of_a_waiting_list_with_free_seats_offers_them_in_order() -> None:
    cohort = make_cohort(capacity=1)
    later = stage(cohort, DecisionInput(Decision.WAITLIST, rank=2))
    earlier = stage(cohort, DecisionInput(Decision.WAITLIST, rank=1))

    assert release(cohort) == {
        later.code: ReleaseResult.WAITLISTED,
        earlier.code: ReleaseResult.PROMOTED,
    }
    # The later news overtook the earlier one before it was sent.
    assert mails(earlier) == [
        ("waitlisted", MessageStatus.SUPERSEDED),
        ("promoted", MessageStatus.QUEUED),
    ]


def test_release_ranks_those_without_a_rank_by_submission_after_the_others() -> None:
    cohort = make_cohort(capacity=0)
    now = clock.now()
    second = stage(cohort, WAITLIST, submitted_at=now.replace(hour=2))
    first = stage(cohort, WAITLIST, submitted_at=now.replace(hour=1))
    ranked = stage(cohort, DecisionInput(Decision.WAITLIST, rank=9), submitted_at=now)

    release(cohort)

    positions = {
        each.code: seat_queries.get_position(seat_queries.find_current_entry(each))
        for each in (ranked, first, second)
    }
    assert positions == {ranked.code: 1, first.code: 2, second.code: 3}


def test_release_for_a_state_without_seats_reports_it_back() -> None:
    cohort = make_cohort(capacity=2, KZ=2)
    offered, waiting = stage(cohort, OFFER), stage(cohort, WAITLIST)

    assert release(cohort) == {offered.code: ReleaseResult.NO_SEAT, waiting.code: ReleaseResult.NO_SEAT}
    assert [offered.status, waiting.status] == [S.UNDER_REVIEW, S.UNDER_REVIEW]


def test_release_after_the_start_only_refuses() -> None:
    cohort = make_cohort()
    offered, rejected = stage(cohort, OFFER), stage(cohort, REJECT)
    start = clock.now().replace(year=cohort.starts_on.year + 1)

    with clock.travel(start):
        results = release(cohort)

    assert results == {offered.code: ReleaseResult.TOO_LATE, rejected.code: ReleaseResult.REJECTED}


def test_release_leaves_out_who_withdrew_meanwhile() -> None:
    cohort = make_cohort()
    application = stage(cohort, OFFER)
    with transaction():
        decisions.close_application(application, reason="Called us", actor=COORDINATOR)

    with pytest.raises(Conflict):
        releases.start_release(cohort, actor=COORDINATOR)
    assert db.session.scalars(sa.select(StagedDecision)).all() == []


def test_release_by_somebody_elses_coordinator_is_not_allowed() -> None:
    cohort = make_cohort()
    stage(cohort, OFFER)

    with pytest.raises(NotAllowed):
        releases.release_decisions(cohort, actor=coordinator("another"))


def decline_endorsement(cohort: Cohort) -> Application:
    application = ApplicationFactory(cohort=cohort, status=S.AWAITING_ENDORSEMENT)
    with transaction():
        nominations.decline_endorsement(application, reason="Others first", actor=focal_point("UZ"))
    return application


def test_release_tells_those_whom_no_focal_point_endorsed() -> None:
    cohort = make_cohort()
    application = decline_endorsement(cohort)
    before_the_first_decision = mails(application)
    for _ in range(2):
        stage(cohort, REJECT)
        release(cohort)

    assert before_the_first_decision == []
    assert mails(application) == [("not_endorsed", MessageStatus.QUEUED)]


def test_decline_endorsement_after_the_release_tells_at_once() -> None:
    cohort = make_cohort()
    stage(cohort, REJECT)
    release(cohort)

    assert mails(decline_endorsement(cohort)) == [("not_endorsed", MessageStatus.QUEUED)]


def test_endorse_in_a_first_come_cohort_offers_at_once() -> None:
    cohort = CohortFactory(selection=SelectionMethod.FIRST_COME)
    SeatPoolFactory(cohort=cohort)
    application = ApplicationFactory(cohort=cohort, status=S.AWAITING_ENDORSEMENT)

    with transaction():
        nomination = nominations.endorse(application, rank=3, actor=focal_point("UZ"))

    assert (nomination.is_endorsed, nomination.rank) == (True, 3)
    assert application.status is S.OFFERED


def test_override_ineligible_lets_the_application_go_on_and_says_so() -> None:
    application = ApplicationFactory(cohort=make_cohort(), status=S.INELIGIBLE)

    with transaction():
        decisions.override_ineligible(application, reason="Born on the day", actor=COORDINATOR)

    assert application.status is S.SUBMITTED
    assert mails(application) == [("application_admitted", MessageStatus.QUEUED)]


def test_close_application_keeps_the_reason_for_the_applicant() -> None:
    application = ApplicationFactory(cohort=make_cohort(), status=S.SUBMITTED)

    with transaction():
        decisions.close_application(application, reason=" Sent twice ", actor=COORDINATOR)

    assert (application.status, application.closing_reason) == (S.CLOSED, "Sent twice")
    body = db.session.scalars(sa.select(Message.body)).one()
    assert "Sent twice" in body


def test_status_counts_follow_every_step() -> None:
    cohort = make_cohort(capacity=1)
    for given in (OFFER, WAITLIST, REJECT):
        stage(cohort, given, status=S.SUBMITTED)
    release(cohort)

    # The factory made three submitted applications that nobody counted.
    assert queries.count_by_status(cohort) == {
        S.SUBMITTED: -3,
        S.OFFERED: 1,
        S.WAITLISTED: 1,
        S.REJECTED: 1,
    }
