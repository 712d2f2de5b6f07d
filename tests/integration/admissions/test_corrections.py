"""Returned for correction: only what was named opens, both sides are shown, and silence ends it."""

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import (
    Answer,
    Application,
    Attachment,
    CorrectionItem,
    CorrectionRequest,
    StagedDecision,
)
from registry.admissions.operations import corrections, sweeps
from registry.admissions.operations.decisions import Decision, DecisionInput, stage_decision, start_review
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.journey import find_form_version
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people.enums import Education
from registry.people.models import Person
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import AssignmentFactory, QuestionFactory
from tests.factories.documents import make_pdf, make_png
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.forms_table import assert_field_errors

S = ApplicationStatus
COORDINATOR = coordinator()
DUE = date(2027, 3, 22)


@pytest.fixture
def sent() -> Application:
    """A sent application with a text, a file that can be left out, and complete particulars."""
    cohort = open_cohort(with_files=True, zone="Asia/Tashkent", is_blind=False)
    application, actor = ready_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    return application


def send_back(application: Application, *, due_on: date = DUE, **reasons: str) -> CorrectionRequest:
    reasons = {name.replace("_", "-", 1): reason for name, reason in reasons.items()}
    with transaction():
        return corrections.return_application(application, reasons, due_on=due_on, actor=COORDINATOR)


@pytest.fixture
def returned(sent) -> Application:
    send_back(sent, question_motivation="Say more about the honey.")
    return sent


def owner(application: Application) -> Actor:
    return applicant(person_of(application))


def person_of(application: Application) -> Person:
    return db.session.get_one(Person, application.person_id)


def cohort_of(application: Application) -> str:
    """The code that the pages of the application begin with."""
    return db.session.get_one(Cohort, application.cohort_id).code


def stored(application: Application) -> Application:
    db.session.expire_all()
    return db.session.get_one(Application, application.id)


def mails() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


# -- Returning


def test_return_asks_for_the_named_pages_and_tells_the_applicant(sent) -> None:
    send_back(sent, question_motivation="Say more.", names="The name of the passport, please.")

    application = stored(sent)
    request = db.session.scalars(sa.select(CorrectionRequest)).one()
    items = db.session.scalars(sa.select(CorrectionItem).order_by(CorrectionItem.position)).all()
    assert application.status is S.RETURNED
    assert request.due_at == datetime(2027, 3, 23, tzinfo=ZoneInfo("Asia/Tashkent"))
    assert [(item.page, item.reason) for item in items] == [
        ("names", "The name of the passport, please."),
        ("question-motivation", "Say more."),
    ]
    assert items[1].before == "I sell honey."
    assert items[0].before["given_names"] == "Dilnoza"
    assert mails()[-1] == "application_returned"
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "admissions:application:return")
    ).one()
    assert (entry.from_state, entry.to_state) == ("submitted", "returned")
    assert entry.changes["pages"] == [None, ["names", "question-motivation"]]


def test_return_from_review_takes_the_staged_decision_back(sent) -> None:
    with transaction():
        start_review(sent, actor=COORDINATOR)
        stage_decision(sent, DecisionInput(Decision.OFFER), actor=COORDINATOR)

    send_back(sent, question_motivation="Say more.")

    assert stored(sent).status is S.RETURNED
    assert db.session.scalars(sa.select(StagedDecision)).all() == []


