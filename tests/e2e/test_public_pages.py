"""The public pages in the browser: axe, narrow and wide, three languages, light, and asking to be told."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.conftest import OpenPage
from tests.e2e.site import Site

PAGES = [
    "/",
    "/programmes",
    "/programmes?kind=course&country=UZ&q=alibaba",
    "/programmes?q=nothing+is+called+so",
    "/programmes/efounders-fellowship",
    "/programmes/sco-alibaba-business-school",
    "/programmes/sco-alibaba-business-school/interest",
]
FIRST_VISIT_BYTES = 60 * 1024


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "locale"), [(320, "ru-RU"), (360, "zh-CN"), (1366, "en-GB")])
def test_public_page_is_accessible_and_fits(open_page: OpenPage, path: str, width: int, locale: str) -> None:
    page = open_page(locale=locale)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("path", PAGES[:2] + PAGES[4:5])
def test_public_page_weighs_little_on_a_first_visit(open_page: OpenPage, path: str) -> None:
    page = open_page(phone=True)
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        sizes = response.request.sizes()
        weights[response.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(path, wait_until="networkidle")

    assert len(weights) > 3
    assert sum(weights.values()) <= FIRST_VISIT_BYTES, weights


def test_filters_work_without_script_and_stand_in_the_address(open_page: OpenPage) -> None:
    page = open_page(script=False, phone=True)
    page.goto("/programmes")
    everything = page.locator(".cards h2").all_inner_texts()
    page.get_by_text("Filter the list").click()
    page.get_by_label("Fellowship").check()
    page.get_by_role("button", name="Show what fits").click()

    expect(page).to_have_url(re.compile(r"kind=fellowship"))
    expect(page.locator(".cards h2")).to_have_text(["eFounders Fellowship"])
    page.get_by_role("link", name="Remove all").click()
    expect(page.locator(".cards h2")).to_have_text(everything)


def test_filters_stand_open_beside_the_list_on_wide_screens(page: Page) -> None:
    page.goto("/programmes")

    expect(page.get_by_label("Fellowship")).to_be_visible()


def test_telling_when_it_opens_is_asked_confirmed_and_taken_back(open_page: OpenPage, site: Site) -> None:
    address = "interested@example.org"
    page = open_page(script=False, phone=True)
    page.goto("/programmes/sco-alibaba-business-school")
    page.get_by_role("link", name="Tell me when it opens").click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")

    page.goto(site.link_in(site.wait_for_mail(address)))
    page.get_by_role("button", name="Put me on the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    assert_accessible(page)

    page.get_by_role("button", name="Delete my address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address is deleted")
