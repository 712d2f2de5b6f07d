"""The coordinator's pages: what they show, what they refuse, what they cost."""

import re
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import AgeBand, ApplicationStatus, Decision
from registry.admissions.models import Answer, Application, ApplicationStatusCount, StagedDecision
from registry.admissions.operations import decisions
from registry.admissions.operations.decisions import DecisionInput
from registry.core.database import db
from registry.core.transaction import transaction
from registry.people.enums import Sex
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, QuestionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.queries import counted_queries

S = ApplicationStatus
COORDINATOR = coordinator()


@pytest.fixture(autouse=True)
def _signed_in(acting_as):
    acting_as(coordinator(user_id=UserFactory().id))


@pytest.fixture
def cohort():
    cohort = CohortFactory(programme=ProgrammeFactory(title="Honey online"), capacity=2)
    SeatPoolFactory(cohort=cohort, seats=2)
    return cohort


def apply(cohort, status=S.UNDER_REVIEW, **values) -> Application:
    application = ApplicationFactory(cohort=cohort, status=status, **values)
    key = (cohort.id, application.member_state, status)
    count = db.session.get(ApplicationStatusCount, key)
    if count is None:
        db.session.add(
            ApplicationStatusCount(
                **dict(zip(("cohort_id", "member_state", "status"), key, strict=True)), n=1
            )
        )
    else:
        count.n += 1
    db.session.flush()
    return application


def text_of(response) -> str:
    return unquote(response.get_data(as_text=True))


def listed(response) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/manage/applications/(\w+)', text_of(response))


def table(cohort, **arguments) -> str:
    query = "&".join(f"{name}={value}" for name, value in arguments.items())
    return f"/manage/cohorts/{cohort.code}/applications?{query}"


# -- Work to do


def test_show_work_counts_what_waits_in_own_cohorts(client, acting_as, cohort) -> None:
    for status, times in (
        (S.SUBMITTED, 2),
        (S.INELIGIBLE, 1),
        (S.RETURNED, 4),
        (S.UNDER_REVIEW, 5),
        (S.DRAFT, 7),
    ):
        for _ in range(times):
            ApplicationFactory(cohort=cohort, status=status) if status is S.DRAFT else apply(cohort, status)
    foreign = CohortFactory(programme=ProgrammeFactory(title="Silk online"))
    apply(foreign, S.SUBMITTED)
    acting_as(coordinator(cohort.programme.slug, user_id=0))

    page = text_of(client.get("/manage"))

    assert re.findall(r"(\w+) online", page) == ["Honey"]
    assert re.findall(r'<td class="number">(?:<a href="([^"]*)">)?(\d+)', page) == [
        (f"/manage/cohorts/{cohort.code}/applications?status=to_check", "3"),
        (f"/manage/cohorts/{cohort.code}/applications?status=waiting", "4"),
        ("", "0"),
        (f"/manage/cohorts/{cohort.code}/applications?status=to_decide", "5"),
        ("", "0"),
    ]


def test_show_work_lists_cohorts_in_which_nothing_waits_apart(client, cohort) -> None:
    apply(cohort, S.REJECTED)

    page = text_of(client.get("/manage"))

    assert "Nothing waits for you" in page
    assert (
        f"/manage/cohorts/{cohort.code}/applications" in page[page.index("Cohorts in which nothing waits") :]
    )


def test_show_work_without_cohorts_says_what_comes(client) -> None:
    assert "No cohorts yet" in text_of(client.get("/manage"))


# -- The table


def test_list_applications_shows_no_drafts_and_nobody_elses(client, cohort) -> None:
    own = apply(cohort)
    ApplicationFactory(cohort=cohort, status=S.DRAFT)
    apply(CohortFactory())

    assert listed(client.get(table(cohort))) == [own.code]


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.REVIEWER, Role.FOCAL_POINT, Role.SPONSOR, Role.APPLICANT]
)
def test_list_applications_is_for_coordinators(client, acting_as, cohort, role) -> None:
    acting_as(Actor("somebody", user_id=0, person_id=0, grants=(Grant(role, country="UZ"),)))

    assert client.get(table(cohort)).status_code == 403


