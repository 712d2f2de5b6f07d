"""Who among a programme's applicants may be one person, and what was merged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import LIVE_STATUSES
from registry.admissions.models import Application
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page
from registry.enrolments.models import DuplicateDismissal, PersonMerge
from registry.people.models import Consent, Person

SHOWN = 500
"""Merges that the page shows at most."""


@dataclass(frozen=True)
class Duplicate:
    """Applications that sound alike, with one day of birth and one member state, of more than one person."""

    member_state: str
    applications: Sequence[Application]
    dismissed: frozenset[tuple[int, int]] = frozenset()
    """Keys of two people, the lower first, who were found to be two."""

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Codes of two people to compare: each with the earliest one who may be the same."""
        people = {each.person.id: each.person.code for each in self.applications}
        found = []
        for number, later in enumerate(people):
            earlier = (each for each in list(people)[:number] if _ordered(each, later) not in self.dismissed)
            if (first := next(earlier, None)) is not None:
                found.append((people[first], people[later]))
        return found


def get_programme(slug: str, *, actor: Actor) -> Programme:
    """A programme whose applicants the actor may merge, with its texts. Errors: NotFound."""
    clauses = [
        Programme.slug == grant.programme if grant.programme is not None else sa.true()
        for grant in actor.grants_with(Permission.APPLICATION_PROCESS)
        if grant.country is None
    ]
    programme = db.session.scalar(
        sa.select(Programme)
        .where(Programme.slug == slug, sa.or_(sa.false(), *clauses))
        .options(selectinload(Programme.translations))
    )
    if programme is None:
        raise NotFound
    return programme


def list_duplicates(programme: Programme, *, key: str | None) -> Page[Duplicate]:
    """A page of possible duplicates among the programme's applicants."""
    ours = sa.select(Cohort.id).where(Cohort.programme_id == programme.id)
    n = sa.func.count(Application.person_id.distinct())
    statement: Any = (
        sa.select(Application.match_key, Application.member_state)
        .where(Application.cohort_id.in_(ours), Application.match_key.is_not(None))
        .group_by(Application.match_key, Application.member_state)
        .having(n * (n - 1) / 2 > _count_dismissed(programme))
    )
    page = get_page(statement, [SortKey(Application.match_key), SortKey(Application.member_state)], key)
    groups: dict[tuple[str | None, str], list[Application]] = {tuple(row): [] for row in page.rows}
    applications = db.session.scalars(
        sa.select(Application)
        .where(
            Application.cohort_id.in_(ours),
            Application.match_key.in_({match_key for match_key, _state in groups}),
        )
        .options(
            joinedload(Application.person, innerjoin=True), joinedload(Application.cohort, innerjoin=True)
        )
        .order_by(Application.submitted_at, Application.id)
    )
    for application in applications:
        # One person may have alike applications from two states; only those of the group count.
        groups.get((application.match_key, application.member_state), []).append(application)
    dismissed: dict[tuple[str, str], set[tuple[int, int]]] = {}
    keys = {match_key for match_key, _state in groups}
    for each in db.session.scalars(
        sa.select(DuplicateDismissal).where(
            DuplicateDismissal.programme_id == programme.id, DuplicateDismissal.match_key.in_(keys)
        )
    ):
        dismissed.setdefault((each.match_key, each.member_state), set()).add((each.first_id, each.second_id))
    found = [
        Duplicate(place[1], each, frozenset(dismissed.get((place[0] or "", place[1]), ())))
        for place, each in groups.items()
    ]
    return Page(found, page.next, page.previous)


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (min(one, other), max(one, other))


def _count_dismissed(programme: Programme) -> Any:
    """How many pairs of the group are known to be two people; pairs of whom one has no such application do not count."""
    return (
        sa.select(sa.func.count())
        .where(
            DuplicateDismissal.programme_id == programme.id,
            DuplicateDismissal.match_key == Application.match_key,
            DuplicateDismissal.member_state == Application.member_state,
            _is_in_group(programme, DuplicateDismissal.first_id),
            _is_in_group(programme, DuplicateDismissal.second_id),
        )
        .correlate(Application)
        .scalar_subquery()
    )


def _is_in_group(programme: Programme, person_id: Any) -> sa.ColumnElement[bool]:
    own = sa.orm.aliased(Application)
    return sa.exists().where(
        own.person_id == person_id,
        own.match_key == DuplicateDismissal.match_key,
        own.member_state == DuplicateDismissal.member_state,
        own.cohort_id.in_(sa.select(Cohort.id).where(Cohort.programme_id == programme.id)),
    )


def list_shared_keys(programme: Programme, first: Person, second: Person) -> Sequence[tuple[str, str]]:
    """Under which keys and in which states the two are possible duplicates."""
    ours = sa.select(Cohort.id).where(Cohort.programme_id == programme.id)
    one, other = sa.orm.aliased(Application), sa.orm.aliased(Application)
    rows = db.session.execute(
        sa.select(one.match_key, one.member_state)
        .join(other, sa.and_(other.match_key == one.match_key, other.member_state == one.member_state))
        .where(
            one.person_id == first.id,
            other.person_id == second.id,
            one.cohort_id.in_(ours),
            other.cohort_id.in_(ours),
        )
        .distinct()
        .order_by(one.match_key, one.member_state)
    )
    return [(key, state) for key, state in rows if key is not None]


