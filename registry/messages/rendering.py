"""Mail texts: `templates/mail/<kind>.txt`, plain text in the reader's language.

A template extends `layout.txt` and fills the blocks `subject` and `body`. It gets `address(endpoint, ...)`
for its one link, `zone` of the reader, the filters of `core.i18n` and what the caller passed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from registry.core import i18n
from registry.core.addresses import address, contact_email

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "mail"


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


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
    template = _environment().get_template(f"{kind}.txt")
    with i18n.in_locale(locale):
        values = {"zone": zone, **context}
        subject = "".join(template.blocks["subject"](template.new_context(values)))
        body = template.render(values)
    return Mail(
        subject=" ".join(subject.split())[:300],
        body=re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n",
    )
