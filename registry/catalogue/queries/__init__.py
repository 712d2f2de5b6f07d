"""Every question about the catalogue, one file per noun."""

from registry.catalogue.queries.reference import (
    list_all,
    list_ids_edited_by_people,
    list_place_codes,
    list_programmes_to_load,
)

__all__ = ["list_all", "list_ids_edited_by_people", "list_place_codes", "list_programmes_to_load"]
