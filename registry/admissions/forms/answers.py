"""The fields of a question of a cohort's form. What they say is judged by `rules.answers`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Length, Optional

from registry.admissions.enums import QuestionKind
from registry.admissions.errors import InvalidAnswer
from registry.admissions.forms.particulars import NOTHING, TOO_LONG, PageForm
from registry.admissions.models import Question
from registry.admissions.rules.answers import describe_bounds, label_of, normalise_answer
from registry.admissions.rules.entries import MOST_ENTRIES, PARTS, Part
from registry.admissions.rules.kinds import LONGEST
from registry.core.errors import RegistryError
from registry.core.forms import ChecksField, DatePartsField, MonthPartsField, SelectChoice
from registry.core.i18n import (
    _,
    _l,
    list_currencies,
    list_languages,
    major_units,
    pick_translation,
    show_translation,
)
from registry.people.enums import LanguageLevel
from registry.places.queries import Choice

ANSWER = "answer"
_YES_OR_NO = (SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No")))
_AGREES = (SelectChoice("yes", _l("Yes, I agree")), SelectChoice("no", _l("No, I do not agree")))

Fields = dict[str, tuple[Any, Any]]
"""Name -> field and what it shows at first."""


@dataclass(frozen=True)
class Given:
    """What a field is made from."""

    asked: Any
    name: str
    label: Any
    hint: Any
    value: Any
    countries: Sequence[Choice]


@dataclass(frozen=True)
class Control:
    """How a kind of question is asked: its fields, and what they say."""

    make: Callable[[Given], Fields]
    read: Callable[[Any, str], Any] = lambda form, name: form[name].data


def _make_text(kind: type[StringField]) -> Callable[[Given], Fields]:
    def make(given: Given) -> Fields:
        limit = Length(max=LONGEST.get(given.asked.kind, 300), message=TOO_LONG)
        field = kind(given.label, [limit], description=given.hint)
        shown = given.value if isinstance(given.value, str | int | float) else ""
        return {given.name: (field, str(shown))}

    return make


def _make_choice(given: Given) -> Fields:
    choices = [SelectChoice(each["value"], _show_option(each)) for each in given.asked.options]
    field = RadioField(given.label, description=given.hint, choices=choices, validate_choice=False)
    return {given.name: (field, given.value)}


def _make_select(given: Given) -> Fields:
    choices = [NOTHING, *(SelectChoice(each["value"], _show_option(each)) for each in given.asked.options)]
    return {given.name: (_select(given, choices), given.value or "")}


def _make_choices(given: Given) -> Fields:
    choices = [SelectChoice(each["value"], _show_option(each)) for each in given.asked.options]
    field = ChecksField(given.label, description=given.hint, choices=choices, validate_choice=False)
    return {given.name: (field, given.value or [])}


def _show_option(option: Mapping[str, Any]) -> Any:
    return show_translation(option["labels"])


def _make_yes_no(given: Given) -> Fields:
    shown = {True: "yes", False: "no"}.get(given.value)
    field = RadioField(given.label, description=given.hint, choices=list(_YES_OR_NO), validate_choice=False)
    return {given.name: (field, shown)}


def _make_consent(given: Given) -> Fields:
    shown = {True: "yes", False: "no"}.get(given.value["agrees"]) if given.value else None
    field = RadioField(given.label, description=given.hint, choices=list(_AGREES), validate_choice=False)
    return {given.name: (field, shown)}


def _make_number(given: Given) -> Fields:
    hint = given.hint
    if any(given.asked.units.values()):
        hint = _join_hints(hint, _("Unit: %(unit)s.", unit=pick_translation(given.asked.units)[1]))
    hint = _join_hints(hint, describe_bounds(given.asked))
    field = StringField(given.label, [Length(max=40, message=TOO_LONG)], description=hint)
    return {given.name: (field, "" if given.value is None else str(given.value))}


def _join_hints(hint: Any, limit: str) -> Any:
    # A hint in another language than the reader's is marked as such.
    joined = Markup(_("%(hint)s %(limit)s"))  # noqa: S704 - a sentence of the catalogue.
    return joined % {"hint": hint, "limit": limit} if hint and limit else hint or limit


def _make_money(given: Given) -> Fields:
    value = given.value or {}
    typed = value.get("amount", "")
    if "minor" in value:
        typed = str(major_units(value["minor"], value["currency"]))
    hint = _join_hints(given.hint, describe_bounds(given.asked))
    amount = StringField(given.label, [Length(max=40, message=TOO_LONG)], description=hint)
    if given.asked.currency:
        currencies = [SelectChoice(given.asked.currency, given.asked.currency)]
    else:
        named = list_currencies(each.value for each in given.countries)
        currencies = [NOTHING, *(SelectChoice(code, f"{name} ({code})") for code, name in named)]
    currency = SelectField(_("Currency"), choices=currencies)
    return {
        given.name: (amount, typed),
        f"{given.name}-currency": (currency, value.get("currency", given.asked.currency)),
    }


def _read_money(form: Any, name: str) -> dict[str, str]:
    return {"amount": form[name].data or "", "currency": form[f"{name}-currency"].data or ""}


def _make_date(given: Given) -> Fields:
    shown = date.fromisoformat(given.value) if given.value else None
    hint = given.hint or _("For example, %(date)s.", date="27 3 2007")
    field = DatePartsField(
        given.label, required=False, description=_join_hints(hint, describe_bounds(given.asked))
    )
    return {given.name: (field, shown)}


def _make_month(given: Given) -> Fields:
    shown = date.fromisoformat(f"{given.value}-01") if given.value else None
    hint = given.hint or _("For example, %(date)s.", date="9 2024")
    field = MonthPartsField(
        given.label, required=False, description=_join_hints(hint, describe_bounds(given.asked))
    )
    return {given.name: (field, shown)}


def _make_country(given: Given) -> Fields:
    choices = [NOTHING, *(SelectChoice(each.value, each.label) for each in given.countries)]
    return {given.name: (_select(given, choices), given.value or "")}


def _make_language(given: Given) -> Fields:
    value = given.value or {}
    languages = [NOTHING, *(SelectChoice(*each) for each in list_languages())]
    level = SelectField(_("Level"), [Optional()], choices=[NOTHING, *LanguageLevel.choices()])
    return {
        given.name: (_select(given, languages), value.get("tag", "")),
        f"{given.name}-level": (level, value.get("level", "")),
    }


def _read_language(form: Any, name: str) -> dict[str, str]:
    return {"tag": form[name].data or "", "level": form[f"{name}-level"].data or ""}


def _select(given: Given, choices: list[SelectChoice]) -> SelectField:
    return SelectField(given.label, [Optional()], description=given.hint, choices=choices)


def _read_day(form: Any, name: str) -> str | None:
    day = form[name].data
    return day.isoformat() if day else None


def _read_month(form: Any, name: str) -> str | None:
    day = form[name].data
    return f"{day:%Y-%m}" if day else None


K = QuestionKind
CONTROLS: dict[QuestionKind, Control] = {
    K.SHORT_TEXT: Control(_make_text(StringField)),
    K.LONG_TEXT: Control(_make_text(TextAreaField)),
    K.CHOICE: Control(_make_choice),
    K.CHOICES: Control(_make_choices),
    K.YES_NO: Control(_make_yes_no),
    K.NUMBER: Control(_make_number),
    K.MONEY: Control(_make_money, _read_money),
    K.DATE: Control(_make_date, _read_day),
    K.YEAR_MONTH: Control(_make_month, _read_month),
    K.COUNTRY: Control(_make_country),
    K.LANGUAGE: Control(_make_language, _read_language),
    K.EMAIL: Control(_make_text(EmailField)),
    K.PHONE: Control(_make_text(TelField)),
    K.LINK: Control(_make_text(StringField)),
    K.CONSENT: Control(_make_consent),
}
"""For every kind of a single answer; the others are made of these."""


class AnswerForm(PageForm):
    """One question of the cohort's form; `value` is the answer as it is stored."""

    question: Question
    numbers: Sequence[int] = ()
    """Of the rows of a question that takes several entries."""

    def __init__(self, *args: Any, countries: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._countries = countries

    @property
    def rows(self) -> list[list[Any]]:
        """The fields of each entry."""
        prefixes = [f"{ANSWER}-{number}-" for number in self.numbers]
        return [[field for field in self if field.name.startswith(prefix)] for prefix in prefixes]

    @property
    def fields(self) -> list[Any]:
        """The fields of a single answer, the answer itself first."""
        return [field for field in self if field.name.split("-")[0] == ANSWER]

    @property
    def value(self) -> Any:
        return normalise_answer(self.question, self._typed, self._countries)

    @property
    def _typed(self) -> Any:
        parts = PARTS.get(self.question.kind)
        if parts is None:
            return CONTROLS[self.question.kind].read(self, ANSWER)
        return [self._read_entry(parts, number) for number in self.numbers]

    def _read_entry(self, parts: Sequence[Part], number: int) -> dict[str, Any]:
        if _removed(number) in self and self[_removed(number)].data:
            return {}
        return {part.key: CONTROLS[part.kind].read(self, _part_name(number, part)) for part in parts}

    def show(self, error: RegistryError) -> None:
        """Each fault of an answer at its field; entries left empty have moved the later ones up."""
        if not isinstance(error, InvalidAnswer):
            return super().show(error)
        self.conflict = error
        for fault in error.faults:
            field = self[self._place(fault.field)]
            field.errors = [*field.errors, fault.sentence]
        return None

    def _place(self, field: str) -> str:
        number, _dash, rest = field.partition("-")
        if not self.numbers or not number.isdigit():
            return f"{ANSWER}-{field}" if field else ANSWER
        filled = [each for each in self.numbers if self._is_filled(each)] or [self.numbers[0]]
        return f"{ANSWER}-{filled[min(int(number), len(filled) - 1)]}-{rest}"

    def _is_filled(self, number: int) -> bool:
        entry = self._read_entry(PARTS[self.question.kind], number)
        return normalise_answer(self.question, [entry], self._countries) is not None


def make_answer_form(
    question: Question, value: Any, *, countries: Sequence[Choice] = (), own_countries: Sequence[str] = ()
) -> AnswerForm:
    """The fields that the kind of question needs, with what was answered so far."""
    hint = show_translation(question.helps) if any(question.helps.values()) else ""
    parts = PARTS.get(question.kind)
    numbers: Sequence[int] = ()
    if parts is None:
        given = Given(question, ANSWER, label_of(question)[1], hint, value, countries)
        made = CONTROLS[question.kind].make(given)
    else:
        entries = value or []
        numbers = range(min(len(entries) + 1, MOST_ENTRIES))
        made = _make_rows(parts, entries, numbers, countries)
    fields = {name: field for name, (field, _shown) in made.items()}
    data = {name: shown for name, (_field, shown) in made.items()}
    kind = type("AnswerForm", (AnswerForm,), {**fields, "question": question, "numbers": numbers})
    form: AnswerForm = kind(data={**data, "shown": {ANSWER: value}}, countries=own_countries)
    for number in numbers:
        for part in parts or ():
            form[_part_name(number, part)].flags.optional = not part.is_required
    return form


def _make_rows(
    parts: Sequence[Part], entries: Sequence[Any], numbers: Sequence[int], countries: Sequence[Choice]
) -> Fields:
    made: Fields = {}
    for number in numbers:
        entry = entries[number] if number < len(entries) else {}
        for part in parts:
            given = Given(
                part, _part_name(number, part), part.label, part.hint, entry.get(part.key), countries
            )
            # Rows are tight: one of several is a menu there.
            made |= _make_select(given) if part.kind is K.CHOICE else CONTROLS[part.kind].make(given)
        if number < len(entries):
            made[_removed(number)] = (BooleanField(_("Remove this entry")), False)
    return made


def _part_name(number: int, part: Part) -> str:
    return f"{ANSWER}-{number}-{part.key}"


def _removed(number: int) -> str:
    return f"{ANSWER}-{number}-removed"
