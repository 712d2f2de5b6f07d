"""Changes of a cohort that touch its applications: publishing gives it seats and a form."""

from registry.access.actor import Actor
from registry.admissions.operations.pools import ensure_pools
from registry.admissions.operations.standard_form import publish_standard_form
from registry.catalogue.lifecycle import COHORT
from registry.catalogue.models import Cohort
from registry.catalogue.operations import announce_cohort, touch_catalogue


def publish_cohort(cohort: Cohort, *, actor: Actor) -> Cohort:
    """Show the cohort to everybody, with seats and with the standard form as the first version of its own.

    Errors: NotAllowed; IllegalTransition with the reason why it cannot be published yet.
    """
    COHORT.apply(cohort, "publish", actor=actor)
    ensure_pools(cohort)
    publish_standard_form(cohort)
    touch_catalogue()
    announce_cohort(cohort)
    return cohort
