"""The schema that the migrations make is the one that the models describe."""

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from registry.core.database import db

Checks = dict[str, dict[str, str]]


@pytest.fixture
def connection(app: Flask) -> sa.Connection:
    return db.session.connection()


def test_models_and_migrations_have_the_same_tables_columns_and_indexes(connection: sa.Connection) -> None:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )

    assert compare_metadata(context, db.metadata) == []


def test_models_and_migrations_have_the_same_checks(connection: sa.Connection) -> None:
    migrated = read_checks(connection)

    assert {table: set(checks) for table, checks in migrated.items()} == {
        table.name: {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, sa.CheckConstraint)
        }
        for table in db.metadata.tables.values()
    }


@pytest.mark.sqlite_only  # PostgreSQL rewrites the texts of checks.
def test_models_and_migrations_have_the_same_texts_of_checks(connection: sa.Connection) -> None:
    with sa.create_engine("sqlite://").connect() as other:
        db.metadata.create_all(other)
        described = read_checks(other)

    assert read_checks(connection) == described


def test_models_and_migrations_have_the_same_foreign_keys(connection: sa.Connection) -> None:
    inspector = sa.inspect(connection)

    for table in db.metadata.tables.values():
        assert {
            (key["name"], key["referred_table"], key["options"].get("ondelete"))
            for key in inspector.get_foreign_keys(table.name)
        } == {
            (str(key.name), key.referred_table.name, key.ondelete) for key in table.foreign_key_constraints
        }, table.name


def read_checks(connection: sa.Connection) -> Checks:
    inspector = sa.inspect(connection)
    return {
        table: {
            str(check["name"]): re.sub(r"\s+", " ", check["sqltext"]).strip()
            for check in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }
