"""What can be refused, and how a broken constraint becomes a message at its field."""

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.core.database import Base
from registry.core.i18n import _l

Message = Any
"""A string, or a lazily translated one."""

ConstraintErrors = Mapping[str, tuple[str | None, Message]]
"""Constraint name -> (form field or None, message)."""


class RegistryError(Exception):
    """A refusal a person can understand. `code` is stable, for machines."""

    status = 400
    code = "error"
    message: Message = _l("This cannot be done.")

    def __init__(self, message: Message | None = None, *, field: str | None = None) -> None:
        self.message = message or self.message
        self.field = field
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class NotFound(RegistryError):
    status = 404
    code = "not_found"
    message = _l("There is nothing here under this address.")


class NotAllowed(RegistryError):
    status = 403
    code = "not_allowed"
    message = _l("Your account may not do this.")


class InvalidInput(RegistryError):
    status = 422
    code = "invalid_input"
    message = _l("This value cannot be used.")


class Conflict(RegistryError):
    status = 409
    code = "conflict"
    message = _l("This is in conflict with something already stored.")


class IllegalTransition(RegistryError):
    status = 409
    code = "illegal_transition"
    message = _l("This step is not possible from the current status.")


class StaleWrite(RegistryError):
    """Somebody else changed the record meanwhile.

    `changes` maps a field's name to (value when the form was shown, value now).
    """

    status = 409
    code = "stale_write"
    message = _l(
        "This was changed meanwhile, in another window or by somebody else. Check what changed, then save again."
    )

    def __init__(self, changes: Mapping[str, tuple[Any, Any]] | None = None) -> None:
        self.changes = dict(changes or {})
        super().__init__()


def translate_integrity_error(error: IntegrityError, constraints: ConstraintErrors) -> RegistryError | None:
    """The Conflict that a broken constraint stands for, or None when nobody expected it."""
    name = _constraint_name(error)
    if name is None or name not in constraints:
        return None
    field, message = constraints[name]
    return Conflict(message, field=field)


def _constraint_name(error: IntegrityError) -> str | None:
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name) if diagnostics.constraint_name else None
    text = str(error.orig)
    if match := re.search(r"CHECK constraint failed: (\w+)", text):
        return match[1]
    if match := re.search(r"UNIQUE constraint failed: index '(\w+)'", text):
        return match[1]
    if match := re.search(r"UNIQUE constraint failed: (.+)$", text):
        return _unique_name(match[1])
    return None


def _unique_name(columns_text: str) -> str | None:
    """SQLite names the columns of a broken UNIQUE, not the constraint: find it by them."""
    columns = [part.strip().split(".") for part in columns_text.split(",")]
    table = Base.metadata.tables.get(columns[0][0])
    if table is None:
        return None
    names = {column for _, column in columns}
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)) and names == {
            column.name for column in constraint.columns
        }:
            return str(constraint.name)
    for index in table.indexes:
        if index.unique and names == {column.name for column in index.columns}:
            return str(index.name)
    return None
