"""Jobs are stored with the change, claimed once, repeated after failures and taken over from the dead."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from registry.core import clock, jobs
from registry.core.database import db
from registry.core.jobs import Job, JobStatus
from registry.core.transaction import transaction

Calls = list[dict[str, Any]]


class SpyQueue:
    def __init__(self) -> None:
        self.sent: list[int] = []

    def send(self, job_id: int) -> None:
        self.sent.append(job_id)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What the handler of the kind `test` was called with; no other kinds exist."""
    seen: Calls = []
    monkeypatch.setattr(jobs, "_handlers", {"test": seen.append})
    monkeypatch.setattr(jobs, "_periodic", {})
    return seen


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, app: Any) -> SpyQueue:
    spy = SpyQueue()
    monkeypatch.setitem(app.extensions, "job_queue", spy)
    return spy


def stored() -> list[tuple[JobStatus, int]]:
    db.session.expire_all()
    return [(job.status, job.attempts) for job in db.session.scalars(sa.select(Job).order_by(Job.id))]


def enqueue(payload: dict[str, Any] | None = None, **kwargs: Any) -> None:
    with transaction():
        jobs.enqueue("test", payload, **kwargs)


def test_a_job_runs_once_with_its_payload(calls: Calls) -> None:
    enqueue({"code": "K7M3QX"})

    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert calls == [{"code": "K7M3QX"}]
    assert stored() == [(JobStatus.DONE, 1)]


def test_a_job_is_sent_after_the_commit_and_never_after_a_rollback(calls: Calls, queue: SpyQueue) -> None:
    with pytest.raises(ZeroDivisionError), transaction():  # noqa: PT012
        jobs.enqueue("test")
        raise ZeroDivisionError
    assert (queue.sent, stored()) == ([], [])

    with transaction():
        jobs.enqueue("test")
        assert queue.sent == []
    assert len(queue.sent) == 1


def test_the_same_job_asked_for_twice_in_one_transaction_is_one(calls: Calls, queue: SpyQueue) -> None:
    with transaction():
        jobs.enqueue("test", {"n": 1})
        jobs.enqueue("test", {"n": 1})
        jobs.enqueue("test", {"n": 2})

    jobs.run_due()
    assert calls == [{"n": 1}, {"n": 2}]


def test_a_job_for_later_waits(calls: Calls, queue: SpyQueue) -> None:
    enqueue(due_at=clock.now() + timedelta(hours=1))

    assert (jobs.run_due(), queue.sent) == (0, [])
    with clock.travel(clock.now() + timedelta(hours=1)):
        assert jobs.run_due() == 1


def test_a_kind_without_handler_is_refused(calls: Calls) -> None:
    with pytest.raises(jobs.UnknownJob), transaction():
        jobs.enqueue("nobody")


def test_a_job_claimed_by_another_worker_is_left_alone(calls: Calls) -> None:
    enqueue()
    (job_id,) = jobs.list_due()
    assert jobs._claim(job_id) is not None

    assert jobs.run_job(job_id) is False
    assert calls == []


def test_a_failing_job_is_repeated_with_growing_pauses_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", {"test": lambda payload: 1 / payload["n"]})
    monkeypatch.setattr(jobs, "_periodic", {})
    enqueue({"n": 0})
    start = clock.now()
    pauses = []

    moment = start
    for _attempt in range(jobs.MAX_ATTEMPTS):
        with clock.travel(moment):
            assert jobs.run_due() == 1
        job = db.session.scalars(sa.select(Job)).one()
        pauses.append((job.due_at - moment).total_seconds())
        moment = max(job.due_at, moment)

    assert pauses[:-1] == [30, 60, 120, 240, 480, 960, 1920]
    assert (job.status, job.attempts, job.last_error) == (
        JobStatus.FAILED,
        jobs.MAX_ATTEMPTS,
        "ZeroDivisionError: division by zero",
    )


@pytest.mark.parametrize(("silent_for", "taken_over"), [(59, False), (61, True)])
def test_a_job_whose_worker_died_is_taken_over(
    calls: Calls, queue: SpyQueue, silent_for: int, taken_over: bool
) -> None:
    enqueue()
    (job_id,) = jobs.list_due()
    jobs._claim(job_id)
    queue.sent.clear()

    with clock.travel(clock.now() + timedelta(seconds=silent_for)):
        jobs.sweep()
        assert queue.sent == ([job_id] if taken_over else [])
        assert jobs.run_job(job_id) is taken_over


def test_a_sign_of_life_keeps_the_job(calls: Calls) -> None:
    enqueue()
    (job_id,) = jobs.list_due()
    jobs._claim(job_id)

    with clock.travel(clock.now() + timedelta(seconds=50)):
        jobs.beat({job_id})
    with clock.travel(clock.now() + timedelta(seconds=100)):
        jobs.sweep()

    assert stored() == [(JobStatus.RUNNING, 1)]


def test_a_worker_that_lost_its_job_cannot_finish_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_it(_payload: dict[str, Any]) -> None:
        with clock.travel(clock.now() + timedelta(minutes=5)):
            jobs.sweep()
            jobs._claim(job_id)

    monkeypatch.setattr(jobs, "_handlers", {"test": lose_it})
    monkeypatch.setattr(jobs, "_periodic", {})
    enqueue()
    (job_id,) = jobs.list_due()

    jobs.run_job(job_id)

    assert stored() == [(JobStatus.RUNNING, 2)]


def test_a_lost_id_is_sent_again(calls: Calls, queue: SpyQueue) -> None:
    enqueue()
    (job_id,) = queue.sent

    jobs.sweep()

    assert queue.sent == [job_id, job_id]


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    seen: list[int] = []
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_periodic", {})
    jobs.periodic("tick", minutes=10)(lambda: seen.append(1))
    return seen


def test_a_periodic_job_runs_once_per_period(ticks: list[int]) -> None:
    start = clock.now()
    for minute, total in [(0, 1), (0, 1), (9, 1), (10, 2), (11, 2), (60, 3)]:
        with clock.travel(start + timedelta(minutes=minute)):
            jobs.run_due()
            assert len(ticks) == total, minute


def test_two_workers_queue_a_periodic_job_once(ticks: list[int]) -> None:
    start = clock.now()
    jobs.run_due()
    with clock.travel(start + timedelta(minutes=10)):
        jobs.sweep()
        jobs.sweep()
        assert len(jobs.list_due()) == 1


def test_done_jobs_are_forgotten_after_a_week(calls: Calls) -> None:
    enqueue()
    jobs.run_due()

    with clock.travel(clock.now() + timedelta(days=jobs.KEPT_DAYS, seconds=1)):
        jobs.sweep()

    assert stored() == []
