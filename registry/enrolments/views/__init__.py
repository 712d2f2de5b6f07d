"""Pages of enrolments, one file per noun. Importing the package opens them all."""

from registry.enrolments.views import consents, offers, participants, people
from registry.enrolments.views.blueprint import bp

__all__ = ["bp", "consents", "offers", "participants", "people"]
