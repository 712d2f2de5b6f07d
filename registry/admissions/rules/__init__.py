"""Predicates of admissions, one file per noun. Importing the package registers the object rules."""

from registry.admissions.rules.applications import can_view, is_own, public_status

__all__ = ["can_view", "is_own", "public_status"]
