"""`make screenshots`: serve a small demo from a temporary folder and take the README's picture of it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from registry.demo.plan import SCHOOL
from tests.e2e.site import serve

PICTURE = Path(__file__).with_name("screenshot.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 780, 1060
COLOURS = 64
"""Enough for the few that the pages use; the file stays small."""


def main() -> int:
    """Exit status: 1 where there is no browser."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("There is no browser: install Debian's chromium.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder) / "var"
        _build_demo(var)
        with serve(var) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            _take_picture(browser, site.address)
            browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size // 1024} KB")
    return 0


def _build_demo(var: Path) -> None:
    environment = os.environ | {"REGISTRY_ENV": "demo", "REGISTRY_VAR": str(var)}
    environment.pop("DATABASE_URL", None)
    for command in (
        ("db", "upgrade"),
        ("places", "load"),
        ("catalogue", "load"),
        ("demo", "--size", "0.3"),
    ):
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "registry", *command],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _take_picture(browser: Browser, address: str) -> None:
    """The page of the open cohort, as a visitor in Moscow sees it: the host and the reader have different zones."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="en-GB",
        timezone_id="Europe/Moscow",
    )
    page = context.new_page()
    page.goto(f"/programmes/{SCHOOL}")
    page.get_by_role("main").locator("a[href^='/cohorts/']").first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURE)
    with Image.open(PICTURE) as picture:
        smaller = picture.convert("RGB").quantize(COLOURS)
    smaller.save(PICTURE, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
