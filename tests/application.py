"""The application as tests want it."""

from pathlib import Path

from flask import Flask
from sqlalchemy import URL

from config import load_config
from registry import create_app


def make_app(url: URL, var: Path) -> Flask:
    """An application on the database at `url` that leaves its files in `var`."""
    return create_app(
        load_config("testing"),
        SQLALCHEMY_DATABASE_URI=url.render_as_string(hide_password=False),
        MAIL_FOLDER=str(var / "mail"),
        EXPORT_FOLDER=str(var / "exports"),
        HUEY_FILE=str(var / "jobs.sqlite3"),
        FILES_FOLDER=str(var / "files"),
    )
