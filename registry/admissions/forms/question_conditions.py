"""What coordinators enter for a question's conditions."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from registry.admissions.enums import ConditionOperator, ConditionSubject, QuestionKind
from registry.admissions.models import Question
from registry.admissions.operations.question_conditions import ConditionInput
from registry.admissions.rules.asking import (
    ANSWER_OPERATORS,
    OPERATORS,
    Conditional,
    list_alternatives,
    list_sources,
    name_of,
)
from registry.admissions.rules.kinds import option_labels
from registry.core.forms import ChecksField, DatePartsField, MonthPartsField, RegistryForm, SelectChoice
from registry.core.i18n import _, _l, list_languages
from registry.places.queries import Choice

K = QuestionKind
ANSWER = f"{ConditionSubject.ANSWER}:"


class ConditionForm(RegistryForm):
    """One condition on what was chosen before: how it compares, with what, and beside which others."""

    subject: ConditionSubject
    source: Question | None

    @property
    def given(self) -> ConditionInput:
        """What was entered, once the form is valid."""
        return ConditionInput(
            subject=self.subject,
            operator=ConditionOperator.of(self.operator.data),
            values=self._values,
            source=self.source.key if self.source else "",
            alternative=int(self.alternative.data) if "alternative" in self else 0,
        )

    @property
    def _values(self) -> list[str]:
        if "values" not in self:
            return []
        field = self["values"]
        if isinstance(field, MonthPartsField):
            return [f"{field.data:%Y-%m}"] if field.data else []
        if isinstance(field, DatePartsField):
            return [field.data.isoformat()] if field.data else []
        return list(field.data or ()) if isinstance(field, ChecksField) else [field.data or ""]


def list_subjects(part: Conditional) -> list[tuple[str, Any]]:
    """What a condition of the question or section can look at: what the registry knows, and earlier answers."""
    known = [(each.value, each.label) for each in ConditionSubject if each is not ConditionSubject.ANSWER]
    return [
        *known,
        *(
            (f"{ANSWER}{each.key}", _("Answer to: %(question)s", question=name_of(each)))
            for each in list_sources(part)
        ),
    ]


def make_condition_form(
    part: Conditional, chosen: str, *, countries: Sequence[Choice], standings: Sequence[Choice]
) -> ConditionForm | None:
    """The fields for the chosen subject; None for one that the question or section cannot have."""
    if chosen not in {value for value, _label in list_subjects(part)}:
        return None
    subject, source = _read_subject(part, chosen)
    operators = ANSWER_OPERATORS[source.kind] if source else OPERATORS[subject]
    fields: dict[str, Any] = {
        "operator": RadioField(
            _("How it compares"),
            [InputRequired(_l("Choose one of the answers."))],
            choices=[SelectChoice(each.value, each.label) for each in operators],
        )
    }
    values = _make_values(subject, source, {"country": countries, "bloc": standings})
    if values is not None:
        fields["values"] = values
    cases = list_alternatives(part.conditions)
    if cases:
        choices = [
            SelectChoice(str(case[0].alternative), _("It must hold too, in case %(number)s", number=number))
            for number, case in enumerate(cases, 1)
        ]
        fields["alternative"] = SelectField(
            _("Beside the other conditions"),
            choices=[*choices, SelectChoice("0", _l("It is another case in which the question is asked"))],
        )
    kind = type("ConditionForm", (ConditionForm,), {**fields, "subject": subject, "source": source})
    form: ConditionForm = kind()
    return form


def _read_subject(part: Conditional, chosen: str) -> tuple[ConditionSubject, Question | None]:
    if not chosen.startswith(ANSWER):
        return ConditionSubject.of(chosen), None
    key = chosen.removeprefix(ANSWER)
    return ConditionSubject.ANSWER, next(each for each in part.form_version.questions if each.key == key)


def _make_values(
    subject: ConditionSubject, source: Question | None, choices: Mapping[str, Sequence[Choice]]
) -> Any:
    if subject is ConditionSubject.AGE:
        return StringField(_("Years"), [Optional(), Length(max=3)])
    if source is None:
        return _checks([(each.value, each.label) for each in choices[subject.value]])
    if source.kind is K.NUMBER:
        return StringField(_("Number"), [Optional(), Length(max=20)])
    if source.kind is K.DATE:
        return DatePartsField(_("Date"), required=False)
    if source.kind is K.YEAR_MONTH:
        return MonthPartsField(_("Month"), required=False)
    pairs: dict[QuestionKind, Any] = {
        K.CHOICE: lambda: list(option_labels(source).items()),
        K.CHOICES: lambda: list(option_labels(source).items()),
        K.YES_NO: lambda: [("yes", _("Yes")), ("no", _("No"))],
        K.CONSENT: lambda: [("yes", _("Yes, I agree")), ("no", _("No, I do not agree"))],
        K.COUNTRY: lambda: [(each.value, each.label) for each in choices["country"]],
        K.LANGUAGE: list_languages,
    }
    return _checks(pairs[source.kind]()) if source.kind in pairs else None


def _checks(pairs: Sequence[tuple[str, Any]]) -> ChecksField:
    return ChecksField(_("Which of these"), choices=[SelectChoice(*pair) for pair in pairs])
