"""What coordinators send about applications."""

from typing import Any, TypeVar

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs (3.2).
from wtforms.validators import NumberRange

from registry.admissions.enums import Decision, ExportFormat, RejectionReason
from registry.admissions.models import StagedDecision
from registry.core.forms import (
    InputRequired,
    Length,
    Optional,
    RegistryForm,
    VersionedForm,
    WholeNumberField,
)
from registry.core.i18n import Labelled, _, _l

Member = TypeVar("Member", bound=Labelled)


def member_of(enum: type[Member], value: str | None) -> Member | None:
    """The member with this value; None for what is none."""
    return next((member for member in enum if member.value == value), None)


class DecisionForm(VersionedForm):
    """One staged decision."""

    decision = RadioField(
        _l("Decision"),
        choices=Decision.choices(),
        validators=[InputRequired(_l("Choose what to stage."))],
    )
    rejection = SelectField(_l("Reason for refusing"), validators=[Optional()])
    note = TextAreaField(
        _l("Note to the applicant"),
        validators=[Optional(), Length(max=1000, message=_l("Write at most 1,000 characters."))],
    )
    rank = WholeNumberField(
        _l("Place on the waiting list"),
        validators=[
            Optional(),
            NumberRange(1, 100_000, _l("Enter the place as a number from 1 to 100,000.")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rejection.choices = [SelectChoice("", _("No reason chosen")), *RejectionReason.choices()]

    @property
    def decided(self) -> Decision:
        return next(each for each in Decision if each.value == self.decision.data)

    @property
    def rejection_reason(self) -> RejectionReason | None:
        return member_of(RejectionReason, self.rejection.data)


def decision_values(staged: StagedDecision | None) -> dict[str, Any]:
    """The fields of the form as they are stored."""
    if staged is None:
        return {}
    rejection = staged.rejection.value if staged.rejection else ""
    return {
        "decision": staged.decision.value,
        "rejection": rejection,
        "note": staged.note,
        "rank": staged.rank,
    }


class ReasonForm(RegistryForm):
    """A step that needs a reason in words."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason.")),
            Length(max=300, message=_l("Write at most 300 characters.")),
        ],
    )


class ReleaseForm(RegistryForm):
    """The release is confirmed by a button."""


class ExportForm(RegistryForm):
    """What the exported rows are for; it is logged."""

    format = RadioField(
        _l("Kind of file"),
        choices=ExportFormat.choices(),
        default=ExportFormat.CSV.value,
        validators=[InputRequired(_l("Choose the kind of file."))],
    )
    purpose = TextAreaField(
        _l("What do you need the file for?"),
        validators=[
            InputRequired(_l("Write down what you need the file for. It is kept in the log.")),
            Length(min=10, max=300, message=_l("Write between 10 and 300 characters.")),
        ],
    )
