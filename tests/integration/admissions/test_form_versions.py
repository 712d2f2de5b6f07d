"""A later version of a form: drafts move over with a visible difference, and what was sent keeps its own."""

import html
import re

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Answer, Application, FormMove
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.questions import (
    QuestionInput,
    add_question,
    edit_question,
    input_of,
    remove_question,
)
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.form_versions import find_published, get_draft, get_question
from registry.admissions.queries.journey import find_form_version, get_journey
from registry.core.database import db
from registry.core.errors import StaleWrite
from registry.core.transaction import transaction
from tests.factories.admissions import AttachmentFactory
from tests.factories.journeys import ready_draft
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))


def _draft():
    return get_draft(load("PUB22222"))


def _publish():
    with transaction():
        return publish_form(_draft(), version=None, actor=COORDINATOR)


@pytest.fixture
def first(published):
    """The standard form and a question for a file."""
    with transaction():
        draft = start_form_draft(published, actor=COORDINATOR)
        given = QuestionInput({"en": "Your diploma?"}, is_required=False)
        add_question(draft, K.FILE, given, key="diploma", actor=COORDINATOR)
    return _publish()


def _compose_next():
    """Without goods, with another hint for motivation, and asking since when; experience is another question."""
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)
        remove_question(get_question(_draft(), "goods"), actor=COORDINATOR)
        remove_question(get_question(_draft(), "experience"), actor=COORDINATOR)
        add_question(_draft(), K.DATE, QuestionInput({"en": "Since when?"}), actor=COORDINATOR)
        add_question(_draft(), K.NUMBER, QuestionInput({"en": "Years?"}), key="experience", actor=COORDINATOR)
        motivation = get_question(_draft(), "motivation")
        given = input_of(motivation)
        edit_question(
            motivation,
            QuestionInput(**{**vars(given), "helps": {"en": "Be brief."}}),
            actor=COORDINATOR,
        )


def test_publish_form_moves_drafts_over_with_their_answers_and_leaves_those_sent(first):
    sent, applicant = ready_draft(load("PUB22222"))
    with transaction():
        submit_application(sent, actor=applicant)
    draft, _actor = ready_draft(load("PUB22222"))
    file = AttachmentFactory(application=draft, question=get_question(first, "diploma"))
    _compose_next()
    assert find_form_version(load("PUB22222")).number == 1

    second = _publish()
    db.session.expire_all()

    assert db.session.get(Application, sent.id).form_version_id == first.id
    assert {number for number, _key in _keys(sent)} == {1}
    moved = db.session.get(Application, draft.id)
    assert moved.form_version_id == second.id
    assert _keys(moved) == {
        *((2, key) for key in ("motivation", "shop_link", "plans")),
        (1, "goods"),
        (1, "experience"),
    }
    journey = get_journey(moved)
    assert journey.answers["motivation", 1] == "I sell honey."
    assert ("experience", 1) not in journey.answers
    assert {page.key for page in journey.missing} == {"question-since_when", "question-experience"}
    assert file.question_id == get_question(find_published(load("PUB22222")), "diploma").id


def _keys(application):
    versions = dict(db.session.execute(sa.text("SELECT id, number FROM form_version")).all())
    found = db.session.scalars(sa.select(Answer).where(Answer.application_id == application.id)).unique()
    return {(versions[each.question.form_version_id], each.question.key) for each in found}


def test_show_tasks_tells_what_changed_until_it_was_read(client, acting_as, first):
    application, applicant = ready_draft(load("PUB22222"))
    _compose_next()
    _publish()
    acting_as(applicant)

    page = html.unescape(client.get("/apply/PUB22222/tasks").get_data(as_text=True))

    notice = page[page.index("The form has changed") : page.index("I have read this")]
    assert re.findall(r"<strong>(\w+)</strong>", notice) == ["New", "Changed", "Removed"]
    assert re.findall(r"<li>([^<]+)</li>", notice) == [
        "Since when?",
        "Years?",
        "Why do you want to take part?",
        "What do you sell, or what would you like to sell?",
    ]
    assert client.post("/apply/PUB22222/form-change").status_code == 303
    assert "The form has changed" not in client.get("/apply/PUB22222/tasks").get_data(as_text=True)
    assert application.submitted_at is None


def test_publish_form_twice_tells_the_whole_difference(first):
    application, _actor = ready_draft(load("PUB22222"))
    _compose_next()
    _publish()
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)
        remove_question(get_question(_draft(), "plans"), actor=COORDINATOR)
    _publish()

    move = db.session.get(FormMove, application.id)
    assert move.form_version_id == first.id
    db.session.expire_all()
    assert (3, "motivation") in _keys(application)


def test_submission_after_a_move_stores_answers_to_the_newer_version_only(first):
    application, applicant = ready_draft(load("PUB22222"))
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)
        remove_question(get_question(_draft(), "goods"), actor=COORDINATOR)
    _publish()
    db.session.expire_all()

    with transaction():
        submit_application(application, actor=applicant)

    assert {number for number, _key in _keys(application)} == {2}


def test_page_saved_while_the_form_is_published_is_told_so(first):
    application, _actor = ready_draft(load("PUB22222"))
    seen = db.session.get(Application, application.id)
    _compose_next()
    _publish()

    with pytest.raises(StaleWrite), transaction():
        seen.member_state = "KZ"
