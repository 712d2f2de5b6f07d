"""How the forms of a name are stored for finding applications, and for seeing who may be the same. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.core.i18n import fold
from registry.core.transliteration import is_han, sound, sound_out, spell_latin

NAMES_EDITION = 1
"""Raised when the rules below change: the worker then writes older applications anew."""

_PARTS = ("family_name", "given_names", "patronymic", "native_name", "latin_name")
_SHORT = 6
"""Family names of so few sounds may be written in one word with the given name, as Chinese ones are."""


def fold_names(names: Mapping[str, Any]) -> str:
    """All words of all forms of the name, folded, then how they sound in Latin letters; each once."""
    forms = [str(names.get(part) or "") for part in _PARTS]
    family, given = forms[:2]
    written = [word for form in forms for word in fold(form).split()]
    if is_han(family + given):
        written.append(fold(family + given))
    heard = [sound(word) for form in forms for word in spell_latin(form)]
    heard += [sound_out(form) for form in forms if is_han(form)]
    if 0 < len(sound_out(family)) <= _SHORT:
        heard.append(sound_out(family) + sound_out(given))
    return " ".join(dict.fromkeys([*written, *heard]))[:600]


def make_match_key(names: Mapping[str, Any]) -> str | None:
    """The same for two people who may be one: how family and given names sound, in any order, and the birth.

    None where the day of birth is not known: a name alone makes nobody the same.
    """
    born_on = names.get("born_on")
    heard = sorted(filter(None, (sound_out(str(names.get(part) or "")) for part in _PARTS[:2])))
    return f"{born_on} {' '.join(heard)}"[:200] if born_on and heard else None
