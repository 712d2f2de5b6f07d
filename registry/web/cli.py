"""Commands about the application itself."""

import click
from flask import current_app
from flask.cli import AppGroup

from registry.access.web import declared_permission

cli = AppGroup("web", help="The application's own addresses.")


@cli.command("routes")
def list_routes() -> None:
    """Every URL with its methods, endpoint and permission."""
    rows = sorted(
        (
            rule.rule,
            " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            rule.endpoint,
            str(declared_permission(current_app, rule.endpoint) or "public"),
        )
        for rule in current_app.url_map.iter_rules()
    )
    header = ("URL", "methods", "endpoint", "permission")
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in (header, *rows):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
