"""Pure rules about accounts: passwords, locks, who may change what."""

from datetime import datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import GRANTABLE_ROLES, Role
from registry.accounts.models import Organisation, RoleGrant, User
from registry.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from registry.core.i18n import _l

FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)

# What a guesser tries first among passwords that are long enough.
COMMON_PASSWORDS = frozenset(
    """
    1234567890 0123456789 0987654321 9876543210 1234512345 1231231231 123123123123 123456789a 12345678910
    1122334455 1020304050 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty1234 qwerty12345 qwerty123456
    qwertyuiop123 asdfghjkl123 asdfghjkl; zxcvbnm123 zaq12wsxcde3 password12 password123 password1234 password!23
    passwordpassword passw0rd12 p@ssword123 iloveyou12 iloveyou123 iloveyou1234 letmein123 letmein1234 welcome123
    welcome1234 admin12345 admin123456 administrator football123 baseball123 sunshine123 princess123 dragon1234
    superman123 abcdefghij abc123456789 a123456789 a1234567890 aa12345678 aa123456789 q123456789 woaini1314
    woaini520 woaini1314520 5201314520 1314520520 147258369a 1472583690 7894561230 trustno1trustno1 changeme123
    йцукенгшщз йцукен12345 пароль12345 пароль1234 парольпароль любовь12345 qazwsxedcrfv monkey1234 michael123
    computer123 internet123 whatever123 starwars123 pokemon123 shadow1234 master1234 freedom123 jennifer12
    """.split()  # noqa: SIM905 -- a list of a hundred words reads better as text
)


def clean_email(typed: str) -> str | None:
    """The address as it is stored and compared, or None for what cannot be one."""
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        )
    except EmailNotValidError:
        return None
    address = (found.ascii_email or found.normalized).lower()
    return address if "." in address.rpartition("@")[2] and len(address) <= 254 else None


def find_password_problem(password: str, email: str = "") -> Any | None:
    """The sentence that says what is wrong with a new password, or None."""
    plain = password.casefold()
    local_part = email.partition("@")[0].casefold()
    if len(password) < MIN_LENGTH:
        return _l("Choose a password of at least 10 characters. Three or four words do well.")
    if len(password) > MAX_LENGTH:
        return _l("Choose a password of at most 200 characters.")
    if email and plain in {email.casefold(), local_part}:
        return _l("Choose a password that is not your e-mail address.")
    if plain in COMMON_PASSWORDS or len(set(plain)) < 4:
        return _l("Too many people use this password. Choose another one.")
    return None


def get_lock_until(failures: int, now: datetime) -> datetime | None:
    """Until when nobody may sign in after so many wrong attempts in a row: 1 minute, doubled up to an hour."""
    if failures < FREE_FAILURES:
        return None
    return now + min(timedelta(minutes=1) * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_LOCK)


def is_locked(user: User, now: datetime) -> bool:
    """Whether sign-in waits because of wrong attempts."""
    return user.locked_until_at is not None and user.locked_until_at > now


def is_in_force(grant: RoleGrant, now: datetime) -> bool:
    """Whether the grant counts at this instant."""
    return grant.from_at <= now and (grant.to_at is None or grant.to_at > now)


def find_scope_problem(
    role: Role, *, programme: str | None, country: str | None, organisation: str | None
) -> tuple[str, Any] | None:
    """The field and the sentence that say which scope a role lacks or must not have, or None."""
    if role not in GRANTABLE_ROLES:
        return "role", _l("Choose a role.")
    if role is Role.FOCAL_POINT and not country:
        return "country", _l("Choose the member state the focal point acts for.")
    if role is Role.SPONSOR and not organisation:
        return "organisation", _l("Choose the organisation the sponsor belongs to.")
    if role is Role.COORDINATOR and not programme:
        return "programme", _l("Choose the programme the coordinator runs.")
    if organisation and role is not Role.SPONSOR:
        return "organisation", _l("Only a sponsor belongs to an organisation. Leave this empty.")
    if country and role is not Role.FOCAL_POINT:
        return "country", _l("Only a focal point acts for a member state. Leave this empty.")
    if programme and role in {Role.SPONSOR, Role.ADMINISTRATOR}:
        return "programme", _l("This role is not limited to one programme. Leave this empty.")
    return None


@policy.rule(Permission.ACCOUNT_MANAGE, on=User)
def can_manage_account(actor: Actor, user: User) -> bool:
    """One's own only."""
    return user.id == actor.user_id


@policy.rule(Permission.ROLE_GRANT, on=User)
def can_grant_to(actor: Actor, user: User) -> bool:
    """Administrators give roles to everybody, and to themselves too: the trail shows it."""
    return actor.has_role(Role.ADMINISTRATOR)


@policy.rule(Permission.ROLE_GRANT, on=RoleGrant)
def can_change_grant(actor: Actor, grant: RoleGrant) -> bool:
    return actor.has_role(Role.ADMINISTRATOR)


@policy.rule(Permission.ORGANISATION_EDIT, on=Organisation)
def can_edit_organisation(actor: Actor, organisation: Organisation) -> bool:
    return actor.has_role(Role.ADMINISTRATOR)
