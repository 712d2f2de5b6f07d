"""Files of nominees: whose they are, how far they are, and what is wrong with their rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ImportStatus, RowStatus
from registry.admissions.models import Invitation, NomineeImport, NomineeRow
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.i18n import LOCALES, country_name
from registry.core.tables import Page, SortKey, get_page
from registry.places.queries import list_country_codes

SHORT_NAMES = {"рф": "RU", "russia": "RU", "кнр": "CN", "prc": "CN", "usa": "US", "uae": "AE", "оаэ": "AE"}
KEPT = timedelta(days=30)
"""How long the rows of a file are kept, for looking up what became of them."""
SAMPLES = 3


def _with_cohort() -> sa.Select[NomineeImport]:
    return sa.select(NomineeImport).options(
        joinedload(NomineeImport.cohort, innerjoin=True)
        .joinedload(Cohort.programme, innerjoin=True)
        .selectinload(Programme.translations)
    )


def get_import(code: str, *, actor: Actor) -> NomineeImport:
    """Errors: NotFound, also for another state's file."""
    imported = db.session.scalar(
        _with_cohort().where(NomineeImport.code == code).execution_options(populate_existing=True)
    )
    if imported is None or not any(
        grant.country == imported.member_state and grant.programme in (None, imported.cohort.programme.slug)
        for grant in actor.grants_with(Permission.APPLICATION_ENDORSE)
    ):
        raise NotFound
    return imported


def find_import(import_id: int) -> NomineeImport | None:
    """As it is stored now, for the worker."""
    return db.session.scalar(
        _with_cohort().where(NomineeImport.id == import_id).execution_options(populate_existing=True)
    )


def list_imports(cohort: Cohort, member_state: str, key: str | None) -> Page[NomineeImport]:
    """The state's files for the cohort, the latest first."""
    statement = (
        sa.select(NomineeImport)
        .where(NomineeImport.cohort_id == cohort.id, NomineeImport.member_state == member_state)
        .options(joinedload(NomineeImport.user, innerjoin=True))
    )
    return get_page(statement, [SortKey(NomineeImport.id, descending=True)], key)


def count_rows(imported: NomineeImport) -> Counter[RowStatus]:
    """How many rows are in each status."""
    rows = db.session.execute(
        sa.select(NomineeRow.status, sa.func.count())
        .where(NomineeRow.import_id == imported.id)
        .group_by(NomineeRow.status)
    )
    return Counter({row.status: row[1] for row in rows})


def list_samples(imported: NomineeImport) -> Sequence[NomineeRow]:
    """The first rows of the file."""
    return db.session.scalars(
        sa.select(NomineeRow)
        .where(NomineeRow.import_id == imported.id)
        .order_by(NomineeRow.number)
        .limit(SAMPLES)
    ).all()


def list_wrong_rows(imported: NomineeImport, key: str | None) -> Page[NomineeRow]:
    """Rows with errors, as they stand in the file."""
    statement = sa.select(NomineeRow).where(
        NomineeRow.import_id == imported.id, NomineeRow.status.in_({RowStatus.WRONG, RowStatus.REFUSED})
    )
    return get_page(statement, [SortKey(NomineeRow.number)], key)


def list_cells(import_id: int, after: int, size: int) -> list[tuple[int, list[str]]]:
    """Number and cells of the rows that stand in the file after this one."""
    rows = db.session.execute(
        sa.select(NomineeRow.number, NomineeRow.cells)
        .where(NomineeRow.import_id == import_id, NomineeRow.number > after)
        .order_by(NomineeRow.number)
        .limit(size)
    )
    return [(number, cells) for number, cells in rows]


def lock_ready_rows(import_id: int, size: int) -> Sequence[NomineeRow]:
    """The next rows to import, taken by this transaction; those that another one has taken are passed over."""
    return db.session.scalars(
        sa.select(NomineeRow)
        .where(NomineeRow.import_id == import_id, NomineeRow.status == RowStatus.READY)
        .order_by(NomineeRow.number)
        .limit(size)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class KnownNominees:
    """Who is invited to a cohort already: rows by their hash, and addresses."""

    row_hashes: frozenset[str]
    emails: frozenset[str]


def get_known_nominees(cohort_id: int) -> KnownNominees:
    """What was imported stays known after the invitation was taken back; its address becomes free again."""
    rows = db.session.execute(
        sa.select(Invitation.row_hash, Invitation.email, Invitation.withdrawn_at).where(
            Invitation.cohort_id == cohort_id
        )
    ).all()
    return KnownNominees(
        row_hashes=frozenset(row_hash for row_hash, _email, _at in rows if row_hash),
        emails=frozenset(email for _hash, email, withdrawn_at in rows if withdrawn_at is None),
    )


def map_country_names() -> dict[str, str]:
    """What people write for a country, in small letters -> its code: names in our languages, and the code."""
    names = dict(SHORT_NAMES)
    for code in list_country_codes():
        names[code.casefold()] = code
        names |= {country_name(code, locale).casefold(): code for locale in LOCALES}
    return names


def list_imports_to_forget() -> Sequence[NomineeImport]:
    """Files whose rows are older than we keep them."""
    return db.session.scalars(
        sa.select(NomineeImport).where(
            NomineeImport.created_at < clock.now() - KEPT,
            sa.exists().where(NomineeRow.import_id == NomineeImport.id),
            NomineeImport.status.not_in({ImportStatus.CHECKING, ImportStatus.IMPORTING}),
        )
    ).all()
