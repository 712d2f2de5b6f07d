"""What others said, quoted whole, with who said it and where that is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from registry.core import reference as ref
from registry.core.i18n import LOCALES


@dataclass(frozen=True)
class Quotation:
    """`texts` and `speakers` map locale -> text; the original is English."""

    texts: Mapping[str, str]
    speakers: Mapping[str, str]
    said_on: date
    source: str


_COLUMNS: dict[str, ref.Reader] = {
    "key": ref.required,
    **{f"{prefix}_{locale}": ref.required for prefix in ("text", "speaker") for locale in LOCALES},
    "said_on": ref.day,
    "source": ref.required,
}


@cache
def read_quotations() -> dict[str, Quotation]:
    """Key -> quotation, of quotations.csv."""
    return {
        row["key"]: Quotation(
            row.texts("text", list(LOCALES)),
            row.texts("speaker", list(LOCALES)),
            row["said_on"],
            row["source"],
        )
        for row in ref.read_rows(ref.FOLDER / "quotations.csv", _COLUMNS)
    }
