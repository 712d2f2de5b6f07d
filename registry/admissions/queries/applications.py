"""The coordinator's table of applications, and one application with everything about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import AgeBand, ApplicationStatus, Decision
from registry.admissions.models import (
    Answer,
    Application,
    ApplicationStatusCount,
    EligibilityResult,
    GuardianRequest,
    Nomination,
    Offer,
    StagedDecision,
)
from registry.admissions.queries.answers import list_answers, list_results
from registry.admissions.queries.scope import _visible_to
from registry.catalogue.models import Cohort, Programme
from registry.core.audit import AuditEntry
from registry.core.codes import ALPHABET, CODE_LENGTH, normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import fold
from registry.core.tables import Page, SortKey, get_page
from registry.people.enums import Sex

SORTS: Mapping[str, Any] = {"submitted": Application.submitted_at, "name": Application.listed_name}


@dataclass(frozen=True)
class ApplicationFilter:
    """What the table shows. Empty parts do not narrow it."""

    statuses: tuple[ApplicationStatus, ...] = ()
    member_state: str = ""
    sex: Sex | None = None
    age_band: AgeBand | None = None
    text: str = ""
    sort: str = "submitted"
    is_descending: bool = False

    @property
    def narrows_people(self) -> bool:
        """Whether it asks for more than the kept counts can answer."""
        return bool(self.sex or self.age_band or self.text)


@dataclass(frozen=True)
class ApplicationRow:
    """One line of the table; nothing beyond what it shows is read."""

    id: int
    code: str
    name: str
    member_state: str
    status: ApplicationStatus
    age_years: int | None
    sex: Sex | None
    submitted_at: datetime
    staged: Decision | None
    version: int


_COLUMNS = (
    Application.id,
    Application.code,
    Application.listed_name,
    Application.member_state,
    Application.status,
    Application.age_years,
    Application.sex,
    Application.submitted_at,
)


def get_cohort(code: str, *, actor: Actor, permission: Permission = Permission.DECISION_STAGE) -> Cohort:
    """A cohort the actor has the permission on (to run its selection), with its programme. Errors: NotFound."""
    cohort = db.session.scalar(_cohorts_of(actor, permission).where(Cohort.code == code))
    if cohort is None:
        raise NotFound
    return cohort


def list_cohorts(actor: Actor) -> Sequence[Cohort]:
    """The cohorts whose selection the actor runs, those that start last first."""
    return db.session.scalars(
        _cohorts_of(actor, Permission.DECISION_STAGE).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    ).all()


def _cohorts_of(actor: Actor, permission: Permission) -> sa.Select[Cohort]:
    statement = (
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(selectinload(Cohort.programme).selectinload(Programme.translations))
    )
    if actor.is_system:
        return statement
    clauses = [
        Programme.slug == grant.programme if grant.programme is not None else sa.true()
        for grant in actor.grants_with(permission)
        if grant.country is None
    ]
    return statement.where(sa.or_(sa.false(), *clauses))


def list_applications(
    cohort: Cohort, asked: ApplicationFilter, *, key: str | None, size: int = 50
) -> Page[ApplicationRow]:
    """A page of the cohort's applications; drafts are nobody's business. The caller has opened the cohort."""
    statement = (
        _narrow(sa.select(*_COLUMNS), cohort, asked)
        .add_columns(StagedDecision.decision, Application.version)
        .outerjoin(
            StagedDecision,
            sa.and_(StagedDecision.application_id == Application.id, StagedDecision.released_at.is_(None)),
        )
    )
    page = get_page(statement, _order(asked), key, size=size)
    return replace(page, rows=[ApplicationRow(*row) for row in page.rows])


def _order(asked: ApplicationFilter) -> list[SortKey]:
    column = SORTS.get(asked.sort, Application.submitted_at)
    return [SortKey(column, asked.is_descending), SortKey(Application.id, asked.is_descending)]


def _narrow(statement: Any, cohort: Cohort, asked: ApplicationFilter) -> Any:
    statement = statement.where(Application.cohort_id == cohort.id, Application.submitted_at.is_not(None))
    if len(asked.statuses) == 1:
        statement = statement.where(Application.status == asked.statuses[0])
    elif asked.statuses:
        statement = statement.where(Application.status.in_(asked.statuses))
    if asked.member_state:
        statement = statement.where(Application.member_state == asked.member_state)
    if asked.sex is not None:
        statement = statement.where(Application.sex == asked.sex)
    if asked.age_band is not None:
        statement = statement.where(Application.age_band == asked.age_band)
    if asked.text:
        code = normalise_code(asked.text)
        if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET):
            return statement.where(Application.code == code)
        return statement.where(Application.id.in_(_named(cohort, fold(asked.text).split())))
    return statement


def _named(cohort: Cohort, words: Iterable[str]) -> sa.Select[int]:
    """Keys of the cohort's applications whose names hold all the words; read from the index of names alone."""
    named = sa.orm.aliased(Application)
    return sa.select(named.id).where(
        named.cohort_id == cohort.id,
        *(named.search_name.contains(word, autoescape=True) for word in words),
    )


