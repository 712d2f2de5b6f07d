"""Sending an application: the routes it takes, the window, and what is frozen."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import AgeBand, ApplicationStatus, Figure, RuleName, RuleResult
from registry.admissions.models import (
    Application,
    ApplicationCount,
    ApplicationStatusCount,
    EligibilityResult,
    GuardianRequest,
    SeatEntry,
)
from registry.admissions.operations.journey import start_application
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.journey import get_journey
from registry.catalogue.enums import CohortStatus, NominationMode, QuotaBasis, SelectionMethod
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people import operations as people
from registry.people.enums import ConsentPurpose, Sex
from registry.people.models import Consent
from registry.people.rules import Names
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortScopeFactory, SeatPoolFactory
from tests.factories.journeys import (
    ADULT,
    MINOR,
    ensure_countries,
    known_person,
    open_cohort,
    ready_draft,
)

S = ApplicationStatus
OPEN, ENDORSE = NominationMode.OPEN, NominationMode.APPLY_THEN_ENDORSE
FIRST_COME, SCORED = SelectionMethod.FIRST_COME, SelectionMethod.SCORED


def _submit(application: Application, actor: Actor) -> Application:
    with transaction():
        return submit_application(application, actor=actor)


def _mails():
    return [
        (message.kind, message.topic)
        for message in db.session.scalars(sa.select(Message).order_by(Message.id))
    ]


@pytest.mark.parametrize(
    ("born_on", "nomination", "selection", "is_eligible", "status"),
    [
        (ADULT, OPEN, SCORED, True, S.SUBMITTED),
        (ADULT, OPEN, FIRST_COME, True, S.OFFERED),
        (ADULT, ENDORSE, SCORED, True, S.AWAITING_ENDORSEMENT),
        (ADULT, ENDORSE, FIRST_COME, True, S.AWAITING_ENDORSEMENT),
        (MINOR, OPEN, SCORED, True, S.AWAITING_GUARDIAN),
        (MINOR, OPEN, FIRST_COME, True, S.AWAITING_GUARDIAN),
        (MINOR, ENDORSE, SCORED, True, S.AWAITING_GUARDIAN),
        (ADULT, OPEN, SCORED, False, S.INELIGIBLE),
        (ADULT, OPEN, FIRST_COME, False, S.INELIGIBLE),
        (ADULT, ENDORSE, SCORED, False, S.INELIGIBLE),
        (MINOR, OPEN, SCORED, False, S.INELIGIBLE),
    ],
)
def test_submit_application_takes_the_route_of_the_rules(born_on, nomination, selection, is_eligible, status):
    cohort = open_cohort(nomination=nomination, selection=selection, age_min=None if is_eligible else 40)
    SeatPoolFactory(cohort=cohort)
    application, actor = ready_draft(cohort, born_on=born_on)

    _submit(application, actor)

    assert application.status is status
    assert (application.eligible_at is not None) is is_eligible
    figures = db.session.scalars(sa.select(ApplicationCount.figure)).all()
    assert (Figure.ELIGIBLE in figures) is is_eligible
    counts = {row.status: row.n for row in db.session.scalars(sa.select(ApplicationStatusCount)) if row.n}
    assert counts == {status: 1}
    kinds = [kind for kind, _ in _mails() if kind.startswith(("application_", "guardian_"))]
    asked = ["guardian_request"] if status is S.AWAITING_GUARDIAN else []
    assert kinds == [*asked, "application_received" if is_eligible else "application_ineligible"]
    assert len(db.session.scalars(sa.select(GuardianRequest)).all()) == len(asked)


def test_submit_application_to_a_full_first_come_cohort_waits():
    cohort = open_cohort(selection=FIRST_COME)
    SeatPoolFactory(cohort=cohort, seats=0)
    application, actor = ready_draft(cohort)

    _submit(application, actor)

    assert application.status is S.WAITLISTED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SeatEntry)) == 0


@pytest.mark.parametrize(
    ("moment", "in_time"),
    [
        (lambda cohort: cohort.opens_at - timedelta(seconds=1), False),
        (lambda cohort: cohort.opens_at, True),
        (lambda cohort: cohort.opens_at + timedelta(seconds=1), True),
        (lambda cohort: cohort.closes_at - timedelta(seconds=1), True),
        (lambda cohort: cohort.closes_at, False),
        (lambda cohort: cohort.closes_at + timedelta(seconds=1), False),
    ],
)
def test_submit_application_at_the_edges_of_the_window(moment, in_time):
    application, actor = ready_draft()

    with clock.travel(moment(application.cohort)):
        if in_time:
            _submit(application, actor)
        else:
            with pytest.raises(Conflict):
                _submit(application, actor)

    db.session.refresh(application)
    assert application.status is (S.SUBMITTED if in_time else S.DRAFT)
    assert len(get_journey(application).answers) == 1


def test_submit_application_of_a_cancelled_cohort_is_refused():
    application, actor = ready_draft()
    cohort = db.session.merge(application.cohort)
    db.session.execute(
        sa.update(type(cohort)).values(status=CohortStatus.CANCELLED, cancelled_at=clock.now())
    )
    db.session.expire_all()

    with pytest.raises(Conflict):
        _submit(application, actor)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (lambda draft: setattr(draft.person, "sex", None), ["birth"]),
        (lambda draft: setattr(draft.person, "birth_day", None), ["birth"]),
        (
            lambda draft: (
                setattr(draft.person, "family_name", ""),
                setattr(draft.person, "given_names", ""),
            ),
            ["names"],
        ),
        (lambda draft: setattr(draft.cohort, "needs_latin_name", True), ["names"]),
        (lambda draft: draft.person.citizenships.clear(), ["countries"]),
        (lambda draft: setattr(draft.person, "residence", None), ["countries"]),
        (lambda draft: setattr(draft.person, "phone", ""), ["contact"]),
        (lambda draft: setattr(draft.person, "education", None), ["background"]),
        (lambda draft: setattr(draft.person, "occupation", None), ["background"]),
        (lambda draft: draft.person.languages.clear(), ["languages"]),
        (
            lambda draft: setattr(get_journey(draft).application.answers[0], "value", "w " * 11),
            ["question-motivation"],
        ),
        (lambda draft: db.session.delete(get_journey(draft).application.answers[0]), ["question-motivation"]),
        (
            lambda draft: db.session.execute(
                sa.delete(Consent).where(Consent.purpose == ConsentPurpose.FOLLOW_UP)
            ),
            ["consent-follow_up"],
        ),
        (
            lambda draft: db.session.execute(
                sa.update(Consent)
                .where(Consent.purpose == ConsentPurpose.APPLICATION)
                .values(action="refused")
            ),
            ["consent-application"],
        ),
    ],
)
def test_submit_application_with_something_missing_is_refused(change, missing):
    application, actor = ready_draft()
    journey = get_journey(application)
    change(journey.application)
    db.session.flush()
    db.session.expire_all()

    assert [page.key for page in get_journey(application).missing] == missing
    with pytest.raises(InvalidInput):
        _submit(application, actor)
    assert db.session.get(Application, application.id).status is S.DRAFT


def test_submit_application_of_a_minor_without_guardian_is_refused():
    application, actor = ready_draft(born_on=MINOR, with_guardian=False)

    assert [page.key for page in get_journey(application).missing] == ["guardian"]
    with pytest.raises(InvalidInput):
        _submit(application, actor)


@pytest.mark.parametrize(
    ("born_on", "status"), [(date(2009, 3, 15), S.SUBMITTED), (date(2009, 3, 16), S.AWAITING_GUARDIAN)]
)
def test_submit_application_on_the_birthday_that_ends_minority_needs_no_guardian(born_on, status):
    application, actor = ready_draft(born_on=born_on)

    _submit(application, actor)

    assert application.status is status


def test_submit_application_with_two_qualifying_states_needs_the_choice():
    application, actor = ready_draft(citizenships=("KZ", "UZ"))
    assert [page.key for page in get_journey(application).missing] == ["state"]

    application.member_state = "KZ"
    db.session.flush()
    _submit(application, actor)

    assert (application.status, application.member_state) == (S.SUBMITTED, "KZ")


def test_submit_application_with_one_qualifying_state_of_two_takes_that_one():
    ensure_countries("KZ")
    cohort = open_cohort()
    CohortScopeFactory(cohort=cohort, country="KZ")
    application, actor = ready_draft(cohort, citizenships=("KZ", "UZ"))

    _submit(application, actor)

    assert application.member_state == "KZ"


def test_submit_application_of_a_country_that_does_not_qualify_is_not_eligible():
    ensure_countries("KZ")
    cohort = open_cohort(quota_basis=QuotaBasis.RESIDENCE)
    CohortScopeFactory(cohort=cohort, country="KZ")
    application, actor = ready_draft(cohort, citizenships=("KZ",), residence="UZ")

    _submit(application, actor)

    assert (application.status, application.member_state) == (S.INELIGIBLE, "UZ")
    results = db.session.scalars(sa.select(EligibilityResult)).all()
    assert [(each.rule, each.result) for each in results] == [(RuleName.COUNTRY, RuleResult.FAIL)]
    assert results[0].inputs["chosen"] == "UZ"


def test_submit_application_freezes_what_the_person_changes_later():
    application, actor = ready_draft(sex=Sex.FEMALE, native_name="Каримова Дилноза")
    _submit(application, actor)
    with transaction():
        people.save_names(application.person, Names("Other", "Name"), actor=actor)
        people.save_birth_and_sex(application.person, born_on=date(1990, 1, 1), sex=Sex.MALE, actor=actor)

    db.session.expire_all()
    application = db.session.get(Application, application.id)
    assert (application.member_state, application.sex, application.age_band, application.age_years) == (
        "UZ",
        Sex.FEMALE,
        AgeBand.FROM_25,
        26,
    )
    assert application.listed_name == "Karimova Dilnoza"
    assert application.search_name == "karimova dilnoza каримова дилноза"
    assert application.profile == {
        "family_name": "Karimova",
        "given_names": "Dilnoza",
        "patronymic": "",
        "native_name": "Каримова Дилноза",
        "latin_name": "",
        "born_on": "2001-03-15",
        "sex": "female",
        "citizenship_codes": ["UZ"],
        "residence": "UZ",
        "settlement": None,
        "education": "isced_3",
        "occupation": "studying",
        "language_levels": {"ru": "b2"},
        "email": application.profile["email"],
        "phone": "+998901234567",
        "locale": "en",
        "zone": "Asia/Tashkent",
    }


def test_submit_application_twice_changes_nothing():
    application, actor = ready_draft()
    _submit(application, actor)
    first = application.submitted_at
    with clock.travel(application.cohort.closes_at + timedelta(days=1)):
        again = _submit(application, actor)

    assert again.submitted_at == first
    assert [kind for kind, _ in _mails()] == ["application_received"]


def test_submit_application_of_somebody_else_is_not_allowed():
    application, _actor = ready_draft()

    with pytest.raises(NotAllowed):
        _submit(application, applicant(known_person()))


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.EXPIRED])
def test_submit_application_that_ended_is_refused(status):
    person = known_person()
    application = ApplicationFactory(person=person, cohort=open_cohort(), status=status, submitted_at=None)

    with pytest.raises(Conflict):
        _submit(application, applicant(person))


def test_start_application_twice_opens_the_first():
    cohort, person = open_cohort(), known_person()
    with transaction():
        first = start_application(cohort, actor=applicant(person))
    with transaction():
        second = start_application(cohort, actor=applicant(person))

    assert second is first


def test_start_application_after_withdrawing_begins_a_new_one():
    cohort, person = open_cohort(), known_person()
    ended = ApplicationFactory(person=person, cohort=cohort, status=S.WITHDRAWN)
    with transaction():
        started = start_application(cohort, actor=applicant(person))

    assert started.id != ended.id


@pytest.mark.parametrize(
    "moment", [lambda cohort: cohort.opens_at - timedelta(seconds=1), lambda cohort: cohort.closes_at]
)
def test_start_application_outside_the_window_is_refused(moment):
    cohort, person = open_cohort(), known_person()

    with clock.travel(moment(cohort)), pytest.raises(Conflict), transaction():
        start_application(cohort, actor=applicant(person))


def _at_once(app, number, work):
    """Run `work` in threads that begin together; what each returned or raised."""
    barrier, results = Barrier(number), []

    def run():
        with app.app_context(), clock.travel(now):
            barrier.wait()
            try:
                with transaction():
                    results.append(work())
            except Exception as error:  # noqa: BLE001 -- whatever it is, the test shows it
                results.append(error)
            finally:
                db.session.remove()

    now = clock.now()
    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.committed
def test_start_application_in_many_tabs_at_once_makes_one(committed_database):
    with committed_database.app_context():
        with transaction():
            cohort_id, user_id = open_cohort().id, UserFactory().id
        db.session.remove()
    actor = applicant(None, user_id)

    codes = _at_once(
        committed_database,
        8,
        lambda: start_application(db.session.get(Cohort, cohort_id), actor=actor).code,
    )

    assert len(set(codes)) == 1
    assert len(codes) == 8


@pytest.mark.committed
def test_submit_application_pressed_many_times_at_once_sends_once(committed_database):
    with committed_database.app_context():
        with transaction():
            cohort = open_cohort(selection=FIRST_COME)
            SeatPoolFactory(cohort=cohort, seats=5)
            application, actor = ready_draft(cohort)
            key = application.id
        db.session.remove()

    codes = _at_once(
        committed_database,
        8,
        lambda: submit_application(db.session.get(Application, key), actor=actor).submitted_at.isoformat(),
    )

    assert len(set(codes)) == 1
    with committed_database.app_context():
        assert db.session.get(Application, key).status is S.OFFERED
        assert db.session.scalar(sa.select(sa.func.sum(SeatEntry.change))) == 1
        assert [kind for kind, _ in _mails() if kind == "application_received"] == ["application_received"]
        assert db.session.scalar(sa.select(sa.func.sum(ApplicationStatusCount.n))) == 1
