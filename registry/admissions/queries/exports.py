"""Files that were asked for."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.models import Export
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound


def get_export(code: str, cohort: Cohort, *, actor: Actor) -> Export:
    """One of the actor's own that has not expired. Errors: NotFound."""
    export = db.session.scalar(_own(cohort, actor).where(Export.code == code))
    if export is None:
        raise NotFound
    return export


def list_exports(cohort: Cohort, *, actor: Actor) -> Sequence[Export]:
    """The actor's own of this cohort that have not expired, the latest first."""
    return db.session.scalars(_own(cohort, actor).order_by(Export.id.desc())).all()


def _own(cohort: Cohort, actor: Actor) -> sa.Select[Export]:
    return sa.select(Export).where(
        Export.cohort_id == cohort.id, Export.user_id == actor.user_id, Export.expires_at > clock.now()
    )


def find_export(export_id: int) -> Export | None:
    """None where it was forgotten meanwhile."""
    return db.session.get(Export, export_id)


def get_cohort_code(export: Export) -> str:
    """The code of the cohort it is of."""
    return db.session.scalars(sa.select(Cohort.code).where(Cohort.id == export.cohort_id)).one()


def list_expired(now: datetime) -> Sequence[Export]:
    """Those to be forgotten."""
    return db.session.scalars(sa.select(Export).where(Export.expires_at <= now).order_by(Export.id)).all()
