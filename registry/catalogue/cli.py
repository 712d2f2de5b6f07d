"""Commands about the catalogue."""

from pathlib import Path

import click
from flask.cli import AppGroup

from registry.access.actor import Actor
from registry.catalogue import operations
from registry.core import reference
from registry.core.errors import RegistryError
from registry.core.transaction import transaction

cli = AppGroup("catalogue", help="Topics, documents, organisations and programmes.")


@cli.command("load")
@click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=reference.FOLDER
)
def load(folder: Path) -> None:
    """Load the catalogue from the CSV files in FOLDER, except what people edited since."""
    try:
        with transaction():
            report = operations.load_catalogue(folder, actor=Actor.system("cli"))
    except RegistryError as error:
        raise click.ClickException(f"Nothing was changed.\n{error}") from error
    click.echo(str(report))
