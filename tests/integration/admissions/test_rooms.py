"""What focal points, reviewers and administrators read, and what they must not."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import QuestionKind
from registry.admissions.models import Answer, Application, ApplicationStatusCount, Nomination, Question
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory

FOCAL_POINT = Actor("focal", user_id=0, grants=(Grant(Role.FOCAL_POINT, country="KZ"),))
ADMINISTRATOR = Actor("administrator", user_id=0, grants=(Grant(Role.ADMINISTRATOR),))

PROFILE = {
    "family_name": "Нұрланова",
    "given_names": "Айгерім",
    "patronymic": "Серікқызы",
    "native_name": "Нұрланова Айгерім Серікқызы",
    "latin_name": "AIGERIM NURLANOVA",
    "born_on": "2006-02-03",
    "sex": "female",
    "citizenship_codes": ["KZ"],
    "residence": "KZ",
    "settlement": "rural",
    "education": "isced_3",
    "occupation": "studying",
    "language_levels": {"kk": "c2", "ru": "b2"},
    "email": "aigerim.n@example.kz",
    "phone": "+77011234567",
    "locale": "ru",
}
LEAKS = ["Нұрланов", "Айгерім", "Серікқызы", "Aigerim", "Nurlanova", "example.kz", "7701", "701 123"]
MOTIVATION = (
    "Меня зовут Айгерім Нұрланова, родители Айгерімы делают сыр. "
    "Пишите на aigerim.n@example.kz или +7 701 123-45-67, @aigerim_shop, https://aigerim.example.kz/shop. "
    "Хочу продавать сыр. Семья Нұрлановых."
)


def make_application(*, cohort=None, state="KZ", **values) -> Application:
    """An application that says everything about the applicant, in the texts too."""
    application = ApplicationFactory(
        cohort=cohort or CohortFactory(),
        member_state=state,
        listed_name="Нұрланова Айгерім Серікқызы",
        search_name="нұрланова айгерім серікқызы aigerim nurlanova",
        profile=PROFILE,
        **values,
    )
    questions = [
        ("motivation", QuestionKind.LONG_TEXT, MOTIVATION),
        ("shop", QuestionKind.LINK, "https://aigerim.kz"),
    ]
    for position, (key, kind, value) in enumerate(questions, 1):
        question = Question(
            form_version=application.form_version,
            key=key,
            position=position,
            kind=kind,
            labels={"en": key.title()},
        )
        db.session.add(Answer(application=application, question=question, value=value))
    db.session.add(
        ApplicationStatusCount(
            cohort_id=application.cohort_id, member_state=state, status=application.status, n=1
        )
    )
    db.session.flush()
    return application


def make_reviewer(*applications: Application) -> Actor:
    user = UserFactory()
    for application in applications:
        AssignmentFactory(application=application, user=user)
    return Actor("reviewer", user_id=user.id, grants=(Grant(Role.REVIEWER),))


def text_of(response) -> str:
    return unquote(response.get_data(as_text=True))


def count_queries(client, address: str) -> int:
    statements = []

    def listen(*arguments):
        statements.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return sum(statement.startswith("SELECT") for statement in statements)


# -- Focal points


def test_show_desk_holds_the_own_state_only(client, act_as) -> None:
    cohort = CohortFactory(programme=ProgrammeFactory(title="Honey online"))
    make_application(cohort=cohort, status=S.AWAITING_ENDORSEMENT)
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=31, used=4)
    SeatPoolFactory(cohort=cohort, member_state="UZ", seats=77)
    make_application(cohort=CohortFactory(programme=ProgrammeFactory(title="Silk online")), state="UZ")
    act_as(FOCAL_POINT)

    page = text_of(client.get("/desk"))

    assert "<h1>Kazakhstan</h1>" in page
    assert re.findall(r"(\w+) online", page) == ["Honey"]
    assert re.findall(r'<td class="number">(?:<a[^>]*>)?(\d+)', page) == [
        "31",
        "27",
        "1",
        "1",
        "0",
        "0",
        "0",
        "0",
    ]


def test_show_desk_tells_the_deadline_as_the_last_minute_of_its_day(client, act_as) -> None:
    closes_at = datetime(2027, 3, 31, 19, tzinfo=UTC)  # The first instant of 1 April in Tashkent.
    make_application(cohort=CohortFactory(closes_at=closes_at, zone="Asia/Tashkent"))
    act_as(FOCAL_POINT)

    page = text_of(client.get("/desk"))

    assert "23:59 on 31 March 2027, Tashkent time (UTC+5)" in page


def test_list_state_applications_holds_the_own_state_only(client, act_as) -> None:
    own = make_application()
    make_application(state="UZ")
    ApplicationFactory(member_state="KZ", status=S.DRAFT)
    act_as(FOCAL_POINT)

    page = text_of(client.get("/desk/applications"))

    assert re.findall(r"/desk/applications/(\w+)", page) == [own.code]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("text=AIGERIM", {"first"}),
        ("text=second", {"second"}),
        ("text=%25", set()),
        ("status=offered", {"second"}),
        ("cohort={cohort}", {"first"}),
        ("cohort={cohort}&status=offered", set()),
        ("", {"first", "second"}),
    ],
)
def test_list_state_applications_narrows_by_the_address(client, act_as, query, expected) -> None:
    first = make_application()
    second = make_application(status=S.OFFERED)
    second.search_name = "second"
    codes = {"first": first.code, "second": second.code}
    act_as(FOCAL_POINT)

    page = text_of(client.get("/desk/applications?" + query.format(cohort=first.cohort.code)))

    assert set(re.findall(r"/desk/applications/(\w+)", page)) == {codes[name] for name in expected}


def test_list_state_applications_with_an_unknown_filter_says_so(client, act_as) -> None:
    make_application()
    act_as(FOCAL_POINT)

    response = client.get("/desk/applications?status=nonsense")

    assert response.status_code == 422
    assert "There is a problem" in text_of(response)
    assert "/desk/applications/" not in text_of(response)


def test_list_state_applications_pages_by_key(client, act_as) -> None:
    cohort = CohortFactory()
    codes = {ApplicationFactory(cohort=cohort, member_state="KZ").code for _ in range(51)}
    act_as(FOCAL_POINT)

    first = text_of(client.get("/desk/applications"))
    following = re.search(r'rel="next" href="([^"]+)"', first)
    second = text_of(client.get(following[1].replace("&amp;", "&")))

    on_first, on_second = (re.findall(r"/desk/applications/(\w+)", page) for page in (first, second))
    assert (len(on_first), len(on_second)) == (50, 1)
    assert {*on_first, *on_second} == codes


def test_show_state_application_hides_contact_scores_and_what_is_staged(client, act_as) -> None:
    application = make_application(status=S.UNDER_REVIEW)
    StagedDecisionFactory(application=application, note="Strong candidate")
    db.session.add(
        Nomination(
            application_id=application.id,
            cohort_id=application.cohort_id,
            member_state=application.member_state,
            is_endorsed=True,
            rank=3,
            at=application.submitted_at,
        )
    )
    act_as(FOCAL_POINT)

    page = text_of(client.get(f"/desk/applications/{application.code}"))

    assert "Нұрланова Айгерім Серікқызы" in page
    assert "Upper secondary school" in page
    answers = MOTIVATION.replace("'", "&#39;")
    assert answers in page
    without_answers = page.replace(answers, "")
    assert [
        secret
        for secret in ("Strong candidate", PROFILE["email"], PROFILE["phone"])
        if secret in without_answers
    ] == []


@pytest.mark.parametrize("values", [{"state": "UZ"}, {"status": S.DRAFT}], ids=str)
def test_show_state_application_of_another_state_or_never_sent_is_not_found(client, act_as, values) -> None:
    application = make_application(**values)
    act_as(FOCAL_POINT)

    assert client.get(f"/desk/applications/{application.code}").status_code == 404


# -- Reviewers


def test_list_reviews_holds_what_is_assigned(client, act_as) -> None:
    mine, decided, theirs = make_application(), make_application(status=S.REJECTED), make_application()
    make_reviewer(theirs)
    act_as(make_reviewer(mine, decided))

    open_page, all_page = (text_of(client.get(f"/reviews?which={which}")) for which in ("open", "all"))

    assert set(re.findall(r"/reviews/(\w+)", open_page)) == {mine.code}
    assert set(re.findall(r"/reviews/(\w+)", all_page)) == {mine.code, decided.code}


def test_show_review_of_what_is_not_assigned_is_not_found(client, act_as) -> None:
    theirs = make_application()
    make_reviewer(theirs)
    act_as(make_reviewer(make_application()))

    assert client.get(f"/reviews/{theirs.code}").status_code == 404


def test_a_reviewer_of_a_blind_cohort_finds_no_trace_of_the_person_on_any_page(client, act_as) -> None:
    application = make_application(cohort=CohortFactory(is_blind=True))
    act_as(make_reviewer(application))

    seen, waiting = {}, ["/reviews", "/reviews?which=all", "/reviews?which=" + "Айгерім"]
    while waiting:
        address = waiting.pop()
        response = client.get(address)
        seen[address] = (text_of(response) + str(response.headers)).casefold()
        links = re.findall(r'href="(/reviews[^"]*)"', response.get_data(as_text=True))
        waiting += [link for link in links if link not in seen and link not in waiting]

    assert f"/reviews/{application.code}" in seen
    assert "хочу продавать сыр" in seen[f"/reviews/{application.code}"]
    typed = seen.pop("/reviews?which=Айгерім")
    assert "there is a problem" in typed
    assert [
        (leak, address) for address, page in seen.items() for leak in LEAKS if leak.casefold() in page
    ] == []


def test_a_reviewer_of_an_open_cohort_reads_the_name_but_no_contact(client, act_as) -> None:
    application = make_application(cohort=CohortFactory(is_blind=False))
    act_as(make_reviewer(application))

    page = text_of(client.get(f"/reviews/{application.code}"))

    assert "Нұрланова Айгерім Серікқызы" in page
    assert PROFILE["phone"] not in page


# -- Administrators


def test_open_application_with_a_reason_shows_it_and_leaves_a_trace(client, act_as) -> None:
    application = make_application()
    act_as(ADMINISTRATOR)

    response = client.post(
        "/admin/applications", data={"code": application.code.lower(), "reason": "Asked to correct the date."}
    )

    assert response.status_code == 200
    assert PROFILE["phone"] in text_of(response)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.object_code, entry.reason, entry.actor_label) == (
        "admissions:application:open",
        application.code,
        "Asked to correct the date.",
        "administrator",
    )
    assert "Нұрланова" not in str(entry.changes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"code": "", "reason": "Asked to correct it."}, "Enter the code of the application."),
        ({"code": "{code}", "reason": ""}, "Say why you must see this application."),
        ({"code": "{code}", "reason": "why"}, "in 10 to 1,000 characters"),
        (
            {"code": "BBBBBBBB", "reason": "Asked to correct it."},
            "No application that was sent has this code",
        ),
        ({"code": "<script>", "reason": "Asked to correct it."}, "Enter the code as it was given to you"),
        ({"code": "9" * 500, "reason": "Asked to correct it."}, "longer than 16"),
        ({"code": "{draft}", "reason": "Asked to correct it."}, "No application that was sent has this code"),
    ],
    ids=str,
)
def test_open_application_with_bad_input_shows_nothing(client, act_as, data, message) -> None:
    codes = {"code": make_application().code, "draft": make_application(status=S.DRAFT).code}
    act_as(ADMINISTRATOR)

    response = client.post(
        "/admin/applications", data={key: text.format(**codes) for key, text in data.items()}
    )

    assert response.status_code == 422
    assert message in text_of(response)
    assert "Нұрланова" not in text_of(response)
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


# -- Cost and doors


@pytest.mark.parametrize(
    ("address", "actor"), [("/desk", "focal"), ("/desk/applications", "focal"), ("/reviews", "reviewer")]
)
def test_lists_cost_the_same_queries_for_one_row_and_three(client, act_as, address, actor) -> None:
    first = make_application()
    reviewer = make_reviewer(first)
    act_as(FOCAL_POINT if actor == "focal" else reviewer)
    one = count_queries(client, address)
    for _ in range(2):
        AssignmentFactory(application=make_application(), user=db.session.get(User, reviewer.user_id))

    assert count_queries(client, address) == one
    assert text_of(client.get(address)).count("<tr>") == 4
