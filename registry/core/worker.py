"""The worker: Huey's threads do the jobs, one more thread gives signs of life and sweeps."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from registry.core import jobs

if TYPE_CHECKING:
    from huey import Huey

BEAT_SECONDS = 20
SWEEP_SECONDS = 60
THREADS = 2
GRACE_SECONDS = 10

log = structlog.get_logger()


class HueyQueue:
    """Job ids through Huey: in Redis where there is one, else in an SQLite file."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._huey: Huey | None = None
        self._task: Any = None
        self._lock = threading.Lock()
        self.running: set[int] = set()

    def send(self, job_id: int) -> None:
        self._open()
        self._task(job_id)

    def _open(self) -> "Huey":
        # Opened when first used: a command that queues nothing then leaves no file behind.
        with self._lock:
            if self._huey is None:
                self._huey = self._make_huey()
                self._task = self._huey.task(name="run_job")(self._run)
        return self._huey

    def _make_huey(self) -> "Huey":
        # Imported when first used: with its Redis client it weighs as much as SQLAlchemy.
        from huey import RedisHuey, SqliteHuey

        if url := self._app.config["REDIS_URL"]:
            return RedisHuey("registry", url=url, results=False)
        path = Path(self._app.config["HUEY_FILE"])
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("registry", filename=str(path), results=False)

    def _run(self, job_id: int) -> None:
        with self._app.app_context():
            jobs.run_job(job_id, running=self.running)

    def consume(self) -> None:
        """Do jobs until a signal says stop."""
        # Huey's own back-off would let an idle worker sleep for ten seconds.
        consumer = self._open().create_consumer(
            workers=THREADS,
            periodic=False,
            initial_delay=0.1,
            max_delay=0.5,
            shutdown_timeout=GRACE_SECONDS,
            graceful_signal="TERM",
        )
        stopping = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(stopping,), name="keeper", daemon=True)
        keeper.start()
        try:
            consumer.run()
        finally:
            stopping.set()
            keeper.join(GRACE_SECONDS)

    def _keep(self, stopping: threading.Event) -> None:
        """Beat for the running jobs and sweep, whatever the other threads are busy with."""
        rounds = 0
        while True:
            with self._app.app_context():
                try:
                    jobs.beat(set(self.running))
                    if rounds % (SWEEP_SECONDS // BEAT_SECONDS) == 0:
                        jobs.sweep()
                except Exception:
                    # Database or queue may be away for a while, each with errors of its own kind; without
                    # this thread nothing would ever be taken over, so it goes on.
                    log.exception("sweep_failed")
            rounds += 1
            if stopping.wait(BEAT_SECONDS):
                return


@click.command("worker")
@with_appcontext
def cli() -> None:
    """Do queued jobs until stopped (SIGTERM lets running ones finish)."""
    queue = current_app.extensions["job_queue"]
    if not isinstance(queue, HueyQueue):
        raise click.ClickException("This configuration runs its jobs without a worker.")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    queue.consume()
