"""Starting, the form's own questions, consents, and confirming."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from registry.admissions.enums import QuestionKind
from registry.admissions.forms.particulars import TOO_LONG, PageForm
from registry.admissions.models import Question
from registry.admissions.rules.answers import LONGEST, label_of, normalise_link
from registry.admissions.rules.journey import Journey
from registry.core.forms import RegistryForm, SelectChoice
from registry.core.i18n import _l, pick_translation

YES, NO = "yes", "no"
_YES_OR_NO = (SelectChoice(YES, _l("Yes")), SelectChoice(NO, _l("No")))


class ConfirmForm(RegistryForm):
    """A button that asks once more."""


class AnswerForm(PageForm):
    """One question of the cohort's form; `value` is the answer as it is stored."""

    question: Question

    @property
    def value(self) -> Any:
        data = self.answer.data
        if self.question.kind is QuestionKind.YES_NO:
            return {YES: True, NO: False}.get(data)
        if self.question.kind is QuestionKind.LINK and data:
            return normalise_link(data) or data
        return data or None


class ConsentForm(PageForm):
    """Nothing is chosen beforehand. `shown` says which text, in which language, was on the page."""

    agrees = RadioField(_l("Do you agree?"), [InputRequired(_l("Choose yes or no."))])


class GuardianAnswerForm(ConsentForm):
    """The guardian's yes or no."""


def make_answer_form(journey: Journey, question: Question) -> AnswerForm:
    """The field that the kind of question needs, with what was answered so far."""
    label = label_of(question)[1]
    helps = pick_translation(question.helps)[1] if any(question.helps.values()) else ""
    value = journey.answers.get(question.key)
    field: Any
    if question.kind is QuestionKind.YES_NO:
        field = RadioField(label, description=helps, choices=list(_YES_OR_NO), validate_choice=False)
        shown: Any = None if value is None else (YES if value else NO)
    elif question.kind is QuestionKind.CHOICE:
        choices = [
            SelectChoice(option["value"], pick_translation(option["labels"])[1])
            for option in question.options
        ]
        field, shown = RadioField(label, description=helps, choices=choices, validate_choice=False), value
    else:
        kind = TextAreaField if question.kind is QuestionKind.LONG_TEXT else StringField
        limit = Length(max=LONGEST[question.kind], message=TOO_LONG)
        field, shown = kind(label, [limit], description=helps), value
    form: AnswerForm = type("AnswerForm", (AnswerForm,), {"answer": field, "question": question})(
        data={"answer": shown, "shown": {"answer": value}}
    )
    return form


def make_consent_form(
    shown: dict[str, str], yes: Any, no: Any, kind: type[ConsentForm] = ConsentForm
) -> ConsentForm:
    """The choice between both answers in words."""
    form = kind(data={"shown": shown})
    form.agrees.choices = [SelectChoice(YES, yes), SelectChoice(NO, no)]
    return form
