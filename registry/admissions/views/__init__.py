"""Pages of admissions, one file per noun. Importing the package opens them all."""

from registry.admissions.views import (
    applications,
    decisions,
    desk,
    eligibility,
    opening,
    reviews,
    work,
)
from registry.admissions.views.blueprint import bp

__all__ = ["applications", "bp", "decisions", "desk", "eligibility", "opening", "reviews", "work"]
