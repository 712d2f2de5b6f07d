"""What the tests of nominations arrange and look up."""

import html

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Application, Nomination
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import Cohort
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.actors import focal_point
from tests.factories.admissions import ApplicationFactory, NominationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory

KZ = focal_point("KZ")


def speaker() -> Actor:
    """Kazakhstan's focal point, with an account."""
    return Actor("focal_point:F", user_id=UserFactory().id, grants=KZ.grants)


def make_cohort(**values: object) -> Cohort:
    cohort = CohortFactory(nomination=NominationMode.APPLY_THEN_ENDORSE, **values)
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=6, used=2)
    return cohort


def waiting(cohort: Cohort, state: str = "KZ", **values: object) -> Application:
    return ApplicationFactory(
        **{"cohort": cohort, "member_state": state, "status": S.AWAITING_ENDORSEMENT} | values
    )


def endorsed(cohort: Cohort, number: int = 1, state: str = "KZ", **values: object) -> list[Application]:
    found = [ApplicationFactory(cohort=cohort, member_state=state, **values) for _ in range(number)]
    for each in found:
        NominationFactory(application=each)
    return found


def order(cohort: Cohort, state: str = "KZ") -> list[str]:
    """Codes of those endorsed, by rank."""
    db.session.expire_all()
    return list(
        db.session.scalars(
            sa.select(Application.code)
            .join(Nomination, Nomination.application_id == Application.id)
            .where(Nomination.cohort_id == cohort.id, Nomination.member_state == state)
            .order_by(Nomination.rank)
        )
    )


def ranks(cohort: Cohort) -> list[int | None]:
    return list(
        db.session.scalars(
            sa.select(Nomination.rank).where(Nomination.cohort_id == cohort.id).order_by("rank")
        )
    )


def entries(application: Application) -> list[tuple[str, str | None]]:
    return [
        (entry.action.rpartition(":")[2], entry.reason)
        for entry in db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.object_id == application.id).order_by(AuditEntry.id)
        )
    ]


def text_of(response) -> str:
    return html.unescape(response.get_data(as_text=True))
