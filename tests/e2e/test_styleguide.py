"""Every component in the browser: axe, narrow and wide, right to left, forced colours, and what scripts add."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.conftest import OpenPage
from tests.e2e.site import Site

PARTS = ["", "?part=question", "?part=confirm"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("width", [320, 360, 1366])
def test_styleguide_is_accessible_and_fits(page: Page, part: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"/styleguide{part}")

    assert_accessible(page)
    assert_fits(page)


def test_styleguide_fits_right_to_left_and_at_double_size(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/styleguide")

    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_accessible(page)
    assert_fits(page)

    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert_fits(page)


def test_styleguide_is_accessible_in_forced_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/styleguide")

    assert_accessible(page)


def test_error_summary_takes_the_focus_and_leads_to_the_field(page: Page) -> None:
    page.goto("/styleguide")

    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter your date of birth, like 27 3 2007.").click()
    expect(page.locator("#failed-born_on-day")).to_be_focused()


def test_form_is_sent_once_whatever_is_pressed_twice(page: Page) -> None:
    sent = []

    def answer(route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.post_data)
        route.fulfill(status=204)

    page.goto("/styleguide?part=confirm")
    page.route("**/styleguide?part=confirm", answer)
    button = page.get_by_role("button", name="Withdraw the application")

    button.dblclick(no_wait_after=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    page.wait_for_timeout(300)
    assert len(sent) == 1


def test_selection_of_a_page_counts_what_is_selected(page: Page) -> None:
    page.goto("/styleguide")
    count = page.locator("[data-selected-count]")

    page.get_by_role("checkbox", name="Select all rows on this page").check()
    expect(count).to_have_text("Selected: 3")
    page.get_by_role("checkbox", name="Select 王小明").uncheck()
    expect(count).to_have_text("Selected: 2")


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Moscow", "21:59 on 30 June 2027, your own time (UTC+3)"),
        ("America/St_Johns", "16:29 on 30 June 2027, your own time (UTC−2:30)"),
        ("Asia/Samarkand", ""),
        ("UTC", ""),
    ],
)
def test_deadline_tells_the_readers_own_time_where_it_differs(
    open_page: OpenPage, zone: str, text: str
) -> None:
    page = open_page(zone=zone)
    page.goto("/styleguide")

    slot = page.locator("[data-own-time]").first
    expect(slot).to_have_text(text)
    expect(slot).to_be_visible(visible=bool(text))


def test_shared_page_takes_the_name_from_its_cookie_as_text(page: Page, site: Site) -> None:
    page.context.add_cookies([{"name": "who", "value": "%D0%90%D1%8F%20%3Cb%3E", "url": site.address}])
    page.goto("/styleguide")

    expect(page.get_by_role("navigation", name="Main").get_by_role("link").last).to_have_text("Ая <b>")


def test_language_is_chosen_without_script_and_leads_back(open_page: OpenPage) -> None:
    page = open_page(script=False, phone=True)
    page.goto("/styleguide?part=question")

    page.locator("summary").get_by_text("English").click()
    page.get_by_role("link", name="Русский").click()

    expect(page).to_have_url("/styleguide?part=question")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_print_leaves_out_what_paper_cannot_do(page: Page) -> None:
    page.goto("/styleguide")
    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Continue")).to_be_hidden()
    expect(page.get_by_role("table", name="Applications")).to_be_visible()
