"""Roles given and ended. Both take effect at the account's next request."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.accounts import queries, rules
from registry.accounts.models import RoleGrant, User
from registry.accounts.operations.links import recipient_of
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, IllegalTransition, InvalidInput
from registry.core.i18n import _l
from registry.messages import operations as messages


@dataclass(frozen=True)
class NewGrant:
    """A role with its scope and dates."""

    role: Role
    programme: str | None = None
    country: str | None = None
    organisation: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


def grant_role(user: User, wanted: NewGrant, *, actor: Actor) -> RoleGrant:
    """Give the role, from now on unless the grant says from when.

    Errors: NotAllowed, InvalidInput at the scope's field, Conflict when the account has it already.
    """
    policy.require(actor, Permission.ROLE_GRANT, user)
    problem = rules.find_scope_problem(
        wanted.role, programme=wanted.programme, country=wanted.country, organisation=wanted.organisation
    )
    if problem is not None:
        field, sentence = problem
        raise InvalidInput(sentence, field=field)
    unknown = queries.find_unknown_scope(
        programme=wanted.programme, country=wanted.country, organisation=wanted.organisation
    )
    if unknown is not None:
        raise InvalidInput(_l("Choose one from the list."), field=unknown)
    if user.confirmed_at is None:
        raise InvalidInput(
            _l("This address is not confirmed yet, so the account has no roles."), field="email"
        )
    now = clock.now()
    grant = RoleGrant(
        code=new_code(),
        user_id=user.id,
        role=wanted.role,
        programme=wanted.programme,
        country=wanted.country,
        organisation=wanted.organisation,
        from_at=wanted.from_at or now,
        to_at=wanted.to_at,
    )
    if grant.to_at is not None and (grant.to_at <= grant.from_at or grant.to_at <= now):
        raise InvalidInput(_l("The last day lies before the first one, or has passed."), field="until")
    if queries.find_same_grant(grant) is not None:
        raise Conflict(_l("This account has this role with this scope already."), field="role")
    db.session.add(grant)
    audit.record(grant, "accounts:role:grant", actor, about={"user": user.code})
    messages.queue(
        "role_granted",
        key=f"role_granted:{grant.code}",
        to=recipient_of(user),
        context={"role": wanted.role, "from_at": grant.from_at},
    )
    return grant


def end_role(grant: RoleGrant, *, actor: Actor, reason: str) -> RoleGrant:
    """End it now; one that lies ahead never begins.

    Errors: NotAllowed, InvalidInput("reason"), IllegalTransition when it is over.
    """
    policy.require(actor, Permission.ROLE_GRANT, grant)
    if not reason.strip():
        raise InvalidInput(_l("Give a reason."), field="reason")
    now = clock.now()
    if grant.to_at is not None and grant.to_at <= now:
        raise IllegalTransition(_l("This role has ended already."))
    user = queries.get_user(grant.user_id)
    grant.to_at = max(now, grant.from_at)
    audit.record(grant, "accounts:role:end", actor, reason=reason, about={"user": user.code})
    messages.queue(
        "role_ended",
        key=f"role_ended:{grant.code}:{secrets.token_hex(4)}",
        to=recipient_of(user),
        context={"role": grant.role},
    )
    return grant
