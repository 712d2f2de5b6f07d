"""Versioned edits: of two people who edit at once, the second is told what the first has changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from registry.core.errors import StaleWrite


def refuse_stale(
    obj: Any, version: int | None, *, given: Mapping[str, Any], stored: Mapping[str, Any]
) -> None:
    """Refuse an edit of another version than the stored one; None is a door that shows no form.

    Errors: StaleWrite, with the fields in which `given` differs from `stored`.
    """
    if version is None or obj.version == version:
        return
    raise StaleWrite({name: (value, stored[name]) for name, value in given.items() if stored[name] != value})


def bump_version(obj: Any) -> None:
    """Let the next flush raise the version although no column of its own changed, only what hangs on it."""
    flag_modified(obj, "created_at")
