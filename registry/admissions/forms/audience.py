"""A mail to many, in the languages they read."""

from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField

from registry.admissions.models import AudienceMail
from registry.admissions.operations.audience import AudienceInput
from registry.admissions.operations.wordings import WordingInput, WrongWording
from registry.admissions.rules.wordings import MAX_SUBJECT, MAX_TEXT
from registry.core.errors import RegistryError
from registry.core.forms import Length, Optional, RegistryForm, SelectChoice, WholeNumberField
from registry.core.i18n import LOCALES, _, _l

_TOO_LONG = _l("This is too long: at most %(max)d characters.")


def _subject(label: Any) -> Any:
    return StringField(label, validators=[Optional(), Length(max=MAX_SUBJECT, message=_TOO_LONG)])


def _text(label: Any) -> Any:
    return TextAreaField(label, validators=[Optional(), Length(max=MAX_TEXT, message=_TOO_LONG)])


class AudienceForm(RegistryForm):
    """A subject and a text per language; those who read another one get the language chosen for them."""

    subject_en: Any = _subject(_l("Subject in English"))
    text_en: Any = _text(_l("Text in English"))
    subject_ru: Any = _subject(_l("Subject in Russian"))
    text_ru: Any = _text(_l("Text in Russian"))
    subject_zh: Any = _subject(_l("Subject in Chinese"))
    text_zh: Any = _text(_l("Text in Chinese"))
    fallback: Any = SelectField(
        _l("Whoever reads a language without a text gets"),
        choices=[SelectChoice(locale, name) for locale, name in LOCALES.items()],
    )

    def fields_of(self, locale: str) -> tuple[Field, Field]:
        """Subject and text in one language."""
        return self[f"subject_{locale}"], self[f"text_{locale}"]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for locale in LOCALES:
            subject, text = self.fields_of(locale)
            if bool(subject.data) != bool(text.data):
                empty, said = (text, _("Write a text.")) if subject.data else (subject, _("Write a subject."))
                empty.errors = [*empty.errors, said]
                is_valid = False
        return is_valid

    def show(self, error: RegistryError) -> None:
        super().show(error)
        if isinstance(error, WrongWording):
            for field, sentences in error.faults.items():
                self[field].errors = [str(each) for each in sentences]

    @property
    def given(self) -> AudienceInput:
        pairs = {locale: self.fields_of(locale) for locale in LOCALES}
        return AudienceInput(
            {
                locale: WordingInput(subject.data, text.data)
                for locale, (subject, text) in pairs.items()
                if subject.data
            },
            self.fallback.data,
        )


def audience_values(mail: AudienceMail | None) -> dict[str, str]:
    """What an earlier draft says, to go on from."""
    if mail is None:
        return {}
    values = {"fallback": mail.fallback}
    for each in mail.texts:
        values |= {f"subject_{each.locale}": each.subject, f"text_{each.locale}": each.text}
    return values


class SendForm(RegistryForm):
    """The last look before many are written to."""

    typed: Any = WholeNumberField(_l("How many people you are writing to"), validators=[Optional()])
