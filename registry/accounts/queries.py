"""What is read of accounts, sessions, organisations and roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.enums import LinkPurpose
from registry.accounts.models import MailedLink, Organisation, RecoveryCode, RoleGrant, User, UserSession
from registry.core import clock, tables
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey
from registry.places.models import Country

# Known by name only: these tables stand in domains above this one.
_person = sa.table("person", sa.column("id"), sa.column("user_id"))
_programme = sa.table("programme", sa.column("slug"))


def _in_force(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(RoleGrant.from_at <= now, sa.or_(RoleGrant.to_at.is_(None), RoleGrant.to_at > now))


def get_actor(token: str, *, second_factor_required: bool = True) -> Actor | None:
    """Whoever holds the session, with the roles in force now; None when the session is dead.

    One query. Staff without a second factor get no role but the applicant's while one is required.
    """
    now = clock.now()
    statement = (
        sa.select(UserSession.second_factor_at, User, _person.c.id, RoleGrant)
        .join(User, User.id == UserSession.user_id)
        .outerjoin(_person, _person.c.user_id == User.id)
        .outerjoin(RoleGrant, sa.and_(RoleGrant.user_id == User.id, _in_force(now)))
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
        )
        .order_by(RoleGrant.id)
    )
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    second_factor_at, user, person_id, _first = rows[0]
    if user.totp_confirmed_at is not None and second_factor_at is None:
        return None
    grants = [row[-1] for row in rows if row[-1] is not None]
    return _make_actor(user, person_id, grants, second_factor_required=second_factor_required)


def get_account_actor(user_id: int) -> Actor:
    """Whoever has the account, with the roles in force now: for work that somebody asked for earlier.

    Errors: NotFound.
    """
    user = get_user(user_id)
    grants = db.session.scalars(
        sa.select(RoleGrant)
        .where(RoleGrant.user_id == user_id, _in_force(clock.now()))
        .order_by(RoleGrant.id)
    ).all()
    person_id = db.session.scalar(sa.select(_person.c.id).where(_person.c.user_id == user_id))
    # The second factor was asked for when the work was.
    return _make_actor(user, person_id, grants, second_factor_required=False)


def _make_actor(
    user: User, person_id: int | None, grants: Sequence[RoleGrant], *, second_factor_required: bool
) -> Actor:
    granted = tuple(Grant(grant.role, grant.programme, grant.country, grant.organisation) for grant in grants)
    owes = bool(granted) and second_factor_required and user.totp_confirmed_at is None
    roles = sorted({grant.role.value for grant in granted}) or [Role.APPLICANT.value]
    return Actor(
        label=f"{'+'.join(roles)}:{user.code}"[:80],
        user_id=user.id,
        person_id=person_id,
        grants=(Grant(Role.APPLICANT), *(() if owes else granted)),
        locale=user.locale,
        zone=user.zone,
        has_second_factor=user.totp_confirmed_at is not None,
        owes_second_factor=owes,
        name=user.name or user.email,
    )


def get_user(user_id: int) -> User:
    """Errors: NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def get_user_by_code(code: str) -> User:
    """Errors: NotFound."""
    user = db.session.scalar(sa.select(User).where(User.code == code))
    if user is None:
        raise NotFound
    return user


def find_user(email: str) -> User | None:
    """By an address as `rules.clean_email` writes it."""
    return db.session.scalar(sa.select(User).where(User.email == email))


def has_demo_account() -> bool:
    """Whether fictional accounts with a published password are in this database."""
    return db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)) is not None


def has_role_in_force(user_id: int) -> bool:
    """Whether the account is staff now."""
    statement = sa.select(RoleGrant.id).where(RoleGrant.user_id == user_id, _in_force(clock.now())).limit(1)
    return db.session.scalar(statement) is not None


def find_pending_session(token: str) -> UserSession | None:
    """The session of somebody who gave the right password and still owes the second factor."""
    return db.session.scalar(
        sa.select(UserSession).where(
            UserSession.token_hash == hash_token(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
            UserSession.second_factor_at.is_(None),
        )
    )


def find_session(token: str) -> UserSession | None:
    """The living session with this token."""
    return db.session.scalar(
        sa.select(UserSession).where(
            UserSession.token_hash == hash_token(token), UserSession.ended_at.is_(None)
        )
    )


def list_sessions(user_id: int) -> Sequence[UserSession]:
    """The account's living sessions, the newest first."""
    statement = (
        sa.select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
        )
        .order_by(UserSession.id.desc())
    )
    return db.session.scalars(statement).all()


def find_link(token: str, purpose: LinkPurpose) -> MailedLink | None:
    """The link that can still be used."""
    return db.session.scalar(
        sa.select(MailedLink).where(
            MailedLink.token_hash == hash_token(token),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > clock.now(),
        )
    )


