"""A coordinator gives a review back: it does not count, its reviewer is told, and nothing is forgotten."""

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ReviewStatus
from registry.admissions.models import Application, Review
from registry.admissions.operations.reviews import ReviewInput, reopen_review, submit_review
from registry.admissions.queries.scores import map_ratings
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import IllegalTransition, InvalidInput, NotAllowed
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.factories.admissions import ApplicationFactory, AssignmentFactory
from tests.integration.admissions.reviewing import (
    COORDINATOR,
    coordinating,
    load,
    make_criteria,
    make_reviewer,
    reviewing,
)
from tests.nominating import text_of

REASON = "The scores are swapped"


@pytest.fixture
def sent():
    """An application with two reviews that were sent, of 4 and of 2."""
    application = ApplicationFactory()
    (criterion,) = make_criteria(application.cohort, 100)
    readers = [make_reviewer(), make_reviewer()]
    for reader in readers:
        AssignmentFactory(application=application, user=reader)
    for reader, score in zip(readers, (4, 2), strict=True):
        with transaction():
            submit_review(
                load(application), ReviewInput({criterion.code: score}, "Fine"), actor=reviewing(reader)
            )
    return application, readers, criterion


def review_of(application: Application, reader) -> Review:
    db.session.expire_all()
    return db.session.scalars(
        sa.select(Review).where(Review.application_id == application.id, Review.user_id == reader.id)
    ).one()


def reopen(application: Application, reader, actor=COORDINATOR, reason: str = REASON) -> None:
    with transaction():
        reopen_review(load(application), reader, reason=reason, actor=actor)


def test_reopen_takes_the_score_out_until_it_is_sent_again(sent) -> None:
    application, (first, _second), criterion = sent
    cohort = load(application).cohort
    assert map_ratings(cohort)[application.id].raw == 3

    reopen(application, first)

    rating = map_ratings(load(application).cohort)[application.id]
    assert (rating.raw, rating.reviews) == (2, 1)
    review = review_of(application, first)
    assert (review.status, review.total, review.reopen_reason) == (ReviewStatus.DRAFT, None, REASON)
    assert (review.comment, [each.value for each in review.scores]) == ("Fine", [4])
    with transaction():
        submit_review(load(application), ReviewInput({criterion.code: 1}), actor=reviewing(first))
    assert review_of(application, first).reopen_reason == ""
    assert map_ratings(load(application).cohort)[application.id].raw == 1.5


def test_reopen_tells_the_reviewer_once_each_time_and_is_audited(sent) -> None:
    application, (first, _second), criterion = sent
    for _ in range(2):
        reopen(application, first)
        with transaction():
            submit_review(load(application), ReviewInput({criterion.code: 1}), actor=reviewing(first))

    mails = db.session.scalars(sa.select(Message).where(Message.kind == "review_reopened")).all()
    assert [mail.address for mail in mails] == [first.email] * 2
    assert REASON in mails[0].body
    assert application.listed_name not in mails[0].body
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.reason).where(AuditEntry.action.like("%reopen%"))
    ).all()
    assert (
        entries
        == [
            ("admissions:review:reopen", REASON),
            ("admissions:application:reopen_review", REASON),
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("decided", IllegalTransition),
        ("draft", IllegalTransition),
        ("no review", IllegalTransition),
        ("no reason", InvalidInput),
        ("reviewer", NotAllowed),
    ],
)
def test_reopen_is_refused(sent, case, error) -> None:
    application, (first, _second), _criterion = sent
    reader, actor, reason = first, COORDINATOR, REASON
    if case == "decided":
        db.session.execute(
            sa.update(Application).values(status=S.REJECTED, decided_at=clock.now(), version=9)
        )
        db.session.commit()
    if case == "draft":
        reopen(application, first)
    if case == "no review":
        reader = make_reviewer()
        db.session.commit()
    if case == "no reason":
        reason = "  "
    if case == "reviewer":
        actor = reviewing(first)
    before = db.session.scalars(sa.select(Review.total).order_by(Review.id)).all()

    with pytest.raises(error):
        reopen(application, reader, actor, reason)

    assert db.session.scalars(sa.select(Review.total).order_by(Review.id)).all() == before


def test_coordinator_gives_back_from_the_page_and_the_reviewer_reads_why(client, act_as, sent) -> None:
    application, (first, _second), _criterion = sent
    address = f"/manage/applications/{application.code}/reviewers/{first.code}/reopen"
    act_as(coordinating())
    assert address in text_of(client.get(f"/manage/applications/{application.code}/reviewers"))

    empty = client.post(address, data={"reason": ""})
    done = client.post(address, data={"reason": REASON})

    assert (empty.status_code, "Give a reason." in text_of(empty)) == (422, True)
    assert done.status_code == 303
    page = text_of(client.get(f"/manage/applications/{application.code}/reviewers"))
    assert f"Given back: {REASON}" in page
    assert address not in page
    assert "Review given back to its reviewer" in text_of(
        client.get(f"/manage/applications/{application.code}")
    )
    act_as(reviewing(first))
    case = text_of(client.get(f"/reviews/{application.code}"))
    assert (REASON in case, 'value="send"' in case) == (True, True)
    assert application.code in text_of(client.get("/reviews"))


def test_a_second_window_is_told_that_it_was_given_back_already(client, act_as, sent) -> None:
    application, (first, _second), _criterion = sent
    reopen(application, first)
    act_as(coordinating())

    response = client.post(
        f"/manage/applications/{application.code}/reviewers/{first.code}/reopen", data={"reason": REASON}
    )

    assert response.status_code == 409
    assert "This review is not sent" in text_of(response)
