"""Addresses: of pages, absolute for mails and files, and safe ones to go back to; and of whoever answers questions."""

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


def contact_email() -> str:
    """Where people may write to; empty where nobody was configured."""
    return str(current_app.config["CONTACT_EMAIL"])


def safe_next(typed: str | None) -> str | None:
    """The address if it is a path on this site, else None."""
    if not typed or not typed.startswith("/") or typed.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 33 for character in typed) or len(typed) > 2000:
        return None
    parts = urlsplit(typed)
    return typed if not parts.scheme and not parts.netloc else None
