"""The registry of youth e-commerce training programmes."""

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config, load_config
from registry.access.web import check_endpoints, init_access, login_manager
from registry.accounts import passwords
from registry.accounts.demo_guard import refuse_demo_accounts
from registry.core import assets, charts, forms, i18n, jobs, limits, markdown, reference
from registry.core.database import db
from registry.core.worker import HueyQueue
from registry.places.operations import use_official_names

ROOT = Path(__file__).resolve().parent.parent

DOORS = {
    "registry.web.views": "",
    "registry.messages.views": "",
    "registry.accounts.views": "",
    "registry.catalogue.views": "",
    "registry.admissions.views": "",
    "registry.enrolments.views": "",
    "registry.reports.views": "",
    "registry.outcomes.views": "",
}
"""Module with a blueprint `bp` -> its URL prefix."""

COMMANDS: tuple[str, ...] = (
    "registry.web.cli",
    "registry.places.cli",
    "registry.accounts.cli",
    "registry.admissions.cli",
    "registry.enrolments.cli",
    "registry.catalogue.cli",
    "registry.core.worker",
    "registry.reports.cli",
    "registry.demo.cli",
)
"""Modules with a command group `cli`."""

MODELS = (
    "registry.core.audit",
    "registry.core.edition",
    "registry.core.jobs",
    "registry.places.models",
    "registry.messages.models",
    "registry.accounts.models",
    "registry.people.models",
    "registry.catalogue.models",
    "registry.admissions.models",
    "registry.enrolments.models",
    "registry.outcomes.models",
    "registry.reports.models",
)

JOBS: tuple[str, ...] = (
    "registry.messages.operations",
    "registry.accounts.operations.forgetting",
    "registry.catalogue.operations",
    "registry.reports.jobs",
    "registry.admissions.operations.attachments",
    "registry.admissions.operations.audience",
    "registry.admissions.operations.sweeps",
    "registry.admissions.operations.bulk",
    "registry.admissions.operations.names",
    "registry.admissions.operations.exports",
    "registry.admissions.jobs",
    "registry.enrolments.operations",
)
"""Modules that register what the worker does."""


def create_app(config: Config | None = None, *, with_migrations: bool = True, **overrides: Any) -> Flask:
    """The application: a table of contents. `overrides` are configuration values, for tests.

    Without migrations, as the server wants it, `flask db` and flask_migrate do not work.
    """
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_object(config or load_config())
    app.config.update(overrides)
    _init_extensions(app)
    if with_migrations:
        _init_migrations(app)
    _open_doors(app)
    check_endpoints(app)
    if app.config["ENVIRONMENT"] == "production":
        refuse_demo_accounts(app)
    return app


def _init_extensions(app: Flask) -> None:
    for module in MODELS:
        import_module(module)
    for module in JOBS:
        import_module(module)
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    db.init_app(app)
    passwords.init_passwords(
        memory_kib=app.config["PASSWORD_MEMORY_KIB"], rounds=app.config["PASSWORD_ROUNDS"]
    )
    limits.init_limits(app)
    jobs.init_jobs(app, jobs.NoQueue() if app.testing else HueyQueue(app))
    forms.csrf.init_app(app)
    use_official_names()
    i18n.use_phrases(reference.read_phrases())
    app.jinja_env.filters.update(i18n.FILTERS, markdown=markdown.render_markdown)
    app.jinja_env.globals.update(static_url=assets.static_url, charts=charts)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _init_migrations(app: Flask) -> None:
    # Imported here because Alembic would be a fifth of the server's start and ten of its megabytes.
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "registry" / "migrations"), render_as_batch=True)


def _open_doors(app: Flask) -> None:
    from registry.web import doors  # The web's wiring imports the domains; they must not import it.

    doors.init_web(app)
    for module, prefix in DOORS.items():
        app.register_blueprint(import_module(module).bp, url_prefix=prefix or None)
    for module in COMMANDS:
        app.cli.add_command(import_module(module).cli)


__all__ = ["create_app", "init_access", "login_manager"]
