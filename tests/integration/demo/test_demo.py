"""A demo of reduced size: the same for the same seed and day, consistent, and in every state it promises."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import RoleGrant, User
from registry.accounts.passwords import is_password
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import ClosingReason, SelectionOrder
from registry.admissions.models import (
    Answer,
    Application,
    Assignment,
    Attachment,
    ConflictDeclaration,
    CorrectionRequest,
    Nomination,
    Question,
    Review,
    SelectionRun,
    StagedDecision,
)
from registry.admissions.operations.selection import recompute_selection
from registry.admissions.queries.scores import list_scores, summarise
from registry.admissions.queries.seats import list_seat_differences
from registry.catalogue.enums import CohortStatus, Phase
from registry.catalogue.models import Cohort
from registry.catalogue.operations import load_catalogue
from registry.catalogue.rules import compute_phase
from registry.core import codes
from registry.core.database import Base, db
from registry.core.transaction import transaction
from registry.demo import build as demo
from registry.enrolments.enums import EnrolmentStatus as E
from registry.enrolments.models import Enrolment
from registry.enrolments.queries import list_count_differences
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.outcomes.models import SurveyInvite
from registry.people.models import Person
from registry.places.operations import load_places
from registry.reports.models import Release
from tests.application import make_app

ON = date(2026, 11, 24)
SECRET_COLUMNS = {
    "message": {"message_id", "key", "body"},
    "guardian_request": {"token_hash"},
    "user_account": {"password_hash"},
    "job": {"due_at", "beat_at", "finished_at"},
}
"""Drawn from the system's own chance, whatever the seed."""

pytestmark = pytest.mark.committed


@pytest.fixture(scope="module")
def make_demo(
    databases: Any, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Flask]]:
    """Builds a demo in a database of its own."""
    made: list[tuple[str, Flask]] = []

    def make(*, size: float, seed: int = 7) -> Flask:
        name = f"demo_{worker}_{len(made)}"
        app = make_app(databases.create(name), Path(tmp_path_factory.mktemp("demo")))
        made.append((name, app))
        with app.app_context():
            with codes.seeded(1):
                for load in (load_places, load_catalogue):
                    with transaction():
                        load(actor=Actor.system("test"))
            assert demo.build(seed=seed, on=ON, size=size)
        return app

    yield make
    for name, app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        databases.drop(name)


@pytest.fixture(scope="module")
def built(make_demo: Callable[..., Flask]) -> Flask:
    """One demo for all tests that only look at it."""
    return make_demo(size=0.2)


@pytest.fixture
def living(built: Flask) -> Iterator[None]:
    """Inside the application of the demo."""
    with _inside(built):
        yield


@contextmanager
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()


