"""What is asked for again, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wtforms import StringField

from registry.admissions.operations.corrections import LONGEST_REASON
from registry.core.forms import DatePartsField, Length, Optional, RegistryForm
from registry.core.i18n import _l


@dataclass(frozen=True)
class AskedPage:
    """A page that can be asked for again, by its name, with what it says now: labels and values."""

    key: str
    label: str
    now: Sequence[tuple[str, Any]] = ()


class ReturnForm(RegistryForm):
    """A reason beside each answer that is to be corrected; an empty one leaves the answer alone."""

    due_on = DatePartsField(_l("Last day to answer"), missing=_l("Enter the last day, like 27 3 2027."))

    pages: Sequence[AskedPage]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        if not self.reasons and self.pages:
            first = self["reason0"]
            first.errors = [*first.errors, str(_l("Say of at least one answer what is missing."))]
            return False
        return is_valid

    @property
    def reasons(self) -> dict[str, str]:
        """Page -> reason, of those that have one."""
        typed = ((page, self[f"reason{number}"].data) for number, page in enumerate(self.pages))
        return {page.key: reason for page, reason in typed if reason}


def make_return_form(pages: Sequence[AskedPage], *, today: date, days: int) -> ReturnForm:
    """One field for each page, and a day some days ahead."""
    limit = Length(max=LONGEST_REASON, message=_l("Write at most 300 characters."))
    fields = {
        f"reason{number}": StringField(page.label, [Optional(), limit]) for number, page in enumerate(pages)
    }
    kind: type[ReturnForm] = type("ReturnForm", (ReturnForm,), {**fields, "pages": pages})
    return kind(data={"due_on": today + timedelta(days=days)})
