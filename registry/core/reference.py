"""Reference data from CSV files: all faults of a file at once; storing it again changes nothing."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from registry.core.database import Model, db
from registry.core.errors import InvalidInput
from registry.core.i18n import LOCALES

FOLDER = Path(__file__).resolve().parent.parent / "reference"
"""The files that come with the project."""

Reader = Callable[[str], Any]
"""Turns a cell into a value; raises ValueError with a sentence when it cannot."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell. Row 1 is the line of column names."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.message}"


class BadFile(InvalidInput):
    """A file with faults: nothing of it is stored."""

    code = "bad_file"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Row:
    """One line of a file: column -> value."""

    file: str
    number: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def fault(self, column: str, message: str) -> Fault:
        return Fault(self.file, self.number, column, message)

    def texts(self, prefix: str, locales: Sequence[str]) -> dict[str, str]:
        """Locale -> text of the columns `<prefix>_<locale>` that are filled."""
        found = {locale: self.values[f"{prefix}_{locale}"] for locale in locales}
        return {locale: text for locale, text in found.items() if text}


@dataclass
class Tally:
    """What loading one file did to its table."""

    added: int = 0
    changed: int = 0
    left: int = 0
    removed: int = 0

    def __str__(self) -> str:
        removed = f", {self.removed} removed" if self.removed else ""
        return f"{self.added} added, {self.changed} changed, {self.left} left as they were{removed}"


@dataclass
class LoadReport:
    """File -> what became of its rows."""

    files: dict[str, Tally] = field(default_factory=dict)

    def of(self, file: str) -> Tally:
        return self.files.setdefault(file, Tally())

    @property
    def has_changes(self) -> bool:
        """Whether anything is different now."""
        return any(tally.added or tally.changed or tally.removed for tally in self.files.values())

    def __str__(self) -> str:
        return "\n".join(f"{file}: {tally}" for file, tally in self.files.items())


def read_rows(path: Path, columns: Mapping[str, Reader]) -> list[Row]:
    """All rows of a UTF-8 file with at least these columns, in any order.

    Errors: BadFile with every fault found.
    """
    if not path.is_file():
        raise BadFile([Fault(path.name, 1, "-", f"there is no such file in {path.parent.name}/")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            lines = list(csv.reader(file, strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadFile([Fault(path.name, 1, "-", f"cannot be read as CSV in UTF-8 ({error})")]) from error
    heads = lines[0] if lines else []
    if faults := list(_faults_in_heads(path.name, heads, columns)):
        raise BadFile(faults)
    rows: list[Row] = []
    faults = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cells):
            continue
        if len(cells) != len(heads):
            message = f"{len(cells)} cells where the first row names {len(heads)}"
            faults.append(Fault(path.name, number, heads[min(len(cells), len(heads) - 1)], message))
            continue
        values = {}
        for head, cell in zip(heads, cells, strict=True):
            try:
                values[head] = columns.get(head, str)(cell.strip())
            except ValueError as error:
                faults.append(Fault(path.name, number, head, str(error)))
        rows.append(Row(path.name, number, values))
    if faults:
        raise BadFile(faults)
    return rows


def _faults_in_heads(file: str, heads: Sequence[str], columns: Mapping[str, Reader]) -> Iterator[Fault]:
    for column in columns:
        if column not in heads:
            yield Fault(file, 1, column, "this column is missing")
    for column in sorted({head for head in heads if heads.count(head) > 1}):
        yield Fault(file, 1, column, "this column stands twice")


def find_doubles(rows: Sequence[Row], key: Sequence[str]) -> Iterator[Fault]:
    """Rows whose key stands in an earlier row already."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        values = tuple(row[column] for column in key)
        if values in seen:
            yield row.fault(key[-1], f"row {seen[values]} says this already")
        seen.setdefault(values, row.number)


def store_row(
    model: type[Model], existing: Model | None, values: Mapping[str, Any], tally: Tally, **on_adding: Any
) -> Any:
    """Add a row, or bring the existing one up to date, and count which it was. Returns the object."""
    if existing is None:
        tally.added += 1
        obj = model(**values, **on_adding)
        db.session.add(obj)
        return obj
    different = {name: value for name, value in values.items() if getattr(existing, name) != value}
    for name, value in different.items():
        setattr(existing, name, value)
    if different:
        tally.changed += 1
    else:
        tally.left += 1
    return existing


def read_phrases(folder: Path = FOLDER) -> dict[tuple[str, str], str]:
    """(locale, text as stored) -> translation, of phrases.csv."""
    columns = {"key": required} | dict.fromkeys(LOCALES, required)
    return {
        (locale, row["key"]): row[locale]
        for row in read_rows(folder / "phrases.csv", columns)
        for locale in LOCALES
    }


# -- Readers of cells --------------------------------------------------------------------------------


def required(cell: str) -> str:
    """Any text, but some."""
    if not cell:
        raise ValueError("this cell is empty")
    return cell


def optional(reader: Reader) -> Reader:
    """None for an empty cell."""
    return lambda cell: reader(cell) if cell else None


def matching(pattern: str, meaning: str) -> Reader:
    """Text that is `meaning`, told by a regular expression."""
    compiled = re.compile(pattern)

    def read(cell: str) -> str:
        if not compiled.fullmatch(cell):
            raise ValueError(f"“{cell}” is not {meaning}")
        return cell

    return read


def one_of(choices: Any) -> Reader:
    """A value of the StrEnum, as its member."""

    def read(cell: str) -> Any:
        try:
            return choices(cell)
        except ValueError as error:
            known = ", ".join(member.value for member in choices)
            raise ValueError(f"“{cell}” is none of {known}") from error

    return read


def whole_number(low: int, high: int) -> Reader:
    """An integer within inclusive bounds."""

    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and low <= int(cell) <= high):
            raise ValueError(f"“{cell}” is not a whole number from {low} to {high}")
        return int(cell)

    return read


def day(cell: str) -> date:
    """YYYY-MM-DD."""
    try:
        if len(cell) != 10:
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"“{cell}” is not a day like 2027-03-31") from error
