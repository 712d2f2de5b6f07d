"""What the README promises is there."""

import re

from config import ROOT


def test_readme_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)\)", text))

    assert {link for link in links if not (ROOT / link).exists()} == set()
    assert "docs/screenshot.png" in links


def test_readme_picture_is_light() -> None:
    assert (ROOT / "docs/screenshot.png").stat().st_size <= 150_000
