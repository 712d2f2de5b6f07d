"""Two tabs, and the clock, at one moment: files are not too many, and an application ends one way."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import Answer, Application, Attachment, CorrectionRequest, Question
from registry.admissions.operations import corrections, sweeps
from registry.admissions.operations.attachments import add_attachment
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.seats import reload_locked
from registry.admissions.rules.attachments import MOST_FILES
from registry.core import clock, storage
from registry.core.database import db
from registry.core.documents import read_document
from registry.core.errors import InvalidInput, RegistryError
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.actors import coordinator
from tests.factories.documents import make_pdf
from tests.factories.journeys import open_cohort, ready_draft

pytestmark = pytest.mark.committed
S = ApplicationStatus
TABS = 4


@pytest.fixture
def own_app(committed_database: Flask) -> Iterator[Flask]:
    with committed_database.app_context():
        yield committed_database


def run_at_once(app: Flask, works: list[tuple[datetime, Callable[[], object]]]) -> list[object]:
    """What each work returned at its instant, or the refusal it raised; all begin at the same moment."""
    barrier = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)

    def run(number: int) -> None:
        instant, work = works[number]
        with app.app_context(), clock.travel(instant):
            barrier.wait()
            try:
                outcomes[number] = work()
            except RegistryError as refusal:
                outcomes[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return outcomes


def make_draft() -> tuple[int, Actor]:
    with transaction():
        cohort = open_cohort(with_files=True)
    application, actor = ready_draft(cohort)
    return application.id, actor


def test_tabs_that_give_the_last_file_at_once_give_one(own_app) -> None:
    key, actor = make_draft()
    documents = [
        read_document(make_pdf(lambda pdf, n=number: pdf.add_metadata({"/Title": str(n)})), f"{number}.pdf")
        for number in range(MOST_FILES - 1 + TABS)
    ]

    def give(number: int) -> None:
        document = documents[number]
        digest = storage.store(document.data)
        with transaction():
            application = reload_locked(db.session.get_one(Application, key))
            question = db.session.scalars(sa.select(Question).where(Question.kind == QuestionKind.FILE)).one()
            add_attachment(application, question, document, digest, actor=actor)

    for number in range(MOST_FILES - 1):
        give(number)
    outcomes = run_at_once(
        own_app, [(NOW, lambda n=number: give(n)) for number in range(MOST_FILES - 1, len(documents))]
    )

    refusals = [each for each in outcomes if each is not None]
    assert [type(each) for each in refusals] == [InvalidInput] * (TABS - 1)
    codes = list(db.session.scalars(sa.select(Attachment.code).order_by(Attachment.id)))
    answer = db.session.scalars(
        sa.select(Answer.value).join(Answer.question).where(Question.key == "diploma")
    )
    assert [each["code"] for each in answer.one()] == codes
    assert len(codes) == MOST_FILES


def make_returned() -> tuple[int, Actor, datetime]:
    key, actor = make_draft()
    with transaction():
        application = submit_application(db.session.get_one(Application, key), actor=actor)
        due_on = clock.today() + timedelta(days=3)
        request = corrections.return_application(
            application, {"question-motivation": "Say more."}, due_on=due_on, actor=coordinator()
        )
    return key, actor, request.due_at


def resubmit(key: int, actor: Actor) -> Callable[[], object]:
    def work() -> object:
        with transaction():
            application = db.session.get_one(Application, key)
            return corrections.resubmit_application(application, actor=actor).status

    return work


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


def test_corrections_sent_in_two_tabs_arrive_once(own_app) -> None:
    key, actor, _due = make_returned()

    outcomes = run_at_once(own_app, [(NOW, resubmit(key, actor))] * TABS)

    assert outcomes == [S.SUBMITTED] * TABS
    assert kinds().count("corrections_received") == 1


def test_corrections_sent_while_the_clock_closes_end_one_way(own_app) -> None:
    key, actor, due = make_returned()

    run_at_once(own_app, [(due - timedelta(seconds=1), resubmit(key, actor)), (due, sweeps.run_sweeps)])

    application = db.session.get_one(Application, key)
    request = db.session.scalars(sa.select(CorrectionRequest)).one()
    told = {"corrections_received", "application_closed"} & set(kinds())
    assert (application.status, request.answered_at is not None, told) in [
        (S.SUBMITTED, True, {"corrections_received"}),
        (S.CLOSED, False, {"application_closed"}),
    ]
