"""Who can review a cohort's applications, how much they have, and what keeps them from which."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.access.roles import Role
from registry.accounts.models import Organisation, RoleGrant, User
from registry.accounts.queries import list_holders
from registry.admissions.enums import ConflictKind
from registry.admissions.models import Application, Assignment, ConflictDeclaration, Nomination, Review
from registry.admissions.rules.assigning import ReviewerShare, Unread, distribute
from registry.admissions.rules.conflicts import ApplicantFacts, ReviewerFacts, detect_conflict
from registry.admissions.rules.reviews import TO_REVIEW
from registry.catalogue.models import Cohort
from registry.core.codes import hash_token
from registry.core.database import db
from registry.people.models import Person


@dataclass(frozen=True)
class Reviewer:
    """Somebody whose role covers the cohort, for some states or all."""

    user: User
    share: ReviewerShare
    facts: ReviewerFacts
    sent: int
    """How many reviews of the cohort they have sent."""

    @property
    def name(self) -> str:
        return self.user.name or self.user.email

    def covers(self, member_state: str) -> bool:
        """Whether the reviewer's role takes in the state."""
        return self.share.member_states is None or member_state in self.share.member_states


def list_reviewers(cohort: Cohort) -> list[Reviewer]:
    """In the order of their roles. Needs the cohort loaded with its programme."""
    states: dict[int, set[str] | None] = {}
    users: dict[int, User] = {}
    for grant in list_holders(Role.REVIEWER, programme=cohort.programme.slug):
        users[grant.user_id] = grant.user
        known = states.setdefault(grant.user_id, set())
        if known is not None:
            states[grant.user_id] = known | {grant.country} if grant.country else None
    loads, sent = _count_loads(cohort), _count_sent(cohort)
    facts = _describe_reviewers(users.values())
    return [
        Reviewer(
            user=user,
            share=ReviewerShare(
                user_id=key,
                load=sum(loads.get(key, {}).values()),
                languages=frozenset({user.locale}),
                member_states=None if (own := states[key]) is None else frozenset(own),
                states=tuple(sorted(loads.get(key, {}).items())),
            ),
            facts=facts[key],
            sent=sent.get(key, 0),
        )
        for key, user in users.items()
    ]


def _count_loads(cohort: Cohort) -> dict[int, Counter[str]]:
    loads: dict[int, Counter[str]] = {}
    rows = db.session.execute(
        sa.select(Assignment.user_id, Application.member_state, sa.func.count())
        .join(Application, Application.id == Assignment.application_id)
        .where(Application.cohort_id == cohort.id)
        .group_by(Assignment.user_id, Application.member_state)
    )
    for user_id, state, n in rows:
        loads.setdefault(user_id, Counter())[state] = n
    return loads


def _count_sent(cohort: Cohort) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(Review.user_id, sa.func.count())
        .where(Review.cohort_id == cohort.id, Review.submitted_at.is_not(None))
        .group_by(Review.user_id)
    )
    return {user_id: int(n) for user_id, n in rows}


def _describe_reviewers(users: Iterable[User]) -> dict[int, ReviewerFacts]:
    """Roles count whether they are in force or over: who has worked somewhere is not impartial about it."""
    found: dict[int, tuple[str, set[str], set[str]]] = {user.id: (user.email, set(), set()) for user in users}
    rows = db.session.execute(
        sa.select(RoleGrant.user_id, Organisation.code, Organisation.website)
        .join(Organisation, Organisation.code == RoleGrant.organisation)
        .where(RoleGrant.user_id.in_(found))
    )
    for user_id, code, website in rows:
        _email, organisations, domains = found[user_id]
        organisations.add(code)
        host = (urlsplit(website).hostname or "") if website else ""
        if host:
            domains.add(host.removeprefix("www."))
    return {
        user_id: ReviewerFacts(user_id, email, frozenset(organisations), frozenset(domains))
        for user_id, (email, organisations, domains) in found.items()
    }


def list_unread(
    cohort: Cohort, reviewers: Sequence[Reviewer], *, only: Collection[int] | None = None
) -> list[Unread]:
    """The cohort's applications that can be reviewed (or those in `only`), with who may not read them."""
    statement = sa.select(
        Application.id, Application.member_state, Application.profile["locale"].as_string()
    ).where(Application.status.in_(TO_REVIEW))
    rows = db.session.execute(_narrow(statement, cohort, only).order_by(Application.id)).all()
    readers: dict[int, set[int]] = {}
    assigned = sa.select(Assignment.application_id, Assignment.user_id).join(
        Application, Application.id == Assignment.application_id
    )
    for application_id, user_id in db.session.execute(_narrow(assigned, cohort, only)):
        readers.setdefault(application_id, set()).add(user_id)
    conflicts = map_conflicts(cohort, reviewers, only=only)
    return [
        Unread(
            application_id=key,
            member_state=state,
            language=locale or "",
            readers=frozenset(readers.get(key, ())),
            excluded=frozenset(conflicts.get(key, ())),
        )
        for key, state, locale in rows
    ]


