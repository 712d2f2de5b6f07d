"""Refusals and failures as pages."""

import structlog
from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from registry.core.errors import RegistryError

log = structlog.get_logger()

TEMPLATES = {403: "403", 404: "404", 405: "404", 409: "409", 410: "404", 413: "413", 429: "429", 500: "500"}


def init_errors(app: Flask) -> None:
    """Map every error to its page once."""
    app.register_error_handler(RegistryError, _show_registry_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(InternalServerError, _show_failure)


def _show_registry_error(error: RegistryError) -> tuple[str, int]:
    name = TEMPLATES.get(error.status, "409")
    return render_template(f"errors/{name}.html", error=error, reference=g.get("request_id")), error.status


def _show_csrf_error(error: CSRFError) -> tuple[str, int]:
    return render_template("errors/422_csrf.html", error=error, reference=g.get("request_id")), 422


def _show_http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    name = TEMPLATES.get(code, "404" if code < 500 else "500")
    return render_template(f"errors/{name}.html", error=error, reference=g.get("request_id")), code


def _show_failure(error: InternalServerError) -> tuple[str, int]:
    log.error("unexpected_error", exc_info=error.original_exception or error)
    return render_template("errors/500.html", error=error, reference=g.get("request_id")), 500
