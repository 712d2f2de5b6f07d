"""Bad input, as a table: each field of a form with what nobody should type."""

from collections.abc import Iterable, Mapping

import html5lib
from werkzeug.test import TestResponse

from tests.client import RegistryClient

HOSTILE = "<script>alert(1)</script>\"'><img src=x>"
OVERSIZED = "x" * 5000
CONTROL = "a\x00\x07b\u202e"


def assert_field_errors(
    response: TestResponse,
    fields: Iterable[str],
    *,
    kept: Mapping[str, str] | None = None,
    hidden: Iterable[str] = (),
    status: int = 422,
) -> None:
    """The page shows errors at exactly these fields, in the summary and at the field.

    `kept` are values that must still stand in their fields; `hidden` texts must not be on the page (passwords).
    """
    page = response.get_data(as_text=True)
    assert response.status_code == status, page[:2000]
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    by_id = {element.get("id"): element for element in tree.iter() if element.get("id")}
    marked = {name.removesuffix("-error") for name in by_id if name.endswith("-error")}
    assert marked == set(fields)
    summary = by_id["error-summary-title"]
    assert summary is not None
    linked = {
        (link.get("href") or "").removeprefix("#")
        for link in tree.iter("a")
        if (link.get("href") or "").startswith("#") and link.get("href") != "#main"
    }
    assert {each for each in linked if each in by_id} == linked, "a link of the summary leads nowhere"
    for name, value in (kept or {}).items():
        element = by_id[name]
        shown = (
            element.get("value") if element.tag != "textarea" else "".join(element.itertext()).lstrip("\n")
        )
        assert shown == value, name
    for text in hidden:
        assert text not in page
    assert HOSTILE not in page


def post_bad(client: RegistryClient, path: str, good: Mapping[str, str], **bad: str | None) -> TestResponse:
    """Send the good values with some of them replaced; None leaves one out."""
    data = {name: value for name, value in {**good, **bad}.items() if value is not None}
    return client.post(path, data=data)
