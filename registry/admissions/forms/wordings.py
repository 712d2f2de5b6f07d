"""A mail in a coordinator's own words."""

from typing import Any

from wtforms import StringField, TextAreaField

from registry.admissions.operations.wordings import WordingInput, WrongWording
from registry.admissions.rules.wordings import MAX_SUBJECT, MAX_TEXT
from registry.core.errors import RegistryError
from registry.core.forms import Filled, Length, RegistryForm, VersionedForm, VersionField
from registry.core.i18n import _l

_TOO_LONG = _l("This is too long: at most %(max)d characters.")


class WordingForm(VersionedForm):
    """Subject and text in one language. What the placeholders must be is the operation's to say."""

    subject: Any = StringField(
        _l("Subject"),
        validators=[Filled(_l("Write a subject.")), Length(max=MAX_SUBJECT, message=_TOO_LONG)],
    )
    text: Any = TextAreaField(
        _l("Text"),
        description=_l("Plain text. Leave a line empty between two paragraphs."),
        validators=[Filled(_l("Write a text.")), Length(max=MAX_TEXT, message=_TOO_LONG)],
    )

    def show(self, error: RegistryError) -> None:
        super().show(error)
        if isinstance(error, WrongWording):
            for field, sentences in error.faults.items():
                self[field].errors = [str(each) for each in sentences]

    @property
    def given(self) -> WordingInput:
        return WordingInput(self.subject.data or "", self.text.data or "")


class UseStandardForm(RegistryForm):
    """Back to the standard wording, by a button of the page that showed this version."""

    version: Any = VersionField()
