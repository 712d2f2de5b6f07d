"""A real worker, killed in the middle of a delivery: nothing is lost, nothing goes out under another id."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core import clock, jobs
from registry.core.database import db
from registry.core.processes import end_with_parent
from registry.core.transaction import transaction
from registry.messages import operations
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.messages import MessageFactory
from tests.integration.messages.conftest import read_mails
from tests.integration.messages.test_smtp import Dialogue, Server

pytestmark = pytest.mark.committed

PATIENCE_SECONDS = 40

StartWorker = Callable[..., subprocess.Popen[bytes]]


class Stalling(Dialogue):
    """Takes the first mail and then says nothing, so that the worker hangs between sending and noting."""

    def say(self, line: str) -> None:
        if line == "250 taken":
            self.server.stalled.set()  # type: ignore[attr-defined]
            time.sleep(PATIENCE_SECONDS)
        super().say(line)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def start_worker(
    committed_database: Flask, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    processes = []
    uri = committed_database.config["SQLALCHEMY_DATABASE_URI"]

    def start(**environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "registry", "worker"],
            env={
                **os.environ,
                "REGISTRY_ENV": "development",
                "DATABASE_URL": uri,
                "REGISTRY_VAR": str(tmp_path),
                **environment,
            },
            cwd=Path(__file__).parents[3],
            preexec_fn=end_with_parent,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def queue_mails(app: Flask, count: int) -> None:
    # The worker lives by the real clock, so these are due for it.
    with app.app_context(), clock.travel(datetime.now(UTC)), transaction():
        for _ in range(count):
            MessageFactory(status=MessageStatus.QUEUED, sent_at=None)
        jobs.enqueue(operations.DELIVER)


def statuses(app: Flask) -> list[MessageStatus]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Message.status).order_by(Message.id)))


def test_a_worker_delivers_what_was_queued(
    committed_database: Flask, start_worker: StartWorker, tmp_path: Path
) -> None:
    queue_mails(committed_database, 3)
    worker = start_worker()
    wait_for(lambda: statuses(committed_database) == [MessageStatus.SENT] * 3)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert len(read_mails(tmp_path / "mail")) == 3


def test_a_worker_killed_while_sending_loses_nothing_and_repeats_the_same_message_id(
    committed_database: Flask,
    start_worker: StartWorker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue_mails(committed_database, 2)
    with Server() as server:
        server.stalled = threading.Event()  # type: ignore[attr-defined]
        server.RequestHandlerClass = Stalling
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        worker = start_worker(MAIL_URL=f"smtp://127.0.0.1:{server.server_address[1]}")
        assert server.stalled.wait(PATIENCE_SECONDS)  # type: ignore[attr-defined]
        worker.kill()
        worker.wait()
        server.shutdown()
        thread.join()
    assert statuses(committed_database) == [MessageStatus.QUEUED] * 2
    (accepted,) = server.mails
    assert "Message-ID" in accepted

    later = datetime.now(UTC) + operations.LEASE + timedelta(seconds=1)
    with committed_database.app_context(), clock.travel(later):
        monkeypatch.setitem(committed_database.config, "MAIL_FOLDER", str(tmp_path / "mail"))
        jobs.run_due()

    assert statuses(committed_database) == [MessageStatus.SENT] * 2
    ids = {str(mail["Message-ID"]) for mail in read_mails(tmp_path / "mail")}
    assert len(ids) == 2
    repeated = next(line for line in accepted.splitlines() if line.startswith("Message-ID")).split()[1]
    assert repeated in ids
