"""Work that takes longer than a request: stored with the change that asked for it, done by the worker.

A job is a row, written in the caller's transaction. After the commit only its id goes to the queue, and
whoever takes it claims the row. A job whose worker died, or whose id was lost on the way, is found by
`sweep`. So a job runs at least once: handlers must be idempotent, and open their own transactions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, mapped_column

from registry.core import clock
from registry.core.database import Model, UTCDateTime, db, enum_type, reading_only
from registry.core.transaction import after_commit, end_reading, transaction, transaction_memory

STALE_AFTER = timedelta(seconds=60)
"""A running job whose worker gave no sign for so long is taken over."""
MAX_ATTEMPTS = 8
KEPT_DAYS = 7
_CHUNK = 200

log = structlog.get_logger()

Handler = Callable[[Any], None]


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Model):
    """One piece of work. `payload` is what the handler gets: plain values, ids and codes."""

    __tablename__ = "job"
    __table_args__ = (sa.Index(None, "status", "due_at", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    status: Mapped[JobStatus] = mapped_column(enum_type(JobStatus, "status"))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The worker's last sign of life."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(sa.Text)


class PeriodicRun(Model):
    """When a periodic job was last put into the queue."""

    __tablename__ = "periodic_run"

    kind: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Queue(Protocol):
    def send(self, job_id: int) -> None:
        """Tell the worker that the job waits. Losing it delays the job until the next sweep."""


class NoQueue:
    """For tests and commands: jobs wait for `run_due`."""

    def send(self, job_id: int) -> None:
        """The row says everything."""


@dataclass(frozen=True)
class Periodic:
    kind: str
    every: timedelta


class UnknownJob(Exception):
    """Nobody handles this kind of job: a mistake in the code, or a row of a newer version."""


_handlers: dict[str, Handler] = {}
_periodic: dict[str, Periodic] = {}


def init_jobs(app: Flask, queue: Queue) -> None:
    """Send the ids of stored jobs to `queue`."""
    app.extensions["job_queue"] = queue


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind. It gets the payload."""

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        _handlers[kind] = function
        return function

    return register


def periodic(kind: str, *, minutes: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function without arguments that the worker runs every so many minutes."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        handler(kind)(lambda _payload: function())
        _periodic[kind] = Periodic(kind, timedelta(minutes=minutes))
        return function

    return register


def enqueue(kind: str, payload: Mapping[str, Any] | None = None, *, due_at: datetime | None = None) -> None:
    """Store a job with the current transaction; it runs after the commit, not before `due_at`.

    The same kind and payload asked for twice in one transaction is one job.
    """
    if kind not in _handlers:
        raise UnknownJob(kind)
    memory = transaction_memory()
    wanted = (kind, repr(sorted((payload or {}).items())), due_at)
    asked = memory.setdefault("jobs", set())
    if wanted in asked:
        return
    asked.add(wanted)
    now = clock.now()
    job = Job(kind=kind, payload=dict(payload or {}), status=JobStatus.QUEUED, due_at=due_at or now)
    db.session.add(job)
    if job.due_at <= now:
        after_commit(lambda: _send(job.id))


def _send(job_id: int) -> None:
    current_app.extensions["job_queue"].send(job_id)


def run_job(job_id: int, *, running: set[int] | None = None) -> bool:
    """Claim the job and do it. False when somebody else has it, it is done, or not yet due.

    `running` holds the ids whose sign of life the worker keeps giving.
    """
    claimed = _claim(job_id)
    if claimed is None:
        return False
    kind, payload, attempt = claimed
    signs = running if running is not None else set()
    signs.add(job_id)
    try:
        if kind not in _handlers:
            raise UnknownJob(kind)
        _handlers[kind](payload)
    except Exception as error:
        log.exception("job_failed", job=job_id, kind=kind, attempt=attempt)
        _finish(job_id, attempt, _after_failure(attempt, error))
    else:
        _finish(job_id, attempt, {"status": JobStatus.DONE, "finished_at": clock.now(), "last_error": None})
    finally:
        signs.discard(job_id)
    return True


def _claim(job_id: int) -> tuple[str, dict[str, Any], int] | None:
    now = clock.now()
    with transaction() as session:
        taken = session.execute(
            sa.update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.QUEUED, Job.due_at <= now)
            .values(status=JobStatus.RUNNING, attempts=Job.attempts + 1, beat_at=now)
            .returning(Job.kind, Job.payload, Job.attempts)
        ).one_or_none()
    return tuple(taken) if taken is not None else None


