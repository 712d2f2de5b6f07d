"""Commands about places."""

from pathlib import Path

import click
from flask.cli import AppGroup

from registry.access.actor import Actor
from registry.core import reference
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.places import operations

cli = AppGroup("places", help="Countries, blocs and jurisdictions.")


@cli.command("load")
@click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=reference.FOLDER
)
def load(folder: Path) -> None:
    """Load countries, blocs, memberships and jurisdictions from the CSV files in FOLDER."""
    try:
        with transaction():
            report = operations.load_places(folder, actor=Actor.system("cli"))
    except RegistryError as error:
        raise click.ClickException(f"Nothing was changed.\n{error}") from error
    click.echo(str(report))
