"""Files of nominees: sending one, naming its columns, and the form that each row fills."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, FileField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from registry.accounts.rules import clean_email
from registry.admissions.models import NomineeImport
from registry.admissions.operations.nominees import Nominee
from registry.admissions.rules.nominees import (
    Particular,
    column_letter,
    read_day,
    read_locale,
    read_sex,
    split_name,
)
from registry.core import clock
from registry.core.errors import InvalidInput
from registry.core.forms import Filled, RegistryForm, SelectChoice, VersionField
from registry.core.i18n import _, _l
from registry.core.sheets import Encoding
from registry.people.operations import Particulars
from registry.people.rules import NO_NAME, Names, check_birth, is_name, normalise_phone

LEFT_OUT = "-1"
ENCODINGS = {
    Encoding.UTF_8: "UTF-8",
    Encoding.UTF_16: "UTF-16",
    Encoding.WINDOWS_1251: "Windows-1251",
    Encoding.GB18030: "GB18030 (GBK)",
}


class UploadForm(RegistryForm):
    """A file, and how its letters are stored where we guess wrong."""

    file = FileField(
        _l("File"),
        description=_l("CSV or XLSX, at most 10,000 rows and 2 MB, with one row of headings."),
    )
    encoding = SelectField(
        _l("Encoding"),
        description=_l("Only for CSV whose letters come out wrong."),
        validators=[Optional()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.encoding.choices = [
            SelectChoice("", _("Find out")),
            *(SelectChoice(each.value, name) for each, name in ENCODINGS.items()),
        ]

    def validate_file(self, field: Field) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))

    @property
    def chosen_encoding(self) -> Encoding | None:
        return Encoding(self.encoding.data) if self.encoding.data else None


class ColumnsForm(RegistryForm):
    """Which column holds what: one field for each particular."""

    version: Any = VersionField()

    @property
    def columns(self) -> dict[str, int]:
        """Particular -> number of the column, of those chosen."""
        return {
            each.value: int(self[each.value].data)
            for each in Particular
            if self[each.value].data not in (None, LEFT_OUT)
        }

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        seen: dict[int, str] = {}
        for name, column in self.columns.items():
            if column in seen:
                self[name].errors = [*self[name].errors, _("This column is chosen twice.")]
                is_valid = False
            seen[column] = name
        columns = self.columns
        if Particular.EMAIL not in columns:
            self[Particular.EMAIL].errors = [_("Choose the column with the e-mail addresses.")]
            is_valid = False
        names = {Particular.FULL_NAME, Particular.FAMILY_NAME, Particular.GIVEN_NAMES}
        if not names & set(columns):
            self[Particular.FULL_NAME].errors = [_("Choose the column with the names.")]
            is_valid = False
        return is_valid


def make_columns_form(imported: NomineeImport, chosen: Mapping[str, int]) -> ColumnsForm:
    """The form for this file's head, with what was chosen or guessed."""
    choices = [SelectChoice(LEFT_OUT, _("Not in this file"))] + [
        SelectChoice(str(number), name_column(number, imported.head)) for number in range(len(imported.head))
    ]
    fields = {each.value: SelectField(each.label, choices=choices, default=LEFT_OUT) for each in Particular}
    data = {name: str(column) for name, column in chosen.items()}
    form: ColumnsForm = type("ColumnsForm", (ColumnsForm,), fields)(
        data={**data, "version": imported.version}
    )
    return form


def name_column(number: int, head: Sequence[str]) -> str:
    """As the reader finds it in the file: letter and heading."""
    letter = column_letter(number)
    return _("%(letter)s: %(heading)s", letter=letter, heading=head[number]) if head[number] else letter


