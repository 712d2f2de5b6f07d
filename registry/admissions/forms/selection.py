"""What coordinators choose for a selection run."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.validators import NumberRange

from registry.admissions.enums import SelectionOrder
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.models import GENERAL
from registry.core.forms import FilterForm, InputRequired, Optional, RegistryForm, WholeNumberField
from registry.core.i18n import _, _l, country_name

MOST_SEATS = 100_000
_SEATS = "seats_"
_GENERAL = "general"


def _share(label: Any) -> Any:
    return WholeNumberField(
        label,
        validators=[
            Optional(),
            NumberRange(0, 100, _l("Enter the share in percent, as a whole number from 0 to 100.")),
        ],
    )


class _Settings:
    """The fields that a run is made of."""

    order: Any = RadioField(
        _l("Order"),
        choices=SelectionOrder.choices(),
        validators=[InputRequired(_l("Choose what puts the applicants in order."))],
    )
    women_share: Any = _share(_l("Women: at least, in percent of the seats"))
    rural_share: Any = _share(_l("People from villages: at least, in percent of the seats"))
    longest_list: Any = WholeNumberField(
        _l("Longest waiting list of each group of seats"),
        description=_l("Those after it are refused. Empty: everybody else waits."),
        validators=[Optional(), NumberRange(0, MOST_SEATS, _l("Enter a whole number, 0 or more."))],
    )

    @property
    def settings(self) -> SelectionSettings:
        """What was chosen, once the form is valid."""
        return SelectionSettings(
            SelectionOrder.of(self.order.data),
            self.women_share.data or 0,
            self.rural_share.data or 0,
            self.longest_list.data,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The address's part that brings the same settings back."""
        fields = (self.order, self.women_share, self.rural_share, self.longest_list)
        return {field.name: field.data for field in fields if field.data not in (None, "")}


class PreviewSelectionForm(_Settings, FilterForm):
    """A run to look at, and other seats to try. It stands in the address."""

    @property
    def seats(self) -> dict[str, int]:
        """Member state (or GENERAL) -> seats to try, of the filled fields."""
        return {
            _state(name): field.data
            for name, field in self._fields.items()
            if name.startswith(_SEATS) and field.data is not None
        }

    @property
    def seat_fields(self) -> list[Any]:
        return [field for name, field in self._fields.items() if name.startswith(_SEATS)]

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {
            field.name: field.data for field in self.seat_fields if field.data is not None
        }


class StageSelectionForm(_Settings, RegistryForm):
    """A run to be staged, as it was previewed."""

    inputs_hash: Any = HiddenField(validators=[InputRequired(_l("Look at the preview first."))])


def make_preview_form(arguments: Any, free: Mapping[str, int]) -> PreviewSelectionForm:
    """The form with a field for the seats of each pool, filled from the address or with the free ones."""
    fields = {
        _SEATS + (state or _GENERAL): WholeNumberField(
            country_name(state) if state else _("General seats"),
            validators=[
                Optional(),
                NumberRange(0, MOST_SEATS, _l("Enter the number of seats as 0 or more.")),
            ],
        )
        for state in free
    }
    form: PreviewSelectionForm = type("PreviewSelectionForm", (PreviewSelectionForm,), fields)(
        formdata=arguments, data={_SEATS + (state or _GENERAL): n for state, n in free.items()}
    )
    return form


def _state(name: str) -> str:
    state = name.removeprefix(_SEATS)
    return GENERAL if state == _GENERAL else state
