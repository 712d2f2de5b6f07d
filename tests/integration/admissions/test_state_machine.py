"""Whatever happens in whatever order: seats, lists, enrolments, counts, mail and trail agree after every step."""

from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import joinedload

from registry.access.actor import Actor
from registry.admissions.enums import (
    ApplicationStatus,
    Decision,
    GuardianAnswer,
    RejectionReason,
    SelectionOrder,
)
from registry.admissions.models import Application, Nomination, SelectionRun
from registry.admissions.operations import (
    corrections,
    decisions,
    guardians,
    nominations,
    offers,
    pools,
    releases,
    selection,
    sweeps,
)
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.operations.journey import save_answer
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries import seats as queries
from registry.admissions.queries.guardians import find_last_request
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import WithoutFocalPoint
from registry.catalogue.models import GENERAL, Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.enrolments.models import Enrolment
from registry.people.models import Person
from tests.conftest import NOW
from tests.factories.actors import applicant, focal_point
from tests.integration.admissions.agreement import Agreement, Lists, look
from tests.integration.admissions.beginnings import COORDINATOR, PLANS, STATES, Plan, Prepared, prepare
from tests.sessions import rolled_back

S = ApplicationStatus
SYSTEM = Actor.system("test")
STEPS = 30


def step(name: str, **values: Any) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A step of the machine, by the name of its method, with what it is given."""
    return st.fixed_dictionaries(values).map(lambda given: (name, given))


pick = st.integers(0, 9)
# One rule for all steps: Hypothesis would leave out most of many rules in each sequence.
ANY_STEP = st.one_of(
    *[step("apply", state=st.sampled_from(STATES), is_minor=st.sampled_from([False, False, True]))] * 3,
    step("guardian", number=pick, answer=st.sampled_from(GuardianAnswer)),
    *[step("endorse", number=pick, rank=st.sampled_from([None, 1, 2, 3]), endorses=st.booleans())] * 2,
    step("rank", state=st.sampled_from(STATES), number=pick, rank=st.integers(1, 4)),
    *[step("send_back", number=pick, days=st.integers(1, 9))] * 3,
    *[step("resubmit", number=pick, changes=st.booleans())] * 4,
    *[step("stage", number=pick, decision=st.sampled_from(Decision))] * 2,
    *[
        step(
            "run",
            longest=st.sampled_from([None, 0, 1]),
            order=st.sampled_from(SelectionOrder),
            women=st.sampled_from([0, 50]),
            rural=st.sampled_from([0, 30]),
        )
    ]
    * 2,
    step("take_back", of_run=st.booleans()),
    *[step("release")] * 2,
    *[step("accept", number=pick)] * 2,
    step("decline", number=pick),
    step("withdraw", number=pick),
    step(
        "take_part",
        number=pick,
        what=st.sampled_from(["cancel", "stay away", "start", "complete", "drop out"]),
    ),
    step("close", number=pick),
    step("advance", number=pick, seats=st.sampled_from(["own", GENERAL])),
    *[
        step(
            "change_quotas",
            uz=st.integers(0, 3),
            kz=st.integers(0, 3),
            by=st.sampled_from([None, None, 0, 1]),
            general=st.integers(0, 3),
            spare=st.integers(-1, 2),
        )
    ]
    * 2,
    step("change_dates", opens=st.sampled_from([None, 5, 20]), ends=st.sampled_from([None, 35, 50])),
    step("call_off"),
    *[step("let_time_pass", days=st.sampled_from([0.1, 3, 9, 20]))] * 2,
    *[step("sweep")] * 2,
)


class Admissions(RuleBasedStateMachine):
    """One cohort of three pools, from the first application to after the last."""

    app: Flask
    begun: dict[Plan, Prepared]
    """The first steps of each plan are taken and committed once; every sequence is rolled back to them."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.at = NOW
        self.steps = 0

    def teardown(self) -> None:
        self.stack.close()

    @initialize(
        plan=st.sampled_from(PLANS),
        passes_on=st.booleans(),
        opens=st.sampled_from([None, 20, 40]),
        ends=st.sampled_from([None, 45]),
    )
    def begin(self, plan, passes_on, opens, ends) -> None:
        if plan not in self.begun:
            with self.app.app_context():
                self.begun[plan] = self.prepared = prepare(plan)
                self.left = self.prepared.drafts
                self.fill_the_house(promises_shares=plan.promises_shares)
        self.prepared = self.begun[plan]
        self.left = {key: list(ids) for key, ids in self.prepared.drafts.items()}
        self.stack.enter_context(rolled_back(self.app))
        self.agreement = Agreement(self.prepared.cohort_id)
        self.before = Lists({}, 0)
        with transaction():
            cohort = self.get_cohort()
            cohort.pools_open_at = NOW + timedelta(days=opens) if opens else None
            cohort.waiting_ends_at = NOW + timedelta(days=ends) if ends else None
            if passes_on:
                cohort.without_focal_point = WithoutFocalPoint.PASS_ON
                cohort.endorse_by_at = NOW + timedelta(days=3)

    def fill_the_house(self, *, promises_shares: bool) -> None:
        """All seats taken and lists from the start: most steps then have somebody to be about."""
        for state in (*STATES, *STATES, "UZ"):
            self.apply(state, is_minor=False)
        for _ in range(7):
            self.endorse(0, rank=None, endorses=True)
        if promises_shares:
            self.run(longest=None, order=SelectionOrder.FIRST_COME, women=50, rural=30)
        else:
            for number in range(7):
                self.stage(number, Decision.OFFER if number < 3 else Decision.WAITLIST)
        self.release()

    # -- How steps are taken

    def do(self, operation, *arguments, **values) -> None:
        """The operation at the machine's time, in one transaction; refusals are answers."""
        try:
            with clock.travel(self.at), transaction():
                operation(*arguments, **values)
        except RegistryError:
            pass

    def fresh(self) -> None:
        """Forget what is loaded, as between two requests."""
        db.session.expunge_all()

    def get_cohort(self) -> Cohort:
        return db.session.scalars(
            sa.select(Cohort)
            .where(Cohort.id == self.prepared.cohort_id)
            .options(joinedload(Cohort.programme))
        ).one()

    def choose(self, number: int, *statuses: ApplicationStatus) -> Application | None:
        found = db.session.scalars(
            sa.select(Application)
            .where(Application.cohort_id == self.prepared.cohort_id, Application.status.in_(statuses))
            .options(joinedload(Application.cohort).joinedload(Cohort.programme))
            .order_by(Application.id)
        ).all()
        return found[number % len(found)] if found else None

    # -- What may happen

    @rule(step=ANY_STEP)
    def act(self, step) -> None:
        name, given = step
        getattr(self, name)(**given)

    def apply(self, state, is_minor) -> None:
        if drafts := self.left[state, is_minor]:
            application = db.session.get_one(Application, drafts.pop(0))
            self.do(submit_application, application, actor=self.owner(application))

    def owner(self, application: Application) -> Actor:
        return applicant(db.session.get_one(Person, application.person_id))

    def guardian(self, number, answer) -> None:
        if application := self.choose(number, S.AWAITING_GUARDIAN):
            request = find_last_request(application)
            self.do(guardians.answer_as_guardian, request, answer, actor=Actor.guardian(application.id))

    def endorse(self, number, rank, endorses) -> None:
        if application := self.choose(number, S.AWAITING_ENDORSEMENT):
            actor = focal_point(application.member_state)
            if endorses:
                self.do(nominations.endorse, application, rank=rank, actor=actor)
            else:
                self.do(nominations.decline_endorsement, application, reason="Not known here", actor=actor)

    def rank(self, state, number, rank) -> None:
        codes = db.session.scalars(
            sa.select(Application.code)
            .join(Nomination, Nomination.application_id == Application.id)
            .where(
                Application.cohort_id == self.prepared.cohort_id,
                Application.member_state == state,
                Nomination.is_endorsed,
            )
            .order_by(Application.id)
        ).all()
        if codes:
            given = {codes[number % len(codes)]: rank}
            self.do(nominations.rank_applications, self.get_cohort(), state, given, actor=focal_point(state))

    def send_back(self, number, days) -> None:
        if application := self.choose(number, S.SUBMITTED, S.UNDER_REVIEW):
            due_on = (self.at + timedelta(days=days)).astimezone(ZoneInfo(application.cohort.zone)).date()
            reasons = {"question-motivation": "Say more about the honey."}
            self.do(corrections.return_application, application, reasons, due_on=due_on, actor=COORDINATOR)

    def resubmit(self, number, changes) -> None:
        if application := self.choose(number, S.RETURNED):
            actor = self.owner(application)
            if changes:
                (question,) = get_journey(application).questions
                self.do(save_answer, application, question, "I sell a lot of honey.", actor=actor)
            self.do(corrections.resubmit_application, application, actor=actor)

    def stage(self, number, decision) -> None:
        if application := self.choose(number, S.SUBMITTED, S.UNDER_REVIEW):
            given = DecisionInput(decision, RejectionReason.EXPERIENCE, rank=number or None)
            self.do(decisions.stage_decision, application, given, actor=COORDINATOR)

    def run(self, longest, order, women, rural) -> None:
        chosen = SelectionSettings(order, women, rural, longest)
        self.do(selection.stage_selection, self.get_cohort(), chosen, actor=COORDINATOR)

    def take_back(self, of_run) -> None:
        cohort = self.get_cohort()
        run = db.session.scalar(
            sa.select(SelectionRun)
            .where(SelectionRun.cohort_id == cohort.id)
            .order_by(SelectionRun.id.desc())
        )
        if of_run and run is not None:
            self.do(selection.undo_selection, run, cohort, actor=COORDINATOR)
        else:
            self.do(decisions.unstage_all, cohort, actor=COORDINATOR)

    def release(self) -> None:
        with clock.travel(self.at), suppress(RegistryError):
            releases.release_decisions(self.get_cohort(), actor=COORDINATOR)

    def accept(self, number) -> None:
        self.answer(number, enrolments.accept_offer)

    def decline(self, number) -> None:
        self.answer(number, enrolments.decline_offer)

    def answer(self, number, answer) -> None:
        if (application := self.choose(number, S.OFFERED)) and (
            offer := queries.find_open_offer(application)
        ):
            self.do(answer, offer, actor=SYSTEM)

    def withdraw(self, number) -> None:
        if application := self.choose(
            number,
            *(S.OFFERED, S.WAITLISTED, S.UNDER_REVIEW, S.RETURNED),
            *(S.AWAITING_ENDORSEMENT, S.AWAITING_GUARDIAN),
        ):
            self.do(withdraw_application, application, actor=SYSTEM)

    def take_part(self, number, what) -> None:
        found = db.session.scalars(
            sa.select(Enrolment)
            .where(
                Enrolment.cohort_id == self.prepared.cohort_id,
                Enrolment.status.in_([EnrolmentStatus.CONFIRMED, EnrolmentStatus.ACTIVE]),
            )
            .options(joinedload(Enrolment.application), joinedload(Enrolment.cohort))
            .order_by(Enrolment.id)
        ).all()
        if not found:
            return
        operation, values = {
            "cancel": (enrolments.cancel, {"reason": "Ill"}),
            "stay away": (enrolments.mark_no_show, {}),
            "start": (enrolments.start, {}),
            "complete": (enrolments.complete, {}),
            "drop out": (enrolments.drop_out, {"reason": DropoutReason.STUDIES}),
        }[what]
        self.do(operation, found[number % len(found)], **values, actor=SYSTEM)

    def close(self, number) -> None:
        if application := self.choose(
            number,
            *(S.OFFERED, S.WAITLISTED, S.SUBMITTED, S.UNDER_REVIEW, S.RETURNED),
            *(S.AWAITING_ENDORSEMENT, S.AWAITING_GUARDIAN),
        ):
            self.do(decisions.close_application, application, reason="Sent twice", actor=COORDINATOR)

    def advance(self, number, seats) -> None:
        if application := self.choose(number, S.WAITLISTED):
            state = application.member_state if seats == "own" else GENERAL
            self.do(offers.advance_waiting, application, state, reason="The visa", actor=COORDINATOR)
            self.before = look(self.get_cohort(), self.before.holding)

    def change_quotas(self, uz, kz, by, general, spare) -> None:
        seats = {"UZ": uz, "KZ": kz, GENERAL: general} | ({} if by is None else {"BY": by})
        capacity = max(sum(seats.values()) + spare, 1)
        self.do(pools.set_seats, self.get_cohort(), capacity=capacity, seats=seats, actor=COORDINATOR)

    def change_dates(self, opens, ends) -> None:
        self.do(
            pools.set_seat_dates,
            self.get_cohort(),
            pools_open_at=self.at + timedelta(days=opens) if opens else None,
            waiting_ends_at=NOW + timedelta(days=ends) if ends else None,
            version=None,
            actor=COORDINATOR,
        )

    def call_off(self) -> None:
        # Not much happens after it.
        if self.steps > STEPS * 0.7:
            self.do(enrolments.cancel_cohort, self.get_cohort(), reason="No teacher", actor=COORDINATOR)

    def let_time_pass(self, days) -> None:
        self.at += timedelta(days=days)

    def sweep(self) -> None:
        self.before = look(self.get_cohort())
        with clock.travel(self.at):
            sweeps.run_sweeps()
            enrolments.wind_up_cancelled_cohorts()

    # -- What must be true after each of it

    @invariant()
    def everything_agrees(self) -> None:
        self.fresh()
        self.before = self.agreement.check(self.at, self.before)
        self.fresh()
        self.steps += 1


@pytest.mark.committed
def test_everything_agrees_after_every_step(committed_database: Flask) -> None:
    Admissions.app, Admissions.begun = committed_database, {}
    run_state_machine_as_test(
        Admissions,
        settings=settings(
            max_examples=50,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],  # Shrinking a failure takes many minutes: ask for it by hand.
            suppress_health_check=list(HealthCheck),
        ),
    )
