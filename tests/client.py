"""The test client: each request in a context and a session of its own, each page checked for validity."""

import gzip
from contextvars import copy_context
from typing import Any

import html5lib
from flask.globals import _cv_app
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from werkzeug.test import TestResponse

from registry.core.database import db


class RegistryClient(FlaskClient):
    """What the test has made is stored before a request, and read again after it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        db.session.commit()
        response = copy_context().run(self._open_outside, *args, **kwargs)
        db.session.expire_all()
        if response.mimetype == "text/html" and response.data:
            check_html(_decode(response))
        return response

    def _open_outside(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Inside the test's app context, Flask would serve the request with the test's own `g` and session.
        # Needless once a request always brings its own context (Flask 3.2).
        _cv_app.set(None)  # type: ignore[arg-type]
        return super().open(*args, **kwargs)


def _decode(response: TestResponse) -> str:
    data = response.get_data()
    return (gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data).decode()


def check_html(page: str) -> None:
    """Fails on what a browser would have to repair, and on an id that stands twice."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        tree = parser.parse(page)
    except ParseError as error:
        (line, _), _, _ = parser.errors[-1]
        text = page.splitlines()[max(0, line - 1) : line]
        raise AssertionError(f"invalid HTML in line {line}: {error} {text}") from error
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert sorted(set(ids)) == sorted(ids), "an id stands twice"
