"""Rows as CSV, streamed, and as XLSX, written row by row; both safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import current_app

from registry.core.i18n import iso_instant

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
LONGEST_CELL = 32_767
"""Characters that a cell of a workbook can hold."""


def defuse(value: Any) -> Any:
    """The value as a spreadsheet may show it: text that would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], *, batch: int = 500) -> Iterator[bytes]:
    """UTF-8 with a byte order mark (spreadsheets need it), CRLF line ends, in chunks of `batch` rows."""
    buffer = io.StringIO(BOM)
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield _take(buffer)
    count = 0
    for row in rows:
        writer.writerow([defuse(value) for value in row])
        count += 1
        if count % batch == 0:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def export_path(name: str) -> Path:
    """Where a file of this name lies until it expires: not in a folder that the web server shows."""
    folder = Path(current_app.config["EXPORT_FOLDER"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / name


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> None:
    """One sheet with fixed heads. Texts are written as texts, so nothing can run as a formula.

    Rows go to the disk as they come; instants are written in UTC, which the format does not name.
    """
    # Imported when first used: few processes ever write a workbook.
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(header) - 1, 20)
        for place, text in enumerate(header):
            sheet.write_string(0, place, text, bold)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value.astimezone(UTC).replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    sheet.write_number(number, place, value)
                elif value is not None and value != "":
                    sheet.write_string(number, place, str(value)[:LONGEST_CELL])
