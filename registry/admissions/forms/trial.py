"""Who looks at a form that is tried out, and in which language."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import NumberRange, Optional

from registry.core.forms import FilterForm, SelectChoice, WholeNumberField
from registry.core.i18n import LOCALES, _l, current_locale, format_listing

OLDEST = 120


class TrialForm(FilterForm):
    """The invented applicant. What is left open hides nothing."""

    language = SelectField(_l("Language"), choices=[SelectChoice(*each) for each in LOCALES.items()])
    age: Any = WholeNumberField(
        _l("Age"),
        [Optional(), NumberRange(1, OLDEST, _l("Enter a whole number from %(min)s to %(max)s."))],
    )
    country: Any = SelectField(_l("Country and its bloc"), [Optional()])


def make_trial_form(arguments: Any, states: list[tuple[str, str, list[str]]]) -> TrialForm:
    """The choice as the address has it; what it has wrongly counts as not chosen."""
    form = TrialForm(arguments, data={"language": current_locale()})
    form.country.choices = [
        SelectChoice("", _l("Any")),
        *(
            SelectChoice(code, f"{name} ({format_listing(standings)})" if standings else name)
            for code, name, standings in states
        ),
    ]
    form.validate()
    return form
