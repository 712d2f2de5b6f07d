"""Pages of admissions, one file per noun. Importing the package opens them all."""

from registry.admissions.views import eligibility
from registry.admissions.views.blueprint import bp

__all__ = ["bp", "eligibility"]
