"""An application that begins while a version of the form is published answers that version."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.admissions.enums import QuestionKind
from registry.admissions.models import Application, FormVersion
from registry.admissions.operations import form_versions, journey
from registry.admissions.operations.questions import QuestionInput, add_question
from registry.admissions.queries.form_versions import find_published, get_draft
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from tests.conftest import NOW
from tests.factories.actors import applicant, coordinator
from tests.factories.journeys import known_person, open_cohort
from tests.planning import load

pytestmark = pytest.mark.committed


@pytest.fixture
def own_app(committed_database: Flask) -> Iterator[Flask]:
    with committed_database.app_context():
        yield committed_database


def compose_second() -> tuple[str, Actor]:
    with transaction():
        cohort = open_cohort()
        code, actor = cohort.code, applicant(known_person())
        form_versions.start_form_draft(cohort, copy_of=find_published(cohort), actor=coordinator())
        add_question(
            get_draft(cohort), QuestionKind.YES_NO, QuestionInput({"en": "Bees?"}), actor=coordinator()
        )
    return code, actor


def start(code: str, actor: Actor) -> None:
    with transaction():
        journey.start_application(load(code), actor=actor)


def publish(code: str) -> None:
    with transaction():
        form_versions.publish_form(get_draft(load(code)), version=None, actor=coordinator())


def pause_before(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> tuple[threading.Event, threading.Event]:
    """The first call of the function waits until the other side is through, or stands still itself."""
    reached, other = threading.Event(), threading.Event()
    real = getattr(module, name)

    def paused(*arguments: object, **named: object) -> object:
        if not reached.is_set():
            reached.set()
            other.wait(timeout=0.7)
        return real(*arguments, **named)

    monkeypatch.setattr(module, name, paused)
    return reached, other


@pytest.mark.parametrize("first", ["start", "publish"])
def test_start_application_while_a_version_is_published_answers_it(own_app, monkeypatch, first) -> None:
    code, actor = compose_second()
    # Each has read what it goes by when it stops here, and stored nothing yet.
    module, name = (journey, "new_code") if first == "start" else (form_versions, "_move_unsent")
    reached, other = pause_before(monkeypatch, module, name)
    works: dict[str, Callable[[], None]] = {
        "start": lambda: start(code, actor),
        "publish": lambda: publish(code),
    }

    def run(work: Callable[[], None]) -> None:
        with own_app.app_context(), clock.travel(NOW):
            work()

    threads = [threading.Thread(target=run, args=(works.pop(first),))]
    threads[0].start()
    reached.wait(timeout=5)
    (later,) = works.values()
    threads.append(threading.Thread(target=lambda: (run(later), other.set())))
    threads[1].start()
    for thread in threads:
        thread.join()

    db.session.expire_all()
    answered = sa.select(FormVersion.number).join(Application, Application.form_version_id == FormVersion.id)
    assert db.session.scalars(answered).all() == [2]
