"""`flask demo`: build the demo in a database that holds nobody yet."""

import time
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.core import clock
from registry.core.errors import RegistryError

SEED = 2027


@click.command("demo")
@click.option("--seed", default=SEED, show_default=True, help="The same seed invents the same people.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The demo's day; by default today.")
@click.option(
    "--size", type=click.FloatRange(0.01, 5), default=1.0, show_default=True, help="1 for 2,000 applicants."
)
@with_appcontext
def cli(seed: int, day: datetime | None, size: float) -> None:
    """Build a fictional, living registry, once."""
    if not current_app.config["DEMO"] and not current_app.config["TESTING"]:
        raise click.ClickException("The demo is for REGISTRY_ENV=demo only: its passwords are known to all.")
    # The library of names is large, and no other command or page needs it.
    from registry.demo.build import build

    on: date = day.date() if day else clock.today()
    began = time.monotonic()
    try:
        is_new = build(seed=seed, on=on, size=size)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    seconds = round(time.monotonic() - began)
    click.echo(f"Demo built in {seconds} s." if is_new else "The demo is there already.")
