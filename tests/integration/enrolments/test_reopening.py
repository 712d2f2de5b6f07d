"""Parting two records again: what was closed because of the merge goes on, or the page says why not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Application
from registry.admissions.operations.decisions import close_application
from registry.catalogue.enums import CohortStatus
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.transaction import transaction
from registry.enrolments.operations.people import MergeInput, Parted, merge_people, undo_merge
from registry.enrolments.queries import people as queries
from registry.messages.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.nominating import text_of


@pytest.fixture
def programme():
    return ProgrammeFactory(title="Honey online")


@pytest.fixture
def cohort(programme):
    return CohortFactory(programme=programme)


@pytest.fixture
def actor(acting_as, programme):
    actor = coordinator(programme.slug, user_id=UserFactory().id)
    acting_as(actor)
    return actor


def merge(programme, going_on: Application, ending: Application, actor):
    with transaction():
        return merge_people(
            programme,
            going_on.person,
            ending.person,
            MergeInput("The same passport", [going_on.code]),
            actor=actor,
        )


def part(merged, programme, actor) -> Parted:
    with transaction():
        parted = undo_merge(queries.get_merge(merged.code, programme), programme, actor=actor)
    db.session.expire_all()
    return parted


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW, S.AWAITING_ENDORSEMENT, S.INELIGIBLE])
def test_undo_merge_opens_again_what_held_nothing(programme, cohort, actor, status) -> None:
    going_on, ending = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort, status=status)
    person_id = ending.person_id
    db.session.commit()
    merged = merge(programme, going_on, ending, actor)
    assert ending.status is S.CLOSED

    parted = part(merged, programme, actor)

    assert parted == Parted([ending.code], {})
    assert (ending.status, ending.person_id, ending.closing_reason) == (status, person_id, "")
    kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    assert kinds == ["application_closed", "application_reopened"]
    last = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.object_type == "application", AuditEntry.object_id == ending.id)
        .order_by(AuditEntry.id.desc())
    ).first()
    assert (last.from_state, last.to_state) == ("closed", status.value)


@pytest.mark.parametrize(
    ("status", "what", "why"),
    [
        (S.RETURNED, "", "It waited for corrections"),
        (S.AWAITING_GUARDIAN, "", "It waited for a guardian"),
        (S.SUBMITTED, "started", "The cohort has started"),
        (S.SUBMITTED, "cancelled", "The cohort has started or is over"),
        (S.SUBMITTED, "another reason", "It was closed for another reason"),
        (S.SUBMITTED, "applied again", "applied again in the same cohort"),
    ],
)
def test_undo_merge_says_why_something_stays_closed(programme, cohort, actor, status, what, why) -> None:
    going_on, ending = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort, status=status)
    person = ending.person
    db.session.commit()
    merged = merge(programme, going_on, ending, actor)
    if what == "started":
        cohort.starts_on = clock.today() - timedelta(days=1)
    if what == "cancelled":
        db.session.execute(
            sa.update(type(cohort)).values(status=CohortStatus.CANCELLED, cancelled_at=clock.now())
        )
    if what == "another reason":
        ending.closing_reason = "Withdrawn by letter"
    if what == "applied again":
        ApplicationFactory(cohort=cohort, person=person)
    db.session.commit()

    parted = part(merged, programme, actor)

    assert parted.reopened == []
    assert why in parted.still_closed[ending.code]
    assert ending.status is S.CLOSED
    assert ending.person_id == person.id


def test_an_application_opened_again_can_be_closed_again_and_is_told_again(programme, cohort, actor) -> None:
    going_on, ending = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    db.session.commit()
    part(merge(programme, going_on, ending, actor), programme, actor)

    with transaction():
        application = db.session.get_one(Application, ending.id)
        _ = application.cohort
        close_application(application, reason="A letter came", actor=actor)

    kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    assert kinds == ["application_closed", "application_reopened", "application_closed"]


def test_page_tells_what_became_of_each(client, programme, cohort, actor) -> None:
    going_on, ending = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    other = CohortFactory(programme=programme)
    ApplicationFactory(cohort=other, person=going_on.person)
    returned = ApplicationFactory(cohort=other, person=ending.person, status=S.RETURNED)
    db.session.commit()
    with transaction():
        merged = merge_people(
            programme,
            going_on.person,
            ending.person,
            MergeInput("The same passport", [going_on.code, _rival(other, returned)]),
            actor=actor,
        )

    response = client.post(
        f"/manage/programmes/{programme.slug}/duplicates/{merged.code}/undo", follow_redirects=True
    )

    page = text_of(response)
    assert f"Application {ending.code} is open again" in page
    assert f"Application {returned.code} stays closed. It waited for corrections" in page


def _rival(cohort, application: Application) -> str:
    """The code of the other application of the cohort."""
    return db.session.scalars(
        sa.select(Application.code).where(
            Application.cohort_id == cohort.id, Application.code != application.code
        )
    ).one()
