"""`make bench`: start PostgreSQL and the server, measure, print the table, leave nothing running."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import URL

from bench.data import Filled, fill
from bench.exports import measure_xlsx
from bench.load import rate_of
from bench.rows import (
    Row,
    measure_apply,
    measure_csv,
    measure_process,
    measure_public,
    measure_seats,
    measure_staff,
)
from bench.site import cookie_for, serve
from bench.work import measure_work
from config import load_config
from registry import create_app
from tests import postgres

FULL = ((1_000, 10_000, 100_000), 200, 80, 4.0, 5_000)
QUICK = ((100, 1_000), 20, 8, 0.5, 100)
SECRET = "for a measurement of speed, on this machine only"


def main() -> None:
    """Print one line per row."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    sizes, programmes, applicants, seconds, decisions = QUICK if parser.parse_args().quick else FULL
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        url = postgres.create_database(server, "registry_bench")
        environment = _environment(url, Path(folder))
        os.environ.update(environment)
        app = create_app(load_config("testing"))
        print("Filling the database ...", flush=True)
        with app.app_context():
            flask_migrate.upgrade()
            filled = fill(sizes, programmes, applicants, decisions)
        _print_header()
        for row in _measure(app, filled, environment, Path(folder), seconds, decisions):
            _print_row(row)


def _environment(url: URL, folder: Path) -> dict[str, str]:
    return {
        "REGISTRY_ENV": "testing",
        "REGISTRY_VAR": str(folder),
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "SECRET_KEY": SECRET,
    }


def _measure(
    app: Flask,
    filled: Filled,
    environment: dict[str, str],
    folder: Path,
    seconds: float,
    nominated: int,
) -> Iterator[Row]:
    with ExitStack() as stack:
        hello = stack.enter_context(serve("bench.hello:app", "/", environment, folder / "hello.log"))
        rate = rate_of(hello.address + "/", seconds)
        yield Row("hello", f"{rate:,.0f} a second", "1", "", None)
    with serve("registry.wsgi:app", "/healthz", environment, folder / "server.log") as site:
        yield from measure_process(site)
        yield from measure_public(site, rate, filled.slug, seconds)
        cookie = cookie_for(app, filled.token)
        yield from measure_apply(site, filled, [cookie_for(app, token) for token in filled.applicants])
        yield from measure_staff(site, filled, cookie)
        yield from measure_csv(site, filled, cookie)
    yield from measure_xlsx(environment, filled)
    yield from measure_seats(app, filled.rush)
    yield from measure_work(app, filled, nominated)


def _print_header() -> None:
    print(f"{'work':44} {'measured':>22} {'ratio':>14} {'aim':>14}  met")


def _print_row(row: Row) -> None:
    met = {True: "yes", False: "NO", None: ""}[row.met]
    print(f"{row.work:44} {row.measured:>22} {row.ratio:>14} {row.aim:>14}  {met}", flush=True)


if __name__ == "__main__":
    main()