def test_list_applications_of_a_foreign_programme_is_not_found(client, acting_as, cohort) -> None:
    acting_as(coordinator("another", user_id=0))

    assert client.get(table(cohort)).status_code == 404
    assert client.get(f"/manage/applications/{apply(cohort).code}").status_code == 404


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ["anna", "bek", "李娜", "çiğdem"]),
        ({"status": "submitted"}, ["bek"]),
        ({"status": "to_decide"}, ["anna", "çiğdem"]),
        ({"status": "to_check"}, ["bek", "李娜"]),
        ({"member_state": "CN"}, ["李娜"]),
        ({"member_state": "cn"}, ["李娜"]),
        ({"sex": "male"}, ["bek"]),
        ({"age": "under_18"}, ["çiğdem"]),
        ({"q": "Anna"}, ["anna"]),
        ({"q": "李"}, ["李娜"]),
        ({"q": "CIGDEM"}, ["çiğdem"]),
        ({"q": "%"}, []),
        ({"sort": "name", "order": "desc"}, ["李娜", "çiğdem", "bek", "anna"]),
        ({"order": "desc"}, ["çiğdem", "李娜", "bek", "anna"]),
        # What nobody offered narrows nothing.
        ({"status": "nonsense", "sex": "x", "age": "x", "sort": "x"}, ["anna", "bek", "李娜", "çiğdem"]),
    ],
)
def test_list_applications_narrows_by_the_address(client, cohort, arguments, expected) -> None:
    people = [
        ("anna", {}),
        ("bek", {"status": S.SUBMITTED, "sex": Sex.MALE}),
        ("李娜", {"status": S.INELIGIBLE, "member_state": "CN"}),
        ("çiğdem", {"age_band": AgeBand.UNDER_18, "search_name": "cigdem"}),
    ]
    names = {}
    for hour, (name, values) in enumerate(people):
        application = apply(cohort, **{"listed_name": name, "search_name": name} | values)
        application.submitted_at = application.submitted_at.replace(hour=hour)
        names[application.code] = name

    assert [names[code] for code in listed(client.get(table(cohort, **arguments)))] == expected


def test_list_applications_finds_a_code_as_people_type_it(client, cohort) -> None:
    application, _other = apply(cohort), apply(cohort)
    typed = f"{application.code[:4].lower()}-{application.code[4:].lower()}"

    assert listed(client.get(table(cohort, q=typed))) == [application.code]


def test_list_applications_goes_page_by_page_without_gaps(client, cohort) -> None:
    codes = [apply(cohort).code for _ in range(53)]

    first = client.get(table(cohort))
    following = re.search(r'rel="next" href="([^"]*)"', first.get_data(as_text=True))[1].replace("&amp;", "&")
    second = client.get(following)

    assert listed(first) + listed(second) == codes
    assert "53 applications" in text_of(first)


def test_list_applications_with_a_forged_page_is_not_found(client, cohort) -> None:
    assert client.get(table(cohort, page="nonsense")).status_code == 404


def test_list_applications_costs_the_same_for_10_and_50_rows(client, cohort) -> None:
    counts = []
    for more in (10, 40):
        for _ in range(more):
            apply(cohort)
        with counted_queries() as statements:
            response = client.get(table(cohort))
        counts.append((len(listed(response)), len(statements)))

    assert [rows for rows, _ in counts] == [10, 50]
    assert counts[0][1] == counts[1][1]


# -- One application


def test_show_application_has_history_and_the_possible_steps(client, cohort) -> None:
    application = apply(cohort, S.SUBMITTED)
    before, after = apply(cohort), apply(cohort)
    for hour, each in enumerate((before, application, after)):
        each.submitted_at = each.submitted_at.replace(hour=hour)
    with transaction():
        decisions.start_review(application, actor=COORDINATOR)

    page = text_of(client.get(f"/manage/applications/{application.code}"))

    assert "Review begun" in page
    assert re.findall(r'rel="(\w+)" href="/manage/applications/(\w+)', page) == [
        ("prev", before.code),
        ("next", after.code),
    ]
    assert re.findall(rf"/manage/applications/{application.code}/(\w+)", page) == [
        "decision",
        "reviewers",
        "return",
        "close",
        "tags",
    ]


