"""A real worker, killed in the middle of a delivery: nothing is lost, nothing goes out under another id."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.roles import Role
from registry.admissions.enums import AudienceResult
from registry.admissions.models import AudienceRow
from registry.admissions.operations import audience
from registry.admissions.operations.audience import AudienceInput
from registry.admissions.operations.wordings import WordingInput
from registry.admissions.queries import audience as audience_queries
from registry.admissions.queries.listing import ApplicationFilter
from registry.core import clock, jobs
from registry.core.database import db
from registry.core.processes import end_with_parent
from registry.core.transaction import transaction
from registry.messages import operations
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
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


class Killing(Dialogue):
    """Kills the worker in the middle of what it says or reads, after as many lines as the server was told."""

    def say(self, line: str) -> None:
        self.count()
        super().say(line)

    def read_mail(self) -> str:
        self.count()
        mail = super().read_mail()
        self.count()
        return mail

    def count(self) -> None:
        self.server.lines_to_live -= 1  # type: ignore[attr-defined]
        if self.server.lines_to_live == 0:  # type: ignore[attr-defined]
            self.server.victim.kill()  # type: ignore[attr-defined]
            self.server.victim.wait()  # type: ignore[attr-defined]


@contextmanager
def serving(dialogue: type[Dialogue]) -> Iterator[Server]:
    with Server() as server:
        server.RequestHandlerClass = dialogue
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def let_time_pass(app: Flask) -> None:
    """Leases and signs of life of the dead worker are over."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with app.app_context(), transaction() as session:
        waiting = Message.status == MessageStatus.QUEUED
        session.execute(sa.update(Message).where(waiting).values(due_at=long_ago))
        running = jobs.Job.status == jobs.JobStatus.RUNNING
        session.execute(sa.update(jobs.Job).where(running).values(beat_at=long_ago))


def ids_by_address(mails: list[str]) -> dict[str, set[str]]:
    """Address -> the Message-IDs under which it got something."""
    found = defaultdict(set)
    for mail in mails:
        headers = dict(re.findall(r"^(To|Message-ID): *(?:\r\n )?(.+?)\r\n", mail, re.MULTILINE))
        found[headers["To"]].add(headers["Message-ID"])
    return dict(found)


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
        for number in range(count):
            MessageFactory(status=MessageStatus.QUEUED, sent_at=None, address=f"a{number}@example.org")
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


def test_killed_at_any_point_each_mail_goes_out_and_never_under_another_id(
    committed_database: Flask, start_worker: StartWorker
) -> None:
    queue_mails(committed_database, 6)
    chance = random.Random(20270315)
    with serving(Killing) as server:
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        for _ in range(5):
            server.lines_to_live = chance.randint(2, 9)  # type: ignore[attr-defined]
            worker = server.victim = start_worker(MAIL_URL=url)  # type: ignore[attr-defined]
            wait_for(lambda worker=worker: worker.poll() is not None)
            assert worker.returncode == -signal.SIGKILL
            let_time_pass(committed_database)
        server.lines_to_live = -1  # type: ignore[attr-defined]
        start_worker(MAIL_URL=url)
        wait_for(lambda: statuses(committed_database) == [MessageStatus.SENT] * 6)

    with committed_database.app_context():
        stored = dict(db.session.execute(sa.select(Message.address, Message.message_id)).all())
    assert ids_by_address(server.mails) == {address: {number} for address, number in stored.items()}
    assert len(server.mails) >= 6


def write_to_many(app: Flask, count: int) -> None:
    """An audience mail that was begun, its job waiting for the worker."""
    with app.app_context(), clock.travel(datetime.now(UTC)), transaction():
        cohort = CohortFactory(programme=ProgrammeFactory(slug="honey"))
        grant = RoleGrantFactory(user=StaffFactory(), role=Role.COORDINATOR, programme="honey")
        for number in range(count):
            ApplicationFactory(cohort=cohort, person__email=f"a{number}@example.org")
        db.session.flush()
        actor = coordinator("honey", user_id=grant.user_id)
        text = WordingInput("News", "Hello {name}")
        mail = audience.plan_audience_mail(
            cohort, AudienceInput({"en": text}, "en"), ApplicationFilter(), arguments={}, actor=actor
        )
        audience.start_audience_mail(mail, cohort, typed=count, actor=actor)


def test_a_mail_to_many_reaches_each_once_whenever_the_worker_dies(
    committed_database: Flask, start_worker: StartWorker
) -> None:
    people = 2 * audience_queries.CHUNK + 10
    write_to_many(committed_database, people)
    chance = random.Random(27)
    with serving(Killing) as server:
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        for _ in range(3):
            server.lines_to_live = chance.randint(2, 250)  # type: ignore[attr-defined]
            worker = server.victim = start_worker(MAIL_URL=url)  # type: ignore[attr-defined]
            wait_for(lambda worker=worker: worker.poll() is not None)
            let_time_pass(committed_database)
        server.lines_to_live = -1  # type: ignore[attr-defined]
        start_worker(MAIL_URL=url)
        wait_for(lambda: statuses(committed_database) == [MessageStatus.SENT] * people)

    with committed_database.app_context():
        stored = dict(db.session.execute(sa.select(Message.address, Message.message_id)).all())
        results = set(db.session.scalars(sa.select(AudienceRow.result)))
    assert len(stored) == people
    assert results == {AudienceResult.WRITTEN}
    assert ids_by_address(server.mails) == {address: {number} for address, number in stored.items()}
