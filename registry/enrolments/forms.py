"""What applicants send about an offer, and coordinators about participants."""

from collections.abc import Iterable, Mapping, Sequence

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs.
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
    ValidationError,
)

from registry.core.forms import InputRequired, Length, Optional, RegistryForm
from registry.core.i18n import _, _l
from registry.enrolments.enums import DropoutReason

CHOSEN = "chosen_"
"""Before the code of a cohort: the field that chooses between two applications."""


class AnswerOfferForm(RegistryForm):
    """A button that asks once more."""


class WithdrawConsentForm(RegistryForm):
    """A button that asks once more, and why."""

    reason = TextAreaField(
        _l("Why?"),
        [Optional(), Length(max=500, message=_l("Write at most 500 characters."))],
        description=_l("Only the coordinators of the programme read it."),
    )


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


class MergeForm(RegistryForm):
    """Which of two records stays, and why they are one. A field per cohort in which both have applied."""

    kept = RadioField(
        _l("The record that stays"), validators=[InputRequired(_l("Choose the record that stays."))]
    )
    reason = TextAreaField(
        _l("Why they are the same person"),
        validators=[
            InputRequired(_l("Write down why they are the same person. It is kept in the log.")),
            Length(max=300, message=_l("Write at most 300 characters.")),
        ],
    )

    @classmethod
    def over(
        cls, people: Iterable[tuple[str, str]], rivals: Mapping[str, Sequence[tuple[str, str]]]
    ) -> "MergeForm":
        """The form for two people by code and label, and for the rivals of each cohort by its code."""
        fields = {
            f"{CHOSEN}{cohort}": RadioField(
                _l("The application that goes on"),
                choices=[SelectChoice(*each) for each in applications],
                validators=[InputRequired(_l("Choose the application that goes on."))],
            )
            for cohort, applications in rivals.items()
        }
        form: MergeForm = type("BoundMergeForm", (cls,), fields)()
        form.kept.choices = [SelectChoice(*each) for each in people]
        return form

    @property
    def choices_of_cohorts(self) -> list[Field]:
        """The fields of cohorts."""
        return [field for field in self if field.name.startswith(CHOSEN)]

    @property
    def chosen(self) -> list[str]:
        """Codes of the applications that go on."""
        return [field.data for field in self.choices_of_cohorts if field.data]
