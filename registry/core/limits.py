"""How often something may be tried, per address of the network and per account, and how much may be sent."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from registry.core.codes import hash_token

View = TypeVar("View", bound=Callable[..., Any])

limiter = Limiter(get_remote_address, key_prefix="registry", strategy="moving-window")


def init_limits(app: Flask) -> None:
    """Shared by all processes where there is a Redis; else each process counts for itself."""
    # Before anything reads the form: tokens and limits do.
    app.before_request(_allow_long_body)
    app.config["RATELIMIT_STORAGE_URI"] = app.config["REDIS_URL"] or "memory://"
    limiter.init_app(app)


def takes_bytes(longest: int) -> Callable[[View], View]:
    """Let a view be sent more than others, for files."""

    def declare(view: View) -> View:
        view.longest_body = longest  # type: ignore[attr-defined]
        return view

    return declare


def _allow_long_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if longest := getattr(view, "longest_body", None):
        request.max_content_length = longest


@limiter.request_filter
def _is_off() -> bool:
    # Only what is sent is limited; looking that up for every page read would cost more than many a page.
    return request.method in {"GET", "HEAD"} or not current_app.config["RATE_LIMITS"]


def by_field(name: str) -> Callable[[], str]:
    """The key of a limit per typed value, for instance per account that somebody tries to enter."""

    def key() -> str:
        typed = request.form.get(name, "").strip().casefold()
        # Nothing typed is nobody's account: all who leave the field empty would share one limit.
        return f"{request.endpoint}:{hash_token(typed) if typed else get_remote_address()}"

    return key


def was_taken(response: Response) -> bool:
    """For limits on what sends mail: whoever mistypes and sends the form again has had none yet."""
    return response.status_code < 400
