"""Pages of admissions, one file per noun. Importing the package opens them all."""

from registry.admissions.views import desk, eligibility, opening, reviews
from registry.admissions.views.blueprint import bp

__all__ = ["bp", "desk", "eligibility", "opening", "reviews"]
