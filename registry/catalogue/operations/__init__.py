"""Every change in the catalogue, one file per noun."""

from registry.catalogue.operations.editions import touch_catalogue

__all__ = ["touch_catalogue"]
