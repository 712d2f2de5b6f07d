"""What people say about themselves as account holders."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts import queries
from registry.accounts.models import User
from registry.core import audit, clock
from registry.core.errors import InvalidInput, StaleWrite
from registry.core.i18n import LOCALES, _l


def edit_settings(*, name: str, locale: str, zone: str, version: int, actor: Actor) -> User:
    """Name, language and time zone of the actor's account.

    Errors: InvalidInput, StaleWrite.
    """
    user = queries.get_user(actor.user_id or 0)
    policy.require(actor, Permission.ACCOUNT_MANAGE, user)
    if locale not in LOCALES:
        raise InvalidInput(_l("Choose one of the languages."), field="locale")
    if zone not in clock.known_zones():
        raise InvalidInput(_l("Choose a time zone from the list."), field="zone")
    if user.version != version:
        raise StaleWrite
    user.name = name
    user.locale = locale
    user.zone = zone
    audit.record(user, "accounts:user:edit", actor)
    return user
