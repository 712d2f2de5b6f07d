"""Starting, consents, and confirming."""

from typing import Any

from wtforms import RadioField
from wtforms.validators import InputRequired

from registry.admissions.forms.particulars import PageForm
from registry.core.forms import RegistryForm, SelectChoice
from registry.core.i18n import _l

YES, NO = "yes", "no"


class ConfirmForm(RegistryForm):
    """A button that asks once more."""


class ConsentForm(PageForm):
    """Nothing is chosen beforehand. `shown` says which text, in which language, was on the page."""

    agrees = RadioField(_l("Do you agree?"), [InputRequired(_l("Choose yes or no."))])


class GuardianAnswerForm(ConsentForm):
    """The guardian's yes or no."""


def make_consent_form(
    shown: dict[str, str], yes: Any, no: Any, kind: type[ConsentForm] = ConsentForm
) -> ConsentForm:
    """The choice between both answers in words."""
    form = kind(data={"shown": shown})
    form.agrees.choices = [SelectChoice(YES, yes), SelectChoice(NO, no)]
    return form
