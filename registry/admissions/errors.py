"""What can go wrong in admissions."""

from registry.core.errors import Conflict
from registry.core.i18n import _l


class NoPlaces(Conflict):
    """No place can be offered, and nobody joins a list, once the cohort has started or is off."""

    code = "no_places"


class NoPool(Conflict):
    """The cohort has no seats an applicant of this state could get."""

    code = "no_pool"
    message = _l("There are no seats for applicants of this state.")
