"""The blueprint that all account pages share, and how a browser holds its session."""

from urllib.parse import quote

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask_login import login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from registry.access.session import SignedIn
from registry.accounts import queries
from registry.accounts.models import User
from registry.core.addresses import safe_next

bp = Blueprint("accounts", __name__)

TOKEN = "_user_id"  # noqa: S105 -- where Flask-Login keeps what `get_id` returns
PENDING = "pending_session"
WHO_COOKIE = "who"


def get_destination() -> str | None:
    """Where the reader wanted to go."""
    return safe_next(request.args.get("next"))


def get_browser() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")[:200]


def open_browser_session(token: str, user: User) -> None:
    """Put a fresh session into the cookie: nothing of the visitor's remains but the forms' token."""
    actor = queries.get_actor(token, second_factor_required=current_app.config["REQUIRE_SECOND_FACTOR"])
    session.clear()
    session.permanent = True
    session["locale"] = user.locale
    generate_csrf()
    g.pop("actor", None)
    if actor is not None:
        login_user(SignedIn(token, actor))


def close_browser_session() -> None:
    """Forget everything in the cookie, the language aside."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    g.pop("actor", None)
    if locale:
        session["locale"] = locale


def go_on(user: User) -> Response:
    """To where the reader wanted to go, else to the reader's own start."""
    response = redirect(get_destination() or url_for("web.show_start"), 303)
    name_reader(response, user.name or user.email.partition("@")[0])
    return response


def name_reader(response: Response, name: str | None) -> None:
    """Tell the small script of pages kept for everybody what to call the reader; None forgets it."""
    if name:
        response.set_cookie(
            WHO_COOKIE,
            quote(name[:60]),
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            max_age=30 * 86_400,
        )
    else:
        response.delete_cookie(WHO_COOKIE)
