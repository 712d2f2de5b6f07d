"""A guardian, an applicant and the clock at one moment: an application goes one way, and the ledger says which."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianRequest, Offer
from registry.admissions.operations.guardians import answer_as_guardian
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.seats import find_open_offer, list_seat_differences
from registry.catalogue.enums import SelectionMethod
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.enrolments.models import Enrolment
from registry.enrolments.operations.consents import withdraw_consent
from registry.messages.models import Message
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import MINOR, open_cohort, ready_draft
from tests.integration.admissions.test_seat_races import run_at_once

pytestmark = pytest.mark.committed
S, A = ApplicationStatus, ConsentAction
ROUNDS = 4


@pytest.fixture
def own_app(committed_database: Flask) -> Iterator[Flask]:
    with committed_database.app_context():
        yield committed_database


def make_case() -> tuple[int, int, Actor]:
    """Keys of an application that waits for the guardian in a first-come cohort and of the link; the applicant."""
    with transaction():
        cohort = open_cohort(selection=SelectionMethod.FIRST_COME, capacity=1)
        SeatPoolFactory(cohort=cohort, seats=1)
    application, actor = ready_draft(cohort, born_on=MINOR)
    with transaction():
        submit_application(application, actor=actor)
        request = db.session.scalars(
            sa.select(GuardianRequest.id).where(GuardianRequest.application_id == application.id)
        ).one()
    return application.id, request, actor


def answer(key: int, request: int, said: GuardianAnswer = GuardianAnswer.CONSENTED) -> Callable[[], object]:
    def work() -> object:
        with transaction():
            found = db.session.get_one(GuardianRequest, request)
            return answer_as_guardian(found, said, actor=Actor.guardian(key)).status

    return work


def take_back(key: int, actor: Actor) -> Callable[[], object]:
    def work() -> object:
        with transaction():
            application = db.session.get_one(Application, key)
            return withdraw_consent(application, ConsentPurpose.PARTICIPATION, actor=actor)

    return work


def withdraw(key: int, actor: Actor) -> Callable[[], object]:
    def work() -> object:
        with transaction():
            return withdraw_application(db.session.get_one(Application, key), actor=actor).status

    return work


def ledger(key: int) -> list[ConsentAction]:
    application = db.session.get_one(Application, key)
    return list(
        db.session.scalars(
            sa.select(Consent.action)
            .where(Consent.about == application.code, Consent.purpose == ConsentPurpose.PARTICIPATION)
            .order_by(Consent.id)
        )
    )


def status_of(key: int) -> ApplicationStatus:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Application, key).status


@pytest.mark.parametrize("second", list(GuardianAnswer)[:2])
def test_two_tabs_of_the_guardian_are_one_answer(own_app, second) -> None:
    for _ in range(ROUNDS):
        key, request, _actor = make_case()

        outcomes = run_at_once(own_app, [answer(key, request), answer(key, request, second)])

        refused = [each for each in outcomes if isinstance(each, RegistryError)]
        assert len(refused) == 1, outcomes
        expected = {S.OFFERED: [A.GIVEN], S.WITHDRAWN: [A.REFUSED]}
        assert ledger(key) == expected[status_of(key)]
        assert list_seat_differences() == []


def test_consent_against_withdrawal_ends_withdrawn_and_holds_nothing(own_app) -> None:
    for _ in range(ROUNDS):
        key, request, actor = make_case()

        outcomes = run_at_once(own_app, [answer(key, request), withdraw(key, actor)])

        assert status_of(key) is S.WITHDRAWN
        consented = not isinstance(outcomes[0], RegistryError)
        assert ledger(key) == ([A.GIVEN] if consented else [])
        assert find_open_offer(db.session.get_one(Application, key)) is None
        assert list_seat_differences() == []


def test_guardian_and_applicant_take_the_consent_back_once(own_app) -> None:
    for _ in range(ROUNDS):
        key, request, actor = make_case()
        answer(key, request)()

        outcomes = run_at_once(own_app, [take_back(key, Actor.guardian(key)), take_back(key, actor)])

        assert sum(isinstance(each, RegistryError) for each in outcomes) == 1, outcomes
        assert ledger(key) == [A.GIVEN, A.WITHDRAWN]
        assert status_of(key) is S.WITHDRAWN
        code = db.session.get_one(Application, key).code
        told = db.session.scalars(sa.select(Message.id).where(Message.key == f"consent_withdrawn:{code}"))
        assert len(told.all()) == 1
        assert list_seat_differences() == []


def test_accepting_while_the_guardian_takes_it_back_ends_without_a_place(own_app) -> None:
    for _ in range(ROUNDS):
        key, request, actor = make_case()
        answer(key, request)()

        held = db.session.scalars(sa.select(Offer.id).where(Offer.application_id == key)).one()
        db.session.rollback()

        def accept(held: int = held, actor: Actor = actor) -> object:
            with transaction():
                return enrolments.accept_offer(db.session.get_one(Offer, held), actor=actor)

        run_at_once(own_app, [accept, take_back(key, Actor.guardian(key))])

        status = status_of(key)
        places = db.session.scalars(sa.select(Enrolment.status).where(Enrolment.application_id == key)).all()
        assert (status, places) in [(S.WITHDRAWN, []), (S.ACCEPTED, ["cancelled"])]
        assert ledger(key) == [A.GIVEN, A.WITHDRAWN]
        assert list_seat_differences() == []