def _finish(job_id: int, attempt: int, values: Mapping[str, Any]) -> None:
    """Store the outcome, unless the job was taken over meanwhile."""
    with transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.RUNNING, Job.attempts == attempt)
            .values(**values)
        )


def _after_failure(attempt: int, error: Exception) -> dict[str, Any]:
    text = f"{type(error).__name__}: {error}"[:2000]
    if attempt >= MAX_ATTEMPTS:
        return {"status": JobStatus.FAILED, "finished_at": clock.now(), "last_error": text}
    return {"status": JobStatus.QUEUED, "due_at": clock.now() + backoff(attempt), "last_error": text}


def backoff(attempt: int) -> timedelta:
    """How long to wait after the attempt with this number: 30 seconds, doubled up to six hours."""
    return min(timedelta(seconds=30) * 2 ** (attempt - 1), timedelta(hours=6))


def beat(running: Iterable[int]) -> None:
    """Give the sign of life for jobs that this process is doing."""
    ids = sorted(running)
    if not ids:
        return
    with transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.id.in_(ids), Job.status == JobStatus.RUNNING)
            .values(beat_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def sweep() -> None:
    """Take over jobs of dead workers, queue what is due periodically, and send again what waits."""
    now = clock.now()
    with transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.status == JobStatus.RUNNING, Job.beat_at < now - STALE_AFTER)
            .values(status=JobStatus.QUEUED)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            sa.delete(Job)
            .where(Job.status == JobStatus.DONE, Job.finished_at < now - timedelta(days=KEPT_DAYS))
            .execution_options(synchronize_session=False)
        )
    for each in _periodic.values():
        _queue_periodic(each, now)
    for job_id in list_due():
        _send(job_id)


def _queue_periodic(each: Periodic, now: datetime) -> None:
    """Queue it unless its time has not come, or another worker was quicker."""
    with transaction() as session:
        run = session.get(PeriodicRun, each.kind)
        if run is None:
            taken = _insert_run(each.kind, now)
        elif run.last_at + each.every > now:
            taken = False
        else:
            result = session.execute(
                sa.update(PeriodicRun)
                .where(PeriodicRun.kind == each.kind, PeriodicRun.last_at == run.last_at)
                .values(last_at=now)
            )
            taken = _changed(result)
        if taken:
            enqueue(each.kind)


def _insert_run(kind: str, now: datetime) -> bool:
    session = db.session()
    try:
        with session.begin_nested():
            session.add(PeriodicRun(kind=kind, last_at=now))
    except sa.exc.IntegrityError:
        return False
    return True


def _changed(result: sa.Result[Any]) -> bool:
    assert isinstance(result, CursorResult)  # noqa: S101 -- what an UPDATE returns; for the type checker
    return result.rowcount == 1


def list_due() -> list[int]:
    """Ids of jobs that could run now, the longest waiting first."""
    statement = (
        sa.select(Job.id)
        .where(Job.status == JobStatus.QUEUED, Job.due_at <= clock.now())
        .order_by(Job.due_at, Job.id)
        .limit(_CHUNK)
    )
    with reading_only():
        found = list(db.session.scalars(statement))
        end_reading()
    return found


def run_due() -> int:
    """Do everything that is due now, here, without a worker: for tests and commands. How many ran."""
    sweep()
    done = 0
    while ids := list_due():
        done += sum(run_job(job_id) for job_id in ids)
    return done
