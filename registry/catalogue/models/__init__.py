"""Tables of the catalogue, one file per noun."""

from registry.catalogue.models.cohorts import GENERAL, Cohort, CohortLanguage, CohortScope, SeatPool
from registry.catalogue.models.programmes import (
    FrameworkDocument,
    IndicatorDefinition,
    Interest,
    Partnership,
    Programme,
    ProgrammeTranslation,
    ReportedResult,
    Target,
    Topic,
    programme_document,
    programme_topic,
)

__all__ = [
    "GENERAL",
    "Cohort",
    "CohortLanguage",
    "CohortScope",
    "FrameworkDocument",
    "IndicatorDefinition",
    "Interest",
    "Partnership",
    "Programme",
    "ProgrammeTranslation",
    "ReportedResult",
    "SeatPool",
    "Target",
    "Topic",
    "programme_document",
    "programme_topic",
]
