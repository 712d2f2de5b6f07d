"""What applicants send about an offer, and coordinators about participants."""

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs.
    Field,
    SelectChoice,
    SelectField,
    TextAreaField,
    ValidationError,
)

from registry.core.forms import InputRequired, Length, RegistryForm
from registry.core.i18n import _, _l
from registry.enrolments.enums import DropoutReason


class AnswerOfferForm(RegistryForm):
    """A button that asks once more."""


class BulkForm(RegistryForm):
    """One step for the participants that are ticked."""

    ACTIONS = (
        SelectChoice("start", _l("Has started")),
        SelectChoice("complete", _l("Has completed")),
        SelectChoice("mark_not_completed", _l("Has not completed")),
        SelectChoice("drop_out", _l("Has dropped out")),
        SelectChoice("mark_no_show", _l("Did not start")),
        SelectChoice("cancel", _l("Gave the place up before the start")),
    )

    action = SelectField(_l("Mark the selected participants"), choices=ACTIONS)
    reason = SelectField(_l("Reason, only for dropping out"), default="")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [SelectChoice("", _("No reason chosen")), *DropoutReason.choices()]

    def validate_reason(self, field: Field) -> None:
        if self.action.data == "drop_out" and not field.data:
            raise ValidationError(_("Choose why the participant left."))

    @property
    def dropout_reason(self) -> DropoutReason | None:
        return next((each for each in DropoutReason if each.value == self.reason.data), None)


class CancelCohortForm(RegistryForm):
    """Why the cohort is called off."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason. It is kept in the log.")),
            Length(max=300, message=_l("Write at most 300 characters.")),
        ],
    )
