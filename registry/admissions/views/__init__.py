"""Pages of admissions, one file per noun. Importing the package opens them all."""

from registry.admissions.views import (
    applications,
    attachments,
    corrections,
    decisions,
    desk,
    eligibility,
    exports,
    guardians,
    journey,
    listing,
    nominations,
    opening,
    own_applications,
    particulars,
    planning,
    reviews,
    work,
)
from registry.admissions.views.blueprint import bp

__all__ = [
    "applications",
    "attachments",
    "bp",
    "corrections",
    "decisions",
    "desk",
    "eligibility",
    "exports",
    "guardians",
    "journey",
    "listing",
    "nominations",
    "opening",
    "own_applications",
    "particulars",
    "planning",
    "reviews",
    "work",
]
