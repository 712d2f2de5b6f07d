"""Tables of admissions, one file per noun."""

from registry.admissions.models.applications import (
    Answer,
    Application,
    Assignment,
    EligibilityResult,
    GuardianRequest,
    Nomination,
    StagedDecision,
)
from registry.admissions.models.forms import FormVersion, Question
from registry.admissions.models.seats import (
    ApplicationCount,
    ApplicationStatusCount,
    ApplicationWeekCount,
    Offer,
    SeatEntry,
    WaitlistEntry,
)

__all__ = [
    "Answer",
    "Application",
    "ApplicationCount",
    "ApplicationStatusCount",
    "ApplicationWeekCount",
    "Assignment",
    "EligibilityResult",
    "FormVersion",
    "GuardianRequest",
    "Nomination",
    "Offer",
    "Question",
    "SeatEntry",
    "StagedDecision",
    "WaitlistEntry",
]
