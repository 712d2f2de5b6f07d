"""Databases for tests: migrated once per run, then copied for whoever needs one of their own."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL

from tests import postgres

Migrate = Callable[[URL], None]


class Databases(Protocol):
    def create(self, name: str) -> URL:
        """A fresh database with the schema of the migrations and nothing in it."""

    def create_empty(self, name: str) -> URL:
        """A fresh database without tables, for tests of the migrations themselves."""

    def drop(self, name: str) -> None:
        """Forget the database; its connections must be closed."""


class SQLiteDatabases:
    """Files in a folder that all workers of the run share."""

    def __init__(self, folder: Path, migrate: Migrate) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        with _once(folder / "migrated.sqlite") as first:
            if first:
                migrate(self._url("template"))

    def create(self, name: str) -> URL:
        shutil.copyfile(self._template, self._path(name))
        return self._url(name)

    def create_empty(self, name: str) -> URL:
        return self._url(name)

    def drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite*"):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite"

    def _url(self, name: str) -> URL:
        return URL.create("sqlite", database=str(self._path(name)))


class PostgreSQLDatabases:
    """Databases on one server, named after the run so that runs do not meet."""

    def __init__(self, server: URL, run: str, folder: Path, migrate: Migrate) -> None:
        self._server = server
        self._prefix = f"registry_{run}_"
        with _once(folder / "migrated.postgresql") as first:
            if first:
                migrate(self.create_empty("template"))

    def create(self, name: str) -> URL:
        return postgres.create_database(self._server, self._prefix + name, template=f"{self._prefix}template")

    def create_empty(self, name: str) -> URL:
        return postgres.create_database(self._server, self._prefix + name, template="template0")

    def drop(self, name: str) -> None:
        postgres.drop_database(self._server, self._prefix + name)


@contextmanager
def _once(marker: Path) -> Iterator[bool]:
    """True for the first of all workers; the others wait until it is done."""
    with marker.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = not marker.exists()
        yield first
        marker.touch()
