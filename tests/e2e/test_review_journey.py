"""A blind review: criteria, shares, a reviewer who gives back, one who scores, the coordinator's ranking."""

import re

import pytest
from playwright.sync_api import expect

from registry.core.i18n import html_language
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import PreparedReview, prepare_review
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site

CRITERIA = ("Plan", "Goods")


class Recorder(Reader):
    """Keeps what it has read."""

    seen: list[str]

    def check(self) -> None:
        super().check()
        self.seen = [*getattr(self, "seen", []), self.page.url + self.page.content()]


@pytest.mark.parametrize(
    ("name", "options"),
    [("review-script", {}), ("review-no-script", {"script": False}), ("review-phone", {"phone": True})],
    ids=["script", "no script", "telephone"],
)
def test_blind_review_with_a_recused_reviewer(
    site: Site, open_page: OpenPage, name: str, options: dict[str, bool]
) -> None:
    prepared = prepare_review(site, name, "en")

    coordinator, first, second = (
        Recorder(open_page(**options), html_language("en"), lambda sentence, **_values: sentence)
        for _ in range(3)
    )

    sign_in(coordinator, prepared.coordinator)
    _set_criteria(coordinator, prepared)
    _assign(coordinator, prepared)

    sign_in(first, prepared.reviewers[0])
    code = _give_back(first)
    assert prepared.answer not in "".join(first.seen)

    sign_in(second, prepared.reviewers[1])
    _score(second, code, with_keys=options == {})

    coordinator.open(f"/manage/cohorts/{prepared.cohort}/reviews")
    row = coordinator.page.get_by_role("row").filter(has_text=prepared.names[code])
    expect(row).to_contain_text("3.50")
    coordinator.follow_to(f"/manage/applications/{code}/reviewers")
    expect(coordinator.page.locator("main")).to_contain_text("Family, or a close friend")
    expect(coordinator.page.locator("main")).to_contain_text("Sells already")
    told = "".join(first.seen + second.seen)
    assert prepared.answer in told
    assert [each for each in prepared.secrets if each.casefold() in told.casefold()] == []


def _set_criteria(coordinator: Reader, prepared: PreparedReview) -> None:
    coordinator.open(f"/manage/cohorts/{prepared.cohort}/criteria")
    for label, weight in zip(CRITERIA, ("75", "25"), strict=True):
        coordinator.follow("Add a criterion")
        coordinator.field("label_en").fill(label)
        coordinator.field("weight").fill(weight)
        coordinator.field("anchor_1_en").fill("Nothing to be seen")
        coordinator.field("anchor_5_en").fill("Ready to begin tomorrow")
        coordinator.press("Save the criterion")


def _assign(coordinator: Reader, prepared: PreparedReview) -> None:
    """Two applications, two reviewers, one for each."""
    coordinator.open(f"/manage/cohorts/{prepared.cohort}/reviews")
    coordinator.follow("Assign reviewers")
    coordinator.field("n").select_option("1")
    coordinator.press("Preview")
    coordinator.press("Assign 2 reviews")
    assert coordinator.path == f"/manage/cohorts/{prepared.cohort}/reviews"


def _give_back(reviewer: Reader) -> str:
    """The one application the reviewer has: declared a conflict of interest, unseen."""
    reviewer.open("/reviews")
    reviewer.follow_to("/reviews/")
    found = re.fullmatch(r"/reviews/(\w+)/declaration", reviewer.path)
    assert found
    reviewer.choose("answer", "family")
    reviewer.press("Continue")
    expect(reviewer.page.locator("main")).to_contain_text("Nothing is assigned to you")
    assert reviewer.page.request.get(f"/reviews/{found[1]}").status == 404
    return found[1]


def _score(reviewer: Reader, code: str, *, with_keys: bool) -> None:
    """The application that was given back: opened, saved as a draft, and sent."""
    reviewer.open("/reviews")
    expect(reviewer.page.locator("main tbody tr")).to_have_count(2)
    reviewer.follow_to(f"/reviews/{code}")
    reviewer.choose("answer", "none")
    reviewer.press("Continue")
    assert reviewer.path == f"/reviews/{code}"
    radios = reviewer.page.locator("form.scores fieldset")
    if with_keys:
        radios.first.locator("input").first.focus()
        reviewer.page.keyboard.press("4")
        expect(radios.nth(1).locator("input").first).to_be_focused()
        reviewer.page.keyboard.press("1")
        expect(reviewer.field("comment")).to_be_focused()
        reviewer.page.keyboard.type("Sells already, since 2025")
    else:
        radios.first.locator("input[value='4']").check()
        radios.nth(1).locator("input[value='1']").check()
        reviewer.field("comment").fill("Sells already, since 2025")
    reviewer.press("Save the draft")
    expect(radios.nth(1).locator("input[value='1']")).to_be_checked()
    expect(reviewer.field("comment")).to_have_value("Sells already, since 2025")
    radios.nth(1).locator("input[value='2']").check()
    reviewer.press("Send the review")
    # The next one that is owed, which is not opened yet.
    assert re.fullmatch(r"/reviews/\w+/declaration", reviewer.path)