def count_recovery_codes(user_id: int) -> int:
    """How many can still be used."""
    statement = (
        sa.select(sa.func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    )
    return db.session.scalar(statement) or 0


@dataclass(frozen=True)
class GrantFilter:
    """What a list of grants is narrowed to; empty parts narrow nothing."""

    role: Role | None = None
    email: str = ""
    programme: str = ""
    ended: bool = False


def list_grants(
    wanted: GrantFilter, key: str | None = None, *, size: int = tables.PAGE_SIZE
) -> Page[RoleGrant]:
    """Grants in force or to come (or, with `ended`, those over), the newest first, with their accounts."""
    now = clock.now()
    over = sa.and_(RoleGrant.to_at.is_not(None), RoleGrant.to_at <= now)
    statement = (
        sa.select(RoleGrant)
        .join(User, User.id == RoleGrant.user_id)
        .where(over if wanted.ended else sa.not_(sa.func.coalesce(over, sa.false())))
        .options(selectinload(RoleGrant.user))
    )
    if wanted.role is not None:
        statement = statement.where(RoleGrant.role == wanted.role)
    if wanted.email:
        statement = statement.where(User.email.contains(wanted.email.lower(), autoescape=True))
    if wanted.programme:
        statement = statement.where(RoleGrant.programme == wanted.programme)
    return tables.get_page(statement, [SortKey(RoleGrant.id, descending=True)], key, size=size)


def list_grants_of(user_id: int) -> Sequence[RoleGrant]:
    """Every grant an account ever had, the newest first."""
    statement = sa.select(RoleGrant).where(RoleGrant.user_id == user_id).order_by(RoleGrant.id.desc())
    return db.session.scalars(statement).all()


def find_unknown_scope(*, programme: str | None, country: str | None, organisation: str | None) -> str | None:
    """The part of a scope that names nothing, or None when all exist."""
    for part, value, column in (
        ("programme", programme, _programme.c.slug),
        ("country", country, Country.code),
        ("organisation", organisation, Organisation.code),
    ):
        if value is not None and db.session.scalar(sa.select(column).where(column == value)) is None:
            return part
    return None


def get_grant(code: str) -> RoleGrant:
    """Errors: NotFound."""
    grant = db.session.scalar(
        sa.select(RoleGrant).where(RoleGrant.code == code).options(selectinload(RoleGrant.user))
    )
    if grant is None:
        raise NotFound
    return grant


def find_same_grant(grant: RoleGrant) -> RoleGrant | None:
    """A grant of the same role and scope to the same account that is not over when this one begins."""
    statement = sa.select(RoleGrant).where(
        RoleGrant.user_id == grant.user_id,
        RoleGrant.role == grant.role,
        RoleGrant.programme.is_not_distinct_from(grant.programme),
        RoleGrant.country.is_not_distinct_from(grant.country),
        RoleGrant.organisation.is_not_distinct_from(grant.organisation),
        sa.or_(RoleGrant.to_at.is_(None), RoleGrant.to_at > grant.from_at),
    )
    if grant.to_at is not None:
        statement = statement.where(RoleGrant.from_at < grant.to_at)
    return db.session.scalars(statement.limit(1)).first()


def search_users(text: str, key: str | None = None) -> Page[User]:
    """Accounts whose address or name holds the text, by address."""
    statement = sa.select(User)
    if text:
        statement = statement.where(
            sa.or_(
                User.email.contains(text.lower(), autoescape=True), User.name.contains(text, autoescape=True)
            )
        )
    return tables.get_page(statement, [SortKey(User.email)], key)


def list_holders(role: Role, *, programme: str) -> Sequence[RoleGrant]:
    """Grants of the role in force that cover the programme (by slug), with their accounts, in a fixed order."""
    statement = (
        sa.select(RoleGrant)
        .where(
            RoleGrant.role == role,
            sa.or_(RoleGrant.programme.is_(None), RoleGrant.programme == programme),
            _in_force(clock.now()),
        )
        .options(selectinload(RoleGrant.user))
        .order_by(RoleGrant.id)
    )
    return db.session.scalars(statement).all()


def list_roles_in_force(user_ids: Sequence[int]) -> dict[int, list[Role]]:
    """Account -> the roles it has now, without repeats."""
    found: dict[int, list[Role]] = {}
    statement = (
        sa.select(RoleGrant.user_id, RoleGrant.role)
        .where(RoleGrant.user_id.in_(user_ids), _in_force(clock.now()))
        .order_by(RoleGrant.id)
    )
    for user_id, role in db.session.execute(statement):
        roles = found.setdefault(user_id, [])
        if role not in roles:
            roles.append(role)
    return found


def list_organisations() -> Sequence[Organisation]:
    """All, by their codes."""
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.code)).all()


def get_organisation(code: str) -> Organisation:
    """Errors: NotFound."""
    organisation = db.session.scalar(sa.select(Organisation).where(Organisation.code == code))
    if organisation is None:
        raise NotFound
    return organisation
