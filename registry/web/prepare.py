"""Brings database, reference data and, where configured, the demo up to date, in one process."""

import os
import sys

import click
from flask.cli import FlaskGroup, ScriptInfo

from registry import create_app

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("db", "upgrade"),
    ("places", "load"),
    ("catalogue", "load"),
)
DEMO_COMMANDS: tuple[tuple[str, ...], ...] = (("demo",),)


def main() -> int:
    """Run the commands, each of which does nothing where nothing is left to do.

    Exit status: 1 when one failed; those after it are left out.
    """
    commands = COMMANDS
    if os.environ.get("REGISTRY_ENV") == "demo":
        commands += DEMO_COMMANDS
    group = FlaskGroup(create_app=create_app)
    application = ScriptInfo(create_app=create_app)
    for command in commands:
        try:
            group.main(list(command), prog_name="flask", obj=application, standalone_mode=False)
        except click.ClickException as error:
            error.show()
            click.echo(f"`flask {' '.join(command)}` failed.", err=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
