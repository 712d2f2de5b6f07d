"""What those who run programmes see of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.models import Organisation
from registry.catalogue.enums import CohortStatus
from registry.catalogue.models import (
    Cohort,
    FrameworkDocument,
    IndicatorDefinition,
    Partnership,
    Programme,
    ReportedResult,
    Target,
    Topic,
)
from registry.catalogue.rules import pick_title
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import pick_translation, sort_key


@dataclass(frozen=True)
class ManagedProgramme:
    """A row of the list of programmes."""

    programme: Programme
    title: str
    cohorts: int


def list_managed_programmes(actor: Actor) -> list[ManagedProgramme]:
    """The programmes whose texts the actor may edit, by the alphabet of the reader's language."""
    programmes = list(db.session.scalars(_managed_by(actor).options(selectinload(Programme.translations))))
    counted = sa.select(Cohort.programme_id, sa.func.count()).group_by(Cohort.programme_id)
    cohorts = Counter({row[0]: row[1] for row in db.session.execute(counted)})
    rows = [ManagedProgramme(each, pick_title(each), cohorts[each.id]) for each in programmes]
    return sorted(rows, key=lambda row: sort_key(row.title))


def get_managed_programme(slug: str, *, actor: Actor) -> Programme:
    """The programme with its texts, partners, topics, documents and reported results.

    Errors: NotFound, also for one that the actor does not manage.
    """
    programme = db.session.scalar(
        _managed_by(actor)
        .where(Programme.slug == slug)
        .options(
            selectinload(Programme.translations),
            selectinload(Programme.partnerships),
            selectinload(Programme.topics),
            selectinload(Programme.documents),
            selectinload(Programme.reported_results),
        )
        .execution_options(populate_existing=True)
    )
    if programme is None:
        raise NotFound
    return programme


def list_cohorts(programme: Programme) -> list[Cohort]:
    """All cohorts of the programme, drafts included, the newest first."""
    statement = (
        sa.select(Cohort)
        .where(Cohort.programme_id == programme.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return list(db.session.scalars(statement))


def count_live_cohorts(programme: Programme) -> int:
    """Drafts, and published cohorts that have not ended."""
    live = sa.or_(
        Cohort.status == CohortStatus.DRAFT,
        sa.and_(Cohort.status == CohortStatus.PUBLISHED, Cohort.ends_on >= clock.today()),
    )
    statement = sa.select(sa.func.count(Cohort.id)).where(Cohort.programme_id == programme.id, live)
    return db.session.scalar(statement) or 0


def get_reported_result(programme: Programme, code: str) -> ReportedResult:
    """Errors: NotFound."""
    statement = sa.select(ReportedResult).where(
        ReportedResult.programme_id == programme.id, ReportedResult.code == code
    )
    result = db.session.scalar(statement)
    if result is None:
        raise NotFound
    return result


def list_targets(programme: Programme) -> list[Target]:
    """What the programme plans to reach, by indicator, state and day."""
    statement = (
        sa.select(Target)
        .join(Target.indicator)
        .where(Target.programme_id == programme.id)
        .order_by(IndicatorDefinition.code, Target.member_state, Target.due_on)
    )
    return list(db.session.scalars(statement))


def get_target(programme: Programme, code: str) -> Target:
    """Errors: NotFound."""
    statement = sa.select(Target).where(Target.programme_id == programme.id, Target.code == code)
    target = db.session.scalar(statement)
    if target is None:
        raise NotFound
    return target


def list_topics() -> Sequence[Topic]:
    """All topics in their own order."""
    return db.session.scalars(sa.select(Topic).order_by(Topic.position, Topic.id)).all()


def list_documents() -> Sequence[FrameworkDocument]:
    """All framework documents."""
    return db.session.scalars(sa.select(FrameworkDocument).order_by(FrameworkDocument.slug)).all()


def list_indicators() -> Sequence[IndicatorDefinition]:
    """All indicators by code."""
    return db.session.scalars(sa.select(IndicatorDefinition).order_by(IndicatorDefinition.code)).all()


def list_organisations() -> list[Organisation]:
    """All organisations by their names in the reader's language."""
    found = db.session.scalars(sa.select(Organisation).order_by(Organisation.id))
    return sorted(found, key=lambda each: sort_key(pick_translation(each.names)[1]))


def get_organisation(code: str) -> Organisation:
    """Errors: NotFound."""
    organisation = db.session.scalar(sa.select(Organisation).where(Organisation.code == code))
    if organisation is None:
        raise NotFound
    return organisation


def get_partnership(programme: Programme, organisation: str, role: str) -> Partnership:
    """What the organisation does for the programme. Errors: NotFound."""
    statement = (
        sa.select(Partnership)
        .join(Partnership.organisation)
        .where(Partnership.programme_id == programme.id, Organisation.code == organisation)
    )
    for partnership in db.session.scalars(statement):
        if partnership.role.value == role:
            return partnership
    raise NotFound


def map_topics(slugs: Sequence[str]) -> Mapping[str, Topic]:
    """Slug -> topic."""
    return {topic.slug: topic for topic in list_topics() if topic.slug in slugs}


def map_documents(slugs: Sequence[str]) -> Mapping[str, FrameworkDocument]:
    """Slug -> document."""
    return {document.slug: document for document in list_documents() if document.slug in slugs}


def _managed_by(actor: Actor) -> sa.Select[Programme]:
    statement = sa.select(Programme).order_by(Programme.id)
    grants = [grant for grant in actor.grants_with(Permission.PROGRAMME_EDIT) if grant.country is None]
    if any(grant.programme is None for grant in grants):
        return statement
    return statement.where(Programme.slug.in_([grant.programme for grant in grants]))