def map_conflicts(
    cohort: Cohort, reviewers: Sequence[Reviewer], *, only: Collection[int] | None = None
) -> dict[int, dict[int, ConflictKind]]:
    """Application -> account -> the conflict that was declared, or that the registry finds."""
    found: dict[int, dict[int, ConflictKind]] = {}
    declared = sa.select(
        ConflictDeclaration.application_id, ConflictDeclaration.user_id, ConflictDeclaration.kind
    ).join(Application, Application.id == ConflictDeclaration.application_id)
    for application_id, user_id, kind in db.session.execute(_narrow(declared, cohort, only)):
        found.setdefault(application_id, {})[user_id] = kind
    for application_id, applicant in _list_applicants(cohort, only):
        for reviewer in reviewers:
            if (kind := detect_conflict(reviewer.facts, applicant)) is not None:
                found.setdefault(application_id, {}).setdefault(reviewer.user.id, kind)
    return found


def _list_applicants(cohort: Cohort, only: Collection[int] | None) -> Iterator[tuple[int, ApplicantFacts]]:
    organisations = _map_applicants_organisations(cohort)
    statement = (
        sa.select(
            Application.id,
            Application.profile["email"].as_string(),
            Person.email,
            Person.user_id,
            Nomination.user_id,
        )
        .join(Person, Person.id == Application.person_id)
        .outerjoin(Nomination, Nomination.application_id == Application.id)
        .where(Application.status.in_(TO_REVIEW))
    )
    for key, sent_from, email, user_id, nominated_by in db.session.execute(_narrow(statement, cohort, only)):
        yield (
            key,
            ApplicantFacts(
                user_id=user_id,
                emails=frozenset(filter(None, (sent_from, email))),
                organisations=frozenset(organisations.get(user_id, ())),
                nominated_by=nominated_by,
            ),
        )


def _narrow(statement: Any, cohort: Cohort, only: Collection[int] | None) -> Any:
    statement = statement.where(Application.cohort_id == cohort.id)
    return statement if only is None else statement.where(Application.id.in_(only))


def _map_applicants_organisations(cohort: Cohort) -> Mapping[int, set[str]]:
    """Account -> organisations, of applicants who are somebody's staff too."""
    rows = db.session.execute(
        sa.select(RoleGrant.user_id, RoleGrant.organisation)
        .join(Person, Person.user_id == RoleGrant.user_id)
        .join(Application, Application.person_id == Person.id)
        .where(Application.cohort_id == cohort.id, RoleGrant.organisation.is_not(None))
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for user_id, code in rows:
        found.setdefault(user_id, set()).add(code or "")
    return found


def list_assignments(application: Application) -> Sequence[Assignment]:
    """Who has the application, with their accounts; the first assigned first."""
    return db.session.scalars(
        sa.select(Assignment)
        .where(Assignment.application_id == application.id)
        .options(joinedload(Assignment.user, innerjoin=True))
        .order_by(Assignment.assigned_at, Assignment.user_id)
    ).all()


def list_conflicts(application: Application) -> Sequence[ConflictDeclaration]:
    """Who must not have it, with their accounts."""
    return db.session.scalars(
        sa.select(ConflictDeclaration)
        .where(ConflictDeclaration.application_id == application.id)
        .options(joinedload(ConflictDeclaration.user, innerjoin=True))
        .order_by(ConflictDeclaration.declared_at, ConflictDeclaration.user_id)
    ).all()


@dataclass(frozen=True)
class AssignmentPlan:
    """What the rule would assign now, so that each application has `per_application` reviewers."""

    per_application: int
    reviewers: Sequence[Reviewer]
    unread: Sequence[Unread]
    pairs: Sequence[tuple[int, int]]
    """Application and account, each new."""

    @property
    def digest(self) -> str:
        """Another one when anything that the preview showed has changed."""
        return hash_token(repr((self.per_application, list(self.pairs))))

    @property
    def added(self) -> Counter[int]:
        """Account -> how many it gets."""
        return Counter(user_id for _, user_id in self.pairs)

    @property
    def short(self) -> dict[int, int]:
        """Application -> how many reviewers it still lacks, where nobody is left who may read it."""
        new = Counter(key for key, _ in self.pairs)
        missing = {
            each.application_id: self.per_application - len(each.readers) - new[each.application_id]
            for each in self.unread
        }
        return {key: n for key, n in missing.items() if n > 0}


def make_plan(cohort: Cohort, per_application: int) -> AssignmentPlan:
    """Nothing is stored. Needs the cohort loaded with its programme."""
    reviewers = list_reviewers(cohort)
    unread = list_unread(cohort, reviewers)
    pairs = distribute(unread, [each.share for each in reviewers], per_application=per_application)
    return AssignmentPlan(per_application, reviewers, unread, pairs)


def list_by_id(keys: Iterable[int]) -> dict[int, Application]:
    """The applications with these keys, for a list of at most some hundreds."""
    statement = sa.select(Application).where(Application.id.in_(list(keys)))
    return {each.id: each for each in db.session.scalars(statement)}
