"""Journeys in a real browser, against the real server and worker."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.checks import without_script
from tests.e2e.site import Site, serve

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "There is no browser: install Debian's chromium."
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all journeys of a process: each makes people and programmes of its own."""
    with serve(tmp_path_factory.mktemp("site") / "var") as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """`open_page(script=False, phone=True, locale="zh-CN", zone="Asia/Shanghai")`: a visitor's own browser.

    At the end of the test, no page may have run into an error of its script, of the security policy or of
    the server, nor asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(
        *, script: bool = True, phone: bool = False, locale: str = "en-GB", zone: str = "UTC"
    ) -> Page:
        context = browser.new_context(
            base_url=site.address,
            java_script_enabled=script,
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            locale=locale,
            timezone_id=zone,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        if not script:
            without_script.add(context)
        page = context.new_page()
        _watch(page, site, troubles)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor with script at a desk, reading English."""
    return open_page()


def _watch(page: Page, site: Site, troubles: list[str]) -> None:
    def on_console(message: Any) -> None:
        # Chromium repeats each status of 400 and above here; those of forms and missing pages are answers.
        if message.type == "error" and "Failed to load resource" not in message.text:
            troubles.append(f"console at {page.url}: {message.text}")

    def on_response(response: Any) -> None:
        if response.status >= 500:
            troubles.append(f"{response.status} at {response.url}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((site.address, "data:", "blob:")):
            troubles.append(f"{page.url} asked for {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: troubles.append(f"script at {page.url}: {error}"))
    page.on("response", on_response)
    page.on("request", on_request)
