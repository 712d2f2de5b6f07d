"""Writing to many while others press the same button, work on the same mail, or move the applications on."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, AudienceResult
from registry.admissions.models import Application, AudienceMail, AudienceRow
from registry.admissions.operations import audience as operations
from registry.admissions.operations.steps import take_step
from registry.admissions.queries import audience as queries
from registry.admissions.queries.seats import reload_locked
from registry.catalogue.models import Cohort
from registry.core import jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.actors import coordinator
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.integration.admissions.test_seat_races import list_ids, own_app, run_at_once
from tests.integration.admissions.writing import ENGLISH, apply, plan, start

__all__ = ["own_app"]

pytestmark = pytest.mark.committed
S, R, M = ApplicationStatus, AudienceResult, MessageStatus
PEOPLE = 24


def make_mail(*, is_begun: bool) -> tuple[AudienceMail, Cohort, Actor]:
    """A mail to all who are sent."""
    with transaction():
        cohort = CohortFactory(programme=ProgrammeFactory(slug="honey"))
        grant = RoleGrantFactory(user=StaffFactory(), role=Role.COORDINATOR, programme="honey")
        for number in range(PEOPLE):
            apply(cohort, name=f"A{number}")
    actor = coordinator("honey", user_id=grant.user_id)
    mail = plan(cohort, actor, S.SUBMITTED, en=ENGLISH)
    if is_begun:
        start(mail, cohort, actor)
    return mail, cohort, actor


def test_of_many_who_press_at_once_one_begins(own_app: Flask) -> None:
    mail, cohort, actor = make_mail(is_begun=False)

    def press() -> bool:
        with transaction():
            own = db.session.get_one(Cohort, cohort.id, options=[sa.orm.selectinload(Cohort.programme)])
            planned = queries.get_audience_mail(mail.code, own)
            return operations.start_audience_mail(planned, own, typed=None, actor=actor)

    assert sorted(run_at_once(own_app, [press] * 6)) == [False] * 5 + [True]
    begun = sa.select(sa.func.count()).where(AuditEntry.action == "admissions:audience:send")
    asked = sa.select(sa.func.count()).where(jobs.Job.kind == operations.SEND)
    assert (db.session.scalar(begun), db.session.scalar(asked)) == (1, 1)


def test_several_workers_on_one_mail_write_to_each_person_once(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CHUNK", 5)
    mail, _cohort, _actor = make_mail(is_begun=True)

    run_at_once(own_app, [lambda: operations.send_audience_mail({"mail": mail.id})] * 4)

    written = db.session.scalars(sa.select(AudienceRow.message_id).where(AudienceRow.result == R.WRITTEN))
    assert len(set(written)) == PEOPLE
    assert len(list_ids(Message)) == PEOPLE


def test_nobody_who_moves_on_meanwhile_keeps_a_mail_that_waits(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CHUNK", 3)
    mail, _cohort, _actor = make_mail(is_begun=True)
    mail_id, moving = mail.id, list_ids(Application)[::2]
    db.session.rollback()

    def move(application_id: int) -> Callable[[], object]:
        def work() -> None:
            with transaction():
                application = reload_locked(db.session.get_one(Application, application_id))
                take_step(application, "start_review", actor=Actor.system("test"))

        return work

    outcomes = run_at_once(
        own_app, [lambda: operations.send_audience_mail({"mail": mail_id}), *(move(each) for each in moving)]
    )

    assert [each for each in outcomes if isinstance(each, RegistryError)] == []
    found = db.session.execute(
        sa.select(Application.id, Message.status)
        .join(AudienceRow, AudienceRow.application_id == Application.id)
        .outerjoin(Message, Message.id == AudienceRow.message_id)
    )
    states = {row[0]: row[1] for row in found}
    assert {states[each] for each in moving} <= {None, M.SUPERSEDED}
    assert {state for each, state in states.items() if each not in moving} == {M.QUEUED}
