"""A mail to all that a filter shows: counted and read first, sent once to each, stopped where it no longer fits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import RoleGrant
from registry.admissions.enums import ApplicationStatus, AudienceResult, MailEvent, SkipReason
from registry.admissions.models import AudienceMail, AudienceRow
from registry.admissions.operations import audience as operations
from registry.admissions.operations.notices import tell_not_endorsed
from registry.admissions.operations.steps import take_step
from registry.admissions.rules.mails import topic_of
from registry.catalogue.models import Cohort
from registry.core import clock, jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import NotAllowed
from registry.core.i18n import format_day, in_locale
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from tests.client import RegistryClient
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.integration.admissions.writing import (
    ENGLISH,
    RUSSIAN,
    TYPED,
    apply,
    messages,
    plan,
    results,
    send,
    start,
    text_of,
)

S, R, M = ApplicationStatus, AudienceResult, MessageStatus
SYSTEM = Actor.system("test")


@pytest.fixture
def cohort() -> Cohort:
    return CohortFactory(programme=ProgrammeFactory(slug="honey", title="Honey online"))


@pytest.fixture
def grant() -> RoleGrant:
    return RoleGrantFactory(user=StaffFactory(), role=Role.COORDINATOR, programme="honey")


@pytest.fixture
def actor(grant: RoleGrant, acting_as: Callable[[Actor], None]) -> Actor:
    actor = coordinator("honey", user_id=grant.user_id)
    acting_as(actor)
    return actor


# -- Whom it is for

ENDED = (S.REJECTED, S.DECLINED, S.LAPSED, S.WITHDRAWN, S.CLOSED)


@pytest.mark.parametrize(
    ("asked", "status", "is_released", "reason"),
    [
        *(((), status, True, None) for status in (S.SUBMITTED, S.INELIGIBLE, S.OFFERED, S.ACCEPTED)),
        *(((), status, True, SkipReason.ENDED) for status in ENDED),
        ((), S.NOT_ENDORSED, True, SkipReason.ENDED),
        # Publicly they are in review like all others.
        ((), S.NOT_ENDORSED, False, None),
        *(((status,), status, True, None) for status in (*ENDED, S.NOT_ENDORSED, S.OFFERED)),
        ((S.NOT_ENDORSED,), S.NOT_ENDORSED, False, SkipReason.UNTOLD),
    ],
)
def test_who_is_left_out_by_status(
    cohort: Cohort,
    actor: Actor,
    asked: tuple[S, ...],
    status: S,
    is_released: bool,
    reason: SkipReason | None,
) -> None:
    apply(cohort, status=status, name="Asked")
    if is_released:
        StagedDecisionFactory(application=apply(cohort, status=S.OFFERED, name="o"), released_at=clock.now())

    plan(cohort, actor, *asked)

    assert results()["Asked"] == ((R.SKIPPED, reason) if reason else (R.WAITING, None))


def test_each_address_gets_one_mail_and_who_has_none_is_named(cohort: Cohort, actor: Actor) -> None:
    apply(cohort, name="First", email="family@example.org")
    apply(cohort, name="Second", email="Family@example.org")
    apply(cohort, name="Silent", email="")
    apply(CohortFactory(programme=cohort.programme), name="Elsewhere")

    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    send(mail)

    assert results() == {
        "First": (R.WRITTEN, M.QUEUED),
        "Second": (R.SKIPPED, SkipReason.SAME_ADDRESS),
        "Silent": (R.SKIPPED, SkipReason.NO_ADDRESS),
    }
    assert [each.address for each in messages()] == ["family@example.org"]


# -- What each reads


def test_each_reads_the_own_language_and_the_others_the_chosen_one(cohort: Cohort, actor: Actor) -> None:
    for locale, name in (("ru", "Айгерим"), ("en", "Priya"), ("zh", "雨桐")):
        apply(cohort, locale, name=name)
    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    send(mail)

    told = {each.body.split("\n")[0]: (each.locale, each.subject) for each in messages()}
    assert told == {
        f"Здравствуйте, Айгерим! Начало: {cohort_day('ru', cohort)}.": ("ru", "Новости"),
        "Hello Priya,": ("en", "News of Honey online"),
        "Hello 雨桐,": ("en", "News of Honey online"),
    }


def cohort_day(locale: str, cohort: Cohort) -> str:
    with in_locale(locale):
        return format_day(cohort.starts_on)


# -- Once


def test_sending_twice_and_a_second_run_reach_each_person_once(cohort: Cohort, actor: Actor) -> None:
    apply(cohort, name="A")
    apply(cohort, name="B")
    mail = plan(cohort, actor)

    assert start(mail, cohort, actor)
    assert not start(mail, cohort, actor)
    send(mail)
    with transaction() as session:
        session.execute(sa.update(AudienceMail).values(finished_at=None))
        session.execute(sa.update(AudienceRow).values(result=R.WAITING, message_id=None))
    send(mail)

    assert len(messages()) == 2
    assert results() == {"A": (R.WRITTEN, M.QUEUED), "B": (R.WRITTEN, M.QUEUED)}
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.endswith("audience:send")))
    (entry,) = entries.all()
    assert entry.changes["people"] == 2
    assert entry.changes["subjects"] == {"en": ENGLISH.subject, "ru": RUSSIAN.subject}


def test_the_back_button_and_a_double_click_send_once(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    apply(cohort)
    address = f"/manage/cohorts/{cohort.code}/applications/mail?status=submitted"
    planned = client.post(address, data=TYPED)
    assert planned.status_code == 303

    assert [client.post(planned.location).status_code for _ in range(3)] == [303, 303, 303]
    jobs.run_due()

    assert len(messages()) == 1
    page = text_of(client.get(planned.location).get_data(as_text=True))
    assert "Send to" not in page
    assert "Mail sent 1of 1 application" in page


# -- The state moves on


def test_who_moved_on_before_the_job_is_left_out(cohort: Cohort, actor: Actor) -> None:
    stays, moves = apply(cohort, name="Stays"), apply(cohort, name="Moves")
    mail = plan(cohort, actor, S.SUBMITTED)
    start(mail, cohort, actor)
    with transaction():
        take_step(moves, "start_review", actor=SYSTEM)
    send(mail)

    assert results() == {"Stays": (R.WRITTEN, M.QUEUED), "Moves": (R.SKIPPED, SkipReason.MOVED_ON)}
    assert stays.status is S.SUBMITTED


@pytest.mark.parametrize(
    ("asked", "action", "expected"),
    [
        ((S.SUBMITTED,), "start_review", M.SUPERSEDED),
        ((S.SUBMITTED, S.UNDER_REVIEW), "start_review", M.QUEUED),
        ((), "start_review", M.QUEUED),
        ((), "withdraw", M.SUPERSEDED),
        ((S.SUBMITTED,), "return", M.SUPERSEDED),
    ],
)
def test_what_waits_is_stopped_once_it_no_longer_fits(
    client: RegistryClient,
    cohort: Cohort,
    actor: Actor,
    asked: tuple[S, ...],
    action: str,
    expected: MessageStatus,
) -> None:
    application = apply(cohort, name="A")
    apply(cohort, name="B")
    mail = plan(cohort, actor, *asked)
    start(mail, cohort, actor)
    send(mail)

    with transaction():
        take_step(application, action, actor=SYSTEM, reason="A reason")

    assert results() == {"A": (R.WRITTEN, expected), "B": (R.WRITTEN, M.QUEUED)}
    page = text_of(client.get(f"/manage/cohorts/{cohort.code}/mails/{mail.code}").get_data(as_text=True))
    assert ("The application has moved on" in page) is (expected is M.SUPERSEDED)


def test_what_is_told_to_all_in_review_is_not_sent_after_the_release(cohort: Cohort, actor: Actor) -> None:
    application = apply(cohort, status=S.NOT_ENDORSED, name="A")
    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    send(mail)

    with transaction():
        tell_not_endorsed(application)

    assert results() == {"A": (R.WRITTEN, M.SUPERSEDED)}


def test_a_mail_to_many_does_not_stop_the_news_of_the_registry(cohort: Cohort, actor: Actor) -> None:
    application = apply(cohort)
    with transaction():
        tell_not_endorsed(application)
    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    send(mail)

    assert {each.kind: each.status for each in messages()} == {
        MailEvent.NOT_ENDORSED.value: M.QUEUED,
        "own_wording": M.QUEUED,
    }
    assert messages()[1].topic != topic_of(application)


# -- Who may


def test_coordinators_of_other_programmes_reach_nobody(cohort: Cohort, actor: Actor) -> None:
    apply(cohort)
    db.session.commit()
    other = coordinator("other", user_id=actor.user_id)
    with pytest.raises(NotAllowed):
        plan(cohort, other)
    mail = plan(cohort, actor)
    with pytest.raises(NotAllowed):
        start(mail, cohort, other)


def test_whoever_loses_the_role_stops_writing(cohort: Cohort, actor: Actor, grant: RoleGrant) -> None:
    apply(cohort, name="A")
    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    grant.to_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    send(mail)

    assert results() == {"A": (R.SKIPPED, SkipReason.NOT_ALLOWED)}
    assert messages() == []


def test_a_colleague_sees_the_mail_but_does_not_send_it(
    client: RegistryClient, cohort: Cohort, actor: Actor, acting_as: Callable[[Actor], None]
) -> None:
    apply(cohort)
    mail = plan(cohort, actor)
    acting_as(coordinator("honey", user_id=StaffFactory().id))
    address = f"/manage/cohorts/{cohort.code}/mails/{mail.code}"

    assert "Send to" not in text_of(client.get(address).get_data(as_text=True))
    answer = client.post(address)
    assert answer.status_code == 422
    assert "Only whoever wrote this mail can send it." in text_of(answer.get_data(as_text=True))


def test_what_was_planned_and_never_sent_is_forgotten(cohort: Cohort, actor: Actor) -> None:
    apply(cohort)
    _old, sent = plan(cohort, actor), plan(cohort, actor)
    start(sent, cohort, actor)
    with clock.travel(clock.now() + timedelta(days=8)):
        operations.forget_drafts()

    assert db.session.scalars(sa.select(AudienceMail.code)).all() == [sent.code]
