"""`make run`: prepare the database, then serve with gunicorn beside the worker until one of them ends."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from types import FrameType

from config import VAR
from registry.core.processes import end_with_parent

HOST = "127.0.0.1"
GRACE_SECONDS = 15


_asked_to_stop: list[bool] = []


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or a closed terminal."""


class Failed(Exception):
    """What to tell the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 when asked to stop, 1 when something failed."""
    options = _parse(arguments)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _ask_to_stop)
    if options.end_with_parent:
        end_with_parent(signal.SIGTERM)
    os.umask(0o077)
    try:
        if options.prepare_only:
            prepare()
        else:
            serve()
    except Stopped:
        print("Stopped.", flush=True)
    except Failed as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="registry.web.serve", description=__doc__)
    parser.add_argument("--prepare-only", action="store_true", help="prepare the database, do not serve")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end also when the calling process is killed"
    )
    return parser.parse_args(arguments)


def prepare() -> None:
    """Bring the database up to date, by the commands that registry.web.prepare lists."""
    VAR.mkdir(parents=True, exist_ok=True)
    if _wait_for_any([_start([sys.executable, "-m", "registry.web.prepare"])]).returncode != 0:
        raise Failed("The database could not be prepared, so nothing is served.")


def serve() -> None:
    """Prepare, serve, and leave no process behind.

    Errors: Failed when the port is taken or when server or worker end by themselves.
    """
    # Bound before the long preparation, so that a taken port is known at once; it refuses connections
    # until gunicorn listens on it.
    with _bind(_port()) as listener:
        port = listener.getsockname()[1]
        # For links in mails, which name the address of this server.
        os.environ["PORT"] = str(port)
        prepare()
        processes = {
            "server": _start(_gunicorn(listener.fileno()), pass_fds=[listener.fileno()]),
            "worker": _start([sys.executable, "-m", "flask", "--app", "registry", "worker"]),
        }
    try:
        _announce(f"http://{HOST}:{port}", processes)
        ended = _wait_for_any(list(processes.values()))
    finally:
        _end(list(processes.values()))
    name = next(name for name, process in processes.items() if process is ended)
    raise Failed(f"The {name} ended unexpectedly (status {ended.returncode}), so everything was stopped.")


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or int(given) > 65535:
        raise Failed(f"PORT must be a number from 0 (any free one) to 65535, not {given!r}.")
    return int(given)


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise Failed(
            f"Port {port} on {HOST} cannot be used ({error.strerror}): "
            "stop what uses it, or choose another one with PORT=8001 make run."
        ) from error
    return listener


def _gunicorn(descriptor: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "registry.wsgi:app", "--bind", f"fd://{descriptor}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"),
    ]


def _start(command: Sequence[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal then reaches only this process, which ends the
    # children in its own order and once.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=pass_fds,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )


def _announce(address: str, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Say that the server answers, as soon as it does."""
    while all(process.poll() is None for process in processes.values()):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except urllib.error.HTTPError as error:
            raise Failed(f"The server answers {error.code} at {address}/healthz.") from error
        except OSError:
            _pause(0.1)
        else:
            print(f"The registry is at {address} (Ctrl-C stops it).", flush=True)
            return


def _wait_for_any(processes: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    try:
        while True:
            for process in processes:
                if process.poll() is not None:
                    return process
            _pause(0.2)
    except BaseException:
        _end(processes)
        raise


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to finish what they are doing; after the grace time, do not ask."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ask_to_stop(_signum: int, _frame: FrameType | None) -> None:
    # Raising here would strike anywhere, also while subprocess holds the lock that `wait` needs.
    _asked_to_stop.append(True)


def _pause(seconds: float) -> None:
    time.sleep(seconds)
    if _asked_to_stop:
        raise Stopped


if __name__ == "__main__":
    sys.exit(main())
