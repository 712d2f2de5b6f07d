"""Every change in the catalogue, one file per noun."""

from registry.catalogue.operations.editions import touch_catalogue
from registry.catalogue.operations.reference import load_catalogue

__all__ = ["load_catalogue", "touch_catalogue"]
