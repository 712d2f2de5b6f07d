"""The registry and the hello page under the production server, on a database of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from bench.load import fetch

SERVER = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket")


@dataclass(frozen=True)
class Served:
    """A running server: its address, its process, and the seconds until its first answer."""

    address: str
    process: subprocess.Popen[bytes]
    start_seconds: float

    def worker_megabytes(self) -> float:
        """Resident memory of the largest worker."""
        return max(worker.memory_info().rss for worker in self.list_workers()) / 2**20

    def list_workers(self) -> list[psutil.Process]:
        """The server's worker processes."""
        return psutil.Process(self.process.pid).children()


@contextmanager
def serve(application: str, path: str, environment: dict[str, str], log: Path) -> Iterator[Served]:
    """Serve on a free port of the loopback until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *SERVER],
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(address + path, process, log)
        yield Served(address, process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if fetch(address).status == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


def cookie_for(app: Flask, token: str) -> str:
    """The Cookie header of a browser that is signed in with the session's token."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return f"{app.config['SESSION_COOKIE_NAME']}=" + serializer.dumps({"_user_id": token, "_fresh": True})
