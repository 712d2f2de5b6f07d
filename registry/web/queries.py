"""What administrators read across the domains."""

from dataclasses import dataclass

import sqlalchemy as sa

from registry.core import tables
from registry.core.audit import AuditEntry
from registry.core.tables import Page, SortKey


@dataclass(frozen=True)
class AuditFilter:
    """What the trail is narrowed to; empty parts narrow nothing."""

    code: str = ""
    """Of the record that was changed."""
    action: str = ""
    """The beginning of the action's name."""
    actor_id: int | None = None
    actor_label: str = ""


def list_audit_entries(
    wanted: AuditFilter, key: str | None = None, *, size: int = tables.PAGE_SIZE
) -> Page[AuditEntry]:
    """Entries of the trail, the newest first."""
    statement = sa.select(AuditEntry)
    if wanted.code:
        statement = statement.where(AuditEntry.object_code == wanted.code)
    if wanted.action:
        statement = statement.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.actor_id is not None:
        statement = statement.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.actor_label:
        statement = statement.where(AuditEntry.actor_label == wanted.actor_label)
    return tables.get_page(statement, [SortKey(AuditEntry.id, descending=True)], key, size=size)