def list_dismissals(programme: Programme) -> Sequence[DuplicateDismissal]:
    """Who was found to be two people, the latest first."""
    return db.session.scalars(
        sa.select(DuplicateDismissal)
        .where(DuplicateDismissal.programme_id == programme.id)
        .options(
            joinedload(DuplicateDismissal.first, innerjoin=True),
            joinedload(DuplicateDismissal.second, innerjoin=True),
        )
        .order_by(DuplicateDismissal.id.desc())
        .limit(SHOWN)
    ).all()


def get_dismissal(code: str, programme: Programme) -> DuplicateDismissal:
    """Errors: NotFound."""
    dismissal = db.session.scalar(
        sa.select(DuplicateDismissal)
        .where(DuplicateDismissal.code == code, DuplicateDismissal.programme_id == programme.id)
        .options(
            joinedload(DuplicateDismissal.first, innerjoin=True),
            joinedload(DuplicateDismissal.second, innerjoin=True),
        )
    )
    if dismissal is None:
        raise NotFound
    return dismissal


def get_applicant(code: str, programme: Programme) -> Person:
    """Somebody who sent an application to one of the programme's cohorts. Errors: NotFound."""
    applied = sa.exists().where(
        Application.person_id == Person.id,
        Application.submitted_at.is_not(None),
        Application.cohort_id.in_(sa.select(Cohort.id).where(Cohort.programme_id == programme.id)),
    )
    person = db.session.scalar(sa.select(Person).where(Person.code == code, applied))
    if person is None:
        raise NotFound
    return person


def list_applications_of(people: Collection[Person]) -> Sequence[Application]:
    """All applications of these people in all programmes, drafts too, in the order they began."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.person_id.in_([person.id for person in people]))
        .options(
            joinedload(Application.cohort, innerjoin=True)
            .joinedload(Cohort.programme, innerjoin=True)
            .selectinload(Programme.translations)
        )
        .order_by(Application.created_at, Application.id)
    ).all()


def list_live_applications(person: Person) -> Sequence[Application]:
    """Those of which a person has at most one per cohort."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.person_id == person.id, Application.status.in_(LIVE_STATUSES))
        .options(joinedload(Application.cohort, innerjoin=True).joinedload(Cohort.programme, innerjoin=True))
        .order_by(Application.id)
    ).all()


def list_merges(programme: Programme) -> Sequence[PersonMerge]:
    """What was merged in the programme and stands, the latest first."""
    return db.session.scalars(
        sa.select(PersonMerge)
        .where(PersonMerge.programme_id == programme.id, PersonMerge.undone_at.is_(None))
        .options(joinedload(PersonMerge.kept, innerjoin=True), joinedload(PersonMerge.merged, innerjoin=True))
        .order_by(PersonMerge.id.desc())
        .limit(SHOWN)
    ).all()


def get_merge(code: str, programme: Programme) -> PersonMerge:
    """A merge that stands. Errors: NotFound."""
    merge = db.session.scalar(
        sa.select(PersonMerge)
        .where(
            PersonMerge.code == code,
            PersonMerge.programme_id == programme.id,
            PersonMerge.undone_at.is_(None),
        )
        .options(joinedload(PersonMerge.kept, innerjoin=True), joinedload(PersonMerge.merged, innerjoin=True))
    )
    if merge is None:
        raise NotFound
    return merge


def has_later_merge(merge: PersonMerge) -> bool:
    """Whether one of the two was merged again since, and that stands."""
    two = (merge.kept_id, merge.merged_id)
    return (
        db.session.scalar(
            sa.select(PersonMerge.id)
            .where(
                PersonMerge.id > merge.id,
                PersonMerge.undone_at.is_(None),
                sa.or_(PersonMerge.kept_id.in_(two), PersonMerge.merged_id.in_(two)),
            )
            .limit(1)
        )
        is not None
    )


def lock_people(*people: Person) -> None:
    """Their rows, read afresh and locked until the transaction ends."""
    db.session.execute(
        sa.select(Person)
        .where(Person.id.in_([person.id for person in people]))
        .order_by(Person.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def list_keys_of(table: sa.FromClause, person: Person) -> Sequence[int]:
    """Keys of the table's rows that belong to the person."""
    return db.session.scalars(
        sa.select(table.c.id).where(table.c.person_id == person.id).order_by(table.c.id)
    ).all()


def list_keys_about(codes: Collection[str], person: Person) -> Sequence[int]:
    """Keys of the person's consents that were given for these applications."""
    return db.session.scalars(
        sa.select(Consent.id).where(Consent.person_id == person.id, Consent.about.in_(codes))
    ).all()


def list_applications_by_key(keys: Collection[int]) -> Sequence[Application]:
    """The applications with cohort and programme."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id.in_(keys))
        .options(joinedload(Application.cohort, innerjoin=True).joinedload(Cohort.programme, innerjoin=True))
    ).all()


def lock_applications(codes: Collection[str]) -> Sequence[Application]:
    """The same by their codes, read afresh and locked until the transaction ends."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.code.in_(codes))
        .options(joinedload(Application.cohort, innerjoin=True).joinedload(Cohort.programme, innerjoin=True))
        .order_by(Application.id)
        .with_for_update(key_share=True, of=Application)
        .execution_options(populate_existing=True)
    ).all()
