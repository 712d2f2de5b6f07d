"""Predicates of admissions, one file per noun. Importing the package registers the object rules."""

from registry.admissions.rules.applications import can_view, is_own, public_status
from registry.admissions.rules.attachments import can_view_attachment
from registry.admissions.rules.reviews import find_assignment

__all__ = ["can_view", "can_view_attachment", "find_assignment", "is_own", "public_status"]