class StartForm(RegistryForm):
    """Import what can be imported; leaving rows out is said in so many words."""

    version: Any = VersionField()
    leave_out = BooleanField(_l("Leave out the rows with errors and import the others"))

    def __init__(self, *args: Any, has_errors: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_errors = has_errors

    def validate_leave_out(self, field: Field) -> None:
        if self._has_errors and not field.data:
            raise ValidationError(_("Tick this, or correct the file and send it again."))


class _Readable:
    """Validator: `read` understands the cell; what it reads is kept in `field.read`."""

    def __init__(self, read: Callable[[str], Any], message: Any) -> None:
        self.read, self.message = read, message

    def __call__(self, form: Any, field: Field) -> None:
        if self.read(field.data or "") is None:
            raise ValidationError(str(self.message))


def _short(limit: int) -> Length:
    return Length(max=limit, message=_l("This is too long: at most %(max)d characters."))


def _is_a_name(form: Any, field: Field) -> None:
    if not is_name(field.data):
        raise ValidationError(
            _("Enter a name with letters. Digits and signs like @ or < cannot stand in it.")
        )


class NomineeForm(RegistryForm):
    """One row. Particulars that are not in the file are empty."""

    email = StringField(validators=[Filled(_l("The e-mail address is missing.")), _short(254)])
    full_name = StringField(validators=[Optional(), _short(160), _is_a_name])
    family_name = StringField(validators=[Optional(), _short(80), _is_a_name])
    given_names = StringField(validators=[Optional(), _short(80), _is_a_name])
    patronymic = StringField(validators=[Optional(), _short(80), _is_a_name])
    born_on = StringField(
        validators=[
            Optional(),
            _Readable(read_day, _l("This is no date. Write it like 2001-03-15 or 15.03.2001.")),
        ]
    )
    sex = StringField(
        validators=[Optional(), _Readable(read_sex, _l("Write female or male, f or m, or leave it empty."))]
    )
    citizenship = StringField(validators=[Optional()])
    residence = StringField(validators=[Optional()])
    phone = StringField(validators=[Optional()])
    locale = StringField(
        validators=[
            Optional(),
            _Readable(read_locale, _l("We write in English, Russian and Chinese. Choose one of them.")),
        ]
    )

    def __init__(self, *args: Any, countries: Mapping[str, str], default_locale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._countries = countries
        self._default_locale = default_locale

    def validate_email(self, field: Field) -> None:
        if clean_email(field.data or "") is None:
            raise ValidationError(_("Enter an e-mail address, like name@example.org."))

    def validate_citizenship(self, field: Field) -> None:
        self._country(field)

    def validate_residence(self, field: Field) -> None:
        self._country(field)

    def _country(self, field: Field) -> str | None:
        code = self._countries.get((field.data or "").casefold().strip())
        if field.data and code is None:
            raise ValidationError(
                _("We do not know this country. Write its name, or its code of two letters.")
            )
        return code

    def validate_phone(self, field: Field) -> None:
        typed = (self.residence.data, self.citizenship.data)
        countries = [self._countries.get((each or "").casefold().strip()) for each in typed]
        try:
            normalise_phone(field.data or "", countries)
        except InvalidInput as error:
            raise ValidationError(str(error)) from error

    def validate_born_on(self, field: Field) -> None:
        if born_on := read_day(field.data or ""):
            try:
                check_birth(born_on, today=clock.today())
            except InvalidInput as error:
                raise ValidationError(str(error)) from error

    @property
    def names(self) -> Names:
        if self.full_name.data:
            return split_name(self.full_name.data)
        return Names(
            family_name=self.family_name.data or "",
            given_names=self.given_names.data or "",
            patronymic=self.patronymic.data or "",
        )

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        if not (self.full_name.data or self.family_name.data or self.given_names.data):
            self.form_errors.append(str(NO_NAME))
            is_valid = False
        return is_valid

    @property
    def nominee(self) -> Nominee:
        """What the row says, once it is valid."""
        citizenship = self._country(self.citizenship)
        return Nominee(
            email=self.email.data or "",
            particulars=Particulars(
                names=self.names,
                locale=read_locale(self.locale.data or "") or self._default_locale,
                born_on=read_day(self.born_on.data or ""),
                sex=read_sex(self.sex.data or ""),
                citizenships=(citizenship,) if citizenship else (),
                residence=self._country(self.residence),
                phone=self.phone.data or "",
            ),
        )