def test_show_application_walks_within_the_filter(client, cohort) -> None:
    first, _other, third = apply(cohort), apply(cohort, member_state="KZ"), apply(cohort)

    page = text_of(client.get(f"/manage/applications/{first.code}?member_state=UZ"))

    assert re.findall(r'rel="(\w+)" href="/manage/applications/(\w+)\?(\S*)"', page) == [
        ("next", third.code, "member_state=UZ")
    ]


def test_show_application_asks_its_questions_in_the_readers_language(client, cohort) -> None:
    application = apply(cohort)
    labels = {"en": "What do you sell?", "ru": "Что вы продаёте?", "zh": "你卖什么？"}
    question = QuestionFactory(form_version=application.form_version, labels=labels)
    db.session.add(Answer(application=application, question=question, value="Honey"))

    client.get("/language/ru")
    page = text_of(client.get(f"/manage/applications/{application.code}"))

    assert "Что вы продаёте?" in page
    assert "What do you sell?" not in page


def test_stage_decision_by_form(client, cohort) -> None:
    application = apply(cohort)

    response = client.post(
        f"/manage/applications/{application.code}/decision",
        data={"decision": "waitlist", "rank": "3", "version": "0"},
    )

    assert response.status_code == 303
    staged = db.session.scalars(sa.select(StagedDecision)).one()
    assert (staged.decision, staged.rank, application.status) == (Decision.WAITLIST, 3, S.UNDER_REVIEW)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Choose what to stage."),
        ({"decision": "perhaps"}, "Choose one from the list."),
        ({"decision": "reject"}, "Choose the reason that the applicant will read."),
        ({"decision": "reject", "rejection": "other"}, "Write down the reason: the applicant will read it."),
        ({"decision": "waitlist", "rank": "0"}, "Enter the place as a number from 1 to 100,000."),
        ({"decision": "waitlist", "rank": "first"}, "Enter the place as a number from 1 to 100,000."),
        (
            {"decision": "reject", "rejection": "experience", "note": "x" * 1001},
            "Write at most 1,000 characters.",
        ),
        ({"decision": "offer", "version": "<b>"}, "Open this page again"),
    ],
)
def test_stage_decision_with_bad_input_keeps_it_and_says_what_to_do(client, cohort, values, message) -> None:
    application = apply(cohort)

    response = client.post(
        f"/manage/applications/{application.code}/decision", data={"version": "0", **values}
    )

    assert response.status_code == 422
    page = text_of(response)
    assert message in page
    assert "<title>Error:" in page
    assert values.get("note", "") in page
    assert db.session.scalars(sa.select(StagedDecision)).all() == []


def test_stage_decision_over_somebody_elses_says_what_changed(client, cohort) -> None:
    application = apply(cohort)
    with transaction():
        decisions.stage_decision(application, DecisionInput(Decision.OFFER), actor=COORDINATOR)

    address = f"/manage/applications/{application.code}/decision"

    response = client.post(address, data={"decision": "waitlist", "version": "0", "shown": "{}"})

    assert response.status_code == 409
    page = text_of(response)
    changes = page[page.index("Changed since you opened this page") : page.index("<h1>")]
    assert re.findall(r"<td>(.*?)</td>", changes)[:2] == ["empty", "Offer a place"]
    version = re.search(r'name="version"[^>]* value="(\d+)"', page)[1]
    again = client.post(address, data={"decision": "waitlist", "version": version, "shown": "{}"})
    assert again.status_code == 303
    assert db.session.scalars(sa.select(StagedDecision.decision)).all() == [Decision.WAITLIST]


def test_close_application_needs_its_reason(client, cohort) -> None:
    application = apply(cohort)
    address = f"/manage/applications/{application.code}/close"

    refused = client.post(address, data={"reason": "  "})
    done = client.post(address, data={"reason": "Sent twice"})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert (application.status, application.closing_reason) == (S.CLOSED, "Sent twice")


def test_override_ineligible_of_another_status_is_a_conflict(client, cohort) -> None:
    application = apply(cohort)

    response = client.post(f"/manage/applications/{application.code}/override", data={"reason": "Because"})

    assert response.status_code == 409
    assert application.status is S.UNDER_REVIEW
