"""What holds on all pages, looked at on one."""

import pytest
from playwright.sync_api import expect

from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.conftest import OpenPage
from tests.e2e.site import Site


def test_site_answers(site: Site, page) -> None:
    page.goto("/healthz")
    expect(page.locator("body")).to_have_text("ok")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_missing_page_says_so(open_page: OpenPage, script: bool, phone: bool) -> None:
    page = open_page(script=script, phone=phone)
    page.goto("/nowhere")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
