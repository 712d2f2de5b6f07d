"""Sections with several entries: composed, filled in, removed, sent, and read everywhere as one answer per entry."""

import html
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus
from registry.admissions.enums import ConditionOperator as O
from registry.admissions.enums import ConditionSubject as C
from registry.admissions.enums import QuestionKind as K
from registry.admissions.models import Answer, Application, Attachment
from registry.admissions.operations.corrections import resubmit_application, return_application
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.journey import answer_consent, save_answer, start_application
from registry.admissions.operations.question_conditions import ConditionInput, add_condition
from registry.admissions.operations.questions import (
    QuestionInput,
    SectionInput,
    add_question,
    add_section,
    edit_question,
    edit_section,
    input_of,
    input_of_section,
)
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.answers import list_answers
from registry.admissions.queries.corrections import list_compared
from registry.admissions.queries.form_versions import (
    find_form_change,
    find_published,
    get_draft,
    get_question,
    get_section,
)
from registry.admissions.queries.journey import get_journey
from registry.admissions.queries.listing import list_questions
from registry.admissions.rules.blindness import make_review_sheet
from registry.admissions.rules.journey import PURPOSES
from registry.admissions.rules.lists import list_columns
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.transaction import transaction
from tests.factories.actors import applicant, coordinator
from tests.factories.documents import make_pdf
from tests.factories.journeys import known_person
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))
PATH = "/manage/cohorts/PUB22222/form"
APPLY = "/apply/PUB22222"
GOODS = [{"value": each, "labels": {"en": each.title()}} for each in ("honey", "silk")]
SHOPS = SectionInput(
    {"en": "Your shops", "zh": "你的店铺"},
    {"en": "Every shop counts."},
    least_entries=1,
    most_entries=3,
    entry_labels={"en": "Shop", "zh": "店铺"},
)


def _draft():
    return get_draft(load("PUB22222"))


@pytest.fixture
def form(published):
    """Sells? If so, shops: name, goods, bees (if honey), a picture. Then plans."""
    with transaction():
        start_form_draft(published, is_empty=True, actor=COORDINATOR)
        about = add_section(_draft(), SectionInput({"en": "About"}), actor=COORDINATOR)
        shops = add_section(_draft(), SHOPS, actor=COORDINATOR)
        last = add_section(_draft(), SectionInput({"en": "Last"}), actor=COORDINATOR)
        for section, key, kind, settings in (
            (about, "sells", K.YES_NO, {}),
            (shops, "shop", K.SHORT_TEXT, {"labels": {"en": "Name?", "zh": "名称？"}}),
            (shops, "goods", K.CHOICE, {"options": GOODS}),
            (shops, "bees", K.NUMBER, {"least": 1}),
            (shops, "picture", K.FILE, {"is_required": False}),
            (last, "plans", K.SHORT_TEXT, {"is_required": False}),
        ):
            given = QuestionInput(**{"labels": {"en": f"{key.title()}?"}, **settings}, section=section.key)
            add_question(_draft(), kind, given, key=key, actor=COORDINATOR)
        honey = ConditionInput(C.ANSWER, O.IS, ["honey"], "goods")
        add_condition(get_question(_draft(), "bees"), honey, actor=COORDINATOR)
        sells = ConditionInput(C.ANSWER, O.IS, ["yes"], "sells")
        add_condition(get_section(_draft(), "your_shops"), sells, actor=COORDINATOR)
    return _draft()


def _publish():
    with transaction():
        return publish_form(_draft(), version=None, actor=COORDINATOR)


def test_conditions_look_at_the_same_entry_or_at_what_is_answered_once(client, form):
    def subjects(path):
        page = client.get(f"{PATH}/{path}/conditions").get_data(as_text=True)
        return re.findall(r'<option value="answer:(\w+)"', page)

    assert subjects("questions/picture") == ["sells", "shop", "goods", "bees"]
    assert subjects("questions/plans") == ["sells"]
    assert subjects("sections/your_shops") == ["sells"]
    assert subjects("sections/last") == ["sells"]

    honey = {"operator": "is", "values": ["honey"]}
    bad = client.post(f"{PATH}/questions/plans/conditions?subject=answer:goods", data=honey)
    assert "values" not in bad.get_data(as_text=True)
    with pytest.raises(InvalidInput, match="Choose one of the earlier questions"):
        add_condition(
            get_question(_draft(), "plans"),
            ConditionInput(C.ANSWER, O.IS, ["honey"], "goods"),
            actor=COORDINATOR,
        )
    page = html.unescape(client.get(PATH).get_data(as_text=True))
    assert "Asked if the answer to “Sells?” is Yes" in page
    assert "Filled in several times: from 1 to 3 entries." in page


