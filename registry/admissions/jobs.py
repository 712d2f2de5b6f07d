"""What the worker does with files of nominees: one form and one operation for each row."""

from typing import Any

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.accounts.queries import get_account_actor
from registry.accounts.rules import clean_email
from registry.admissions.enums import ImportStatus, RowStatus
from registry.admissions.forms.nominees import NomineeForm
from registry.admissions.models import NomineeImport, NomineeRow
from registry.admissions.operations import nominees as operations
from registry.admissions.operations.invitations import INVITED
from registry.admissions.operations.nominees import CHECK, IMPORT
from registry.admissions.queries import nominees as queries
from registry.admissions.queries.nominees import KnownNominees
from registry.admissions.rules.nominees import Particular, hash_row
from registry.core import jobs
from registry.core.database import reading_only
from registry.core.errors import RegistryError
from registry.core.i18n import _, in_locale
from registry.core.transaction import end_reading, transaction

CHECKED_AT_ONCE = 250
IMPORTED_AT_ONCE = 50
"""Rows in one transaction; a worker that dies leaves no row half done."""
DAILY = 24 * 60

Errors = list[tuple[int | None, str]]


@jobs.handler(CHECK)
def check_nominees(payload: dict[str, Any]) -> None:
    """The dry run: every row is read as the import would read it, and nobody is invited."""
    with transaction():
        imported = queries.find_import(payload["import"])
        if imported is None or imported.status is not ImportStatus.CHECKING:
            return
        check = _Check(imported, queries.get_known_nominees(imported.cohort_id), queries.map_country_names())
    last = 0
    while rows := _list_cells(imported.id, last):
        last = rows[-1][0]
        with in_locale(imported.locale):
            values = [check.row(number, cells) for number, cells in rows]
        with transaction() as session:
            session.execute(sa.update(NomineeRow), values)
    with transaction():
        imported = queries.find_import(payload["import"])
        if imported is not None and imported.status is ImportStatus.CHECKING:
            operations.finish_step(imported, ImportStatus.CHECKED)


def _list_cells(import_id: int, after: int) -> list[tuple[int, list[str]]]:
    # No transaction is open while the rows are judged.
    with reading_only():
        rows = queries.list_cells(import_id, after, CHECKED_AT_ONCE)
        end_reading()
    return rows


class _Check:
    """Reads the rows of one file in order, remembering what stood in those before."""

    def __init__(self, imported: NomineeImport, known: KnownNominees, countries: dict[str, str]) -> None:
        self.import_id = imported.id
        self.columns = dict(imported.columns or {})
        self.locale = imported.locale
        self.known, self.countries = known, countries
        self.seen: dict[str, tuple[int, str]] = {}

    def row(self, number: int, cells: list[str]) -> dict[str, Any]:
        status, errors = self._judge(number, cells)
        return {"import_id": self.import_id, "number": number, "status": status, "errors": errors}

    def _judge(self, number: int, cells: list[str]) -> tuple[RowStatus, Errors]:
        values = read_values(self.columns, cells)
        row_hash = hash_row(values)
        if row_hash in self.known.row_hashes:
            return RowStatus.KNOWN, []
        form = make_form(values, self.countries, self.locale)
        errors = find_errors(form, self.columns)
        email = clean_email(values.get(Particular.EMAIL, "")) or ""
        at_email = self.columns[Particular.EMAIL]
        before, said = self.seen.get(email, (0, ""))
        if said == row_hash:
            return RowStatus.KNOWN, []
        if email and before:
            errors.append((at_email, _("Row %(number)s has the same address.", number=before)))
        elif email in self.known.emails:
            errors.append((at_email, str(INVITED)))
        if email and not before:
            self.seen[email] = (number, row_hash)
        in_order = sorted(errors, key=lambda error: -1 if error[0] is None else error[0])
        return (RowStatus.WRONG, in_order) if errors else (RowStatus.READY, [])


def read_values(columns: dict[str, int], cells: list[str]) -> dict[str, str]:
    """Particular -> what the row says."""
    return {name: cells[column] for name, column in columns.items()}


def make_form(values: dict[str, str], countries: dict[str, str], locale: str) -> NomineeForm:
    """The row as a form."""
    form = NomineeForm.from_json(values, countries=countries, default_locale=locale)
    assert isinstance(form, NomineeForm)  # noqa: S101 -- for the type checker
    return form


def find_errors(form: NomineeForm, columns: dict[str, int]) -> Errors:
    """What is wrong with the row, by column."""
    if form.validate():
        return []
    errors: Errors = [(None, str(error)) for error in form.form_errors]
    errors += [(columns.get(field.name), str(error)) for field in form for error in field.errors]
    return errors


@jobs.handler(IMPORT)
def import_nominees(payload: dict[str, Any]) -> None:
    """Import the rows that can be; a second run goes on where the first one ended."""
    countries: dict[str, str] = {}
    while True:
        with transaction():
            imported = queries.find_import(payload["import"])
            if imported is None or imported.status is not ImportStatus.IMPORTING:
                return
            countries = countries or queries.map_country_names()
            rows = queries.lock_ready_rows(imported.id, IMPORTED_AT_ONCE)
            if not rows:
                operations.finish_step(imported, ImportStatus.DONE)
                return
            # Asked again for each batch: whoever loses the role stops importing.
            actor = get_account_actor(imported.user_id)
            with in_locale(imported.locale):
                found = [_import_row(imported, row, countries, actor) for row in rows]
            # Written after all of them, in one statement.
            for row, errors in zip(rows, found, strict=True):
                row.status = RowStatus.REFUSED if errors else RowStatus.IMPORTED
                row.errors = errors


def _import_row(imported: NomineeImport, row: NomineeRow, countries: dict[str, str], actor: Actor) -> Errors:
    """What is wrong with it; nothing once it is imported."""
    columns = dict(imported.columns or {})
    values = read_values(columns, row.cells)
    form = make_form(values, countries, imported.locale)
    errors = find_errors(form, columns)
    if not errors:
        try:
            operations.nominate(
                imported.cohort,
                imported.member_state,
                form.nominee,
                row_hash=hash_row(values),
                actor=actor,
            )
        except RegistryError as error:
            errors = [(columns.get(error.field or ""), str(error))]
    return errors


@jobs.periodic("admissions:forget_nominee_rows", minutes=DAILY)
def forget_rows() -> None:
    """What stood in files is deleted some weeks after; the invitations stay."""
    with transaction():
        for imported in queries.list_imports_to_forget():
            operations.forget_rows(imported)
