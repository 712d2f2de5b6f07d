"""Finding applications by a name in any script."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from registry.admissions.models import Application
from registry.admissions.rules.names import NAMES_EDITION
from registry.core.database import db
from registry.core.i18n import fold
from registry.core.transliteration import is_han, sound_out

CHUNK = 500


def hold_names(search_name: Any, text: str) -> list[sa.ColumnElement[bool]]:
    """What is true of the search names that hold all words of the text: as typed, or beginning as it sounds.

    A single Han character must sound like a whole word: as a beginning, 李 (li) would also find every Liu.
    """
    clauses = []
    for word in fold(text).split():
        written = search_name.contains(word, autoescape=True)
        heard = sound_out(word)
        if heard and heard != word:
            end = " " if len(word) == 1 and is_han(word) else ""
            names = sa.literal(" ").concat(search_name).concat(" ")
            clauses.append(sa.or_(written, names.contains(f" {heard}{end}", autoescape=True)))
        else:
            clauses.append(written)
    return clauses


def list_outdated_names() -> Sequence[sa.Row[tuple[int, str, dict[str, Any]]]]:
    """Key, listed name and profile of applications whose search names an older edition wrote; a chunk."""
    return db.session.execute(
        sa.select(Application.id, Application.listed_name, Application.profile)
        .where(Application.names_edition < NAMES_EDITION, Application.submitted_at.is_not(None))
        .order_by(Application.names_edition, Application.id)
        .limit(CHUNK)
    ).all()
