"""The policy at the web's door: who is asking, and which permission an endpoint declares."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_request_context, redirect, request, url_for
from flask_login import LoginManager
from werkzeug.local import LocalProxy

from registry.access import policy
from registry.access.actor import ANONYMOUS, Actor
from registry.access.permissions import Permission
from registry.core.errors import NotAllowed

login_manager = LoginManager()
View = TypeVar("View", bound=Callable[..., Any])

PUBLIC_ENDPOINTS_OF_EXTENSIONS = {"static"}
"""Endpoints that no code of ours defines."""


class UndeclaredEndpoint(Exception):
    """An endpoint declares neither a permission nor that it is public: the application does not start."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare who may knock: visitors are sent to sign in, others without the permission get 403."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare that everybody may knock."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def declared_permission(app: Flask, endpoint: str) -> Permission | None:
    """Errors: UndeclaredEndpoint."""
    if endpoint in PUBLIC_ENDPOINTS_OF_EXTENSIONS:
        return None
    view = app.view_functions[endpoint]
    if not hasattr(view, "permission"):
        raise UndeclaredEndpoint(endpoint)
    return view.permission


def check_endpoints(app: Flask) -> None:
    """Refuse to start with an endpoint that declares nothing."""
    undeclared = []
    for endpoint in app.view_functions:
        try:
            declared_permission(app, endpoint)
        except UndeclaredEndpoint:
            undeclared.append(endpoint)
    if undeclared:
        raise UndeclaredEndpoint(", ".join(sorted(undeclared)))


def _load_actor() -> Actor:
    if not has_request_context():
        return ANONYMOUS
    if "actor" not in g:
        g.actor = current_app.extensions["actor_loader"]()
    return g.actor


current_actor: Actor = LocalProxy(_load_actor)  # type: ignore[assignment]
"""Who is asking, loaded when first needed and kept for the request."""


def _check_permission() -> Any:
    if request.endpoint is None:
        return None
    permission = declared_permission(current_app, request.endpoint)
    if permission is None:
        return None
    if not current_actor.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=_own_path()), 303)
    if demand := current_app.extensions["actor_demand"](current_actor):
        if request.endpoint not in demand.endpoints:
            return redirect(url_for(demand.endpoint, next=_own_path()), 303)
    if not policy.can(current_actor, permission):
        raise NotAllowed
    return None


def _own_path() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


class Demand:
    """What must be done before anything else (for instance setting up the second factor)."""

    def __init__(self, endpoint: str, endpoints: Iterable[str]) -> None:
        self.endpoint = endpoint
        self.endpoints = frozenset(endpoints) | {endpoint}


def init_access(
    app: Flask, load_actor: Callable[[], Actor], find_demand: Callable[[Actor], Demand | None]
) -> None:
    """Ask the policy before every view; the template global `can` asks the same question."""
    app.extensions["actor_loader"] = load_actor
    app.extensions["actor_demand"] = find_demand
    app.before_request(_check_permission)
    app.jinja_env.globals.update(
        can=lambda permission, obj=None: policy.can(_load_actor(), permission, obj),
        current_actor=current_actor,
        Permission=Permission,
    )
