"""Forms: the shape of what people send. Business rules live in the domains' rules and operations."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from registry.core.errors import RegistryError, StaleWrite
from registry.core.i18n import SelectChoice, _, _l, format_day, format_listing

csrf = CSRFProtect()
"""Every POST needs its token, but those marked `@csrf.exempt`: they change nothing and set no cookie."""

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\t", "\u200c", "\u200d"}  # Joiners are letters' business in Persian and Indic scripts.


def clean_text(value: Any) -> Any:
    """NFC, without control and direction characters, outer blanks gone, line ends as \\n."""
    if not isinstance(value, str):
        return value
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        character
        for character in value
        if character in _KEPT or unicodedata.category(character) not in _INVISIBLE
    ).strip()


def plain_digits(value: Any) -> Any:
    """Full-width and local digits as ASCII digits."""
    value = clean_text(value)
    if not isinstance(value, str):
        return value
    return "".join(
        str(unicodedata.digit(character)) if character.isdecimal() else character for character in value
    ).strip()


def is_filled(field: Field) -> bool:
    """Whether the person entered anything into the field."""
    return bool(field.data) or field.data == 0


_LIBRARY_WORDS = {
    "Not a valid choice.": _l("Choose one from the list."),
    "'%(value)s' is not a valid choice for this field.": _l("Choose one from the list."),
    "This field is required.": _l("Fill in this field."),
}


class _Words:
    """What WTForms says by itself, in our words; it asks by its own English sentences."""

    def gettext(self, sentence: str) -> str:
        return str(_LIBRARY_WORDS.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class RegistryForm(FlaskForm):
    """Base of every form: cleans text, shows errors of operations, knows its HTTP status."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Words:
            return _Words()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = list(unbound_field.kwargs.get("filters", ()))
            if issubclass(unbound_field.field_class, StringField) and not getattr(
                unbound_field.field_class, "keeps_raw_text", False
            ):
                filters.insert(0, clean_text)
            return unbound_field.bind(form=form, filters=filters, **options)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: RegistryError | None = None

    @property
    def http_status(self) -> int:
        """200 for a fresh form, 422 for one with errors, the error's own for a conflict."""
        if self.conflict is not None:
            return self.conflict.status
        return 422 if self.errors else 200

    @property
    def stale_changes(self) -> Mapping[str, tuple[Any, Any]]:
        """What somebody else changed meanwhile: field name -> (value as shown, value now)."""
        return self.conflict.changes if isinstance(self.conflict, StaleWrite) else {}

    def show(self, error: RegistryError) -> None:
        """Show an operation's refusal at its field, or on top. 403 and 404 pass through."""
        if error.status in {403, 404}:
            raise error
        self.conflict = error
        if error.field and error.field in self._fields:
            field = self._fields[error.field]
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors.append(str(error))

    @classmethod
    def from_json(cls, payload: Mapping[str, Any], **kwargs: Any) -> "RegistryForm":
        """The same form over a JSON object: lists become repeated values, null a missing one."""
        data: MultiDict[str, str] = MultiDict()
        for key, value in payload.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    data.add(key, str(each))
        return cls(formdata=data, meta={"csrf": False}, **kwargs)


class FilterForm(RegistryForm):
    """A form whose values stand in the address: nothing changes, so there is no token."""

    class Meta(RegistryForm.Meta):
        csrf = False


class VersionField(HiddenField):
    """The version of the record that the form was rendered with."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        value = valuelist[0] if valuelist else ""
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise ValueError(_("Open this page again and repeat the change."))
        self.data = int(value)  # type: ignore[assignment]


class ShownField(HiddenField):
    """The values a form was shown with, for telling what changed since; never stored."""

    data: Any

    def _value(self) -> str:
        return json.dumps(
            {name: _plain(value) for name, value in (self.data or {}).items()},
            ensure_ascii=False,
            default=str,
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            read = json.loads(valuelist[0]) if valuelist else {}
        except ValueError:
            read = {}
        self.data = read if isinstance(read, dict) else {}


class VersionedForm(RegistryForm):
    """A form over a stored record. It carries the version and the values it was shown with.

    Give it `data` (field -> stored value) and `stored_version`; after a StaleWrite call `renew` with the
    stored values, so that saving again is a decision about what is shown.
    """

    version: Any = VersionField()
    shown: Any = ShownField()

    def __init__(self, *args: Any, stored_version: int = 0, data: Any = None, **kwargs: Any) -> None:
        stored = dict(data or {})
        super().__init__(*args, data={**stored, "version": stored_version, "shown": stored}, **kwargs)
        self._changes: dict[str, tuple[Any, Any]] = {}

    @property
    def is_stale(self) -> bool:
        return isinstance(self.conflict, StaleWrite)

    @property
    def stale_changes(self) -> Mapping[str, tuple[Any, Any]]:
        """What somebody else changed meanwhile, in words: field name -> (when shown, now)."""
        return self._changes

    def renew(self, stored_version: int, stored: Mapping[str, Any]) -> None:
        """From here on the form speaks of this version; what differs from the one shown is told."""
        was = self.shown.data
        self._changes = {
            name: (self._in_words(name, was.get(name)), self._in_words(name, _plain(now)))
            for name, now in stored.items()
            if _plain(now) != was.get(name)
        }
        self.version.data = stored_version
        self.shown.data = {name: _plain(value) for name, value in stored.items()}

    def _in_words(self, name: str, value: Any) -> Any:
        field = self._fields.get(name)
        if value in (None, "", []):
            return None
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        labels = {}
        if isinstance(field, SelectField):
            labels = {_plain(option.data): str(option.label.text) for option in field}
        if isinstance(field, FormField) and isinstance(value, str):
            return format_day(date.fromisoformat(value))
        words = [labels.get(_plain(each), each) for each in (value if isinstance(value, list) else [value])]
        return format_listing([str(word) for word in words])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return value


class WholeNumberField(IntegerField):
    """A whole number in anybody's digits. What is none has no value, so that the bounds refuse it in words.

    Give it a NumberRange, and Optional or Filled before that.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = "".join(plain_digits(valuelist[0]).split()) if valuelist else ""
        self.data = int(typed) if re.fullmatch(r"-?[0-9]{1,15}", typed) else None

    def _value(self) -> str:
        return str(clean_text(super()._value()))  # type: ignore[misc]  # Missing in the stubs.


