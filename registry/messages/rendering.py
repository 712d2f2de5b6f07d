"""Mail texts: `templates/mail/<kind>.txt`, plain text in the reader's language.

A template extends `layout.txt` and fills the blocks `subject` and `body`. It gets `address(endpoint, ...)`
for its one link, `zone` of the reader, the filters of `core.i18n` and what the caller passed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, Template

from registry.core import i18n
from registry.core.addresses import address, contact_email
from registry.messages.wordings import fill_wording

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "mail"


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


@dataclass(frozen=True)
class OwnWording:
    """Subject and text with placeholders. `values` is called in the reader's language."""

    subject: str
    text: str
    values: Callable[[], Mapping[str, str]]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Not the application's environment: mails are plain text, and nothing in them is escaped.
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(i18n.FILTERS)
    environment.globals.update(address=address, contact_email=contact_email)
    return environment


def render(kind: str, context: Mapping[str, Any], *, locale: str, zone: str) -> Mail:
    """The mail of this kind in `locale`. A template that lacks a value raises UndefinedError."""
    with i18n.in_locale(locale):
        return _render(_environment().get_template(f"{kind}.txt"), {"zone": zone, **context})


def render_own(wording: OwnWording, *, locale: str, zone: str) -> Mail:
    """The mail with its placeholders filled, above the same footer as every other one."""
    with i18n.in_locale(locale):
        values = wording.values()
        context = {
            "subject": fill_wording(wording.subject, values),
            "text": fill_wording(wording.text, values),
        }
        return _render(_environment().get_template("own_wording.txt"), {"zone": zone, **context})


def show_standard(kind: str, markers: Mapping[str, Any], *, locale: str) -> OwnWording:
    """The standard mail as a wording: `markers` stand for the values, and no filter touches them."""
    bare = DictLoader({"layout.txt": "{% block body required %}{% endblock %}"})
    environment = _environment().overlay(loader=ChoiceLoader([bare, FileSystemLoader(FOLDER)]))
    environment.filters = dict.fromkeys(i18n.FILTERS, lambda value, *_arguments: value)
    with i18n.in_locale(locale):
        mail = _render(environment.get_template(f"{kind}.txt"), {"zone": "UTC", **markers})
    return OwnWording(mail.subject, mail.body.strip(), dict)


def _render(template: Template, values: Mapping[str, Any]) -> Mail:
    subject = "".join(template.blocks["subject"](template.new_context(dict(values))))
    return Mail(
        # One line: what a name or a title holds begins no header of its own.
        subject=" ".join(subject.split())[:300],
        body=_tidy(template.render(values)) + "\n",
    )


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.strip())
