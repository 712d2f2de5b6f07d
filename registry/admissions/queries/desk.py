"""What a focal point sees: the own state's cohorts, seats, figures and applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import (
    Answer,
    Application,
    ApplicationStatusCount,
    EligibilityResult,
)
from registry.admissions.queries.answers import list_answers, list_results
from registry.admissions.queries.names import hold_names
from registry.admissions.queries.nominations import (
    GivenAnswer,
    StateEntry,
    find_answer,
    list_own_history,
)
from registry.admissions.queries.scope import _visible_to, with_titles
from registry.admissions.rules.invitations import is_by_invitation
from registry.catalogue.enums import CohortStatus, NominationMode
from registry.catalogue.models import GENERAL, Cohort, Programme, SeatPool
from registry.core.codes import normalise_code
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page

SHOWN_COHORTS = (CohortStatus.PUBLISHED, CohortStatus.ARCHIVED, CohortStatus.CANCELLED)


@dataclass(frozen=True)
class StateCohort:
    """A cohort as one member state sees it."""

    cohort: Cohort
    member_state: str
    seats: int | None
    """None where the state has no seats of its own."""
    left: int | None
    counts: dict[ApplicationStatus, int]

    @property
    def awaiting(self) -> int:
        """How many wait for the state's endorsement."""
        return self.count(ApplicationStatus.AWAITING_ENDORSEMENT)

    def count(self, *statuses: ApplicationStatus) -> int:
        """How many applications of the state are in one of the statuses; in any, if none is named."""
        return sum(n for status, n in self.counts.items() if not statuses or status in statuses)


@dataclass(frozen=True)
class DeskFilters:
    """What the list is narrowed to; an empty text does not narrow it."""

    cohort: str = ""
    status: str = ""
    state: str = ""
    text: str = ""


def list_states(actor: Actor) -> list[str]:
    """The member states the actor speaks for, by code."""
    return sorted({country for country, _ in _scopes(actor)})


def list_state_cohorts(actor: Actor, key: str | None) -> Page[StateCohort]:
    """Cohorts with seats for, or applications from, a state the actor speaks for; the latest start first.

    Shape:  one row for each such state of a cohort, states in the order of their codes.
    """
    pool = sa.exists().where(SeatPool.cohort_id == Cohort.id, _spoken_for(actor, SeatPool.member_state))
    applied = sa.exists().where(
        ApplicationStatusCount.cohort_id == Cohort.id,
        ApplicationStatusCount.n > 0,
        _spoken_for(actor, ApplicationStatusCount.member_state),
    )
    statement = (
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(contains_eager(Cohort.programme).selectinload(Programme.translations))
        .where(Cohort.status.in_(SHOWN_COHORTS), sa.or_(pool, applied, _invites(actor)))
    )
    page = get_page(statement, [SortKey(Cohort.starts_on, descending=True), SortKey(Cohort.id)], key)
    return Page(_by_state(actor, page.rows), page.next, page.previous)


def get_state_cohort(code: str, member_state: str, *, actor: Actor) -> StateCohort:
    """One cohort as the state sees it.

    Errors: NotFound, also for a state the actor does not speak for.
    """
    cohort = db.session.scalar(
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(contains_eager(Cohort.programme).selectinload(Programme.translations))
        .where(Cohort.code == normalise_code(code), Cohort.status.in_(SHOWN_COHORTS))
        .execution_options(populate_existing=True)
    )
    rows = _by_state(actor, [cohort]) if cohort else []
    found = next((row for row in rows if row.member_state == member_state), None)
    if found is None:
        raise NotFound
    return found


def _by_state(actor: Actor, cohorts: Sequence[Cohort]) -> list[StateCohort]:
    ids = [cohort.id for cohort in cohorts]
    pools = {
        (pool.cohort_id, pool.member_state): pool
        for pool in db.session.scalars(sa.select(SeatPool).where(SeatPool.cohort_id.in_(ids)))
    }
    counts: dict[tuple[int, str], dict[ApplicationStatus, int]] = {}
    for count in db.session.scalars(
        sa.select(ApplicationStatusCount).where(
            ApplicationStatusCount.cohort_id.in_(ids), ApplicationStatusCount.n > 0
        )
    ):
        counts.setdefault((count.cohort_id, count.member_state), {})[count.status] = count.n
    rows = []
    for cohort in cohorts:
        for state in _states_for(actor, cohort.programme.slug):
            place = (cohort.id, state)
            invites = is_by_invitation(cohort) and (cohort.id, GENERAL) in pools
            if place not in pools and place not in counts and not invites:
                continue
            own = pools.get(place)
            rows.append(
                StateCohort(
                    cohort=cohort,
                    member_state=state,
                    seats=own.seats if own else None,
                    left=own.seats - own.used if own else None,
                    counts=counts.get(place, {}),
                )
            )
    return rows


