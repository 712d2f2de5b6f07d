"""Declared totals and targets."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange

from registry.catalogue.enums import ReportedIndicator, ResultQualifier
from registry.catalogue.models import IndicatorDefinition, ReportedResult, Target
from registry.catalogue.operations.results import Declared, Planned, declared_of
from registry.core.forms import DatePartsField, Filled, Length, SelectChoice, VersionedForm, WholeNumberField
from registry.core.i18n import _l, pick_translation
from registry.places.queries import Choice

MOST = 2_000_000_000
_VALUE = [
    Filled(_l("Enter a number.")),
    NumberRange(0, MOST, message=_l("Enter a whole number from %(min)s to %(max)s.")),
]
_TOO_LONG = _l("This is too long: at most %(max)d characters.")
_SOURCE = [Filled(_l("Say where the number comes from.")), Length(max=500, message=_TOO_LONG)]


class ResultForm(VersionedForm):
    """A total that a provider declares."""

    indicator: Any = SelectField(_l("What was counted"))
    value: Any = WholeNumberField(_l("Number"), validators=_VALUE)
    qualifier: Any = SelectField(_l("The number is meant"))
    place: Any = SelectField(_l("Where"))
    reported_on: Any = DatePartsField(
        _l("Day on which it was reported"), required=False, description=_l("Empty if it is not known.")
    )
    note_en: Any = StringField(_l("Note in English"), validators=[Length(max=300, message=_TOO_LONG)])
    note_ru: Any = StringField(_l("Note in Russian"), validators=[Length(max=300, message=_TOO_LONG)])
    note_zh: Any = StringField(_l("Note in Chinese"), validators=[Length(max=300, message=_TOO_LONG)])
    source: Any = TextAreaField(_l("Source"), validators=_SOURCE)

    def __init__(
        self, result: ReportedResult | None, blocs: Sequence[Choice], countries: Sequence[Choice]
    ) -> None:
        super().__init__(
            data=result_values(result) if result else {"qualifier": ResultQualifier.EXACTLY.value},
            stored_version=result.version if result else 0,
        )
        self.indicator.choices = ReportedIndicator.choices()
        if result and result.indicator not in {each.value for each in self.indicator.choices}:
            self.indicator.choices.append(SelectChoice(result.indicator, result.indicator))
        self.qualifier.choices = ResultQualifier.choices()
        self.place.choices = [
            SelectChoice("", _l("Not said")),
            *(SelectChoice(each.value, each.label) for each in (*blocs, *countries)),
        ]

    @property
    def declared(self) -> Declared:
        """What was entered, once the form is valid."""
        notes = {"en": self.note_en.data, "ru": self.note_ru.data, "zh": self.note_zh.data}
        return Declared(
            indicator=self.indicator.data,
            value=self.value.data or 0,
            qualifier=ResultQualifier.of(self.qualifier.data),
            place=self.place.data,
            reported_on=self.reported_on.data,
            notes={locale: note for locale, note in notes.items() if note},
            source=self.source.data,
        )


def result_values(result: ReportedResult) -> dict[str, Any]:
    """The stored total as the form shows it."""
    declared = declared_of(result)
    return {
        "indicator": declared.indicator,
        "value": declared.value,
        "qualifier": declared.qualifier.value,
        "place": declared.place,
        "reported_on": declared.reported_on,
        "note_en": declared.notes.get("en", ""),
        "note_ru": declared.notes.get("ru", ""),
        "note_zh": declared.notes.get("zh", ""),
        "source": declared.source,
    }


class TargetForm(VersionedForm):
    """A value to reach."""

    indicator: Any = SelectField(_l("Indicator"))
    member_state: Any = SelectField(_l("Member state"))
    value: Any = WholeNumberField(_l("Number to reach"), validators=_VALUE)
    due_on: Any = DatePartsField(_l("By which day"))
    source: Any = TextAreaField(
        _l("Source"),
        description=_l("The agreement or plan that sets this target."),
        validators=_SOURCE,
    )

    def __init__(
        self,
        target: Target | None,
        indicators: Sequence[IndicatorDefinition],
        countries: Sequence[Choice],
    ) -> None:
        super().__init__(
            data=target_values(target) if target else None, stored_version=target.version if target else 0
        )
        # Rates are fractions, and a target is a number of people or businesses.
        self._indicators = {each.code: each for each in indicators if each.unit != "fraction"}
        self.indicator.choices = [
            SelectChoice(each.code, pick_translation(each.titles)[1]) for each in self._indicators.values()
        ]
        self.member_state.choices = [
            SelectChoice("", _l("All member states")),
            *(SelectChoice(each.value, each.label) for each in countries),
        ]

    @property
    def planned(self) -> Planned:
        """What was entered, once the form is valid."""
        return Planned(
            indicator=self._indicators[self.indicator.data],
            member_state=self.member_state.data,
            value=self.value.data or 0,
            due_on=self.due_on.data,
            source=self.source.data,
        )


def target_values(target: Target) -> dict[str, Any]:
    """The stored target as the form shows it."""
    return {
        "indicator": target.indicator.code,
        "member_state": target.member_state,
        "value": target.value,
        "due_on": target.due_on,
        "source": target.source,
    }
