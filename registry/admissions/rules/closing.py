"""Why an application was closed, in words. Pure."""

from typing import Any

from registry.admissions.enums import ClosingReason

_LABELS = {reason.value: reason.label for reason in ClosingReason}


def describe_closing(reason: str) -> Any:
    """The registry's own reasons in the reader's language; a coordinator's as written."""
    return _LABELS.get(reason, reason)
