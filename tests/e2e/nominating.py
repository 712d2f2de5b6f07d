"""What the journeys of nominations find already there: a cohort by invitation and a state's focal point."""

from dataclasses import dataclass

import sqlalchemy as sa

from registry.access.roles import Role
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.catalogue.enums import NominationMode
from registry.core.database import db
from tests.application import make_app
from tests.e2e.prepared import SYSTEM, Staff, _at_work, _make_staff
from tests.e2e.site import Site
from tests.factories.accounts import RoleGrantFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory


@dataclass(frozen=True)
class PreparedNominations:
    """The names by which the journey finds its way."""

    cohort: str
    focal_point: Staff


def prepare_nominations(site: Site, name: str) -> PreparedNominations:
    """An open cohort with seats for Kazakhstan, whose focal point has an account."""
    app = make_app(sa.make_url(f"sqlite:///{site.var / 'registry.sqlite3'}"), site.var)
    with _at_work(app):
        programme = ProgrammeFactory(slug=name, title="Felt online")
        cohort = CohortFactory(
            programme=programme, names={"en": "Winter"}, nomination=NominationMode.NOMINATE_THEN_APPLY
        )
        SeatPoolFactory(cohort=cohort, member_state="KZ", seats=6)
        publish_form(start_form_draft(cohort, actor=SYSTEM), version=None, actor=SYSTEM)
        user = _make_staff(f"focal-point-{name}", "en")
        RoleGrantFactory(user=user, role=Role.FOCAL_POINT, country="KZ", programme=programme.slug)
        db.session.commit()
        return PreparedNominations(cohort.code, Staff(user.email, user.totp_secret or ""))
