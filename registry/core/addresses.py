"""Absolute addresses of pages, for mails and files that are read outside the site."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def address(endpoint: str, **values: Any) -> str:
    """The address of a page, beginning with the configured BASE_URL; needs no request."""
    base = urlsplit(current_app.config["BASE_URL"])
    urls = current_app.url_map.bind(base.netloc, base.path or "/", url_scheme=base.scheme)
    return urls.build(endpoint, values, force_external=True)
