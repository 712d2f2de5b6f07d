"""What every request passes: locale, request id, permission, security headers, errors."""

import secrets

import structlog
from flask import Flask, Request, Response, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

from registry.access.actor import ANONYMOUS, Actor
from registry.access.session import SignedIn
from registry.access.web import Demand, current_actor, init_access, login_manager
from registry.accounts import queries as accounts
from registry.core import audit, i18n
from registry.core.compression import compress
from registry.core.database import set_reading
from registry.web.errors import init_errors
from registry.web.rooms import list_rooms

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECOND_FACTOR = Demand(
    "accounts.show_second_factor",
    {
        "accounts.begin_second_factor",
        "accounts.confirm_second_factor",
        "accounts.show_recovery_codes",
        "accounts.sign_out",
    },
)


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; nothing is set up to read one where none was sent."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def init_web(app: Flask) -> None:
    """Wire the mechanisms to Flask's hooks."""
    app.session_interface = Sessions()
    i18n.babel.init_app(
        app,
        locale_selector=select_locale,
        default_translation_directories=str(app.root_path) + "/translations",
    )
    app.before_request(_begin)
    login_manager.session_protection = None  # The server ends sessions; telephones change their address.
    login_manager.init_app(app, add_context_processor=False)
    init_access(app, _load_actor, _find_demand)
    app.after_request(_end)
    init_errors(app)
    app.context_processor(_page_context)


def select_locale() -> str:
    """The person's choice, then the browser's, then English; commands speak English."""
    if not has_request_context():
        return "en"
    if "locale" not in g:
        chosen = session.get("locale")
        g.locale = chosen if chosen in i18n.LOCALES else i18n.match_locale(request.accept_languages)
    return g.locale


def _begin() -> None:
    set_reading(request.method in READING_METHODS)
    g.request_id = secrets.token_hex(8)
    audit.request_id.set(g.request_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


@login_manager.user_loader
def _load_signed_in(token: str) -> SignedIn | None:
    actor = accounts.get_actor(token, second_factor_required=current_app.config["REQUIRE_SECOND_FACTOR"])
    return SignedIn(token, actor) if actor is not None else None


def _load_actor() -> Actor:
    signed_in: SignedIn | None = current_user._get_current_object()
    return signed_in.actor if isinstance(signed_in, SignedIn) else ANONYMOUS


def _find_demand(actor: Actor) -> Demand | None:
    """Staff set up the second factor before anything else."""
    return SECOND_FACTOR if actor.owes_second_factor else None


def _page_context() -> dict[str, object]:
    return {
        "html_lang": i18n.html_language(),
        "text_dir": i18n.text_direction(),
        "locales": list(i18n.LOCALES.items()),
        "current_locale": i18n.current_locale(),
        "list_rooms": lambda: list_rooms(current_actor),
    }


_policy = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "data:")
    .font_src("'self'")
    .connect_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'")
)


def _security_headers(over_https: bool) -> Secure:
    return Secure(
        csp=_policy,
        xfo=XFrameOptions().deny(),
        xcto=XContentTypeOptions().nosniff(),
        referrer=ReferrerPolicy().strict_origin_when_cross_origin(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(31_536_000) if over_https else None,
    )


_plain_headers = dict(_security_headers(over_https=False).headers)
_https_headers = dict(_security_headers(over_https=True).headers)


def _end(response: Response) -> Response:
    for name, value in (_https_headers if request.is_secure else _plain_headers).items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if "Cache-Control" not in response.headers and request.endpoint != "static":
        response.headers["Cache-Control"] = (
            "private, no-store" if current_actor.is_authenticated else "no-cache"
        )
        response.vary.update(("Cookie", "Accept-Language"))
    compress(response)
    return response
