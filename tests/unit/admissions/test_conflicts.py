"""Conflicts of interest that the registry finds by itself."""

import pytest

from registry.admissions.enums import ConflictKind as K
from registry.admissions.rules.conflicts import ApplicantFacts, ReviewerFacts, detect_conflict


def mails(*emails: str) -> ApplicantFacts:
    return ApplicantFacts(user_id=9, emails=frozenset(emails))


@pytest.mark.parametrize(
    ("reviewer", "applicant", "expected"),
    [
        ("r@uni.example", mails("a@uni.example"), K.SAME_MAIL_DOMAIN),
        ("r@uni.example", mails("a@post.example", "a@UNI.example "), K.SAME_MAIL_DOMAIN),
        ("r@uni.example", mails("a@student.uni.example"), K.SAME_MAIL_DOMAIN),
        ("r@staff.uni.example", mails("a@uni.example"), K.SAME_MAIL_DOMAIN),
        ("r@uni.example", mails("a@other-uni.example"), None),
        ("r@gmail.com", mails("a@gmail.com"), None),
        ("r@mail.ru", mails("a@mail.ru"), None),
        ("r@qq.com", mails("a@QQ.com"), None),
        ("r@uni.example", mails(), None),
        ("r@uni.example", ApplicantFacts(user_id=1, emails=frozenset()), K.OWN_APPLICATION),
        ("r@uni.example", ApplicantFacts(None, frozenset(), nominated_by=1), K.OWN_NOMINATION),
        ("r@uni.example", ApplicantFacts(None, frozenset(), nominated_by=2), None),
    ],
)
def test_detect_conflict_by_address_nomination_and_account(reviewer, applicant, expected) -> None:
    assert detect_conflict(ReviewerFacts(1, reviewer), applicant) is expected


@pytest.mark.parametrize(
    ("applicant", "expected"),
    [
        (ApplicantFacts(9, frozenset(), organisations=frozenset({"academy"})), K.SAME_ORGANISATION),
        (ApplicantFacts(9, frozenset(), organisations=frozenset({"fund"})), None),
        (mails("a@academy.example"), K.SAME_ORGANISATION),
        (mails("a@mail.academy.example"), K.SAME_ORGANISATION),
        (mails("a@elsewhere.example"), None),
    ],
)
def test_detect_conflict_by_organisation(applicant, expected) -> None:
    reviewer = ReviewerFacts(1, "r@gmail.com", frozenset({"academy"}), frozenset({"academy.example"}))

    assert detect_conflict(reviewer, applicant) is expected
