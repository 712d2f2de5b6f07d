"""The reviewer's pages: declare, score, save, send, go on."""

import re

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ConflictKind, QuestionKind, ReviewStatus
from registry.admissions.models import Answer, Assignment, ConflictDeclaration, Question, Review, Score
from registry.core import clock
from registry.core.database import db
from tests.factories.admissions import ApplicationFactory, AssignmentFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.reviewing import load, make_criteria, make_reviewer, reviewing
from tests.integration.admissions.test_rooms import text_of

SECRET = "I sell honey from our village."


@pytest.fixture
def reviewer():
    return make_reviewer()


@pytest.fixture
def application(reviewer, act_as):
    """Assigned to the reviewer, not opened, with two criteria and an answer."""
    application = ApplicationFactory(cohort=CohortFactory(is_blind=True))
    question = Question(
        form_version=application.form_version,
        key="motivation",
        position=1,
        kind=QuestionKind.LONG_TEXT,
        labels={"en": "Why?"},
    )
    db.session.add(Answer(application=application, question=question, value=SECRET))
    AssignmentFactory(application=application, user=reviewer, declared_at=None)
    make_criteria(application.cohort, 75, 25)
    act_as(reviewing(reviewer))
    return application


def open_it(application, reviewer) -> None:
    db.session.get_one(Assignment, (application.id, reviewer.id)).declared_at = clock.now()
    db.session.flush()


def names_of_scores(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(score_\w+)"', page)))


def version_of(page: str) -> str:
    return re.search(r'name="version"[^>]*value="(\d+)"', page)[1]


def test_show_review_before_the_declaration_leads_there_and_shows_nothing(client, application) -> None:
    response = client.get(f"/reviews/{application.code}")
    page = text_of(client.get(response.location))

    assert (response.status_code, response.location) == (303, f"/reviews/{application.code}/declaration")
    assert "Do you have a conflict of interest?" in page
    assert SECRET not in page
    assert SECRET not in text_of(response)
    sent = client.post(f"/reviews/{application.code}", data={"comment": "Sight unseen", "version": "0"})
    assert sent.location == f"/reviews/{application.code}/declaration"
    assert db.session.scalars(sa.select(Review)).all() == []


def test_declare_no_conflict_opens_the_content(client, application) -> None:
    response = client.post(f"/reviews/{application.code}/declaration", data={"answer": "none"})

    assert response.location == f"/reviews/{application.code}"
    assert SECRET in text_of(client.get(response.location))


def test_declare_conflict_gives_the_application_back_for_good(client, application, reviewer) -> None:
    response = client.post(f"/reviews/{application.code}/declaration", data={"answer": "family"})

    page = text_of(client.get(response.location))
    assert "was given back" in page
    assert f"/reviews/{application.code}" not in page
    for address in (f"/reviews/{application.code}", f"/reviews/{application.code}/declaration"):
        assert client.get(address).status_code == 404
    kept = db.session.get_one(ConflictDeclaration, (application.id, reviewer.id))
    assert kept.kind is ConflictKind.FAMILY


def test_what_the_registry_finds_is_given_back_with_the_reason(client, application) -> None:
    application.profile = {"email": "a@review.example"}

    response = client.post(f"/reviews/{application.code}/declaration", data={"answer": "none"})

    page = text_of(client.get(response.location))
    assert "addresses of the same domain" in page
    assert client.get(f"/reviews/{application.code}").status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose one of the answers."),
        ({"answer": "own_nomination"}, "Choose one from the list."),
        ({"answer": "other", "note": " "}, "Say in a few words what the reason is."),
        ({"answer": "other", "note": "x" * 501}, "Write at most 500 characters."),
    ],
    ids=str,
)
def test_declare_conflict_with_bad_input_says_so_at_the_field(client, application, data, message) -> None:
    response = client.post(f"/reviews/{application.code}/declaration", data=data)

    assert response.status_code == 422
    assert text_of(response).count(message) == 2
    assert db.session.scalars(sa.select(ConflictDeclaration)).all() == []


def test_an_application_that_is_decided_no_longer_opens(client, application) -> None:
    application.status  # noqa: B018 -- loaded before it changes behind the lifecycle's back.
    db.session.execute(sa.text("UPDATE application SET status = 'withdrawn', withdrawn_at = created_at"))

    response = client.post(f"/reviews/{application.code}/declaration", data={"answer": "none"})

    assert response.status_code == 409
    assert "no longer in review" in text_of(response)