def find_neighbours(application: Application, asked: ApplicationFilter) -> tuple[str | None, str | None]:
    """Codes of the applications before and after this one within the filter."""
    column = SORTS.get(asked.sort, Application.submitted_at)
    here = getattr(application, column.key)
    codes: list[str | None] = []
    for is_back in (True, False):
        falls = asked.is_descending != is_back
        beyond = column < here if falls else column > here
        equal = Application.id < application.id if falls else Application.id > application.id
        order = [each.desc() if falls else each.asc() for each in (column, Application.id)]
        statement = _narrow(sa.select(Application.code), _cohort_of(application), asked)
        codes.append(
            db.session.scalar(
                statement.where(sa.or_(beyond, sa.and_(column == here, equal))).order_by(*order).limit(1)
            )
        )
    return codes[0], codes[1]


def _cohort_of(application: Application) -> Cohort:
    return db.session.get_one(Cohort, application.cohort_id)


def stream_applications(cohort: Cohort, asked: ApplicationFilter) -> Iterator[Sequence[Any]]:
    """Every application of the filter in its order, read from a cursor of the server a thousand at a time."""
    statement = _narrow(
        sa.select(
            Application.code,
            Application.listed_name,
            Application.member_state,
            # The stored words as they are: a hundred thousand enum members are not made to be undone.
            sa.type_coerce(Application.status, sa.String),
            sa.type_coerce(Application.sex, sa.String),
            sa.type_coerce(Application.age_band, sa.String),
            Application.submitted_at,
            Application.endorsed_at,
            Application.decided_at,
            Application.accepted_at,
        ),
        cohort,
        asked,
    ).order_by(*(each.column.desc() if each.descending else each.column for each in _order(asked)))
    yield from db.session.execute(statement, execution_options={"yield_per": 1000})


def count_by_status(cohort: Cohort) -> dict[ApplicationStatus, int]:
    """How many applications are in each status, from the kept counts."""
    rows = db.session.execute(
        sa.select(ApplicationStatusCount.status, sa.func.sum(ApplicationStatusCount.n))
        .where(ApplicationStatusCount.cohort_id == cohort.id)
        .group_by(ApplicationStatusCount.status)
    )
    return {status: int(n) for status, n in rows if n}


def count_by_state_and_status(cohort: Cohort) -> dict[str, dict[ApplicationStatus, int]]:
    """The same by member state."""
    counts: dict[str, dict[ApplicationStatus, int]] = {}
    rows = db.session.execute(
        sa.select(
            ApplicationStatusCount.member_state, ApplicationStatusCount.status, ApplicationStatusCount.n
        ).where(ApplicationStatusCount.cohort_id == cohort.id)
    )
    for member_state, status, n in rows:
        if n:
            counts.setdefault(member_state, {})[status] = n
    return counts


def count_matching(cohort: Cohort, asked: ApplicationFilter) -> int | None:
    """How many applications the filter shows, from the kept counts; None where only a recount could say."""
    if asked.narrows_people:
        return None
    counts = count_by_state_and_status(cohort)
    return sum(
        n
        for member_state, by_status in counts.items()
        for status, n in by_status.items()
        if (not asked.member_state or member_state == asked.member_state)
        and (not asked.statuses or status in asked.statuses)
    )


@dataclass(frozen=True)
class Dossier:
    """One application with everything a coordinator may read about it."""

    application: Application
    answers: Sequence[Answer]
    results: Sequence[EligibilityResult]
    nomination: Nomination | None
    guardian: GuardianRequest | None
    staged: StagedDecision | None
    offers: Sequence[Offer]
    history: Sequence[AuditEntry]


def get_application(code: str, *, actor: Actor) -> Application:
    """Errors: NotFound, also for what the actor may not see."""
    application = db.session.scalar(_visible_to(actor).where(Application.code == code))
    if application is None:
        raise NotFound
    return application


def get_dossier(application: Application) -> Dossier:
    """Everything about the application, in a fixed number of queries."""
    key = application.id
    return Dossier(
        application=application,
        answers=list_answers(application),
        results=list_results(application),
        nomination=db.session.get(Nomination, key),
        guardian=db.session.scalar(
            sa.select(GuardianRequest)
            .where(GuardianRequest.application_id == key)
            .order_by(GuardianRequest.id.desc())
            .limit(1)
        ),
        staged=db.session.scalar(
            sa.select(StagedDecision).where(
                StagedDecision.application_id == key, StagedDecision.released_at.is_(None)
            )
        ),
        offers=db.session.scalars(
            sa.select(Offer).where(Offer.application_id == key).order_by(Offer.id)
        ).all(),
        history=db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.object_type == Application.__tablename__, AuditEntry.object_id == key)
            .order_by(AuditEntry.id)
        ).all(),
    )
