"""Rows that leave the registry are written down first; large files, and all XLSX, are the worker's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.queries import get_account_actor
from registry.admissions.enums import ExportFormat
from registry.admissions.models import Export
from registry.admissions.queries import exports as queries
from registry.admissions.queries import listing
from registry.admissions.queries.applications import get_cohort
from registry.admissions.queries.criteria import list_criteria
from registry.admissions.queries.listing import ApplicationFilter
from registry.admissions.rules.lists import Column, choose_columns, list_columns
from registry.catalogue.models import Cohort
from registry.core import audit, clock, jobs
from registry.core.codes import new_code, new_token
from registry.core.database import db
from registry.core.errors import InvalidInput, RegistryError
from registry.core.export import export_path, stream_csv, write_xlsx
from registry.core.i18n import _, _l, in_locale
from registry.core.transaction import transaction

WRITE = "admissions:export"
STREAMED_ROWS = 100_000
"""A CSV of so many rows comes at once; a longer one, and every XLSX, is written by the worker."""
KEPT = timedelta(hours=24)
PROGRESS_ROWS = 5_000


@dataclass(frozen=True)
class ExportInput:
    """What is taken out."""

    format: ExportFormat
    purpose: str
    asked: ApplicationFilter
    columns: Sequence[Column]


def record_export(cohort: Cohort, given: ExportInput, *, actor: Actor) -> None:
    """Note who takes the cohort's applications out, what for, and with which filter; names are not kept.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.APPLICATION_EXPORT, cohort)
    asked = {name: value for name, value in given.asked.store().items() if value and name != "text"}
    audit.record(
        cohort,
        "admissions:application:export",
        actor,
        reason=given.purpose,
        about={
            "format": given.format.value,
            "columns": [column.name for column in given.columns],
            "filter": asked,
        },
    )


def order_export(cohort: Cohort, given: ExportInput, *, actor: Actor) -> Export:
    """Note it like `record_export`, and let the worker write the file.

    Errors: NotAllowed.
    """
    record_export(cohort, given, actor=actor)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    now = clock.now()
    export = Export(
        code=new_code(),
        cohort_id=cohort.id,
        user_id=actor.user_id,
        format=given.format,
        purpose=given.purpose,
        asked=given.asked.store(),
        columns=[column.name for column in given.columns],
        rows_total=listing.count_exactly(cohort, given.asked),
        asked_at=now,
        expires_at=now + KEPT,
    )
    db.session.add(export)
    db.session.flush()
    jobs.enqueue(WRITE, {"export": export.id})
    return export


@jobs.handler(WRITE)
def write_export(payload: Mapping[str, Any]) -> None:
    """Write the file, unless it is there or its owner may no longer have it. A second worker starts afresh."""
    with transaction():
        export = queries.find_export(payload["export"])
        if export is None or export.finished_at is not None:
            return
        actor = get_account_actor(export.user_id)
        try:
            cohort = get_cohort(
                queries.get_cohort_code(export), actor=actor, permission=Permission.APPLICATION_EXPORT
            )
        except RegistryError:
            return
        columns = list_columns(listing.list_questions(cohort), list_criteria(cohort.id))
    name = f"{new_token()}.{export.format}"
    path = export_path(name)
    try:
        with in_locale(actor.locale):
            written = _write(path, cohort, export, choose_columns(export.columns, columns))
        with transaction():
            export.file, export.finished_at = name, clock.now()
            export.rows_done = export.rows_total = written
            export.expires_at = export.finished_at + KEPT
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(path: Path, cohort: Cohort, export: Export, columns: Sequence[Column]) -> int:
    """How many rows were written."""
    asked = ApplicationFilter.restore(export.asked)
    progress = _Progress(export)
    if export.format is ExportFormat.CSV:
        rows = progress.count(stream_rows(cohort, asked, columns))
        with path.open("wb") as file:
            for chunk in stream_csv(header_of(columns), rows):
                file.write(chunk)
    else:
        header = [_("Applicant"), *(column.label for column in columns)]
        found = listing.stream_applications(cohort, asked, columns, in_words=True)
        told = (
            [row[0], *(each.say(value) for each, value in zip(columns, row[1:], strict=True))]
            for row in found
        )
        write_xlsx(path, header, progress.count(told), title=cohort.code)
    return progress.done


def header_of(columns: Sequence[Column]) -> list[str]:
    """The heads of a CSV: names for machines, the same in every language."""
    return ["name", *(column.name for column in columns)]


def stream_rows(
    cohort: Cohort, asked: ApplicationFilter, columns: Sequence[Column]
) -> Iterator[Sequence[Any]]:
    """The rows of a CSV: what is stored, in one line each."""
    found = listing.stream_applications(cohort, asked, columns)
    joined = [number for number, column in enumerate(columns, 1) if column.is_answer or column.name == "tags"]
    if not joined:
        yield from found
        return
    for row in found:
        values = list(row)
        for number in joined:
            values[number] = columns[number - 1].plain(values[number])
        yield values


class _Progress:
    """Counts the rows that pass, and notes now and then how far the file is."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.done = 0

    def count(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for row in rows:
            yield row
            self.done += 1
            if self.done % PROGRESS_ROWS == 0:
                with transaction():
                    # Some may have come since they were counted.
                    self.export.rows_done = min(self.done, self.export.rows_total)


@jobs.periodic("admissions:forget_exports", minutes=60)
def forget_exports() -> None:
    """Remove what has expired, the file first: a row without a file is found again, a file without a row is not."""
    with transaction() as session:
        for export in queries.list_expired(clock.now()):
            if export.file:
                export_path(export.file).unlink(missing_ok=True)
            session.delete(export)
