"""Commands of admissions."""

import click
from flask.cli import AppGroup

from registry.admissions.operations import sweeps
from registry.admissions.operations.selection import recompute_selection
from registry.admissions.queries import seats as seat_queries
from registry.admissions.queries.selection import find_run

cli = AppGroup("admissions", help="Applications, seats and offers.")


@cli.command("check-seats")
def check_seats() -> None:
    """Compare every count of used seats with the ledger; exit 1 where they differ."""
    differences = seat_queries.list_seat_differences()
    for difference in differences:
        pool = "total" if difference.member_state is None else difference.member_state or "general"
        click.echo(f"{difference.cohort} {pool}: used {difference.used}, ledger {difference.ledger}")
    click.echo("Seats and ledger agree." if not differences else f"{len(differences)} differences.")
    if differences:
        raise SystemExit(1)


@cli.command("sweep")
def sweep() -> None:
    """Do what the clock asks for: lapse, remind, expire, close. The worker does the same by itself."""
    for name, changed in sweeps.run_sweeps().items():
        click.echo(f"{name}: {changed}")


@cli.command("recompute")
@click.argument("code")
def recompute(code: str) -> None:
    """Run a selection again from its stored inputs and compare; exit 1 where anything differs."""
    run = find_run(code)
    if run is None:
        raise click.ClickException(f"There is no selection run {code}.")
    differences = recompute_selection(run)
    for difference in differences:
        click.echo(difference)
    click.echo("The same outcome." if not differences else f"{len(differences)} differences.")
    if differences:
        raise SystemExit(1)