def test_section_that_repeats_under_a_condition_from_outside_cannot_be_published(form):
    with transaction():
        about = get_section(_draft(), "about")
        edit_section(about, SectionInput(about.titles, least_entries=0, most_entries=2), actor=COORDINATOR)

    with pytest.raises(Conflict, match="“Your shops” depends on a question that is answered several times"):
        _publish()


def test_start_form_draft_copies_entries_and_the_conditions_of_sections(form):
    first = _publish()
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)

    copy = get_section(_draft(), "your_shops")
    assert input_of_section(copy) == SHOPS
    (condition,) = copy.conditions
    assert (condition.source.key, condition.source.form_version_id) == ("sells", _draft().id)
    assert _draft().id != first.id


# -- Filling in


@pytest.fixture
def apply(client, acting_as, form):
    _publish()
    acting_as(applicant(known_person(born_on=date(2005, 3, 15))))
    client.post(APPLY)

    def answer(page, value=None, **fields):
        return client.post(f"{APPLY}/{page}", data=fields if value is None else {"answer": value, **fields})

    return answer


def _answers():
    return {
        (answer.question.key, answer.entry): answer.value
        for answer in db.session.scalars(sa.select(Answer).execution_options(populate_existing=True)).unique()
    }


def _tasks(client):
    page = html.unescape(client.get(f"{APPLY}/tasks").get_data(as_text=True))
    return re.findall(r'<a href="/apply/PUB22222/(?:questions|files|sections)/([\w/]+)">([^<]+)</a>', page)


def test_entries_are_added_answered_and_removed_page_by_page(apply, client):
    assert [path for path, _label in _tasks(client)] == ["sells", "plans"]
    assert apply("questions/sells", "yes").location == f"{APPLY}/questions/shop"
    assert _tasks(client) == [
        ("sells", "Sells?"),
        ("shop", "Shop 1: Name?"),
        ("goods", "Shop 1: Goods?"),
        ("picture", "Shop 1: Picture?"),
        ("your_shops", "Add or remove entries"),
        ("plans", "Plans?"),
    ]
    apply("questions/shop", "Asal")
    assert apply("questions/goods", "honey").location == f"{APPLY}/questions/bees"
    assert apply("questions/bees", "0").status_code == 422
    assert apply("questions/bees", "12").location == f"{APPLY}/files/picture"
    assert apply("files/picture").location == f"{APPLY}/sections/your_shops"

    overview = html.unescape(client.get(f"{APPLY}/sections/your_shops").get_data(as_text=True))
    assert "<h2>Shop 1</h2>" in overview
    assert "Add: Shop" in overview
    assert "/remove" not in overview  # One is needed.
    assert apply("sections/your_shops/entries").location == f"{APPLY}/questions/shop/2"
    apply("questions/shop/2", "Ipak")
    # In the second shop the goods are silk: nobody is asked for bees there.
    assert apply("questions/goods/2", "silk").location == f"{APPLY}/files/picture/2"
    apply("sections/your_shops/entries")
    apply("questions/shop/3", "Bozor")
    assert [label for _path, label in _tasks(client) if "Name" in label] == [
        f"Shop {number}: Name?" for number in (1, 2, 3)
    ]
    full = client.get(f"{APPLY}/sections/your_shops").get_data(as_text=True)
    assert "Add: Shop" not in full
    apply("sections/your_shops/entries")
    assert "No more entries are possible here." in html.unescape(
        client.get(f"{APPLY}/tasks").get_data(as_text=True)
    )

    ask = html.unescape(client.get(f"{APPLY}/sections/your_shops/1/remove").get_data(as_text=True))
    assert "Remove “Shop 1”?" in ask
    assert apply("sections/your_shops/1/remove").location == f"{APPLY}/sections/your_shops"
    # Numbers stay with their entries, so that no open page writes into another one; places move up.
    assert [task for task in _tasks(client) if "Name" in task[1]] == [
        ("shop/2", "Shop 1: Name?"),
        ("shop/3", "Shop 2: Name?"),
    ]
    assert _answers() == {
        ("sells", 1): True,
        ("shop", 2): "Ipak",
        ("goods", 2): "silk",
        ("shop", 3): "Bozor",
    }
    gone = apply("questions/shop", "Asal again")
    assert (gone.status_code, gone.location) == (303, f"{APPLY}/tasks")
    assert ("shop", 1) not in _answers()


def test_entry_begun_on_the_way_back_to_the_check_is_filled_in_first(apply, client):
    apply("questions/sells", "yes")
    assert apply("sections/your_shops/entries?back=check").location == f"{APPLY}/questions/shop/2?back=check"
    there = apply("questions/shop/2?back=check", "Asal")
    assert there.location == f"{APPLY}/questions/goods/2?back=check"
    assert apply("questions/goods/2?back=check", "silk").location == f"{APPLY}/check"


