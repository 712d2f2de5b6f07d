"""A PostgreSQL for the tests: the one of TEST_DATABASE_URL, else a temporary cluster of our own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from registry.core.processes import end_with_parent

MISSING = (
    "PostgreSQL is not installed: install Debian's postgresql, or set TEST_DATABASE_URL to a "
    "server where databases may be created."
)
START_SECONDS = 60


class PostgreSQLMissing(Exception):
    """Neither a server was named nor can one be started."""


@contextmanager
def server() -> Iterator[URL]:
    """Yields the URL of a database on a server where databases may be created and dropped.

    Errors: PostgreSQLMissing where there is none.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    programs = _programs()
    if programs is None:
        raise PostgreSQLMissing(MISSING)
    with _temporary_cluster(programs) as url:
        yield url


def create_database(url: URL, name: str, *, template: str = "template1") -> URL:
    _execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return url.set(database=name)


def drop_database(url: URL, name: str) -> None:
    _execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: URL, statement: str) -> None:
    with _connect(url) as connection:
        connection.execute(statement.encode())


def _connect(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _programs() -> Path | None:
    """The folder of the newest installed server, which Debian keeps off the PATH."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def _temporary_cluster(programs: Path) -> Iterator[URL]:
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-", dir=_open_folder()))
    try:
        owner = _owner()
        identity: dict[str, object] = {}
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        data = folder / "data"
        _initialise(programs, data, identity)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *_settings()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                umask=0o077,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGQUIT),
                **identity,
            )
        try:
            url = URL.create("postgresql+psycopg", "registry", database="postgres").set(
                query={"host": str(folder)}
            )
            _wait_for(url, process, folder / "log")
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(programs: Path, data: Path, identity: dict[str, object]) -> None:
    made = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={data}",
            "--username=registry",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        cwd="/",
        umask=0o077,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        **identity,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")


def _settings() -> list[str]:
    """Speed before safety, and a zone that is not UTC, so that nothing relies on the server's."""
    settings = {
        "listen_addresses": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "dynamic_shared_memory_type": "mmap",
        "max_connections": "100",
        "timezone": "Asia/Almaty",
    }
    return [f"--{name}={value}" for name, value in settings.items()]


def _wait_for(url: URL, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _owner() -> pwd.struct_passwd | None:
    """Whom the cluster runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL cannot run as root, and there is no user postgres or nobody.")


def _open_folder() -> Path:
    """A folder for temporary files that other users can reach, with a path short enough for a socket."""
    for folder in (Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")):
        reachable = all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
        if len(str(folder)) < 60 and reachable and os.access(folder, os.W_OK):
            return folder
    raise RuntimeError("No folder for temporary files is open to other users: set TMPDIR.")
