"""Nominees from a file: sent, checked, and imported with one operation for each row."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ImportStatus, RowStatus
from registry.admissions.models import Invitation, NomineeImport, NomineeRow
from registry.admissions.operations.invitations import Invitee, invite
from registry.admissions.rules.invitations import why_not_inviting
from registry.admissions.rules.nominations import Delegation
from registry.catalogue.models import Cohort
from registry.core import audit, clock, jobs
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, StaleWrite
from registry.core.i18n import _l, current_locale
from registry.core.sheets import Sheet
from registry.people import operations as people
from registry.people.operations import Particulars

CHECK = "admissions:check_nominees"
IMPORT = "admissions:import_nominees"
LONGEST_NAME = 160
_WAITING = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKED})
_BUSY = _l("This file is being worked on, or is done. Open its page to see how far it is.")


@dataclass(frozen=True)
class Nominee:
    """What one row says."""

    email: str
    particulars: Particulars


def nominate(
    cohort: Cohort, member_state: str, nominee: Nominee, *, row_hash: str, actor: Actor
) -> Invitation:
    """Note the person, who has no account yet, and send the invitation: both or, after an error, neither.

    Errors: those of `people.describe_nominee` and `invite`.
    """
    person = people.describe_nominee(nominee.particulars, actor=actor)
    names = nominee.particulars.names
    invitee = Invitee(
        email=nominee.email,
        name=" ".join(part for part in (names.given_names, names.family_name) if part),
        locale=nominee.particulars.locale,
        person=person,
        row_hash=row_hash,
    )
    invitation = invite(cohort, member_state, invitee, actor=actor)
    audit.record(person, "people:person:nominate", actor)
    return invitation


def upload_nominees(
    cohort: Cohort, member_state: str, sheet: Sheet, *, file_name: str, actor: Actor
) -> NomineeImport:
    """Keep what was read from the file until it is imported or discarded.

    Errors: NotAllowed; Conflict where nobody can be invited.
    """
    policy.require(actor, Permission.APPLICATION_ENDORSE, Delegation(cohort, member_state))
    if refusal := why_not_inviting(cohort, clock.now()):
        raise Conflict(refusal)
    imported = NomineeImport(
        code=new_code(),
        cohort_id=cohort.id,
        member_state=member_state,
        user_id=actor.user_id,
        locale=current_locale(),
        file_name=file_name[-LONGEST_NAME:],
        encoding=sheet.encoding.value if sheet.encoding else "",
        head=sheet.head,
        row_count=len(sheet.rows),
        created_at=clock.now(),
    )
    db.session.add(imported)
    audit.record(imported, "admissions:nominee_import:upload", actor)
    db.session.flush()
    db.session.execute(
        sa.insert(NomineeRow),
        [
            {
                "import_id": imported.id,
                "number": number,
                "status": RowStatus.NEW,
                "cells": cells,
                "errors": [],
            }
            for number, cells in sheet.rows
        ],
    )
    return imported


def name_columns(
    imported: NomineeImport, columns: Mapping[str, int], *, version: int | None, actor: Actor
) -> NomineeImport:
    """Say which column holds what; every row is checked then, and nothing else happens.

    Errors: NotAllowed; StaleWrite; Conflict for a file that is being worked on or done.
    """
    _require_waiting(imported, version, actor)
    imported.columns = dict(columns)
    imported.locale = current_locale()
    imported.status = ImportStatus.CHECKING
    audit.record(imported, "admissions:nominee_import:check", actor)
    db.session.flush()
    db.session.execute(
        sa.update(NomineeRow)
        .where(NomineeRow.import_id == imported.id)
        .values(status=RowStatus.NEW, errors=[])
        .execution_options(synchronize_session=False)
    )
    jobs.enqueue(CHECK, {"import": imported.id})
    return imported


def import_nominees(imported: NomineeImport, *, version: int | None, actor: Actor) -> NomineeImport:
    """Import every row that has no error, in the name of whoever says so.

    Errors: NotAllowed; StaleWrite; Conflict for a file that is not checked, or where nobody can be invited.
    """
    _require_waiting(imported, version, actor)
    if imported.status is not ImportStatus.CHECKED:
        raise Conflict(_l("Say first which column holds what."))
    if refusal := why_not_inviting(imported.cohort, clock.now()):
        raise Conflict(refusal)
    if actor.user_id is not None:
        imported.user_id = actor.user_id
    imported.status = ImportStatus.IMPORTING
    audit.record(imported, "admissions:nominee_import:import", actor)
    jobs.enqueue(IMPORT, {"import": imported.id})
    return imported


def discard_import(imported: NomineeImport, *, version: int | None, actor: Actor) -> NomineeImport:
    """Forget what was read; nobody has been invited.

    Errors: NotAllowed; StaleWrite; Conflict for a file that is being worked on or done.
    """
    _require_waiting(imported, version, actor)
    imported.status = ImportStatus.DISCARDED
    imported.finished_at = clock.now()
    audit.record(imported, "admissions:nominee_import:discard", actor)
    forget_rows(imported)
    return imported


def forget_rows(imported: NomineeImport) -> None:
    """Delete what stood in the rows."""
    db.session.execute(
        sa.delete(NomineeRow)
        .where(NomineeRow.import_id == imported.id)
        .execution_options(synchronize_session=False)
    )


def finish_step(imported: NomineeImport, status: ImportStatus) -> None:
    """The worker has been through all rows."""
    imported.status = status
    if status is ImportStatus.DONE:
        imported.finished_at = clock.now()


def _require_waiting(imported: NomineeImport, version: int | None, actor: Actor) -> None:
    policy.require(actor, Permission.APPLICATION_ENDORSE, Delegation(imported.cohort, imported.member_state))
    if imported.status not in _WAITING:
        raise Conflict(_BUSY)
    if version is not None and version != imported.version:
        raise StaleWrite