def test_a_draft_is_kept_and_sent_later(client, application, reviewer) -> None:
    open_it(application, reviewer)
    address = f"/reviews/{application.code}"
    page = text_of(client.get(address))
    first, second = names_of_scores(page)

    saved = client.post(
        address,
        data={first: "4", "comment": "Good idea", "action": "save", "version": version_of(page)},
    )
    page = text_of(client.get(saved.location))

    assert saved.location == address
    assert re.findall(r'name="(score_\w+)" value="(\d)"\s+checked', page) == [(first, "4")]
    assert "Good idea" in page
    assert "Draft saved" in text_of(client.get("/reviews"))

    sent = client.post(
        address,
        data={first: "4", second: "2", "comment": "Good idea", "action": "send", "version": version_of(page)},
    )

    assert sent.location == "/reviews"
    review = db.session.scalars(sa.select(Review)).one()
    assert (review.status, review.total) == (ReviewStatus.SUBMITTED, 3.5)
    page = text_of(client.get(address))
    assert "4 of 5" in page
    assert "You have sent this review." in page
    assert "<textarea" not in page


def test_a_review_without_a_score_says_which_and_keeps_what_was_typed(client, application, reviewer) -> None:
    open_it(application, reviewer)
    address = f"/reviews/{application.code}"
    first, second = names_of_scores(text_of(client.get(address)))

    response = client.post(address, data={first: "5", "comment": "Typed", "action": "send", "version": "0"})

    page = text_of(response)
    assert response.status_code == 422
    assert f'<a href="#{second}-0">Choose a score: Criterion 2</a>' in page
    assert page.count("Choose a score:") == 2
    assert "Typed" in page
    assert re.findall(r'name="(score_\w+)" value="(\d)"\s+checked', page) == [(first, "5")]
    assert db.session.scalars(sa.select(Score)).all() == []


def test_an_older_page_answers_409_with_what_changed_and_keeps_what_was_typed(
    client, application, reviewer
) -> None:
    open_it(application, reviewer)
    address = f"/reviews/{application.code}"
    first, _second = names_of_scores(text_of(client.get(address)))
    data = {"action": "save", "version": "0", "shown": "{}"}
    client.post(address, data={**data, first: "4", "comment": "From one window"})

    response = client.post(address, data={**data, first: "1", "comment": "From the other"})

    page = text_of(response)
    assert response.status_code == 409
    assert "From the other" in page
    assert "From one window" in page
    again = client.post(
        address, data={first: "1", "comment": "Both", "action": "save", "version": version_of(page)}
    )
    assert again.status_code == 303


def test_sending_leads_to_the_next_review_that_is_owed(client, application, reviewer) -> None:
    other = ApplicationFactory(cohort=application.cohort)
    AssignmentFactory(application=other, user=reviewer)
    open_it(application, reviewer)
    address = f"/reviews/{application.code}"
    page = text_of(client.get(address))

    scores = dict.fromkeys(names_of_scores(page), "3")
    sent = client.post(address, data={**scores, "action": "send", "version": "0"})

    assert sent.location == f"/reviews/{other.code}"


def test_next_and_previous_stay_within_the_own_list(client, application, reviewer, act_as) -> None:
    cohort = application.cohort
    second, third = (ApplicationFactory(cohort=cohort) for _ in range(2))
    foreign = ApplicationFactory(cohort=cohort)
    AssignmentFactory(application=second, user=reviewer)
    AssignmentFactory(application=foreign)
    ReviewFactory(assignment=AssignmentFactory(application=third, user=reviewer))

    def links(which: str) -> list[tuple[str, str]]:
        page = text_of(client.get(f"/reviews/{second.code}{which}"))
        return re.findall(r'rel="(prev|next)" href="/reviews/(\w+)', page)

    assert links("") == [("prev", application.code)]
    assert links("?which=all") == [("prev", application.code), ("next", third.code)]


def test_a_cohort_without_criteria_takes_a_draft_only(client, reviewer, act_as) -> None:
    other = ApplicationFactory()
    AssignmentFactory(application=other, user=reviewer)
    act_as(reviewing(reviewer))
    address = f"/reviews/{other.code}"

    page = text_of(client.get(address))
    forced = client.post(address, data={"comment": "Hm", "action": "send", "version": "0"})

    assert "The coordinator has set no criteria yet." in page
    assert "Send the review" not in page
    assert forced.status_code == 409
    assert client.post(address, data={"comment": "Hm", "action": "save", "version": "0"}).status_code == 303


def test_the_first_review_moves_the_application(client, application, reviewer) -> None:
    open_it(application, reviewer)
    address = f"/reviews/{application.code}"
    scores = dict.fromkeys(names_of_scores(text_of(client.get(address))), "3")

    client.post(address, data={**scores, "action": "send", "version": "0"})

    assert load(application).status is S.UNDER_REVIEW


def test_anchors_stand_beside_their_scores_in_the_readers_language(client, application, reviewer) -> None:
    open_it(application, reviewer)
    criterion = make_criteria(application.cohort, 10)[0]
    criterion.labels = {"en": "Idea", "ru": "Замысел"}
    criterion.anchors = {"1": {"en": "None"}, "5": {"en": "Ready", "ru": "Готово"}, "3": {}}
    db.session.flush()

    page = text_of(client.get(f"/reviews/{application.code}", headers={"Accept-Language": "ru"}))

    assert "Замысел" in page
    assert re.findall(r'id="score_\w+-\d-hint">([^<]+)<', page) == ["None", "Готово"]
