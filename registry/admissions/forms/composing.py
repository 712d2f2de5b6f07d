"""What coordinators enter to compose a cohort's form."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange

from registry.admissions.enums import QuestionKind, Sensitivity
from registry.admissions.forms.answers import CONTROLS, Fields, Given
from registry.admissions.models import FormSection, Question
from registry.admissions.operations.questions import QuestionInput, SectionInput, input_of
from registry.admissions.rules.answers import KINDS, normalise_answer
from registry.admissions.rules.entries import MOST_ENTRIES, Part
from registry.admissions.rules.normalising import normalise_money
from registry.catalogue.models import Cohort
from registry.catalogue.rules import describe_cohort
from registry.core.forms import Length, Optional, RegistryForm, SelectChoice, VersionedForm, WholeNumberField
from registry.core.i18n import LOCALES, _, _l, list_currencies, major_units, pick_translation

MOST_OPTIONS = 50
MORE_OPTIONS = 4
CURRENT, STANDARD, EMPTY = "current", "standard", "empty"


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("This is too long: at most %(max)d characters."))


def _entries(least: int) -> NumberRange:
    return NumberRange(least, MOST_ENTRIES, _l("Enter a whole number from %(min)s to %(max)s."))


class BeginFormForm(RegistryForm):
    """What a new version begins with."""

    source: Any = SelectField(_l("Begin with"))

    def __init__(self, *, has_published: bool, cohorts: Sequence[Cohort]) -> None:
        super().__init__()
        self.source.choices = [
            *([SelectChoice(CURRENT, _l("The version that is published now"))] if has_published else []),
            SelectChoice(STANDARD, _l("The standard form")),
            SelectChoice(EMPTY, _l("An empty form")),
            *(
                SelectChoice(cohort.code, _("Copy of: %(cohort)s", cohort=describe_cohort(cohort)))
                for cohort in cohorts
            ),
        ]


class VersionOnlyForm(VersionedForm):
    """A step that concerns the form as it was looked at."""


class SectionForm(VersionedForm):
    """Title, introduction and entries of a section, the texts per language."""

    repeats = BooleanField(_l("This section has several entries"))
    least_entries: Any = WholeNumberField(_l("Entries at least"), [Optional(), _entries(0)])
    most_entries: Any = WholeNumberField(_l("Entries at most"), [Optional(), _entries(1)])

    @property
    def given(self) -> SectionInput:
        """What was entered, once the form is valid."""
        titles, intros = _read_texts(self, "title"), _read_texts(self, "intro")
        if not self.repeats.data:
            return SectionInput(titles, intros)
        return SectionInput(
            titles,
            intros,
            least_entries=self.least_entries.data or 0,
            most_entries=MOST_ENTRIES if self.most_entries.data is None else self.most_entries.data,
            entry_labels=_read_texts(self, "entry_label"),
        )


def make_section_form(section: FormSection | None = None) -> SectionForm:
    """Fields for every language of the site."""
    fields: dict[str, Any] = {}
    for locale, language in LOCALES.items():
        fields[f"title_{locale}"] = StringField(
            _("Title (%(language)s)", language=language), [Optional(), _at_most(120)]
        )
        fields[f"intro_{locale}"] = TextAreaField(
            _("Introduction (%(language)s)", language=language), [Optional(), _at_most(2000)]
        )
        fields[f"entry_label_{locale}"] = StringField(
            _("What one entry is called (%(language)s)", language=language), [Optional(), _at_most(60)]
        )
    form: SectionForm = type("SectionForm", (SectionForm,), fields)(
        data=section_values(section) if section else {}, stored_version=section.version if section else 0
    )
    return form


def section_values(section: FormSection) -> dict[str, Any]:
    """The stored section as the form shows it."""
    return {
        **_show_texts("title", section.titles),
        **_show_texts("intro", section.intros),
        **_show_texts("entry_label", section.entry_labels),
        "repeats": section.is_repeating,
        "least_entries": section.least_entries,
        "most_entries": section.most_entries,
    }


class QuestionForm(VersionedForm):
    """One question; which settings it has depends on its kind."""

    kind: QuestionKind
    rows: int

    @property
    def option_rows(self) -> list[str]:
        """How the names of the fields of each answer to choose from begin; the language follows."""
        return [f"option-{row}-" for row in range(self.rows)]

    @property
    def given(self) -> QuestionInput:
        """What was entered, once the form is valid."""
        return QuestionInput(
            labels=_read_texts(self, "label"),
            helps=_read_texts(self, "help"),
            options=self._options,
            units=_read_texts(self, "unit"),
            currency=self._value("currency") or "",
            is_required=self.is_required.data,
            max_words=self._value("max_words"),
            least=self._read_bound("least"),
            most=self._read_bound("most"),
            sensitivity=Sensitivity.of(self.sensitivity.data),
            reviewer_sees=self.reviewer_sees.data,
            focal_point_sees=self.focal_point_sees.data,
            section=self.section.data or "",
        )

    @property
    def _options(self) -> list[dict[str, Any]]:
        read = [
            {"value": self[f"option-{row}-value"].data, "labels": _read_texts(self, f"option-{row}", "-")}
            for row in range(self.rows)
        ]
        return [option for option in read if option["labels"]]

    def _read_bound(self, name: str) -> Any:
        if name not in self:
            return None
        if self.kind is QuestionKind.MONEY:
            return normalise_money(self[name].data or "", self._value("currency") or "")
        return normalise_answer(Part("", self.kind, ""), CONTROLS[self.kind].read(self, name))

    def _value(self, name: str) -> Any:
        return self[name].data if name in self else None


def make_question_form(
    kind: QuestionKind,
    sections: Sequence[FormSection],
    countries: Sequence[str],
    *,
    question: Question | None = None,
    section: str = "",
    rows: int = 0,
) -> QuestionForm:
    """The fields of a question of this kind, filled from the request or the stored one."""
    settings = KINDS[kind].settings
    fields = _text_fields(kind)
    if question is None:
        fields["key"] = StringField(
            _("Name in exports"),
            [Optional(), _at_most(40)],
            description=_(
                "Small Latin letters, digits and underscores. Left empty, it is made of the question."
            ),
        )
    fields["section"] = SelectField(_("Section"), [Optional()], choices=_section_choices(sections))
    fields["is_required"] = BooleanField(_("An answer is required"), default=True)
    if "max_words" in settings:
        fields["max_words"] = WholeNumberField(
            _("Words at most"),
            [
                Optional(),
                NumberRange(1, 3000, message=_l("Enter a whole number from %(min)s to %(max)s.")),
            ],
            description=_("Two Chinese characters count as one word. Empty: no limit."),
        )
    if "currency" in settings:
        named = (SelectChoice(code, f"{name} ({code})") for code, name in list_currencies(countries))
        fields["currency"] = SelectField(
            _("Currency"), [Optional()], choices=[SelectChoice("", _l("The applicant chooses")), *named]
        )
    if "bounds" in settings:
        fields |= {name: field for name, (field, _shown) in _make_bounds(kind, {}).items()}
    fields["sensitivity"] = RadioField(
        _("Sensitivity"), choices=Sensitivity.choices(), default=Sensitivity.ORDINARY.value
    )
    fields["reviewer_sees"] = BooleanField(_("Reviewers see the answer"), default=True)
    fields["focal_point_sees"] = BooleanField(_("The focal point of the state sees the answer"), default=True)
    stored = question_values(question) if question else None
    if "options" not in settings:
        rows = 0
    else:
        rows = min(MOST_OPTIONS, max(rows, len(question.options) + 1 if question else MORE_OPTIONS))
        for row in range(rows):
            fields |= _option_fields(row)
    form: QuestionForm = type("QuestionForm", (QuestionForm,), {**fields, "kind": kind, "rows": rows})(
        data=stored or {"section": section}, stored_version=question.version if question else 0
    )
    return form


def _make_bounds(kind: QuestionKind, values: Mapping[str, Any]) -> Fields:
    """The smallest and the greatest answer, asked as an answer is."""
    labels = {"least": _("Smallest answer"), "most": _("Greatest answer")}
    if kind in (QuestionKind.DATE, QuestionKind.YEAR_MONTH):
        labels = {"least": _("Earliest answer"), "most": _("Latest answer")}
    made: Fields = {}
    for name, label in labels.items():
        value = values.get(name)
        if kind is QuestionKind.MONEY:
            shown = str(major_units(value["minor"], value["currency"])) if value else ""
            made[name] = StringField(label, [Optional(), _at_most(40)]), shown
        else:
            made |= CONTROLS[kind].make(Given(Part("", kind, label), name, label, "", value, ()))
    return made


def _text_fields(kind: QuestionKind) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for locale, language in LOCALES.items():
        fields[f"label_{locale}"] = StringField(
            _("Question (%(language)s)", language=language), [Optional(), _at_most(300)]
        )
    for locale, language in LOCALES.items():
        fields[f"help_{locale}"] = TextAreaField(
            _("Hint (%(language)s)", language=language), [Optional(), _at_most(2000)]
        )
    if "units" in KINDS[kind].settings:
        for locale, language in LOCALES.items():
            fields[f"unit_{locale}"] = StringField(
                _("Unit (%(language)s)", language=language), [Optional(), _at_most(40)]
            )
    return fields


def _option_fields(row: int) -> dict[str, Any]:
    fields: dict[str, Any] = {f"option-{row}-value": HiddenField()}
    for locale, language in LOCALES.items():
        label = _("Answer %(number)s (%(language)s)", number=row + 1, language=language)
        fields[f"option-{row}-{locale}"] = StringField(label, [Optional(), _at_most(200)])
    return fields


def _section_choices(sections: Sequence[FormSection]) -> list[SelectChoice]:
    named = (SelectChoice(section.key, pick_translation(section.titles)[1]) for section in sections)
    return [SelectChoice("", _("At the beginning, in no section")), *named]


def question_values(question: Question) -> dict[str, Any]:
    """The stored question as its form shows it."""
    given = input_of(question)
    values: dict[str, Any] = {
        **_show_texts("label", given.labels),
        **_show_texts("help", given.helps),
        **_show_texts("unit", given.units),
        "currency": given.currency,
        "is_required": given.is_required,
        "max_words": given.max_words,
        "sensitivity": given.sensitivity.value,
        "reviewer_sees": given.reviewer_sees,
        "focal_point_sees": given.focal_point_sees,
        "section": given.section,
    }
    for row, option in enumerate(given.options):
        values[f"option-{row}-value"] = option["value"]
        values |= _show_texts(f"option-{row}", option["labels"], "-")
    if "bounds" in KINDS[question.kind].settings:
        bounds = _make_bounds(question.kind, {"least": given.least, "most": given.most})
        values |= {name: shown for name, (_field, shown) in bounds.items()}
    return values


def _show_texts(name: str, texts: Mapping[str, str], sign: str = "_") -> dict[str, str]:
    return {f"{name}{sign}{locale}": texts.get(locale, "") for locale in LOCALES}


def _read_texts(form: Any, name: str, sign: str = "_") -> dict[str, str]:
    found = {locale: form[f"{name}{sign}{locale}"] for locale in LOCALES if f"{name}{sign}{locale}" in form}
    return {locale: field.data for locale, field in found.items() if field.data}
