"""The coordinator's pages about reviews: criteria, shares, ranking, what is missing."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ConflictKind, ReviewStatus
from registry.admissions.models import Assignment, ConflictDeclaration, Criterion, Score
from registry.core import clock
from registry.core.database import db
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.integration.admissions.reviewing import make_criteria, make_reviewer
from tests.integration.admissions.test_rooms import text_of

TEXTS = {
    "label_en": "Idea",
    "label_ru": "Замысел",
    "weight": "60",
    "anchor_1_en": "None",
    "anchor_5_en": "Ready",
    "anchor_5_zh": "准备好了",
    "version": "0",
    "shown": "{}",
}


@pytest.fixture
def cohort(act_as):
    act_as(Actor("coordinator", user_id=0, grants=(Grant(Role.COORDINATOR, programme="honey"),)))
    return CohortFactory(programme=ProgrammeFactory(slug="honey"), code="HCVR2222")


def list_criteria() -> list[tuple[dict[str, str], int, dict[str, dict[str, str]]]]:
    rows = db.session.scalars(sa.select(Criterion).order_by(Criterion.position))
    return [(each.labels, each.weight, each.anchors) for each in rows]


def review(application, total: float, user=None):
    assignment = AssignmentFactory(application=application, **({"user": user} if user else {}))
    return ReviewFactory(assignment=assignment, total=total)


# -- Criteria


def test_add_criterion_stores_the_texts_that_are_filled(client, cohort) -> None:
    response = client.post("/manage/cohorts/HCVR2222/criteria/new", data=TEXTS)

    assert response.location == "/manage/cohorts/HCVR2222/criteria"
    assert list_criteria() == [
        (
            {"en": "Idea", "ru": "Замысел"},
            60,
            {"1": {"en": "None"}, "5": {"en": "Ready", "zh": "准备好了"}},
        )
    ]
    assert "Idea" in text_of(client.get("/manage/cohorts/HCVR2222"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label_en": " "}, "Fill in this field."),
        ({"label_en": "x" * 121}, "at most 120 characters"),
        ({"weight": "0"}, "Enter a whole number from 1 to 100."),
        ({"weight": "101"}, "Enter a whole number from 1 to 100."),
        ({"weight": ""}, "Fill in this field."),
        ({"anchor_3_ru": "x" * 301}, "at most 300 characters"),
    ],
    ids=str,
)
def test_add_criterion_with_bad_input_says_so_at_the_field_and_keeps_it(
    client, cohort, change, message
) -> None:
    response = client.post("/manage/cohorts/HCVR2222/criteria/new", data=TEXTS | change)

    page = text_of(response)
    assert response.status_code == 422
    assert page.count(message) == 2
    assert "准备好了" in page
    assert list_criteria() == []


def test_list_criteria_shows_shares_of_the_total_and_languages(client, cohort) -> None:
    first, second = make_criteria(cohort, 75, 25)
    first.labels, first.anchors = {"en": "Idea", "zh": "想法"}, {"1": {"en": "None", "zh": "无"}}
    second.labels, second.anchors = {"en": "Plan", "zh": "计划"}, {"1": {"en": "None"}}
    db.session.flush()

    page = text_of(client.get("/manage/cohorts/HCVR2222/criteria"))

    cells = re.findall(r"<tr>\s*<th scope=\"row\">.*?>(\w+)</a></th>(.*?)</tr>", page, re.DOTALL)
    found = {name: re.findall(r"<td[^>]*>([^<]+)</td>", rest) for name, rest in cells}
    assert found == {"Idea": ["75", "75%", "English and 中文"], "Plan": ["25", "25%", "English"]}


def test_criteria_that_are_fixed_show_no_way_to_change_them(client, cohort) -> None:
    (criterion,) = make_criteria(cohort, 50)
    ReviewFactory(assignment__application=ApplicationFactory(cohort=cohort))
    address = f"/manage/cohorts/HCVR2222/criteria/{criterion.code}"

    page = text_of(client.get("/manage/cohorts/HCVR2222/criteria"))
    changed = client.post(address, data=TEXTS | {"version": str(criterion.version)})
    removed = client.post(f"{address}/remove")

    assert "The first review was sent" in page
    assert "Add a criterion" not in page
    assert (changed.status_code, removed.status_code) == (409, 409)
    for response in (changed, removed):
        assert "The first review was sent" in text_of(response)
    assert "Замысел" in text_of(changed)
    assert len(list_criteria()) == 1


def test_an_older_page_of_a_criterion_answers_409_with_what_changed(client, cohort) -> None:
    (criterion,) = make_criteria(cohort, 50)
    address = f"/manage/cohorts/HCVR2222/criteria/{criterion.code}"
    shown = str(criterion.version)
    client.post(address, data=TEXTS | {"version": shown})

    response = client.post(address, data=TEXTS | {"version": shown, "weight": "10"})

    assert response.status_code == 409
    assert "Changed since you opened this page" in text_of(response)


def test_criteria_move_and_are_removed(client, cohort) -> None:
    first, second = make_criteria(cohort, 75, 25)
    address = f"/manage/cohorts/HCVR2222/criteria/{second.code}"

    client.post(f"{address}/move", data={"direction": "up"})
    assert [weight for _, weight, _ in list_criteria()] == [25, 75]

    question = text_of(client.get(f"{address}/remove"))
    assert "Remove this criterion?" in question
    client.post(f"{address}/remove")
    assert [weight for _, weight, _ in list_criteria()] == [75]
    assert first.code in text_of(client.get("/manage/cohorts/HCVR2222/criteria"))


# -- Shares


def test_assign_automatically_previews_and_assigns_exactly_that(client, cohort) -> None:
    reviewers = [make_reviewer(), make_reviewer(), make_reviewer(programme="other")]
    applications = [ApplicationFactory(cohort=cohort) for _ in range(3)]
    address = "/manage/cohorts/HCVR2222/reviews/assign"

    page = text_of(client.get(f"{address}?n=1"))

    assert "Preview: 3 reviews would be assigned" in page
    assert [user.email in page for user in reviewers] == [True, True, False]
    assert db.session.scalars(sa.select(Assignment)).all() == []
    digest = re.search(r'name="digest"[^>]*value="(\w+)"', page)[1]
    response = client.post(f"{address}?n=1", data={"digest": digest})
    assert response.location == "/manage/cohorts/HCVR2222/reviews"
    assert set(db.session.scalars(sa.select(Assignment.application_id))) == {each.id for each in applications}


def test_assign_automatically_after_a_change_shows_the_new_preview(client, cohort) -> None:
    make_reviewer()
    ApplicationFactory(cohort=cohort)
    address = "/manage/cohorts/HCVR2222/reviews/assign?n=1"
    digest = re.search(r'name="digest"[^>]*value="(\w+)"', text_of(client.get(address)))[1]
    ApplicationFactory(cohort=cohort)

    response = client.post(address, data={"digest": digest})

    page = text_of(response)
    assert response.status_code == 409
    assert "Something changed since this preview." in page
    assert "Preview: 2 reviews would be assigned" in page
    assert db.session.scalars(sa.select(Assignment)).all() == []


def test_assign_automatically_names_whom_nobody_may_read(client, cohort) -> None:
    make_reviewer(country="KZ")
    short = ApplicationFactory(cohort=cohort, member_state="UZ", listed_name="Karimova Dilnoza")

    page = text_of(client.get("/manage/cohorts/HCVR2222/reviews/assign?n=1"))

    assert "Not enough reviewers" in page
    assert f"/manage/applications/{short.code}/reviewers" in page
    assert "would be assigned" in page


def test_assign_automatically_with_a_strange_number_says_so(client, cohort) -> None:
    response = client.get("/manage/cohorts/HCVR2222/reviews/assign?n=99")

    assert response.status_code == 422
    assert "Choose one from the list." in text_of(response)


def test_assign_reviewer_offers_only_whoever_is_free_and_assigns(client, cohort) -> None:
    application = ApplicationFactory(cohort=cohort, member_state="UZ")
    free, taken, partial, elsewhere = (
        make_reviewer(),
        make_reviewer(),
        make_reviewer(),
        make_reviewer(country="KZ"),
    )
    AssignmentFactory(application=application, user=taken)
    db.session.add(
        ConflictDeclaration(
            application_id=application.id,
            user_id=partial.id,
            kind=ConflictKind.OTHER,
            note="We share a flat",
            declared_at=clock.now(),
        )
    )
    address = f"/manage/applications/{application.code}/reviewers"

    page = text_of(client.get(address))
    offered = set(re.findall(r'<option[^>]* value="(\w+)"', page))
    assert offered == {free.code}
    assert "We share a flat" in page
    assert elsewhere.email not in page

    refused = client.post(address, data={"reviewer": elsewhere.code})
    assert refused.status_code == 422
    client.post(address, data={"reviewer": free.code})
    users = sa.select(Assignment.user_id).order_by(Assignment.user_id)
    assert list(db.session.scalars(users)) == sorted([free.id, taken.id])

    client.post(f"{address}/{taken.code}/remove")
    assert list(db.session.scalars(users)) == [free.id]


def test_reviews_of_an_application_show_scores_once_they_are_sent(client, cohort) -> None:
    application = ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW)
    (criterion,) = make_criteria(cohort, 50)
    for status, comment in ((ReviewStatus.SUBMITTED, "Strong plan"), (ReviewStatus.DRAFT, "Not yet said")):
        made = ReviewFactory(
            assignment=AssignmentFactory(application=application), status=status, comment=comment
        )
        db.session.add(Score(review_id=made.id, criterion_id=criterion.id, value=4))
    db.session.flush()

    page = text_of(client.get(f"/manage/applications/{application.code}/reviewers"))

    assert "Strong plan" in page
    assert "Not yet said" not in page
    assert re.findall(r"<dt>Criterion 1</dt>\s*<dd>(\d)</dd>", page) == ["4"]
    assert page.count("Take the application from this reviewer") == 1


# -- Ranking


def ranking(page: str) -> list[tuple[str, ...]]:
    rows = re.findall(
        r"<tr>\s*<td>(.*?)</td>\s*<th scope=\"row\">.*?<bdi>(.*?)</bdi>(.*?)</tr>", page, re.DOTALL
    )
    return [(state, name, *re.findall(r'class="number">([\d.]+)<', rest)) for state, name, rest in rows]


def test_list_scores_ranks_within_each_state_raw_and_corrected(client, cohort) -> None:
    strict, mild = make_reviewer(), make_reviewer()
    made = {
        name: ApplicationFactory(cohort=cohort, listed_name=name, member_state=state, status=S.UNDER_REVIEW)
        for name, state in (("A", "KZ"), ("B", "KZ"), ("C", "UZ"), ("D", "UZ"), ("E", "UZ"))
    }
    # The strict one gives A C D 1 2 3, the mild one B C E 3 4 5: see test_scoring for the arithmetic.
    for name, total in (("A", 3), ("C", 1), ("D", 2)):
        review(made[name], total, strict)
    for name, total in (("B", 3), ("C", 5), ("E", 4)):
        review(made[name], total, mild)

    page = text_of(client.get("/manage/cohorts/HCVR2222/reviews"))

    assert ranking(page) == [
        ("Kazakhstan", "A", "1", "4.58", "1", "3.00"),
        ("Kazakhstan", "B", "2", "1.42", "1", "3.00"),
        ("Uzbekistan", "C", "1", "3.00", "2", "3.00"),
        ("Uzbekistan", "D", "1", "3.00", "3", "2.00"),
        ("Uzbekistan", "E", "1", "3.00", "1", "4.00"),
    ]
    assert page.count("points apart") == 1
    raw = ranking(text_of(client.get("/manage/cohorts/HCVR2222/reviews?state=UZ&by=raw")))
    assert [name for _, name, *_ in raw] == ["E", "C", "D"]


def test_list_scores_lists_what_is_missing(client, cohort) -> None:
    application = ApplicationFactory(cohort=cohort)
    late, done = make_reviewer(), make_reviewer()
    late.name, done.name = "Late Reader", "Done Reader"
    AssignmentFactory(application=application, user=late, declared_at=None)
    review(application, 3, done)
    ApplicationFactory(cohort=cohort, listed_name="Nobody Reads")
    AssignmentFactory(application=ApplicationFactory(cohort=cohort, status=S.REJECTED), user=late)

    page = text_of(client.get("/manage/cohorts/HCVR2222/reviews"))

    missing = page.partition("Missing reviews by reviewer")[2]
    assert re.findall(
        r"<bdi>(.*?)</bdi></th>\s*<td class=\"number\">(\d+)</td>\s*<td class=\"number\">(\d+)", missing
    ) == [("Late Reader", "1", "1")]
    figures = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd class=\"figure\">(\d+)", page))
    assert figures == {
        "Waiting for a decision": "2",
        "Reviews sent": "1",
        "Reviews still missing": "1",
        "Without a reviewer": "1",
        "Opinions far apart": "0",
    }


def test_list_scores_pages_a_long_ranking(client, cohort) -> None:
    codes = {ApplicationFactory(cohort=cohort).code for _ in range(53)}

    first = text_of(client.get("/manage/cohorts/HCVR2222/reviews"))
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = text_of(client.get(following))

    found = [re.findall(r"/manage/applications/(\w+)/reviewers", page) for page in (first, second)]
    assert [len(each) for each in found] == [50, 3]
    assert {*found[0], *found[1]} == codes


@pytest.mark.parametrize("query", ["?state=XX", "?by=name", "?page=x", "?page=-1", "?page=9999999"], ids=str)
def test_list_scores_with_a_strange_address_is_no_accident(client, cohort, query) -> None:
    response = client.get(f"/manage/cohorts/HCVR2222/reviews{query}")

    assert response.status_code == (200 if "page" in query else 422)


@pytest.mark.parametrize(
    "address", ["/manage/cohorts/HCVR2222/reviews", "/manage/cohorts/HCVR2222/reviews/assign"]
)
def test_pages_cost_the_same_queries_for_one_application_and_four(client, cohort, address) -> None:
    def fill() -> None:
        reviewer = make_reviewer()
        review(ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW), 3, reviewer)
        AssignmentFactory(application=ApplicationFactory(cohort=cohort), user=reviewer)

    def count() -> int:
        statements: list[str] = []

        def listen(*arguments):
            statements.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            assert client.get(address).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return sum(statement.startswith("SELECT") for statement in statements)

    fill()
    one = count()
    for _ in range(3):
        fill()

    assert count() == one


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.SPONSOR, Role.REVIEWER, Role.ADMINISTRATOR], ids=str)
def test_nobody_else_reads_scores(client, cohort, act_as, role) -> None:
    application = ApplicationFactory(cohort=cohort, member_state="UZ", status=S.UNDER_REVIEW)
    made = review(application, 4.75)
    made.comment = "Secret opinion"
    db.session.flush()
    act_as(Actor("other", user_id=0, grants=(Grant(role, country="UZ", organisation="fund"),)))

    for address in (
        "/manage/cohorts/HCVR2222/reviews",
        f"/manage/applications/{application.code}/reviewers",
        f"/desk/applications/{application.code}",
        "/desk",
        "/sponsor",
        f"/reviews/{application.code}",
    ):
        page = text_of(client.get(address))
        assert "4.75" not in page
        assert "Secret opinion" not in page