def _dump(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    tables = {}
    with _inside(app):
        for table in Base.metadata.sorted_tables:
            hidden = SECRET_COLUMNS.get(table.name, set())
            columns = [column for column in table.columns if column.name not in hidden]
            rows = db.session.execute(sa.select(*columns).order_by(*table.primary_key.columns))
            tables[table.name] = [tuple(row) for row in rows]
    return tables


def _count(statement: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def test_build_twice_gives_equal_records(make_demo) -> None:
    first, second = (_dump(make_demo(size=0.02)) for _ in range(2))

    assert first["application"]
    for name, rows in first.items():
        assert rows == second[name], name


def test_another_seed_gives_other_people(make_demo, built) -> None:
    people = sa.select(User.email).where(User.email.like("%@people.example"))

    with _inside(built):
        mine = set(db.session.scalars(people))
    with _inside(make_demo(size=0.02, seed=8)):
        theirs = set(db.session.scalars(people))

    assert len(theirs) > 20
    assert len(mine & theirs) < len(theirs) / 4


def test_build_again_changes_nothing(built) -> None:
    before = _dump(built)

    with _inside(built):
        assert demo.build(seed=99, on=ON + timedelta(days=3)) is False

    assert _dump(built) == before


def test_seats_and_counts_agree_with_a_recount(living) -> None:
    assert list_seat_differences() == []
    assert list_count_differences() == []


def test_cohorts_stand_in_every_phase(living) -> None:
    cohorts = db.session.scalars(sa.select(Cohort)).all()
    now = demo.end_of(ON)

    phases = {compute_phase(each, now) for each in cohorts if each.status is CohortStatus.PUBLISHED}
    assert phases == set(Phase)
    assert {each.status for each in cohorts} == {CohortStatus.PUBLISHED, CohortStatus.CANCELLED}


def test_applications_and_enrolments_stand_in_every_status_that_has_a_door(living) -> None:
    applications = set(db.session.scalars(sa.select(Application.status).distinct()))
    enrolments = set(db.session.scalars(sa.select(Enrolment.status).distinct()))

    assert applications == set(S)
    assert enrolments == set(E) - {E.TRANSFERRED, E.EXCLUDED}


def test_staff_has_its_roles_and_the_password_of_the_readme(living) -> None:
    users = {
        user.email: user
        for user in db.session.scalars(sa.select(User).where(User.email.like("%@demo.example")))
        if "@people" not in user.email
    }

    assert set(users) == {
        f"{name}@demo.example"
        for name in ("applicant", "focal-point", "reviewer", "coordinator", "sponsor", "administrator")
    }
    assert is_password(users["applicant@demo.example"].password_hash, "learn-and-trade")
    roles = {
        user.email.split("@")[0]: set(
            db.session.scalars(sa.select(RoleGrant.role).where(RoleGrant.user_id == user.id))
        )
        for user in users.values()
    }
    assert roles == {"applicant": set()} | {
        role.value.replace("_", "-"): {role}
        for role in (Role.FOCAL_POINT, Role.REVIEWER, Role.COORDINATOR, Role.SPONSOR, Role.ADMINISTRATOR)
    }
    assert _count(sa.select(User.id).where(~User.is_demo)) == 0
    assert _count(sa.select(User.password_hash).distinct()) == 1


def test_the_applicant_has_something_to_do(living) -> None:
    statuses = db.session.scalars(
        sa.select(Application.status)
        .join(Person, Person.id == Application.person_id)
        .join(User, User.id == Person.user_id)
        .where(User.email == "applicant@demo.example")
        .order_by(Application.id)
    ).all()

    assert statuses[:2] == [S.OFFERED, S.UNDER_REVIEW]
    assert statuses[2] in {S.OFFERED, S.WAITLISTED, S.DRAFT}
    assert S.DRAFT in statuses


def test_reviewers_have_something_to_do_and_the_ranking_something_to_say(living) -> None:
    reviewed = db.session.scalars(
        sa.select(Cohort)
        .where(Cohort.id.in_(sa.select(Review.cohort_id)))
        .options(joinedload(Cohort.programme))
    ).one()
    scored = list_scores(reviewed)
    progress = summarise(scored)
    assert progress.sent > 10
    assert progress.owed > 10
    assert any(
        abs(each.rating.raw - each.rating.normalised) > 0.1 for each in scored if each.rating is not None
    )
    assert _count(sa.select(ConflictDeclaration.user_id)) > 0
    owner = sa.select(User.id).where(User.email == "reviewer@demo.example").scalar_subquery()
    assert _count(sa.select(Assignment.application_id).where(Assignment.user_id == owner)) > 10


def test_one_cohort_asks_about_shops_with_entries_conditions_and_files(living) -> None:
    entries = sa.select(Answer.application_id).join(Answer.question).where(Question.key == "shop_name")
    assert _count(entries.where(Answer.entry == 1)) > 5
    assert _count(entries.where(Answer.entry == 2)) > 0
    assert _count(sa.select(Attachment.id)) > 0
    given = sa.select(Question.key, Answer.application_id, Answer.entry, Answer.value).join(Answer.question)
    answers = {(key, *entry): value for key, *entry, value in db.session.execute(given)}
    certified = {key[1:] for key in answers if key[0] == "shop_certificate"}
    assert {answers["shop_goods", *entry] for entry in certified} == {"food"}


def test_every_room_has_something_to_show(living) -> None:
    assert _count(sa.select(Nomination.application_id).where(~Nomination.is_endorsed)) > 0
    assert _count(sa.select(StagedDecision.id).where(StagedDecision.released_at.is_(None))) > 0
    assert _count(sa.select(SurveyInvite.id).where(SurveyInvite.response_id.is_not(None))) > 0
    assert _count(sa.select(Release.id)) >= demo.WEEKS_OF_RELEASES
    kazakh = sa.select(Application.id).where(
        Application.member_state == "KZ", Application.status == S.AWAITING_ENDORSEMENT
    )
    assert _count(kazakh) > 0
    assert _count(sa.select(CorrectionRequest.id).where(CorrectionRequest.answered_at.is_not(None))) > 0
    unanswered = sa.select(Application.id).where(
        Application.closing_reason == ClosingReason.CORRECTIONS_MISSING
    )
    assert _count(unanswered) > 0


def test_no_mail_of_the_past_waits_for_the_worker(living) -> None:
    statuses = set(db.session.scalars(sa.select(Message.status).distinct()))

    assert statuses == {MessageStatus.SENT, MessageStatus.SUPERSEDED}


def test_the_command_refuses_outside_the_demo(app) -> None:
    app.config.update(DEMO=False, TESTING=False)
    try:
        result = app.test_cli_runner().invoke(args=["demo"])
    finally:
        app.config.update(TESTING=True)

    assert result.exit_code == 1
    assert "REGISTRY_ENV=demo only" in result.output


def test_runs_by_lottery_and_by_ranks_can_be_recomputed(living) -> None:
    runs = db.session.scalars(sa.select(SelectionRun)).all()

    assert {run.order for run in runs} == {SelectionOrder.LOTTERY, SelectionOrder.FOCAL_RANK}
    assert [recompute_selection(run) for run in runs] == [[] for _ in runs]


def test_an_open_cohort_has_bound_its_lottery(living) -> None:
    bound = db.session.scalars(sa.select(Cohort).where(Cohort.lottery_seed != "")).all()

    assert {compute_phase(cohort, demo.end_of(ON)) for cohort in bound} == {Phase.OPEN, Phase.ENDED}
