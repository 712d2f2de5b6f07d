"""Starting, consents, and confirming."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField

from registry.admissions.forms.particulars import PageForm
from registry.core.forms import Filled, InputRequired, Length, Optional, RegistryForm, SelectChoice
from registry.core.i18n import _l

YES, NO = "yes", "no"


class ConfirmForm(RegistryForm):
    """A button that asks once more."""


class ConsentForm(PageForm):
    """Nothing is chosen beforehand. `shown` says which text, in which language, was on the page."""

    agrees = RadioField(_l("Do you agree?"), [InputRequired(_l("Choose yes or no."))])


class GuardianAnswerForm(ConsentForm):
    """The guardian's yes or no."""

    reason = TextAreaField(
        _l("If you do not agree: why?"),
        [Optional(), Length(max=500, message=_l("Write at most 500 characters."))],
        description=_l("Only the coordinators of the programme read it."),
    )


class GuardianQuestionForm(RegistryForm):
    """What the guardian wants to know first."""

    text = TextAreaField(
        _l("Your question"),
        [
            Filled(_l("Write your question.")),
            Length(max=1000, message=_l("Write at most 1,000 characters.")),
        ],
    )


class GuardianReplyForm(RegistryForm):
    """What the coordinator says to it."""

    text = TextAreaField(
        _l("Your answer"),
        [
            Filled(_l("Write your answer.")),
            Length(max=2000, message=_l("Write at most 2,000 characters.")),
        ],
    )


class GuardianLocaleForm(RegistryForm):
    """The language that was chosen, and the page it was chosen on."""

    locale = StringField()
    next = StringField()


class OwnConsentForm(PageForm):
    """A consent given by its button. `shown` says which text, in which language, was on the page."""


def make_consent_form(
    shown: dict[str, str], yes: Any, no: Any, kind: type[ConsentForm] = ConsentForm
) -> ConsentForm:
    """The choice between both answers in words."""
    form = kind(data={"shown": shown})
    form.agrees.choices = [SelectChoice(YES, yes), SelectChoice(NO, no)]
    return form
