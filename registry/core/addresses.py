"""Absolute addresses of pages, for mails and files that are read outside the site."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def path_address(path: str) -> str:
    """The address of a path that the documentation fixes, whichever view serves it."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + path


def address(endpoint: str, **values: Any) -> str:
    """The address of a page, beginning with the configured BASE_URL; needs no request."""
    base = urlsplit(current_app.config["BASE_URL"])
    urls = current_app.url_map.bind(base.netloc, base.path or "/", url_scheme=base.scheme)
    return urls.build(endpoint, values, force_external=True)
