"""What focal points, reviewers and administrators type to find applications."""

from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs.
from wtforms.validators import InputRequired, Length, Optional

from registry.admissions.enums import DRAFT_STATUSES, ApplicationStatus
from registry.core.forms import CodePattern, FilterForm, RegistryForm
from registry.core.i18n import _, _l


class DeskFilterForm(FilterForm):
    """Narrows the list of a state's applications."""

    cohort = SelectField(_l("Cohort"), default="", validators=[Optional()])
    status = SelectField(_l("Status"), default="", validators=[Optional()])
    state = SelectField(_l("Member state"), default="", validators=[Optional()])
    text = StringField(_l("Name or code"), default="", validators=[Optional(), Length(max=100)])

    def __init__(
        self, *args: Any, cohorts: list[tuple[str, str]], states: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        statuses = [(each.value, each.label) for each in ApplicationStatus if each not in DRAFT_STATUSES]
        self.cohort.choices = _narrowing(_("All cohorts"), cohorts)
        self.state.choices = _narrowing(_("All states"), states)
        self.status.choices = _narrowing(_("All statuses"), statuses)


def _narrowing(everything: str, choices: list[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(*choice) for choice in [("", everything), *choices]]


class ReviewFilterForm(FilterForm):
    """Narrows the list of what is assigned to a reviewer."""

    which = SelectField(
        _l("Show"),
        default="open",
        choices=[
            SelectChoice("open", _l("Still to review")),
            SelectChoice("all", _l("All assigned to me")),
        ],
        validators=[Optional()],
    )


class OpenApplicationForm(RegistryForm):
    """Which application an administrator must see, and why."""

    code = StringField(
        _l("Code of the application"),
        validators=[InputRequired(_l("Enter the code of the application.")), Length(max=16), CodePattern()],
    )
    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Say why you must see this application.")),
            Length(min=10, max=1000, message=_l("Give the reason in 10 to 1,000 characters.")),
        ],
    )
