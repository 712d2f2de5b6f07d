"""Users who sign in, their sessions and second factors; organisations; role grants."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.roles import Role
from registry.accounts.enums import LinkPurpose, OrganisationKind
from registry.core.database import Model, UTCDateTime, enum_type


class User(Model):
    """Somebody who can sign in. The address is stored in lower case."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True, info={"personal": True})
    name: Mapped[str] = mapped_column(sa.String(160), default="", info={"personal": True})
    """What to call the person on pages; may be empty."""
    password_hash: Mapped[str] = mapped_column(sa.String(200), info={"personal": True})
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    zone: Mapped[str] = mapped_column(sa.String(40), default="UTC")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    totp_secret: Mapped[str | None] = mapped_column(sa.String(200), info={"personal": True})
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    totp_counter: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The time step of the last code used: a code works once."""
    failures: Mapped[int] = mapped_column(default=0)
    locked_until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    """Made by the demo: production refuses to start on a database that holds one."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class UserSession(Model):
    """A signed-in browser. Ended on the server, it is dead, whatever the cookie says."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    browser: Mapped[str] = mapped_column(sa.String(200), default="", info={"personal": True})

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def mark(self) -> str:
        """What a page calls the session by; the cookie's token cannot be guessed from it."""
        return self.token_hash[:16]


class MailedLink(Model):
    """A one-use link sent by mail; only the hash of its token is stored."""

    __tablename__ = "mailed_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose, "purpose"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class RecoveryCode(Model):
    """Stands in for the second factor once, when the telephone is lost."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Organisation(Model):
    """Who provides, helps or funds. `names` maps locale -> name."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(enum_type(OrganisationKind, "kind"))
    country: Mapped[str | None] = mapped_column(sa.ForeignKey("country.code", ondelete="RESTRICT"))
    names: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    website: Mapped[str | None] = mapped_column(sa.String(200))
    source: Mapped[str | None] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RoleGrant(Model):
    """A role with its scope and dates. Losing it takes effect at the next request."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.Index(None, "programme", "role"),
        sa.Index(None, "country", "role"),
        sa.CheckConstraint("to_at IS NULL OR from_at <= to_at", name="period"),
        sa.CheckConstraint("role != 'sponsor' OR organisation IS NOT NULL", name="sponsor_scope"),
        sa.CheckConstraint("role != 'focal_point' OR country IS NOT NULL", name="focal_point_scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    programme: Mapped[str | None] = mapped_column(sa.String(80))
    """Slug of the programme the role is limited to."""
    country: Mapped[str | None] = mapped_column(sa.String(2))
    organisation: Mapped[str | None] = mapped_column(sa.String(40))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Exclusive end; empty while it lasts."""

    user: Mapped[User] = relationship(lazy="raise_on_sql")
