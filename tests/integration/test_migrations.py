"""Migrations: numbered without gaps, up, down and up again, with rows in the tables."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from tests.application import make_app
from tests.databases import Databases

MIGRATIONS = Path(__file__).parents[2] / "registry" / "migrations"
FILES = sorted((MIGRATIONS / "versions").glob("*.py"))

pytestmark = pytest.mark.committed


@pytest.fixture
def empty_database(databases: Databases, worker: str, tmp_path: Path) -> Iterator[Flask]:
    name = f"empty_{worker}"
    app = make_app(databases.create_empty(name), tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(name)


def table_names() -> set[str]:
    with db.engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_are_numbered_without_gaps() -> None:
    names = [path.name for path in FILES]

    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names), names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert (MIGRATIONS / ".head").read_text().strip() == names[-1][:4]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_migration_stands_alone_and_follows_its_predecessor(path: Path) -> None:
    text = path.read_text().replace('"', "'")
    number = int(path.name[:4])
    predecessor = f"'{number - 1:04}'" if number > 1 else "None"

    assert f"revision = '{number:04}'\ndown_revision = {predecessor}\n" in text
    assert not re.search(r"^\s*(from|import) (registry|config)\b", text, re.MULTILINE)


def test_migrations_go_up_down_and_up_again_with_rows(empty_database: Flask) -> None:
    entry = {
        "at": datetime(2027, 3, 15, tzinfo=UTC),
        "actor_label": "test",
        "action": "test",
        "object_type": "test",
        "object_id": 1,
        "changes": {},
    }
    table = db.metadata.tables["audit_entry"]
    for number in range(1, len(FILES) + 1):
        revision = f"{number:04}"
        flask_migrate.upgrade(revision=revision)
        if number == 1:
            with db.engine.begin() as connection:
                connection.execute(sa.insert(table).values(entry))
        else:
            flask_migrate.downgrade(revision=f"{number - 1:04}")
            flask_migrate.upgrade(revision=revision)

    with db.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 1
    assert table_names() == set(db.metadata.tables)

    flask_migrate.downgrade(revision="base")
    assert table_names() == set()

    flask_migrate.upgrade()
    assert table_names() == set(db.metadata.tables)