class ChecksField(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DatePartsForm(Form):
    """Day, month and year as people type them."""

    day = StringField(_l("Day"), filters=[plain_digits], validators=[Length(max=4)])
    month = StringField(_l("Month"), filters=[plain_digits], validators=[Length(max=4)])
    year = StringField(_l("Year"), filters=[plain_digits], validators=[Length(max=8)])


class MonthPartsForm(Form):
    """Month and year as people type them."""

    month = StringField(_l("Month"), filters=[plain_digits], validators=[Length(max=4)])
    year = StringField(_l("Year"), filters=[plain_digits], validators=[Length(max=8)])


class DatePartsField(FormField):  # type: ignore[type-arg]
    """A date in three fields. `data` is a date or None; `required` and bounds are checked here.

    Errors: at the field, in words, naming what is missing.
    """

    parts: tuple[str, ...] = ("day", "month", "year")
    parts_form: type[Form] = DatePartsForm
    no_such = _l("There is no such date. Enter day, month and year, like 27 3 2007.")

    def __init__(
        self,
        label: Any = None,
        *,
        required: bool = True,
        earliest: date = date(1900, 1, 1),
        latest: date = date(2100, 12, 31),
        missing: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(self.parts_form, label, separator="-", **kwargs)
        self.required = required
        self.earliest = earliest
        self.latest = latest
        self.missing = missing or _l("Enter the date, like 27 3 2007.")
        self._date: date | None = None
        self.own_errors: list[str] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None, **kwargs: Any) -> None:
        self._date = given = data if isinstance(data, date) else None
        parts = {part: str(getattr(given, part)) for part in self.parts} if given else {}
        prefix = self.name + self.separator
        self.form = self.form_class(
            formdata=formdata or None, prefix=prefix, data=parts, meta={"csrf": False}
        )
        self.object_data = self._date

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.own_errors = []
        values = {name: self.form[name].data or "" for name in self.parts}
        if not any(values.values()):
            self._date = None
            if self.required:
                self.own_errors = [str(self.missing)]
            return not self.own_errors
        try:
            if not all(value.isascii() and value.isdigit() for value in values.values()):
                raise ValueError
            if len(values["year"]) != 4:
                self.own_errors = [_("Enter the year with four digits, like 2007.")]
                return False
            self._date = date(int(values["year"]), int(values["month"]), int(values.get("day", 1)))
        except (ValueError, OverflowError):
            self._date = None
            self.own_errors = [str(self.no_such)]
            return False
        if not self.earliest <= self._date <= self.latest:
            self.own_errors = [_("This date is too far away. Check the year.")]
            return False
        for validator in extra_validators:
            try:
                validator(form, self)
            except ValidationError as error:
                self.own_errors.append(str(error))
        return not self.own_errors

    @property  # type: ignore[override]
    def data(self) -> date | None:
        return self._date

    @data.setter
    def data(self, value: date | None) -> None:
        self._date = value

    @property  # type: ignore[override]
    def errors(self) -> list[str]:
        return self.own_errors

    @errors.setter
    def errors(self, value: Iterable[str]) -> None:
        self.own_errors = list(value)

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self._date)


class MonthPartsField(DatePartsField):
    """A month in two fields. `data` is its first day or None."""

    parts = ("month", "year")
    parts_form = MonthPartsForm
    no_such = _l("There is no such month. Enter month and year, like 9 2024.")


class Filled:
    """Validator: something is there after blanks and invisible characters are gone. Put it first."""

    field_flags = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message or _l("Fill in this field.")

    def __call__(self, form: Any, field: Field) -> None:
        is_blank = not any(clean_text(value) for value in field.raw_data or ())
        if is_blank and not field.data:
            field.errors = []
            raise StopValidation(str(self.message))
        if field.process_errors:
            raise StopValidation


class CodePattern:
    """Validator: the text is a public code."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and not (field.data.isascii() and field.data.isalnum()):
            raise ValidationError(_("Enter the code as it was given to you, like K7M3QXPT."))


__all__ = [
    "ChecksField",
    "CodePattern",
    "DatePartsField",
    "Filled",
    "FilterForm",
    "InputRequired",
    "Length",
    "MonthPartsField",
    "Optional",
    "RegistryForm",
    "SelectChoice",
    "ShownField",
    "VersionField",
    "VersionedForm",
    "WholeNumberField",
    "clean_text",
    "csrf",
    "is_filled",
    "plain_digits",
]
