"""Pages that read the same for everybody: rendered once per change, then sent as kept bytes.

Such a page holds nothing personal: no name, no notice, no form with a token. The version of what it shows is
one number in the database (`core.edition`), asked before anything else.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, request

from registry.core.edition import glance_at_edition
from registry.core.i18n import current_locale
from registry.core.memory import current_memory

LONGEST_QUERY = 300
"""Longer query strings are answered but not kept."""

_HEADERS = {
    # The browser may keep its copy, and asks each time whether it still holds.
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Encoding, Accept-Language, Cookie",
}

Parameters = ParamSpec("Parameters")


@dataclass(frozen=True)
class Page:
    """What a view of a kept page returns.

    `until` is the first instant at which the page would read differently; `keep` is False for addresses
    that are too many to be worth it, such as free search.
    """

    html: str
    until: datetime | None = None
    keep: bool = True


@dataclass(frozen=True)
class _Bytes:
    plain: bytes
    zipped: bytes
    etag: str

    @classmethod
    def of(cls, html: str) -> "_Bytes":
        plain = html.encode()
        # Weak: the same page is sent plain and compressed.
        etag = f'W/"{hashlib.sha256(plain).hexdigest()[:20]}"'
        return cls(plain, gzip.compress(plain, 6, mtime=0), etag)


def kept_page(
    *known: str,
) -> Callable[[Callable[Parameters, Page]], Callable[Parameters, Response]]:
    """Answer from memory where possible. `known` are the query parameters that the page understands.

    An address with another parameter is rendered each time, so that nobody can fill the memory with it.
    """

    def decorate(view: Callable[Parameters, Page]) -> Callable[Parameters, Response]:
        @wraps(view)
        def answer(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
            edition = glance_at_edition()
            key = _find_key(known)
            memory = current_memory()
            found: _Bytes | None = memory.find(key, edition) if key else None
            if found is None:
                page = view(*args, **kwargs)
                found = _Bytes.of(page.html)
                if key and page.keep:
                    size = len(found.plain) + len(found.zipped)
                    memory.keep(key, found, edition=edition, until=page.until, size=size)
            return _respond(found)

        return answer

    return decorate


def _find_key(known: tuple[str, ...]) -> Any:
    query = request.query_string
    if query and (len(query) > LONGEST_QUERY or not set(request.args).issubset(known)):
        return None
    return (request.path, query, current_locale())


def _respond(page: _Bytes) -> Response:
    headers = {**_HEADERS, "ETag": page.etag}
    if page.etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(page.zipped, headers=headers, mimetype="text/html")
    return Response(page.plain, headers=headers, mimetype="text/html")
