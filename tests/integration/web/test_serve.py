"""`make run`: one address, and nobody left behind when it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

# It serves the same on every database.
pytestmark = [pytest.mark.committed, pytest.mark.sqlite_only]

PATIENCE = 120
"""Seconds, for a machine that is busy with something else; a failure shows as a status, not as a delay."""

Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `registry.web.serve` on an SQLite database of its own."""
    started = []

    def start(**environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.web.serve"],
            env=os.environ
            | {"REGISTRY_ENV": "browser", "REGISTRY_VAR": str(tmp_path), "PORT": "0"}
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("the server never said where it is")


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 4, "a gunicorn with two workers, and the worker of jobs"
    return children


def wait_for_end(processes: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    return alive


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_serve_when_asked_to_stop_ends_everything(serve: Serve, signum: signal.Signals) -> None:
    process = serve()
    address = read_address(process)
    assert urllib.request.urlopen(f"{address}/healthz").read() == b"ok"
    children = children_of(process)

    process.send_signal(signum)

    assert process.wait(PATIENCE) == 0
    assert wait_for_end(children) == []


def test_serve_when_killed_leaves_no_process(serve: Serve) -> None:
    process = serve()
    read_address(process)
    children = children_of(process)

    process.kill()

    assert wait_for_end(children) == []


@pytest.mark.parametrize("name", ["server", "worker"])
def test_serve_when_one_dies_ends_the_other_with_a_sentence(serve: Serve, name: str) -> None:
    process = serve()
    read_address(process)
    children = children_of(process)
    program = {"server": "gunicorn", "worker": "worker"}[name]
    victim = next(child for child in children if child.ppid() == process.pid and program in child.cmdline())

    victim.kill()

    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"The {name} ended unexpectedly (status -9), so everything was stopped." in output
    assert wait_for_end(children) == []


def test_serve_on_a_taken_port_says_so_at_once(serve: Serve, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(PORT=str(port))
        output, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert output == (
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use): "
        "stop what uses it, or choose another one with PORT=8001 make run.\n"
    )
    assert list(tmp_path.iterdir()) == [], "nothing was prepared"


def test_serve_on_a_port_that_is_none_says_so(serve: Serve) -> None:
    output, _ = serve(PORT="eight").communicate(timeout=PATIENCE)

    assert output == "PORT must be a number from 0 (any free one) to 65535, not 'eight'.\n"


def test_serve_twice_keeps_the_data(serve: Serve, tmp_path: Path) -> None:
    first = serve()
    read_address(first)
    secret = (tmp_path / "registry.sqlite3").stat().st_ino
    first.terminate()
    first.wait(PATIENCE)

    second = serve()
    read_address(second)

    assert (tmp_path / "registry.sqlite3").stat().st_ino == secret
