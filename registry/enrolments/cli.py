"""Commands of enrolments."""

import click
from flask.cli import AppGroup

from registry.enrolments import queries

cli = AppGroup("enrolments", help="Participants and counts.")


@cli.command("recount")
def recount() -> None:
    """Compare every count that reports read with a recount of the stamps; exit 1 where they differ."""
    differences = queries.list_count_differences()
    for each in differences:
        group = f"{each.group.figure} {each.group.member_state} {each.group.sex or '-'} {each.group.age_band}"
        click.echo(f"{each.cohort} {group}: counted {each.counted}, recount {each.recounted}")
    click.echo("Counts and recount agree." if not differences else f"{len(differences)} differences.")
    if differences:
        raise SystemExit(1)
