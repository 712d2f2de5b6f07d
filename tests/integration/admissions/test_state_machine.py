"""Whatever happens in whatever order: seats, lists, enrolments, counts, mail and trail agree after every step."""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, Decision, RejectionReason, SelectionOrder
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import (
    Application,
    ApplicationStatusCount,
    Offer,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.operations import decisions, nominations, offers, pools, releases, selection, sweeps
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries import seats as queries
from registry.admissions.rules.seats import serves_all, why_no_list
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import NominationMode, SelectionMethod
from registry.catalogue.models import GENERAL
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.models import Enrolment
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.actors import coordinator, focal_point
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import known_person, open_cohort, ready_draft

S = ApplicationStatus
SYSTEM = Actor.system("test")
STATES = ("UZ", "KZ", "BY")
SAID = {
    "offer_made": S.OFFERED,
    "promoted": S.OFFERED,
    "offer_reminder": S.OFFERED,
    "place_accepted": S.ACCEPTED,
    "offer_declined": S.DECLINED,
    "offer_lapsed": S.LAPSED,
    "waitlisted": S.WAITLISTED,
    "rejected": S.REJECTED,
    "application_withdrawn": S.WITHDRAWN,
    "application_closed": S.CLOSED,
}
"""What a mail says that the application is."""
WITHOUT_SEAT = {EnrolmentStatus.NO_SHOW, EnrolmentStatus.CANCELLED}

pick = st.integers(0, 9)


class Admissions(RuleBasedStateMachine):
    """One cohort of three pools, from the first application to after the last."""

    app: Flask

    @initialize(
        selection=st.sampled_from([SelectionMethod.FIRST_COME, SelectionMethod.SCORED]),
        nomination=st.sampled_from([NominationMode.OPEN, NominationMode.APPLY_THEN_ENDORSE]),
        general_serves_all=st.booleans(),
        opens=st.sampled_from([None, 20, 40]),
        ends=st.sampled_from([None, 45]),
    )
    def plan(self, selection, nomination, general_serves_all, opens, ends) -> None:
        self.at = NOW
        self.order: dict[int, list[int]] = {}
        with clock.travel(NOW), transaction():
            self.cohort = open_cohort(
                capacity=3,
                selection=selection,
                nomination=nomination,
                general_serves_all=general_serves_all,
                pools_open_at=NOW + timedelta(days=opens) if opens else None,
                waiting_ends_at=NOW + timedelta(days=ends) if ends else None,
            )
            for state, seats in (("UZ", 1), ("KZ", 1), (GENERAL, 1)):
                SeatPoolFactory(cohort=self.cohort, member_state=state, seats=seats)
        # A full house with lists from the start: most steps then have somebody to be about.
        for state in (*STATES, *STATES, "UZ"):
            self.apply(state)
        for rank in range(7):
            self.endorse(rank, endorses=True)
        for number in range(7):
            self.stage(number, Decision.OFFER if number < 3 else Decision.WAITLIST)
        self.release()

    def do(self, operation, *arguments, **values) -> None:
        """The operation at the machine's time, in one transaction; refusals are answers."""
        self.order = self.list_waiting()
        with clock.travel(self.at):
            try:
                with transaction():
                    operation(*arguments, **values)
            except RegistryError:
                db.session.expire_all()

    def choose(self, number: int, *statuses: ApplicationStatus) -> Application | None:
        found = db.session.scalars(
            sa.select(Application)
            .where(Application.cohort_id == self.cohort.id, Application.status.in_(statuses))
            .options(sa.orm.joinedload(Application.cohort))
            .order_by(Application.id)
        ).all()
        return found[number % len(found)] if found else None

    # -- What may happen

    @rule(state=st.sampled_from(STATES))
    def apply(self, state) -> None:
        with clock.travel(self.at):
            if self.at >= self.cohort.closes_at:
                return
            application, actor = ready_draft(
                self.cohort, known_person(citizenships=(state,), residence=state)
            )
        self.do(submit_application, application, actor=actor)

    @rule(number=pick, endorses=st.booleans())
    def endorse(self, number, endorses) -> None:
        if application := self.choose(number, S.AWAITING_ENDORSEMENT):
            actor = focal_point(application.member_state)
            if endorses:
                self.do(nominations.endorse, application, rank=number + 1, actor=actor)
            else:
                self.do(nominations.decline_endorsement, application, reason="Not known here", actor=actor)

    @rule(number=pick, decision=st.sampled_from(Decision))
    def stage(self, number, decision) -> None:
        if application := self.choose(number, S.SUBMITTED, S.UNDER_REVIEW):
            given = DecisionInput(decision, RejectionReason.EXPERIENCE, rank=number or None)
            self.do(decisions.stage_decision, application, given, actor=coordinator())

    @rule(
        longest=st.sampled_from([None, 0, 1]),
        order=st.sampled_from(SelectionOrder),
        share=st.sampled_from([0, 50]),
    )
    def run(self, longest, order, share) -> None:
        chosen = SelectionSettings(order, share, 0, longest)
        self.do(selection.stage_selection, self.cohort, chosen, actor=coordinator())

    @rule()
    def take_back(self) -> None:
        self.do(decisions.unstage_all, self.cohort, actor=coordinator())

    @rule()
    def release(self) -> None:
        self.order = self.list_waiting()
        with clock.travel(self.at):
            try:
                releases.release_decisions(self.cohort, actor=coordinator())
            except RegistryError:
                db.session.expire_all()

    @rule(number=pick)
    def accept(self, number) -> None:
        self.answer(number, enrolments.accept_offer)

    @rule(number=pick)
    def decline(self, number) -> None:
        self.answer(number, enrolments.decline_offer)

    def answer(self, number, answer) -> None:
        if (application := self.choose(number, S.OFFERED)) and (
            offer := queries.find_open_offer(application)
        ):
            self.do(answer, offer, actor=SYSTEM)

    @rule(number=pick)
    def withdraw(self, number) -> None:
        if application := self.choose(
            number, S.OFFERED, S.WAITLISTED, S.UNDER_REVIEW, S.AWAITING_ENDORSEMENT
        ):
            self.do(withdraw_application, application, actor=SYSTEM)

    @rule(number=pick)
    def stay_away(self, number) -> None:
        enrolment = db.session.scalars(
            sa.select(Enrolment)
            .where(Enrolment.cohort_id == self.cohort.id, Enrolment.status == EnrolmentStatus.CONFIRMED)
            .options(sa.orm.joinedload(Enrolment.application), sa.orm.joinedload(Enrolment.cohort))
            .order_by(Enrolment.id)
        ).first()
        if enrolment is not None:
            self.do(enrolments.cancel, enrolment, reason="Ill", actor=SYSTEM)

    @rule(number=pick)
    def close(self, number) -> None:
        if application := self.choose(number, S.OFFERED, S.WAITLISTED, S.SUBMITTED, S.UNDER_REVIEW):
            self.do(decisions.close_application, application, reason="Sent twice", actor=coordinator())

    @rule(number=pick)
    def advance(self, number) -> None:
        if application := self.choose(number, S.WAITLISTED):
            self.do(offers.advance_waiting, application, reason="The visa", actor=coordinator())
            self.order = self.list_waiting()

    @rule(uz=st.integers(0, 3), kz=st.integers(0, 3), general=st.integers(0, 3))
    def change_quotas(self, uz, kz, general) -> None:
        seats = {"UZ": uz, "KZ": kz, GENERAL: general}
        self.do(
            pools.set_seats,
            self.cohort,
            capacity=max(sum(seats.values()), 1),
            seats=seats,
            actor=coordinator(),
        )

    @rule(days=st.sampled_from([0.1, 3, 9, 20]))
    def let_time_pass(self, days) -> None:
        self.at += timedelta(days=days)

    @rule()
    def sweep(self) -> None:
        # Several records at once: the order is looked at by the other rules.
        self.order = {}
        with clock.travel(self.at):
            sweeps.run_sweeps()

    # -- What must be true after each of it

    def list_waiting(self) -> dict[int, list[int]]:
        """Pool -> applications on its list, the next first."""
        lists: dict[int, list[int]] = {}
        for pool_id, application_id in db.session.execute(
            sa.select(WaitlistEntry.pool_id, WaitlistEntry.application_id)
            .join(WaitlistEntry.application)
            .where(Application.cohort_id == self.cohort.id, WaitlistEntry.left_at.is_(None))
            .order_by(WaitlistEntry.rank, WaitlistEntry.id)
        ):
            lists.setdefault(pool_id, []).append(application_id)
        return lists

    def map_statuses(self) -> dict[int, ApplicationStatus]:
        return dict(
            db.session.execute(
                sa.select(Application.id, Application.status).where(Application.cohort_id == self.cohort.id)
            ).all()
        )

    @invariant()
    def every_seat_is_explained(self) -> None:
        assert queries.list_seat_differences() == []
        held: Counter[int] = Counter(
            db.session.scalars(
                sa.select(Offer.pool_id)
                .join(Offer.application)
                .outerjoin(Enrolment, Enrolment.application_id == Application.id)
                .where(
                    Application.cohort_id == self.cohort.id,
                    sa.or_(
                        Offer.answer.is_(None),
                        sa.and_(Offer.answer == "accepted", Enrolment.status.not_in(WITHOUT_SEAT)),
                    ),
                )
            )
        )
        found = queries.list_pools(self.cohort)
        assert {pool.id: pool.used for pool in found} == {pool.id: held[pool.id] for pool in found}
        assert all(0 <= pool.used <= pool.seats for pool in found)
        assert sum(pool.seats for pool in found) <= self.cohort.capacity

    @invariant()
    def statuses_offers_lists_and_enrolments_agree(self) -> None:
        statuses = self.map_statuses()
        waiting = [each for line in self.list_waiting().values() for each in line]
        assert sorted(waiting) == sorted(key for key, status in statuses.items() if status is S.WAITLISTED)
        open_offers = db.session.scalars(
            sa.select(Offer.application_id)
            .join(Offer.application)
            .where(Application.cohort_id == self.cohort.id, Offer.answer.is_(None))
        ).all()
        assert sorted(open_offers) == sorted(key for key, status in statuses.items() if status is S.OFFERED)
        enrolled = db.session.scalars(
            sa.select(Enrolment.application_id).where(Enrolment.cohort_id == self.cohort.id)
        ).all()
        assert sorted(enrolled) == sorted(key for key, status in statuses.items() if status is S.ACCEPTED)
        staged = db.session.scalars(
            sa.select(Application.status)
            .join(StagedDecision, StagedDecision.application_id == Application.id)
            .where(Application.cohort_id == self.cohort.id, StagedDecision.released_at.is_(None))
        )
        assert set(staged) <= {S.UNDER_REVIEW}

    @invariant()
    def nobody_waits_beside_a_free_seat_and_no_list_is_passed(self) -> None:
        # What the clock alone has changed since is the sweep's to mend, or the next arrival's.
        last_change = db.session.scalar(sa.select(sa.func.max(AuditEntry.at)))
        if last_change and why_no_list(self.cohort, self.at) is None:
            with clock.travel(last_change):
                if serves_all(self.cohort, last_change) == serves_all(self.cohort, self.at):
                    for pool in queries.list_pools(self.cohort):
                        assert pool.used == pool.seats or not queries.has_waiting(pool, self.cohort)
        statuses = self.map_statuses()
        for line in self.order.values():
            moved = [
                statuses[each] is S.OFFERED for each in line if statuses[each] in {S.OFFERED, S.WAITLISTED}
            ]
            assert moved == sorted(moved, reverse=True)

    @invariant()
    def no_contradicting_message_waits_to_be_sent(self) -> None:
        statuses = self.map_statuses()
        codes = dict(
            db.session.execute(
                sa.select(Application.code, Application.id).where(Application.cohort_id == self.cohort.id)
            ).all()
        )
        queued: Counter[str] = Counter()
        for kind, topic in db.session.execute(
            sa.select(Message.kind, Message.topic).where(
                Message.status == MessageStatus.QUEUED, Message.topic.is_not(None)
            )
        ):
            code = topic.split(":")[1]
            if code in codes and kind in SAID:
                queued[code] += 1
                assert statuses[codes[code]] is SAID[kind], (kind, statuses[codes[code]])
        assert set(queued.values()) <= {1}

    @invariant()
    def counts_and_trail_tell_the_same(self) -> None:
        recount = Counter(
            db.session.execute(
                sa.select(Application.member_state, Application.status).where(
                    Application.cohort_id == self.cohort.id, Application.submitted_at.is_not(None)
                )
            ).all()
        )
        kept = db.session.execute(
            sa.select(
                ApplicationStatusCount.member_state, ApplicationStatusCount.status, ApplicationStatusCount.n
            ).where(ApplicationStatusCount.cohort_id == self.cohort.id, ApplicationStatusCount.n != 0)
        )
        assert {(state, status): n for state, status, n in kept} == {
            tuple(key): n for key, n in recount.items()
        }
        statuses = self.map_statuses()
        trail: dict[int, str] = {}
        for key, before, after in db.session.execute(
            sa.select(AuditEntry.object_id, AuditEntry.from_state, AuditEntry.to_state)
            .where(
                AuditEntry.object_type == Application.__tablename__,
                AuditEntry.object_id.in_(statuses),
                AuditEntry.action.in_([f"{APPLICATION.noun}:{name}" for name in APPLICATION.transitions]),
            )
            .order_by(AuditEntry.id)
        ):
            # Each step begins where the one before has ended: none is missing.
            assert before == trail.get(key, "draft")
            trail[key] = after
        assert {key: trail.get(key, "draft") for key in statuses} == {
            key: status.value for key, status in statuses.items()
        }


def test_everything_agrees_after_every_step(app: Flask) -> None:
    # All sequences share one transaction that is rolled back: PostgreSQL gathers no statistics inside it, and
    # its plans grow slower with every sequence.
    is_postgresql = db.engine.dialect.name == "postgresql"
    run_state_machine_as_test(
        Admissions,
        settings=settings(
            max_examples=8 if is_postgresql else 60,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],  # Shrinking a failure takes many minutes: ask for it by hand.
            suppress_health_check=list(HealthCheck),
        ),
    )
