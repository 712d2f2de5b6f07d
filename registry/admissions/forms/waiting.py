"""When seats and waiting lists change by the clock."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs.
from wtforms.validators import ValidationError

from registry.admissions.forms.applications import ReasonForm
from registry.admissions.forms.planning import TimeField
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core.forms import DatePartsField, InputRequired, VersionedForm
from registry.core.i18n import _, _l, country_name

_GENERAL = "general"


class AdvanceForm(ReasonForm):
    """Why somebody is moved to the front, and for which seats where two groups serve them."""

    pool: Any = RadioField(
        _l("For which seats?"), validators=[InputRequired(_l("Choose for which seats."))], default=None
    )

    def __init__(self, serving: Sequence[SeatPool]) -> None:
        super().__init__()
        # Errors are listed in the order of the page.
        self._fields.move_to_end("reason")
        self._only = serving[0].member_state if serving else GENERAL
        self.pool.choices = [
            SelectChoice(each.member_state or _GENERAL, country_name(each.member_state))
            if each.member_state
            else SelectChoice(_GENERAL, _("General seats"))
            for each in serving
        ]
        if len(serving) < 2:
            del self.pool

    @property
    def member_state(self) -> str:
        """The state whose seats are meant, or GENERAL."""
        if self.pool is None:
            return self._only
        return GENERAL if self.pool.data == _GENERAL else str(self.pool.data)


class SeatDatesForm(VersionedForm):
    """Two instants in the host's zone, each a day and a time, or neither."""

    pools_open_on: Any = DatePartsField(
        _l("Unused seats become everybody’s: day"),
        description=_l(
            "From then on seats that no state uses are general, and general seats serve every state."
        ),
        required=False,
    )
    pools_open_time: Any = TimeField(_l("Unused seats become everybody’s: time"))
    waiting_ends_on: Any = DatePartsField(
        _l("Waiting lists end: day"),
        description=_l(
            "Whoever still waits then is told so. Without a day they end when the training starts."
        ),
        required=False,
    )
    waiting_ends_time: Any = TimeField(_l("Waiting lists end: time"))

    def __init__(self, cohort: Cohort) -> None:
        self._zone = ZoneInfo(cohort.zone)
        super().__init__(data=seat_date_values(cohort), stored_version=cohort.version)

    def validate_pools_open_time(self, field: Field) -> None:
        _require_both(field, self.pools_open_on)

    def validate_waiting_ends_time(self, field: Field) -> None:
        _require_both(field, self.waiting_ends_on)

    @property
    def pools_open_at(self) -> datetime | None:
        return self._instant(self.pools_open_on, self.pools_open_time)

    @property
    def waiting_ends_at(self) -> datetime | None:
        return self._instant(self.waiting_ends_on, self.waiting_ends_time)

    def _instant(self, day: Any, at: Any) -> datetime | None:
        return datetime.combine(day.data, at.at or time(), self._zone) if day.data else None


def _require_both(field: Field, day: Any) -> None:
    if bool(field.data) != bool(day.data):
        raise ValidationError(_("Enter both day and time, or neither."))


def seat_date_values(cohort: Cohort) -> dict[str, Any]:
    """The stored instants as the form shows them."""
    values: dict[str, Any] = {}
    for name, at in (("pools_open", cohort.pools_open_at), ("waiting_ends", cohort.waiting_ends_at)):
        local = at.astimezone(ZoneInfo(cohort.zone)) if at else None
        values[f"{name}_on"] = local.date() if local else None
        values[f"{name}_time"] = local.strftime("%H:%M") if local else ""
    return values