REFUSED = {
    "nothing named": ({}, DUE, None),
    "a page that does not exist": ({"question-none": "x"}, DUE, None),
    "a page that is nobody's to name": ({"guardian": "x"}, DUE, None),
    "a choice that there is not": ({"state": "x"}, DUE, None),
    "today": ({"names": "x"}, date(2027, 3, 15), "due_on"),
    "after the start": ({"names": "x"}, date(2027, 9, 1), "due_on"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_return_that_makes_no_sense_changes_nothing(sent, case) -> None:
    reasons, due_on, field = REFUSED[case]

    with pytest.raises(InvalidInput) as refusal, transaction():
        corrections.return_application(sent, reasons, due_on=due_on, actor=COORDINATOR)

    assert refusal.value.field == field
    assert stored(sent).status is S.SUBMITTED
    assert db.session.scalars(sa.select(CorrectionRequest)).all() == []


def test_return_is_for_the_coordinators_of_the_programme(sent) -> None:
    for actor in (
        owner(sent),
        coordinator("other", 7),
        Actor("f", grants=(Grant(Role.FOCAL_POINT, country="UZ"),)),
    ):
        with pytest.raises(NotAllowed), transaction():
            corrections.return_application(sent, {"names": "x"}, due_on=DUE, actor=actor)


def test_return_of_what_is_returned_already_is_no_step(returned) -> None:
    with pytest.raises(IllegalTransition):
        send_back(returned, names="x")


def test_return_page_takes_reasons_and_keeps_them_when_the_day_is_wrong(client, acting_as, sent) -> None:
    acting_as(coordinator(user_id=UserFactory().id))
    address = f"/manage/applications/{sent.code}/return"
    day = {"due_on-day": "15", "due_on-month": "3", "due_on-year": "2027"}

    page = client.get(address).get_data(as_text=True)
    assert "Your name" in page
    assert 'value="22"' in page
    assert_field_errors(client.post(address, data=day), {"reason0"})
    wrong = client.post(address, data={**day, "reason0": "As in the passport."})
    assert_field_errors(wrong, {"due_on"}, kept={"reason0": "As in the passport."})
    right = client.post(address, data={**day, "due_on-day": "20", "reason0": "As in the passport."})

    assert right.location == f"/manage/applications/{sent.code}"
    assert stored(sent).status is S.RETURNED
    page = client.get(right.location).get_data(as_text=True)
    assert "As in the passport." in page
    assert "No answer yet" in page


# -- What the applicant may change


def test_only_the_named_pages_open(client, acting_as, returned) -> None:
    acting_as(owner(returned))
    cohort, home = cohort_of(returned), f"/my/applications/{returned.code}"

    opened = client.get(f"/apply/{cohort}/questions/motivation")
    assert opened.status_code == 200
    assert "Say more about the honey." in opened.get_data(as_text=True)
    for page in (
        "name",
        "birth",
        "countries",
        "contact",
        "background",
        "files/diploma",
        "consents/application",
        "tasks",
    ):
        assert client.get(f"/apply/{cohort}/{page}").location == home, page

    names = client.post(f"/apply/{cohort}/name", data={"family_name": "Other", "given_names": "Other"})
    assert names.status_code == 409
    assert "Only the answers we asked about" in names.get_data(as_text=True)
    client.post(f"/apply/{cohort}/files/diploma", data={"file": (io.BytesIO(make_pdf()), "a.pdf")})
    assert db.session.scalars(sa.select(Attachment)).all() == []
    assert person_of(stored(returned)).given_names == "Dilnoza"


def test_correcting_and_sending_again_shows_both_sides(client, acting_as, returned) -> None:
    acting_as(owner(returned))
    home = f"/my/applications/{returned.code}"

    my = client.get("/my").get_data(as_text=True)
    assert "1 answer must be corrected" in my
    page = client.get(home).get_data(as_text=True)
    assert "We need something" in page
    assert "Say more about the honey." in page
    assert "23:59 on 22 March 2027, Tashkent time (UTC+5)" in page
    assert "Not changed yet" in page

    answer = client.post(
        f"/apply/{cohort_of(returned)}/questions/motivation", data={"answer": "Ten hives in Nurata."}
    )
    assert answer.location == home
    assert "Not changed yet" not in client.get(home).get_data(as_text=True)
    again = [client.post(f"{home}/resubmit") for _ in range(2)]

    assert [each.location for each in again] == [home, home]
    assert stored(returned).status is S.SUBMITTED
    assert mails()[-1] == "corrections_received"
    assert mails().count("corrections_received") == 1
    item = db.session.scalars(sa.select(CorrectionItem)).one()
    assert (item.before, item.after) == ("I sell honey.", "Ten hives in Nurata.")
    closed = client.post(f"/apply/{cohort_of(returned)}/questions/motivation", data={"answer": "Later."})
    assert closed.status_code == 409
    assert db.session.scalars(sa.select(Answer.value)).all() == ["Ten hives in Nurata."]

    acting_as(coordinator(user_id=UserFactory().id))
    page = client.get(f"/manage/applications/{returned.code}").get_data(as_text=True)
    assert "I sell honey." in page
    assert page.count("Ten hives in Nurata.") == 2  # The answer, and the new side.


def test_reviewers_see_both_sides_of_answers_and_nothing_of_the_person(client, acting_as, sent) -> None:
    send_back(sent, question_motivation="Say more, Dilnoza.", names="As in the passport.")
    acting_as(owner(sent))
    cohort = cohort_of(sent)
    client.post(f"/apply/{cohort}/questions/motivation", data={"answer": "I am Dilnoza and have ten hives."})
    client.post(f"/apply/{cohort}/name", data={"family_name": "Rahimova", "given_names": "Dilnoza"})
    client.post(f"/my/applications/{sent.code}/resubmit")
    user = UserFactory()
    AssignmentFactory(application=sent, user=user)
    acting_as(Actor("r", user_id=user.id, grants=(Grant(Role.REVIEWER),)))

    pages = {}
    for is_blind in (False, True):
        db.session.get_one(Cohort, stored(sent).cohort_id).is_blind = is_blind
        pages[is_blind] = client.get(f"/reviews/{sent.code}").get_data(as_text=True)

    for page in pages.values():
        assert "I sell honey." in page
        assert "have ten hives" in page
        assert "As in the passport." not in page
    assert "Dilnoza" in pages[False]
    assert "Dilnoza" not in pages[True]
    assert "Rahimova" not in pages[True]


def test_corrected_particulars_are_frozen_anew_and_nothing_else_is(client, acting_as, sent) -> None:
    send_back(sent, names="As in the passport.", background="The diploma says bachelor.")
    acting_as(owner(sent))
    cohort = cohort_of(sent)
    client.post(f"/apply/{cohort}/name", data={"family_name": "Rahimova", "given_names": "Dilnoza"})
    client.post(f"/apply/{cohort}/background", data={"education": "isced_6", "occupation": "studying"})
    db.session.execute(sa.text("UPDATE person SET phone = '+998900000000', sex = 'male'"))
    before = stored(sent)
    counted = (before.sex, before.age_band, before.member_state, before.profile["phone"])

    client.post(f"/my/applications/{sent.code}/resubmit")

    application = stored(sent)
    assert application.listed_name.startswith("Rahimova")
    assert "rahimova" in application.search_name
    assert application.profile["family_name"] == "Rahimova"
    assert application.profile["education"] == Education.ISCED_6
    assert (
        application.sex,
        application.age_band,
        application.member_state,
        application.profile["phone"],
    ) == counted
    acting_as(coordinator(user_id=UserFactory().id))
    page = client.get(f"/manage/applications/{sent.code}").get_data(as_text=True)
    assert "Bachelor" in page


def test_a_file_that_was_replaced_stays_readable_for_the_coordinator(client, acting_as) -> None:
    cohort = open_cohort(with_files=True, is_blind=False)
    application, actor = ready_draft(cohort)
    acting_as(actor)
    address = f"/apply/{cohort.code}/files/diploma"
    client.post(address, data={"file": (io.BytesIO(make_pdf()), "old.pdf")})
    client.post(f"/apply/{cohort.code}/check")
    old = db.session.scalars(sa.select(Attachment.code)).one()
    send_back(stored(application), file_diploma="This page is empty.")

    assert "This page is empty." in client.get(address).get_data(as_text=True)
    new = client.post(
        address, data={"file": (io.BytesIO(make_png()), "new.png"), "instead_of": old, "action": "add"}
    )
    assert new.status_code == 303
    client.post(f"/my/applications/{application.code}/resubmit")

    acting_as(coordinator(user_id=UserFactory().id))
    page = client.get(f"/manage/applications/{application.code}").get_data(as_text=True)
    assert "old.pdf" in page
    assert page.count("new.png") == 2
    assert client.get(f"/files/{old}").get_data() == make_pdf()


def test_a_required_answer_that_was_emptied_cannot_be_sent(client, acting_as, returned) -> None:
    acting_as(owner(returned))
    client.post(f"/apply/{cohort_of(returned)}/questions/motivation", data={"answer": "", "action": "save"})

    refused = client.post(f"/my/applications/{returned.code}/resubmit")

    assert refused.status_code == 422
    assert "Some answers are missing" in refused.get_data(as_text=True)
    assert stored(returned).status is S.RETURNED


def test_resubmit_is_for_the_applicant_alone(returned) -> None:
    for actor in (COORDINATOR, applicant(known_person())):
        with pytest.raises(NotAllowed), transaction():
            corrections.resubmit_application(returned, actor=actor)


def test_resubmit_of_what_was_never_returned_changes_nothing(sent) -> None:
    with transaction():
        corrections.resubmit_application(sent, actor=owner(sent))

    assert stored(sent).status is S.SUBMITTED
    assert "corrections_received" not in mails()


# -- The clock


def run_at(instant: datetime) -> list[dict[str, int]]:
    with clock.travel(instant):
        runs = [sweeps.run_sweeps(), sweeps.run_sweeps()]
    db.session.expire_all()
    return [{name: n for name, n in run.items() if n} for run in runs]


def test_unanswered_return_is_reminded_once_then_closed_with_notice(client, acting_as, returned) -> None:
    due = db.session.scalars(sa.select(CorrectionRequest.due_at)).one()

    assert run_at(due - timedelta(days=3)) == [{}, {}]
    assert run_at(due - timedelta(days=2)) == [{"remind of corrections": 1}, {}]
    assert run_at(due) == [{"close unanswered returns": 1}, {}]

    application = stored(returned)
    assert application.status is S.CLOSED
    assert mails()[-2:] == ["corrections_reminder", "application_closed"]
    acting_as(owner(returned))
    page = client.get(f"/my/applications/{returned.code}").get_data(as_text=True)
    assert "The corrections we asked for did not arrive in time." in page


def test_answered_return_is_neither_reminded_nor_closed(returned) -> None:
    due = db.session.scalars(sa.select(CorrectionRequest.due_at)).one()
    with transaction():
        corrections.resubmit_application(returned, actor=owner(returned))

    assert run_at(due - timedelta(days=1)) == [{}, {}]
    assert run_at(due) == [{}, {}]
    assert stored(returned).status is S.SUBMITTED


def test_too_late_is_judged_by_the_page_and_not_by_the_sweep(client, acting_as, returned) -> None:
    due = db.session.scalars(sa.select(CorrectionRequest.due_at)).one()
    acting_as(owner(returned))
    question = f"/apply/{cohort_of(returned)}/questions/motivation"

    with clock.travel(due - timedelta(seconds=1)):
        assert client.post(question, data={"answer": "In time."}).status_code == 303
    with clock.travel(due):
        assert client.post(question, data={"answer": "Too late."}).status_code == 409
        late = client.post(f"/my/applications/{returned.code}/resubmit")
        with pytest.raises(Conflict), transaction():
            corrections.resubmit_application(returned, actor=owner(returned))

    assert late.status_code == 409
    assert "time for these corrections is over" in late.get_data(as_text=True)
    assert db.session.scalars(sa.select(Answer.value)).all() == ["In time."]
    assert stored(returned).status is S.RETURNED


def test_withdrawing_a_returned_application_ends_the_request(returned) -> None:
    with transaction():
        withdraw_application(returned, actor=owner(returned))

    assert run_at(clock.now() + timedelta(days=30))[0].get("close unanswered returns") is None
    assert stored(returned).status is S.WITHDRAWN


def test_a_second_return_keeps_the_history_of_the_first(client, acting_as, returned) -> None:
    with transaction():
        corrections.resubmit_application(returned, actor=owner(returned))
    send_back(stored(returned), question_motivation="Still too short.")
    acting_as(coordinator(user_id=UserFactory().id))

    page = client.get(f"/manage/applications/{returned.code}").get_data(as_text=True)

    assert page.index("Still too short.") < page.index("Say more about the honey.")
    assert "Not changed" in page
    assert mails().count("application_returned") == 2


def test_choices_and_yes_or_no_are_compared_in_words(client, acting_as) -> None:
    cohort = open_cohort(is_blind=False)
    version = find_form_version(cohort)
    options = [
        {"value": "none", "labels": {"en": "No experience"}},
        {"value": "some", "labels": {"en": "Some years"}},
    ]
    QuestionFactory(form_version=version, key="experience", kind=QuestionKind.CHOICE, options=options)
    QuestionFactory(form_version=version, key="sells", kind=QuestionKind.YES_NO)
    application, actor = ready_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    send_back(application, question_experience="Really?", question_sells="Really?")
    acting_as(actor)
    client.post(f"/apply/{cohort.code}/questions/experience", data={"answer": "some"})
    client.post(f"/apply/{cohort.code}/questions/sells", data={"answer": "no"})
    client.post(f"/my/applications/{application.code}/resubmit")
    acting_as(coordinator(user_id=UserFactory().id))

    page = client.get(f"/manage/applications/{application.code}").get_data(as_text=True)

    assert "No experience" in page
    assert "Some years" in page
