"""Every question about the catalogue, one file per noun."""

from registry.catalogue.queries.interest import (
    find_announced_cohort,
    find_interest,
    get_interest,
    list_confirmed_interests,
    list_unconfirmed_interests,
)
from registry.catalogue.queries.programmes import (
    CohortPage,
    ProgrammePage,
    get_cohort_page,
    get_programme_page,
    get_public_programme,
    preview_cohort_page,
)
from registry.catalogue.queries.reference import (
    list_all,
    list_ids_edited_by_people,
    list_place_codes,
    list_programmes_to_load,
)
from registry.catalogue.queries.search import (
    FACETS,
    Filters,
    Listing,
    Order,
    list_facet_values,
    search_programmes,
)
from registry.catalogue.queries.snapshot import get_snapshot

__all__ = [
    "FACETS",
    "CohortPage",
    "Filters",
    "Listing",
    "Order",
    "ProgrammePage",
    "find_announced_cohort",
    "find_interest",
    "get_cohort_page",
    "get_interest",
    "get_programme_page",
    "get_public_programme",
    "get_snapshot",
    "list_all",
    "list_confirmed_interests",
    "list_facet_values",
    "list_ids_edited_by_people",
    "list_place_codes",
    "list_programmes_to_load",
    "list_unconfirmed_interests",
    "preview_cohort_page",
    "search_programmes",
]
