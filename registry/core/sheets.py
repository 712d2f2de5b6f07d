"""Tables that people send: CSV in the encodings they come in, and the first sheet of an XLSX workbook.

What a file claims is not believed: sizes are counted before anything is parsed, so that a small file cannot
fill the memory.
"""

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from registry.core.errors import InvalidInput
from registry.core.i18n import _l

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_ENTRIES = 500
MOST_ROWS = 10_000
"""Without the head."""
MOST_COLUMNS = 60
LONGEST_CELL = 2_000
DELIMITERS = ",;\t"

_TOO_LARGE = _l("This file is too large. Split it into several files.")
_BROKEN = _l("This file cannot be read. Save it again as XLSX or CSV.")
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?\sr=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_CYRILLIC = frozenset(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐЎ№«»–—“”„’…\xa0"
)
_CASE_BREAK = re.compile("[а-яёіїєґў][А-ЯЁІЇЄҐЎ]")
_LEVEL_ONE = range(0xB0, 0xD8)
"""First bytes of the common Chinese characters; Russian words in another encoding seldom look like these."""


class Encoding(StrEnum):
    """By the name that Python knows."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1251 = "cp1251"
    GB18030 = "gb18030"


@dataclass(frozen=True)
class Sheet:
    """A table as it was sent: the first filled row as head, the others below, all cells as text."""

    head: list[str]
    rows: list[tuple[int, list[str]]]
    """Number of the row in the file, from 1, with its cells; empty rows are left out."""
    encoding: Encoding | None
    """None for a workbook."""


def read_sheet(data: bytes, encoding: Encoding | None = None) -> Sheet:
    """Read CSV or XLSX by content; without `encoding`, text is read in the most likely one.

    Errors: InvalidInput for what is too large, no table, or made to do harm.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(_TOO_LARGE)
    if data.startswith(b"PK\x03\x04"):
        return _make_sheet(_read_workbook(data), None)
    used = encoding or guess_encoding(data)
    try:
        text = data.decode("utf-8-sig" if used is Encoding.UTF_8 else _with_order(used, data))
    except UnicodeDecodeError as error:
        raise InvalidInput(_l("This file is not in this encoding. Choose another one.")) from error
    return _make_sheet(_read_text(text), used)


def _with_order(encoding: Encoding, data: bytes) -> str:
    """UTF-16 needs its byte order: where no mark tells it, commas and line ends do."""
    if encoding is not Encoding.UTF_16 or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return encoding.value
    return "utf-16-be" if data[:200:2].count(0) > data[1:200:2].count(0) else "utf-16-le"


def guess_encoding(data: bytes) -> Encoding:
    """The most likely encoding of a text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or 0 in data[:2000]:
        return Encoding.UTF_16
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return Encoding.GB18030 if _looks_chinese(data) else Encoding.WINDOWS_1251
    return Encoding.UTF_8


def _looks_chinese(data: bytes) -> bool:
    """Whether the bytes are Chinese rather than Cyrillic; either encoding can read nearly everything."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = re.findall(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]", data)
    common = sum(pair[0] in _LEVEL_ONE and pair[1] >= 0xA1 for pair in pairs)
    cyrillic = data.decode("cp1251", errors="replace")
    foreign = [character for character in cyrillic if character > "\x7f"]
    # Cyrillic words hold no signs, and no capital after a small letter.
    odd = sum(character not in _CYRILLIC for character in foreign) + len(_CASE_BREAK.findall(cyrillic))
    return common > len(pairs) / 2 and odd > len(foreign) / 10


def _read_text(text: str) -> list[list[str]]:
    if "\0" in text:
        raise InvalidInput(_BROKEN)
    delimiter = guess_delimiter(text)
    try:
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                raise InvalidInput(_TOO_LARGE)
    except csv.Error as error:
        raise InvalidInput(_BROKEN) from error
    return rows


def guess_delimiter(text: str) -> str:
    """The sign that cuts the most of the first rows into equally many cells, and more than one."""
    lines = "\n".join(text.splitlines()[:50])

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(lines), delimiter=delimiter) if row)
        except csv.Error:
            return (0, 0)
        widths.pop(1, None)
        if not widths:
            return (0, 0)
        width, agreeing = widths.most_common(1)[0]
        return (agreeing, width)

    return max(DELIMITERS, key=score)


def _read_workbook(data: bytes) -> list[list[str]]:
    _refuse_bombs(data)
    # Imported when first used: most processes never read a workbook.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(data))
            .get_sheet_by_index(0)
            .to_python(skip_empty_area=False)
        )
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise InvalidInput(_BROKEN) from error
    return [[_text(cell) for cell in row] for row in rows]


def _refuse_bombs(data: bytes) -> None:
    """Unpack every part, counting, and look where the cells are: a table of two far cells is huge as well."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or any(entry.flag_bits & 1 for entry in entries):
                raise InvalidInput(_BROKEN)
            for entry in entries:
                part = _unpack(data, entry, MOST_UNPACKED - total)
                total += len(part)
                if "worksheets/" in entry.filename:
                    _refuse_far_cells(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise InvalidInput(_BROKEN) from error


def _unpack(data: bytes, entry: zipfile.ZipInfo, left: int) -> bytes:
    """The part as it really is. Its head may tell a smaller size, so the stream is followed to its end."""
    header = data[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise InvalidInput(_BROKEN)
    start = entry.header_offset + 30 + sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    if entry.compress_type == zipfile.ZIP_STORED:
        part = data[start : start + entry.compress_size]
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        part = zlib.decompressobj(-15).decompress(data[start:], left + 1)
    else:
        raise InvalidInput(_BROKEN)
    if len(part) > left:
        raise InvalidInput(_TOO_LARGE)
    return part


def _refuse_far_cells(part: bytes) -> None:
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in part[:100]:
        # Excel writes UTF-8; another encoding would hide the cells from the search below.
        raise InvalidInput(_BROKEN)
    for match in _CELL.finditer(part):
        letters, number = match.groups()
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MOST_COLUMNS or int(number) > MOST_ROWS + 1:
            raise InvalidInput(_TOO_LARGE)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell)


def _make_sheet(found: list[list[str]], encoding: Encoding | None) -> Sheet:
    filled = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(found, 1)
        if any(cell.strip() for cell in row)
    ]
    if len(filled) < 2:
        raise InvalidInput(
            _l("There is no table in this file: it needs a row of headings and rows below it.")
        )
    (_number, head), *rows = filled
    width = max(len(row) for _number, row in filled)
    if width > MOST_COLUMNS or len(rows) > MOST_ROWS:
        raise InvalidInput(_TOO_LARGE)
    if any(len(cell) > LONGEST_CELL for _number, row in filled for cell in row):
        raise InvalidInput(_l("A cell of this file holds more than 2,000 characters."))
    return Sheet(
        head=_fill(head, width), rows=[(number, _fill(row, width)) for number, row in rows], encoding=encoding
    )


def _fill(row: list[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]
