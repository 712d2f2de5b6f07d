"""Rows that leave the registry are written down first."""

from collections.abc import Mapping

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.models import Cohort
from registry.core import audit


def record_export(cohort: Cohort, *, purpose: str, about: Mapping[str, str], actor: Actor) -> None:
    """Note who takes the cohort's applications out, what for, and with which filter; names are not kept.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.APPLICATION_EXPORT, cohort)
    filters = {name: value for name, value in about.items() if name != "q"}
    audit.record(
        cohort,
        "admissions:application:export",
        actor,
        reason=purpose,
        about={"filter": filters} if filters else None,
    )
