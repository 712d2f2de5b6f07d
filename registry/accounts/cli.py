"""Commands about accounts and their roles."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from registry.access.actor import Actor
from registry.access.roles import GRANTABLE_ROLES, Role
from registry.accounts import passwords, queries, rules
from registry.accounts.models import User
from registry.accounts.operations import roles as operations
from registry.accounts.operations.roles import NewGrant
from registry.accounts.operations.second_factors import take_second_factor
from registry.accounts.operations.sign_up import Newcomer, create_account
from registry.accounts.queries import GrantFilter
from registry.core.errors import RegistryError
from registry.core.transaction import transaction

cli = AppGroup("accounts", help="Accounts and their roles.")
ROLES = click.Choice([role.value for role in GRANTABLE_ROLES])
DAY = click.DateTime(["%Y-%m-%d"])


def _actor() -> Actor:
    return Actor.system("cli")


def _get_user(email: str) -> User:
    user = queries.find_user(rules.clean_email(email) or "")
    if user is None:
        raise click.ClickException(f"There is no account with the address {email}.")
    return user


def _instant(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=ZoneInfo("UTC")) if day else None


@cli.command("grant")
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--programme", help="Slug of the programme the role is limited to.")
@click.option("--country", help="ISO 3166-1 alpha-2 of the member state.")
@click.option("--organisation", help="Code of the organisation.")
@click.option("--from", "from_on", type=DAY, help="First day (UTC); now if left out.")
@click.option("--until", "until_on", type=DAY, help="First day without the role (UTC).")
def grant(
    email: str,
    role: str,
    programme: str | None,
    country: str | None,
    organisation: str | None,
    from_on: datetime | None,
    until_on: datetime | None,
) -> None:
    """Give the account EMAIL a ROLE."""
    wanted = NewGrant(
        Role.of(role),
        programme=programme,
        country=country.upper() if country else None,
        organisation=organisation,
        from_at=_instant(from_on),
        to_at=_instant(until_on),
    )
    try:
        with transaction():
            granted = operations.grant_role(_get_user(email), wanted, actor=_actor())
    except RegistryError as error:
        where = f" ({error.field})" if error.field else ""
        raise click.ClickException(f"{error}{where}") from error
    click.echo(f"Granted: {granted.code}")


@cli.command("end")
@click.argument("code")
@click.option("--reason", required=True, help="Why; kept in the audit trail.")
def end(code: str, reason: str) -> None:
    """End the grant CODE now."""
    try:
        with transaction():
            operations.end_role(queries.get_grant(code), actor=_actor(), reason=reason)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Ended.")


@cli.command("list")
@click.option("--role", type=ROLES)
@click.option("--ended", is_flag=True, help="Those that are over instead.")
def list_grants(role: str | None, ended: bool) -> None:
    """List grants in force or to come: code, role, scope, account, dates."""
    key: str | None = None
    while True:
        page = queries.list_grants(GrantFilter(role=Role.of(role) if role else None, ended=ended), key)
        for each in page.rows:
            scope = each.programme or each.country or each.organisation or "everything"
            until = each.to_at.date().isoformat() if each.to_at else ""
            click.echo(
                "\t".join(
                    (each.code, each.role, scope, each.user.email, each.from_at.date().isoformat(), until)
                )
            )
        if page.next is None or not page.rows:
            return
        key = page.next


@cli.command("create-administrator")
@click.argument("email")
@click.password_option(help="Asked for if left out.")
def create_administrator(email: str, password: str) -> None:
    """Make a confirmed account EMAIL with the administrator's role: for the first one."""
    problem = rules.find_password_problem(password, email)
    if problem is not None:
        raise click.ClickException(str(problem))
    newcomer = Newcomer(email, passwords.hash_password(password))
    try:
        with transaction():
            user = create_account(newcomer, actor=_actor())
            operations.grant_role(user, NewGrant(Role.ADMINISTRATOR), actor=_actor())
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{user.email} is an administrator. The second step is set up at the first sign-in.")


@cli.command("reset-second-step")
@click.argument("email")
@click.option("--reason", required=True, help="Why; kept in the audit trail.")
def reset_second_step(email: str, reason: str) -> None:
    """Take the second step from the account EMAIL, whose owner lost telephone and codes."""
    try:
        with transaction():
            take_second_factor(_get_user(email), actor=_actor(), reason=reason)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Taken away; every session of the account has ended.")