def test_hidden_section_is_forgotten_with_all_its_entries_and_leads_to_the_task_list(apply, client):
    apply("questions/sells", "yes")
    apply("questions/shop", "Asal")
    apply("sections/your_shops/entries")
    apply("questions/goods/2", "honey")
    apply("questions/bees/2", "3")
    client.post(f"{APPLY}/files/picture/2", data={"file": (BytesIO(make_pdf()), "a.pdf"), "action": "add"})
    assert db.session.scalars(sa.select(Attachment.entry)).all() == [2]
    apply("questions/goods/2", "silk")
    assert ("bees", 2) not in _answers()

    apply("questions/sells", "no")  # In another tab.

    assert _answers() == {("sells", 1): False}
    assert db.session.scalars(sa.select(Application.entries)).one() == {}
    assert db.session.scalars(sa.select(Attachment.id)).all() == []
    for path in (
        "sections/your_shops",
        "questions/goods/2",
        "files/picture/2",
        "sections/your_shops/2/remove",
    ):
        response = client.get(f"{APPLY}/{path}")
        assert (response.status_code, response.location) == (303, f"{APPLY}/tasks")
    told = html.unescape(client.get(f"{APPLY}/tasks").get_data(as_text=True))
    assert "“Your shops” is not asked any more" in told
    assert apply("sections/your_shops/entries").location == f"{APPLY}/tasks"
    assert client.get(f"{APPLY}/sections/nothing").status_code == 404


def test_the_same_file_answers_two_entries_and_each_loses_only_its_own(apply, client):
    apply("questions/sells", "yes")
    apply("sections/your_shops/entries")
    for entry in ("", "/2"):
        document = {"file": (BytesIO(make_pdf()), "a.pdf"), "action": "add"}
        assert client.post(f"{APPLY}/files/picture{entry}", data=document).status_code == 303

    files = db.session.execute(sa.select(Attachment.entry, Attachment.code)).all()
    assert [entry for entry, _code in files] == [1, 2]
    client.post(f"{APPLY}/files/picture/2/remove", data={"file": files[1].code})

    assert db.session.scalars(sa.select(Attachment.entry)).all() == [1]
    assert [key for key in _answers() if key[0] == "picture"] == [("picture", 1)]


@pytest.fixture
def sent(form):
    """Two shops; the one that was entered first was removed, so their numbers are 2 and 3."""
    _publish()
    person = known_person(born_on=date(2005, 3, 15))
    actor = applicant(person)
    with transaction():
        application = start_application(load("PUB22222"), actor=actor)
        application.entries = {"your_shops": [2, 3]}
        questions = {each.key: each for each in get_journey(application).questions}
        for key, entry, value in (
            ("sells", 1, True),
            ("shop", 2, "Asal"),
            ("goods", 2, "honey"),
            ("bees", 2, 12),
            ("shop", 3, "Ipak"),
            ("goods", 3, "silk"),
            ("plans", 1, "More"),
        ):
            save_answer(application, questions[key], value, entry=entry, actor=actor)
        for purpose in PURPOSES:
            answer_consent(get_journey(application), purpose, agrees=True, actor=actor)
        submit_application(application, actor=actor)
    db.session.expire_all()
    return application, actor


READ = [
    ("Sells?", "Yes"),
    ("Shop 1: Name?", "Asal"),
    ("Shop 1: Goods?", "Honey"),
    ("Shop 1: Bees?", "12"),
    ("Shop 2: Name?", "Ipak"),
    ("Shop 2: Goods?", "Silk"),
    ("Plans?", "More"),
]


def test_submission_numbers_the_entries_through(sent):
    application, _actor = sent
    assert application.entries == {"your_shops": [1, 2]}
    assert set(_answers()) == {
        ("sells", 1),
        ("shop", 1),
        ("goods", 1),
        ("bees", 1),
        ("shop", 2),
        ("goods", 2),
        ("plans", 1),
    }
    assert "question-shop-3" not in application.saved_pages


def test_entries_are_read_in_order_by_reviewers_without_names(app, sent):
    application, _actor = sent
    application = db.session.get(Application, application.id)
    cohort = load("PUB22222")
    cohort.is_blind = True
    with app.test_request_context():
        sheet = make_review_sheet(application, list_answers(application))
        assert [(labels["en"], said) for labels, said in sheet.answers] == READ


def test_entries_stand_on_the_pages_of_the_applicant_and_the_coordinator(client, acting_as, sent):
    application, actor = sent
    for who, path in (
        (actor, f"/my/applications/{application.code}"),
        (COORDINATOR, f"/manage/applications/{application.code}"),
    ):
        acting_as(who)
        page = html.unescape(client.get(path).get_data(as_text=True))
        labels = [label for label, _said in READ]
        assert [each for each in re.findall(r"<dt>([^<]+)</dt>", page) if each in labels] == labels
        assert re.search(r"Shop 2: Name\?</dt>\s*<dd>\s*Ipak", page)


