"""What can go wrong in admissions."""

from collections.abc import Sequence
from typing import Any

from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l


class NoPlaces(Conflict):
    """No place can be offered, and nobody joins a list, once the cohort has started or is off."""

    code = "no_places"


class NoPool(Conflict):
    """The cohort has no seats an applicant of this state could get."""

    code = "no_pool"
    message = _l("There are no seats for applicants of this state.")


class InvalidAnswer(InvalidInput):
    """An answer with one fault or several, each with its sentence and the field of the answer it stands at."""

    code = "invalid_answer"

    def __init__(self, faults: Sequence[Any]) -> None:
        self.faults = faults
        super().__init__(faults[0].sentence, field="answer")
