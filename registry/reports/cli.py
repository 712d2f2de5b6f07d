"""Reports from the terminal."""

import click
from flask.cli import AppGroup

from registry.access.actor import Actor
from registry.core.transaction import transaction
from registry.reports import operations
from registry.reports.queries import counts, subjects

cli = AppGroup("reports", help="Releases of reports, and whether their counts are right.")


@cli.command("release")
def make_weekly_releases() -> None:
    """Release the report of every programme that has no release of this week yet."""
    with transaction():
        made = operations.make_weekly_releases(actor=Actor.system("cli"))
        lines = [f"{release.code} {release.programme.slug}" for release in made]
    click.echo("\n".join(lines) or "Every programme has its release of this week.")


@cli.command("recount")
def recount() -> None:
    """Compare the counts with a recount of the records; differences end with status 1."""
    differences = 0
    for programme in subjects.list_programmes_with_cohorts():
        ids = [cohort.id for cohort in subjects.list_counted_cohorts(programme)]
        kept, counted = counts.count_figures(ids), counts.recount_figures(ids)
        for key in sorted(kept.keys() | counted.keys()):
            if kept.get(key, 0) != counted.get(key, 0):
                differences += 1
                pair = f"kept {kept.get(key, 0)}, counted {counted.get(key, 0)}"
                click.echo(f"{programme.slug} {' '.join(key)}: {pair}")
    if differences:
        raise click.ClickException(f"{differences} figures differ.")
    click.echo("All counts are right.")
