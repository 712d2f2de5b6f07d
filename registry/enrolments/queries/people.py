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
from registry.enrolments.models import PersonMerge
from registry.people.models import Consent, Person

SHOWN = 500
"""Merges that the page shows at most."""


@dataclass(frozen=True)
class Duplicate:
    """Applications that sound alike, with one day of birth and one member state, of more than one person."""

    member_state: str
    applications: Sequence[Application]

    @property
    def people(self) -> Sequence[str]:
        """Codes of the people, the earliest application's first."""
        return list(dict.fromkeys(application.person.code for application in self.applications))


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
    statement: Any = (
        sa.select(Application.match_key, Application.member_state)
        .where(Application.cohort_id.in_(ours), Application.match_key.is_not(None))
        .group_by(Application.match_key, Application.member_state)
        .having(sa.func.count(Application.person_id.distinct()) > 1)
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
    found = [Duplicate(state, each) for (_key, state), each in groups.items()]
    return Page(found, page.next, page.previous)


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
