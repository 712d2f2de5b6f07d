"""A release in the background: restarted after a crash it goes on, and nobody is told twice."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision
from registry.admissions.models import Application, DecisionRelease, StagedDecision
from registry.admissions.operations import decisions, releases
from registry.catalogue.models import Cohort
from registry.core import clock, jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory

S = ApplicationStatus
COORDINATOR = coordinator()


@pytest.fixture
def cohort() -> Cohort:
    cohort = CohortFactory(programme=ProgrammeFactory(slug="honey", title="Honey online"), capacity=4)
    SeatPoolFactory(cohort=cohort, seats=4)
    return cohort


def stage(cohort: Cohort, n: int, decision: Decision = Decision.OFFER) -> list[Application]:
    people = [ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW) for _ in range(n)]
    with transaction():
        for application in people:
            StagedDecisionFactory(application=application, decision=decision)
    return people


def start(cohort: Cohort) -> DecisionRelease:
    with transaction():
        return releases.start_release(cohort, actor=COORDINATOR)


def mails() -> Counter[str]:
    return Counter(db.session.scalars(sa.select(Message.kind)))


def test_start_release_tells_nobody_until_the_worker_has_come(cohort) -> None:
    people = stage(cohort, 3)

    release = start(cohort)
    before = ([each.status for each in people], mails())
    jobs.run_due()

    assert before == ([S.UNDER_REVIEW] * 3, Counter())
    assert [each.status for each in people] == [S.OFFERED] * 3
    assert mails() == {"offer_made": 3}
    assert (release.total, release.done, release.finished_at) == (3, 3, NOW)


def test_a_release_that_crashed_goes_on_without_a_second_mail(cohort, monkeypatch) -> None:
    monkeypatch.setattr(releases, "RELEASE_BATCH", 2)
    people = stage(cohort, 4) + stage(cohort, 3, Decision.REJECT)
    release = start(cohort)
    _crash_in_batch(monkeypatch, 3)

    with pytest.raises(ZeroDivisionError):
        releases.run_release(release.id)
    halfway = (release.done, release.finished_at, mails())
    monkeypatch.undo()
    with clock.travel(NOW + timedelta(minutes=5)):
        rest = releases.run_release(release.id)

    assert halfway == (4, None, Counter({"offer_made": 4}))
    assert len(rest) == 3
    assert mails() == {"offer_made": 4, "rejected": 3}
    assert {each.status for each in people} == {S.OFFERED, S.REJECTED}
    # One instant for all, also for those who were told after the crash.
    assert set(db.session.scalars(sa.select(StagedDecision.released_at))) == {NOW}


def _crash_in_batch(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    run = releases._release_batch
    batches = []

    def crash(*arguments):
        batches.append(arguments)
        rows = run(*arguments)
        # At the end of the batch, before it is stored: all of it is lost.
        return rows if len(batches) < number else 1 // 0

    monkeypatch.setattr(releases, "_release_batch", crash)


def test_start_release_again_goes_on_with_the_one_that_is_under_way(cohort) -> None:
    stage(cohort, 2)
    first = start(cohort)
    late = stage(cohort, 1)
    with clock.travel(NOW + timedelta(seconds=1)), transaction():
        late_again = db.session.scalars(
            sa.select(StagedDecision).where(StagedDecision.application_id == late[0].id)
        ).one()
        late_again.staged_at = clock.now()

    second = start(cohort)
    jobs.run_due()

    assert second is first
    assert mails() == {"offer_made": 2}
    assert late[0].status is S.UNDER_REVIEW


def test_start_release_is_refused_without_anything_staged_or_to_others(cohort) -> None:
    with pytest.raises(Conflict):
        releases.start_release(cohort, actor=COORDINATOR)
    StagedDecisionFactory(application=ApplicationFactory(cohort=cohort, status=S.UNDER_REVIEW))
    with pytest.raises(NotAllowed):
        releases.start_release(cohort, actor=coordinator("another"))


def test_the_trail_names_who_pressed_although_the_worker_did_it(cohort) -> None:
    (application,) = stage(cohort, 1)
    user = UserFactory()
    with transaction():
        releases.start_release(cohort, actor=coordinator(user_id=user.id))

    jobs.run_due()

    entry = db.session.scalars(
        sa.select(AuditEntry).where(
            AuditEntry.object_id == application.id, AuditEntry.action == "admissions:application:offer"
        )
    ).one()
    assert entry.actor_id == user.id


def test_unstage_all_takes_everything_back_until_a_release_has_begun(cohort) -> None:
    people = stage(cohort, 3)
    with transaction():
        n = decisions.unstage_all(cohort, actor=COORDINATOR)
    nothing_left = db.session.scalars(sa.select(StagedDecision)).all()
    stage(cohort, 1)
    start(cohort)

    assert (n, nothing_left) == (3, [])
    assert {each.status for each in people} == {S.UNDER_REVIEW}
    with pytest.raises(Conflict):
        decisions.unstage_all(cohort, actor=COORDINATOR)


# -- Pages


def test_a_large_release_shows_how_far_it_is(client, acting_as, cohort, monkeypatch) -> None:
    acting_as(coordinator(user_id=UserFactory().id))
    monkeypatch.setattr(releases, "RELEASE_BATCH", 2)
    stage(cohort, 3)
    address = f"/manage/cohorts/{cohort.code}/decisions"

    pressed = client.post(f"{address}/release")
    waiting = client.get(pressed.location).get_data(as_text=True)
    jobs.run_due()
    done = client.get(pressed.location).get_data(as_text=True)

    assert "0 of 3 decisions are done." in waiting
    assert "decisions are done." not in done
    assert done.count("Place offered") == 3


def test_unstage_all_and_the_preview_by_language(client, acting_as, cohort) -> None:
    acting_as(coordinator(user_id=UserFactory().id))
    stage(cohort, 2)
    with transaction():
        (kept,) = stage(cohort, 1)
        kept.person.locale = "ru"
    address = f"/manage/cohorts/{cohort.code}/decisions"

    page = client.get(address).get_data(as_text=True)
    client.post(f"{address}/unstage")

    assert "English, 2 people" in page
    assert "Русский, 1 person" in page
    assert page.count("Nobody reads this language; it would read so.") == 1
    assert db.session.scalars(sa.select(StagedDecision)).all() == []


def test_releasing_twice_in_two_windows_says_that_nothing_is_staged(client, acting_as, cohort) -> None:
    acting_as(coordinator(user_id=UserFactory().id))
    stage(cohort, 1)
    address = f"/manage/cohorts/{cohort.code}/decisions/release"

    answers = [client.post(address) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 409]
    assert "Somebody may have released the decisions a moment ago." in answers[1].get_data(as_text=True)
