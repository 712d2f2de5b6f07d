"""Runs migrations on the application's engine; in batches on SQLite."""

from logging.config import fileConfig
from typing import Any, Literal

from alembic import context

from registry.core.database import UTCDateTime, db

if context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def render_item(kind: str, obj: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations never import the registry: its own types are written as plain ones."""
    if kind == "type" and isinstance(obj, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations() -> None:
    """Upgrade or downgrade in one transaction."""
    engine = db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Batch mode recreates tables; with foreign keys on, that would delete the child rows. The pragma is
            # ignored inside a transaction, so it goes straight to the driver before one begins.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            render_item=render_item,
            user_module_prefix="sa.",
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise RuntimeError(f"the migration left broken foreign keys: {broken[:3]}")
            connection.commit()
        finally:
            if is_sqlite:
                connection.rollback()
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


run_migrations()
