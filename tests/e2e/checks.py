"""What every page must be, asked of a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

without_script: WeakSet[BrowserContext] = WeakSet()
"""Browsers that run no script, so that axe has to look at a copy."""


def assert_accessible(page: Page) -> None:
    """axe finds nothing wrong by WCAG 2.2 AA."""
    with _scripted(page) as scripted:
        results = Axe().run(scripted, options={"runOnly": {"type": "tag", "values": RULES}})
    found = [
        f"{violation['id']}: {violation['help']} {node['target']} {node['html'][:200]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == [], f"{page.url}: " + "\n".join(found)


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    width, visible = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= visible, f"{page.url} is {width} px wide on a screen of {visible} px"


@contextmanager
def _scripted(page: Page) -> Iterator[Page]:
    """The page itself, or the same text under the same address in a browser with script."""
    if page.context not in without_script:
        yield page
        return
    assert page.context.browser
    text = page.content()
    context = page.context.browser.new_context(viewport=page.viewport_size)
    try:
        copy = context.new_page()
        copy.route(page.url, lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
        copy.goto(page.url)
        yield copy
    finally:
        context.close()
