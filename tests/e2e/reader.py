"""Somebody at a browser, on whose way every page is checked."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.prepared import PASSWORD, Staff


class Reader:
    """Somebody with a browser who reads one language. Each page is checked as soon as it is there."""

    def __init__(self, page: Page, language: str, say: Callable[..., str]) -> None:
        self.page = page
        self.language = language
        self.say = say

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.check()

    def press(self, label: str) -> None:
        """Press the button with these words."""
        self.page.get_by_role("button", name=self.say(label), exact=True).click()
        self.check()

    def follow(self, label: str) -> None:
        """Follow the link with these words."""
        self.page.get_by_role("link", name=self.say(label), exact=True).first.click()
        self.check()

    def follow_to(self, address: str) -> None:
        """Follow the link to this address."""
        self.page.locator(f"main a[href^='{address}']").first.click()
        self.check()

    def check(self) -> None:
        """A page in the reader's language: no error, nothing that axe finds, nothing too wide."""
        self.page.wait_for_load_state()
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        errors = self.page.locator(".error-summary").all_inner_texts()
        assert errors == [], f"{self.path}: {errors}"
        assert_accessible(self.page)
        assert_fits(self.page)

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[name='{name}']")

    def choose(self, name: str, value: str) -> None:
        """Choose one of a group of radio buttons."""
        self.page.locator(f"input[name='{name}'][value='{value}']").check()

    @property
    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url).partition("?")[0]


def sign_in(reader: Reader, staff: Staff) -> None:
    reader.open("/account/sign-in")
    reader.field("email").fill(staff.email)
    reader.field("password").fill(PASSWORD)
    reader.press("Sign in")
    if staff.secret:
        reader.field("code").fill(staff.code())
        reader.press("Sign in")
