"""What the database refuses in the catalogue, at its field."""

from registry.core.errors import ConstraintErrors
from registry.core.i18n import _l

PROGRAMME: ConstraintErrors = {
    "uq_programme_slug": ("slug", _l("Another programme has this address already. Choose another one.")),
}
PARTNERSHIP: ConstraintErrors = {
    "uq_partnership_programme_id_organisation_id_role": (
        "organisation",
        _l("This organisation has this role already."),
    ),
}
TARGET: ConstraintErrors = {
    "uq_target_programme_id_indicator_id_member_state_due_on": (
        "indicator",
        _l("There is already a target of this indicator for this state and day. Change that one."),
    ),
}
