"""Every change in the catalogue, one file per noun."""

from registry.catalogue.operations.editions import touch_catalogue
from registry.catalogue.operations.interest import (
    announce_cohort,
    confirm_interest,
    forget_interest,
    register_interest,
)
from registry.catalogue.operations.programmes import (
    add_partner,
    change_programme_status,
    create_programme,
    edit_programme,
    edit_text,
    name_coordinator,
    remove_partner,
)
from registry.catalogue.operations.reference import load_catalogue
from registry.catalogue.operations.results import (
    add_result,
    edit_result,
    remove_result,
    remove_target,
    set_target,
)

__all__ = [
    "add_partner",
    "add_result",
    "announce_cohort",
    "change_programme_status",
    "confirm_interest",
    "create_programme",
    "edit_programme",
    "edit_result",
    "edit_text",
    "forget_interest",
    "load_catalogue",
    "name_coordinator",
    "register_interest",
    "remove_partner",
    "remove_result",
    "remove_target",
    "set_target",
    "touch_catalogue",
]
