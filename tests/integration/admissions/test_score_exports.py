"""Scores leave the registry like all columns: with what reviewers think, and without who thinks it."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from registry.admissions.enums import ReviewStatus
from registry.admissions.models import Score
from registry.core import clock
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, CriterionFactory, ReviewFactory
from tests.factories.catalogue import CohortFactory
from tests.integration.admissions.test_exports import account, take

__all__ = ["account"]


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def actor(acting_as, cohort, account):
    actor = coordinator(cohort.programme.slug, user_id=account.id)
    acting_as(actor)
    return actor


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_of_scores_has_raw_corrected_and_criteria_without_reviewers(
    client, actor, cohort, kind
) -> None:
    criterion = CriterionFactory(cohort_id=cohort.id, labels={"en": "Motivation"})
    application, unread = (
        ApplicationFactory(cohort=cohort, submitted_at=clock.now() + timedelta(minutes=n)) for n in range(2)
    )
    readers = [UserFactory(name=name) for name in ("Strict Reader", "Mild Reader", "Slow Reader")]
    for reader, score in zip(readers, (2, 5), strict=False):
        review = ReviewFactory(
            assignment__application=application, assignment__user=reader, total=float(score)
        )
        db.session.add(Score(review_id=review.id, criterion_id=criterion.id, value=score))
    draft = ReviewFactory(
        assignment__application=application, assignment__user=readers[2], status=ReviewStatus.DRAFT
    )
    db.session.add(Score(review_id=draft.id, criterion_id=criterion.id, value=1))
    codes = [application.code, unread.code]

    columns = ["code", "reviews", "score_raw", "score_corrected", "score_spread", f"score.{criterion.code}"]
    heads, *rows = take(client, cohort, kind, column=columns)

    if kind == "csv":
        assert heads == ["name", *columns]
        assert [row[1:] for row in rows] == [
            [codes[0], "2", "3.5", "3.5", "3.0", "3.5"],
            [codes[1], "", "", "", "", ""],
        ]
    else:
        assert heads[1:] == [
            *("Code", "Reviews sent", "Raw score", "Corrected score", "Points between the opinions"),
            "Score: Motivation",
        ]
        assert [row[1:] for row in rows] == [[codes[0], 2, 3.5, 3.5, 3, 3.5], [codes[1], "", "", "", "", ""]]
    assert not any("Reader" in str(cell) for row in rows for cell in row)
    table = client.get(
        f"/manage/cohorts/{cohort.code}/applications?{urlencode({'column': columns}, doseq=True)}"
    )
    assert "3.50" in table.get_data(as_text=True)
