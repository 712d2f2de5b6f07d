"""The catalogue's pages, one file per noun, on one blueprint."""

from registry.catalogue.views import cohorts, coordinators, interest, managing, programmes, results, texts
from registry.catalogue.views.blueprint import bp

__all__ = ["bp", "cohorts", "coordinators", "interest", "managing", "programmes", "results", "texts"]