def count_by_status(actor: Actor) -> dict[ApplicationStatus, int]:
    """How many applications of the actor's states are in each status, over all cohorts."""
    rows = db.session.execute(
        sa.select(ApplicationStatusCount.status, sa.func.sum(ApplicationStatusCount.n))
        .join(Cohort, Cohort.id == ApplicationStatusCount.cohort_id)
        .join(Cohort.programme)
        .where(_spoken_for(actor, ApplicationStatusCount.member_state))
        .group_by(ApplicationStatusCount.status)
    )
    return {status: int(n) for status, n in rows if n}


def list_filter_cohorts(actor: Actor) -> Sequence[Cohort]:
    """Cohorts with an application from a state the actor speaks for, the latest start first."""
    applied = sa.exists().where(
        ApplicationStatusCount.cohort_id == Cohort.id,
        ApplicationStatusCount.n > 0,
        _spoken_for(actor, ApplicationStatusCount.member_state),
    )
    return db.session.scalars(
        sa.select(Cohort)
        .join(Cohort.programme)
        .options(contains_eager(Cohort.programme).selectinload(Programme.translations))
        .where(applied)
        .order_by(Cohort.starts_on.desc(), Cohort.id)
    ).all()


def list_state_applications(actor: Actor, filters: DeskFilters, key: str | None) -> Page[Application]:
    """Applications of the actor's states, the latest first."""
    statement = _visible_to(actor, Role.FOCAL_POINT).options(with_titles())
    if filters.cohort:
        statement = statement.where(Cohort.code == filters.cohort)
    if filters.status:
        statement = statement.where(Application.status == filters.status)
    if filters.state:
        statement = statement.where(Application.member_state == filters.state)
    if filters.text:
        statement = statement.where(
            sa.or_(
                Application.code == normalise_code(filters.text),
                sa.and_(sa.true(), *hold_names(Application.search_name, filters.text)),
            )
        )
    order = [SortKey(Application.submitted_at, descending=True), SortKey(Application.id, descending=True)]
    return get_page(statement, order, key)


@dataclass(frozen=True)
class StateApplication:
    """An application with what a focal point needs to endorse it."""

    application: Application
    answers: Sequence[Answer]
    results: Sequence[EligibilityResult]
    answer: GivenAnswer | None
    """What the state has said."""
    history: Sequence[StateEntry]


def get_state_application(code: str, *, actor: Actor) -> StateApplication:
    """Errors: NotFound, also for another state's application."""
    application = db.session.scalars(
        _visible_to(actor, Role.FOCAL_POINT).where(Application.code == code).options(with_titles())
    ).one_or_none()
    if application is None:
        raise NotFound
    return StateApplication(
        application,
        answers=list_answers(application),
        results=list_results(application),
        answer=find_answer(application),
        history=list_own_history(application),
    )


def _scopes(actor: Actor) -> list[tuple[str, str | None]]:
    """Each state the actor speaks for, with the programme it is limited to."""
    return [
        (grant.country, grant.programme)
        for grant in actor.grants_with(Permission.APPLICATION_ENDORSE)
        if grant.country
    ]


def _states_for(actor: Actor, programme: str) -> list[str]:
    return sorted({country for country, only in _scopes(actor) if only in (None, programme)})


def _invites(actor: Actor) -> sa.ColumnElement[bool]:
    """Cohorts by invitation whose general seats serve the actor's states too."""
    general = sa.exists().where(SeatPool.cohort_id == Cohort.id, SeatPool.member_state == GENERAL)
    programmes = [programme for _country, programme in _scopes(actor)]
    return sa.and_(
        Cohort.nomination == NominationMode.NOMINATE_THEN_APPLY,
        general,
        sa.true() if None in programmes else Programme.slug.in_(programmes),
    )


def _spoken_for(actor: Actor, state: Any) -> sa.ColumnElement[bool]:
    """Rows of a state the actor speaks for, in a statement that has joined the programme."""
    clauses = [
        sa.and_(
            state == country,
            sa.true() if programme is None else Programme.slug == programme,
        )
        for country, programme in _scopes(actor)
    ]
    return sa.or_(sa.false(), *clauses)
