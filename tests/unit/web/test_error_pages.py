"""The pages of errors: valid, titled, with a way on, and with the reference where somebody must look for it."""

from pathlib import Path

import html5lib
import pytest
from flask import Flask, render_template

from registry.core.errors import Conflict
from tests.client import check_html

TEMPLATES = Path(__file__).parents[3] / "templates" / "errors"


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_error_page_has_one_heading_that_is_its_title(app: Flask, name: str) -> None:
    with app.test_request_context():
        page = render_template(f"errors/{name}", error=Conflict("The seat is gone."), reference="4f2a")

    check_html(page)
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    headings = [heading.text for heading in tree.iter("h1")]
    assert [title.text for title in tree.iter("title")] == [
        f"{headings[0]} – Youth E-commerce Training Registry"
    ]
    assert len(headings) == 1
    codes = [code.text for code in tree.iter("code")]
    assert codes == (["4f2a"] if name == "500.html" else [])
    assert ("The seat is gone." in page) is (name == "409.html")