def test_export_has_a_column_for_each_entry(app, sent):
    with app.test_request_context():
        columns = {each.name: each for each in list_columns(list_questions(load("PUB22222")))}
        assert [name for name in columns if name.startswith("answer.")] == [
            "answer.sells",
            *(f"answer.{key}.{n}" for key in ("shop", "goods", "bees", "picture") for n in (1, 2, 3)),
            "answer.plans",
        ]
        assert columns["answer.shop.2"].label == "Shop 2: Name?"


def test_table_shows_each_entry_in_its_column(client, acting_as, sent):
    acting_as(COORDINATOR)
    names = ("answer.shop.1", "answer.shop.2", "answer.shop.3")
    page = client.get("/manage/cohorts/PUB22222/applications?" + "&".join(f"column={each}" for each in names))
    text = html.unescape(page.get_data(as_text=True))
    cells = re.findall(r"<td>(.*?)</td>", text, re.DOTALL)
    assert [re.sub("<[^>]+>", "", cell) for cell in cells[-3:]] == ["Asal", "Ipak", "None"]


def test_question_of_one_entry_is_returned_and_only_that_unlocks(client, acting_as, sent):
    application, actor = sent
    with transaction():
        application = db.session.get(Application, application.id)
        due = clock.today() + timedelta(days=3)
        return_application(application, {"question-goods-2": "Which silk?"}, due_on=due, actor=coordinator())
    assert application.status is ApplicationStatus.RETURNED
    acting_as(actor)
    asked = html.unescape(client.get(f"/my/applications/{application.code}").get_data(as_text=True))
    assert f'href="{APPLY}/questions/goods/2"' in asked
    assert "Shop 2: Goods?" in asked

    assert client.post(f"{APPLY}/questions/goods", data={"answer": "silk"}).status_code in (303, 409)
    assert _answers()["goods", 1] == "honey"
    assert client.post(f"{APPLY}/sections/your_shops/entries").location.endswith(application.code)
    assert client.post(f"{APPLY}/questions/goods/2", data={"answer": "honey"}).status_code == 303
    client.post(f"{APPLY}/questions/bees/2", data={"answer": "3"})
    assert _answers()["goods", 2] == "honey"

    with transaction():
        resubmit_application(db.session.get(Application, application.id), actor=actor)
    (compared,) = list_compared(db.session.get(Application, application.id))
    (change,) = compared.changes
    assert (change.label["en"], change.before, change.after) == ("Shop 2: Goods?", "Silk", "Honey")


def test_drafts_move_over_with_their_entries_and_see_what_changed(form):
    _publish()
    actor = applicant(known_person(born_on=date(2005, 3, 15)))
    with transaction():
        application = start_application(load("PUB22222"), actor=actor)
        application.entries = {"your_shops": [1, 3]}
        questions = {each.key: each for each in get_journey(application).questions}
        for key, entry, value in (
            ("sells", 1, True),
            ("shop", 1, "Asal"),
            ("shop", 3, "Ipak"),
            ("plans", 1, "x"),
        ):
            save_answer(application, questions[key], value, entry=entry, actor=actor)
    with transaction():
        start_form_draft(load("PUB22222"), copy_of=find_published(load("PUB22222")), actor=COORDINATOR)
        shops = get_section(_draft(), "your_shops")
        edit_section(shops, SectionInput(**{**vars(SHOPS), "most_entries": 1}), actor=COORDINATOR)
        last = get_section(_draft(), "last")
        edit_section(last, SectionInput(last.titles, least_entries=0, most_entries=2), actor=COORDINATOR)
        plans = get_question(_draft(), "plans")
        edit_question(
            plans, QuestionInput(**{**vars(input_of(plans)), "helps": {"en": "!"}}), actor=COORDINATOR
        )
    _publish()
    db.session.expire_all()

    application = db.session.get(Application, application.id)
    journey = get_journey(application)
    # More than are possible now stay until the applicant has removed one; what was one answer is the first entry.
    assert journey.entries == {"your_shops": [1, 3], "last": [1]}
    assert "section-your_shops" in {page.key for page in journey.missing}
    assert [each.label for each in journey.asked if each.question.key in ("shop", "plans")] == [
        "Shop 1: Name?",
        "Shop 2: Name?",
        "Entry 1: Plans?",
    ]
    difference = find_form_change(application)
    assert [each.key for each in difference.changed] == ["shop", "goods", "bees", "picture", "plans"]
