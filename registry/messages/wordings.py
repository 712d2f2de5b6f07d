"""Wordings of a mail that people write themselves: plain text with placeholders in braces. Data, never code. Pure."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from registry.core.i18n import _l

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_WIDE_BRACES = str.maketrans("｛｝", "{}")
UNBALANCED = _l(
    "A brace is missing, or one too many. Write each placeholder like {name}, with one brace on each side."
)


def clean_wording(text: str) -> str:
    """As it is stored: full-width braces are braces, and a placeholder's name has no blanks or capitals."""
    return _PLACEHOLDER.sub(
        lambda found: "{" + found[1].strip().casefold() + "}", text.translate(_WIDE_BRACES)
    )


def list_placeholders(text: str) -> list[str]:
    """The names between braces, in order, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def find_wording_faults(text: str, known: Collection[str]) -> list[Any]:
    """What keeps the text from being a wording with these placeholders, in sentences."""
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        return [UNBALANCED]
    return [_describe_unknown(name, known) for name in list_placeholders(text) if name not in known]


def _describe_unknown(name: str, known: Collection[str]) -> Any:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return _l(
            "This mail does not know the placeholder %(name)s. Did you mean %(near)s?",
            name="{" + name + "}",
            near="{" + near[0] + "}",
        )
    return _l(
        "This mail does not know the placeholder %(name)s. Use those that the list names.",
        name="{" + name + "}",
    )


def fill_wording(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder's value. What stands in a value is not read again."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
