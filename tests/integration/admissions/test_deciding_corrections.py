"""A date of birth, a country or the state is corrected: the application is judged, counted and passed on anew."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import (
    AgeBand,
    ConditionOperator,
    ConditionSubject,
    GuardianAnswer,
    QuestionKind,
    RuleName,
    RuleResult,
)
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import (
    Answer,
    Application,
    ApplicationStatusCount,
    CorrectionItem,
    EligibilityResult,
    GuardianRequest,
    Nomination,
    Question,
)
from registry.admissions.operations import corrections, nominations
from registry.admissions.operations.decisions import override_ineligible
from registry.admissions.operations.guardians import answer_as_guardian
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.journey import find_form_version
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import InvalidInput
from registry.core.transaction import transaction
from registry.enrolments.queries import list_count_differences
from registry.messages.models import Message
from registry.people.enums import Sex
from registry.people.models import Guardianship, Person
from registry.places.operations import load_places
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator, focal_point
from tests.factories.admissions import InvitationFactory, QuestionConditionFactory, QuestionFactory
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.integration.admissions.test_corrections import DUE
from tests.nominating import entries, order, text_of

COORDINATOR = coordinator()
REASON = "Please check this again."


@pytest.fixture(autouse=True)
def _places() -> None:
    load_places(actor=Actor.system("test"))


def send(cohort: Cohort, person: Person | None = None, **values: object) -> tuple[Application, Actor]:
    application, actor = ready_draft(cohort, person or known_person(**values))
    with transaction():
        submit_application(application, actor=actor)
    return application, actor


def send_back(application: Application, *pages: str) -> None:
    with transaction():
        corrections.return_application(
            application, dict.fromkeys(pages, REASON), due_on=DUE, actor=COORDINATOR
        )


def resubmit(application: Application, actor: Actor) -> Application:
    with transaction():
        corrections.resubmit_application(application, actor=actor)
    db.session.expire_all()
    return db.session.get_one(Application, application.id)


def type_birth(client, cohort: Cohort, born_on: date, sex: str = "female") -> None:
    day = {"day": born_on.day, "month": born_on.month, "year": born_on.year}
    typed = {f"born_on-{part}": str(value) for part, value in day.items()}
    assert client.post(f"/apply/{cohort.code}/birth", data={**typed, "sex": sex}).status_code == 303


def type_countries(client, cohort: Cohort, *citizenships: str, residence: str = "UZ") -> None:
    names = ("citizenship", "second_citizenship", "third_citizenship")
    typed = dict(zip(names, citizenships, strict=False)) | {"residence": residence, "settlement": "rural"}
    assert client.post(f"/apply/{cohort.code}/countries", data=typed).status_code == 303


def assert_counted() -> None:
    """What is kept equals what is there: figures of the reports, and how many are in each status."""
    assert list_count_differences() == []
    kept = {
        (state, status): n
        for state, status, n in db.session.execute(
            sa.select(
                ApplicationStatusCount.member_state, ApplicationStatusCount.status, ApplicationStatusCount.n
            ).where(ApplicationStatusCount.n != 0)
        )
    }
    found = {
        (state, status): n
        for state, status, n in db.session.execute(
            sa.select(Application.member_state, Application.status, sa.func.count())
            .where(Application.submitted_at.is_not(None))
            .group_by(Application.member_state, Application.status)
        )
    }
    assert kept == found


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


# -- Birth and sex


def test_a_corrected_birth_is_frozen_and_counted_as_on_the_day_of_submission(client, act_as) -> None:
    cohort = open_cohort(age_min=18, age_max=35)
    application, actor = send(cohort, born_on=date(2001, 3, 15), sex=Sex.MALE)
    before = application.match_key
    send_back(application, "birth")
    act_as(actor)
    with clock.travel(clock.now() + timedelta(days=2)):
        # Twenty-five on the day of sending again, twenty-four on the day of submission.
        type_birth(client, cohort, date(2002, 3, 17))
        application = resubmit(application, actor)

    assert application.status is S.SUBMITTED
    assert (application.sex, application.age_years) == (Sex.FEMALE, 24)
    assert application.age_band is AgeBand.FROM_18
    assert application.profile["born_on"] == "2002-03-17"
    assert application.match_key != before
    assert application.match_key.startswith("2002-03-17")
    assert_counted()
    assert kinds()[-1] == "corrections_received"


def test_a_corrected_birth_that_is_not_eligible_goes_to_the_coordinator(client, act_as) -> None:
    cohort = open_cohort(age_min=18, age_max=30)
    application, actor = send(cohort)
    send_back(application, "birth")
    act_as(actor)
    type_birth(client, cohort, date(1980, 1, 1))

    application = resubmit(application, actor)

    assert (application.status, application.eligible_at) == (S.INELIGIBLE, None)
    result = db.session.get_one(EligibilityResult, (application.id, RuleName.AGE))
    assert result.result is RuleResult.FAIL
    assert kinds()[-1] == "application_ineligible"
    assert_counted()
    with transaction():
        override_ineligible(application, reason="Agreed with the state", actor=COORDINATOR)
    assert application.status is S.SUBMITTED
    assert_counted()


def test_a_birth_that_needs_a_guardian_opens_that_page_and_asks_them(client, act_as) -> None:
    cohort = open_cohort(age_min=None)
    application, actor = send(cohort)
    send_back(application, "birth")
    act_as(actor)
    home = f"/my/applications/{application.code}"
    assert f"/apply/{cohort.code}/guardian" not in text_of(client.get(home))
    type_birth(client, cohort, date(2010, 3, 16))

    page = text_of(client.get(home))
    with pytest.raises(InvalidInput), transaction():
        corrections.resubmit_application(application, actor=actor)
    given = client.post(
        f"/apply/{cohort.code}/guardian",
        data={"name": "Karim Karimov", "email": "karim@example.org", "locale": "ru"},
    )
    application = resubmit(application, actor)

    assert f"/apply/{cohort.code}/guardian" in page
    assert given.status_code == 303
    assert application.status is S.AWAITING_GUARDIAN
    assert kinds()[-2:] == ["guardian_request", "application_received"]
    assert_counted()
    request = db.session.scalars(sa.select(GuardianRequest)).one()
    with transaction():
        answer_as_guardian(request, GuardianAnswer.CONSENTED, actor=Actor.guardian(application.id))
    assert application.status is S.SUBMITTED
    assert_counted()


# -- Countries and states


def test_another_citizenship_moves_the_application_to_that_state_which_is_asked(client, act_as) -> None:
    cohort = open_cohort(nomination=NominationMode.APPLY_THEN_ENDORSE)
    (application, actor), (other, _actor) = send(cohort), send(cohort)
    with transaction():
        for each in (application, other):
            nominations.endorse(each, actor=focal_point("UZ"))
    assert order(cohort, "UZ") == [application.code, other.code]
    send_back(application, "countries")
    act_as(actor)
    type_countries(client, cohort, "KZ")
    assert application.member_state == "UZ"

    application = resubmit(application, actor)

    assert (application.status, application.member_state, application.endorsed_at) == (
        S.AWAITING_ENDORSEMENT,
        "KZ",
        None,
    )
    assert order(cohort, "UZ") == [other.code]
    assert db.session.scalars(sa.select(Nomination.rank)).all() == [1]
    assert_counted()
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "admissions:application:change_state")
    ).one()
    assert entry.changes["member_state"] == ["UZ", "KZ"]
    with transaction():
        nominations.endorse(application, actor=focal_point("KZ"))
    assert application.status is S.SUBMITTED
    assert_counted()


def test_a_country_that_keeps_the_state_keeps_the_endorsement(client, act_as) -> None:
    cohort = open_cohort(nomination=NominationMode.APPLY_THEN_ENDORSE)
    application, actor = send(cohort)
    with transaction():
        nominations.endorse(application, actor=focal_point("UZ"))
    send_back(application, "countries")
    act_as(actor)
    type_countries(client, cohort, "UZ", residence="KG")

    application = resubmit(application, actor)

    assert (application.status, application.member_state) == (S.SUBMITTED, "UZ")
    assert application.profile["residence"] == "KG"
    assert order(cohort, "UZ") == [application.code]
    assert_counted()


def test_several_states_open_the_choice(client, act_as) -> None:
    cohort = open_cohort()
    application, actor = send(cohort)
    send_back(application, "countries")
    act_as(actor)
    type_countries(client, cohort, "KZ", "KG")
    assert f"/apply/{cohort.code}/state" in text_of(client.get(f"/my/applications/{application.code}"))
    with pytest.raises(InvalidInput), transaction():
        corrections.resubmit_application(application, actor=actor)

    assert "This follows from what you corrected." in text_of(client.get(f"/apply/{cohort.code}/state"))
    chosen = client.post(f"/apply/{cohort.code}/state", data={"state": "KG"})
    assert chosen.status_code == 303
    assert_counted()
    application = resubmit(application, actor)

    assert (application.status, application.member_state) == (S.SUBMITTED, "KG")
    assert_counted()


def test_the_state_alone_can_be_asked_for_where_there_is_a_choice(client, act_as) -> None:
    cohort = open_cohort()
    person = known_person(citizenships=("KZ", "UZ"))
    application, actor = ready_draft(cohort, person)
    act_as(actor)
    client.post(f"/apply/{cohort.code}/state", data={"state": "KZ"})
    with transaction():
        submit_application(application, actor=actor)
    send_back(application, "state")

    assert client.post(f"/apply/{cohort.code}/state", data={"state": "UZ"}).status_code == 303
    application = resubmit(application, actor)

    assert (application.status, application.member_state) == (S.SUBMITTED, "UZ")
    item = db.session.scalars(sa.select(CorrectionItem)).one()
    assert (item.before, item.after) == ({"member_state": "KZ"}, {"member_state": "UZ"})
    act_as(coordinator(user_id=UserFactory().id))
    page = text_of(client.get(f"/manage/applications/{application.code}"))
    assert "State you apply for" in page
    assert_counted()


def test_withdrawing_after_another_state_was_chosen_keeps_the_counts(client, act_as) -> None:
    cohort = open_cohort()
    application, actor = send(cohort)
    send_back(application, "countries")
    act_as(actor)
    type_countries(client, cohort, "KZ", "KG")
    client.post(f"/apply/{cohort.code}/state", data={"state": "KG"})

    with transaction():
        withdraw_application(application, actor=actor)

    assert_counted()


def test_whoever_was_invited_keeps_the_state_that_invited(client, act_as) -> None:
    cohort = open_cohort(nomination=NominationMode.NOMINATE_THEN_APPLY)
    person = known_person()
    InvitationFactory(cohort=cohort, email=person.email, member_state="KZ", inviter=UserFactory())
    application, actor = send(cohort, person)
    send_back(application, "countries", "birth")
    act_as(actor)
    type_countries(client, cohort, "KG", "RU")

    assert f"/apply/{cohort.code}/state" not in text_of(client.get(f"/my/applications/{application.code}"))
    application = resubmit(application, actor)

    assert (application.status, application.member_state) == (S.SUBMITTED, "KZ")
    assert db.session.scalars(sa.select(Nomination.rank)).all() == [1]
    assert entries(application)[-1][0] == "resubmit"
    assert_counted()


def test_pages_that_do_not_follow_stay_closed(client, act_as) -> None:
    cohort = open_cohort()
    application, actor = send(cohort)
    send_back(application, "names")
    act_as(actor)

    for page, data in (
        ("guardian", {"name": "Karim Karimov", "email": "karim@example.org", "locale": "ru"}),
        ("state", {"state": "KZ"}),
        ("birth", {"born_on-day": "1", "born_on-month": "1", "born_on-year": "1990", "sex": "female"}),
    ):
        client.post(f"/apply/{cohort.code}/{page}", data=data)
    db.session.expire_all()
    assert db.session.get_one(Application, application.id).member_state == "UZ"
    assert db.session.get_one(Person, application.person_id).born_on == date(2001, 3, 15)
    assert db.session.scalars(sa.select(Guardianship)).all() == []


def test_a_question_that_only_the_corrected_age_is_asked_opens(client, acting_as) -> None:
    cohort = open_cohort()
    shop = QuestionFactory(form_version=find_form_version(cohort), key="shop", labels={"en": "Which shop?"})
    QuestionConditionFactory(question=shop, values=["27"])
    application, actor = ready_draft(cohort, known_person(born_on=date(2005, 3, 27)))
    with transaction():
        db.session.execute(sa.delete(Answer).where(Answer.question_id == shop.id))
    with transaction():
        submit_application(application, actor=actor)
    send_back(application, "birth")
    acting_as(actor)
    before = client.get(f"/apply/{cohort.code}/questions/shop").status_code
    type_birth(client, cohort, date(1999, 3, 27))

    page = text_of(client.get(f"/my/applications/{application.code}"))
    with pytest.raises(InvalidInput):
        resubmit(application, actor)
    answered = client.post(f"/apply/{cohort.code}/questions/shop", data={"answer": "A market stall"})
    sent = resubmit(application, actor)

    assert before != 200
    assert "Which shop?" in page
    assert "This follows from what you corrected." in page
    assert answered.status_code == 303
    assert sent.status is S.SUBMITTED
    assert [each.value for each in sent.answers if each.question.key == "shop"] == ["A market stall"]


def test_a_question_that_a_corrected_answer_asks_opens(client, acting_as) -> None:
    cohort = open_cohort()
    version = find_form_version(cohort)
    sells = QuestionFactory(
        form_version=version, key="sells", kind=QuestionKind.YES_NO, labels={"en": "Sells?"}
    )
    shop = QuestionFactory(form_version=version, key="shop", labels={"en": "Which shop?"})
    QuestionConditionFactory(
        question=shop,
        subject=ConditionSubject.ANSWER,
        source=sells,
        operator=ConditionOperator.IS,
        values=["yes"],
    )
    application, actor = ready_draft(cohort)
    with transaction():
        db.session.execute(sa.delete(Answer).where(Answer.question_id == shop.id))
        db.session.execute(
            sa.update(Answer)
            .where(Answer.question_id.in_(sa.select(Question.id).where(Question.key == "sells")))
            .values(value=False)
        )
    with transaction():
        submit_application(application, actor=actor)
    send_back(application, "question-sells")
    acting_as(actor)
    client.post(f"/apply/{cohort.code}/questions/sells", data={"answer": "yes"})

    with pytest.raises(InvalidInput):
        resubmit(application, actor)
    answered = client.post(f"/apply/{cohort.code}/questions/shop", data={"answer": "A market stall"})

    assert answered.status_code == 303
    assert resubmit(application, actor).status is S.SUBMITTED
