"""A file, and what to do with it."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField
from wtforms.validators import Optional

from registry.admissions.models import Question
from registry.admissions.rules.answers import label_of
from registry.core.forms import RegistryForm, SelectChoice
from registry.core.i18n import _, _l, show_translation


class FilesForm(RegistryForm):
    """The file input of a question; with files there already, whether to add the new one or to replace one."""

    file = FileField(_l("File"), render_kw={"data-shrink": ""})
    instead_of = RadioField(_l("What shall we do with it?"), validators=[Optional()], default="")


class FileCodeForm(RegistryForm):
    """A button beside a file."""


def make_files_form(question: Question, answer: Any) -> FilesForm:
    """`answer` names the files that are there, as it is stored."""
    form = FilesForm()
    form.file.label.text = label_of(question)[1]
    form.file.description = show_translation(question.helps) if any(question.helps.values()) else ""
    form.instead_of.choices = [
        SelectChoice("", _("Add it to the others")),
        *(SelectChoice(each["code"], _("Replace “%(name)s”", name=each["name"])) for each in answer or ()),
    ]
    if not answer:
        del form.instead_of
    return form
