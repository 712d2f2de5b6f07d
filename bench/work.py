"""What takes longer than a request: a selection run, a release, and a file of nominees, in this process."""

import time
from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from bench.data import Filled
from bench.rows import Row
from registry.access.actor import Actor
from registry.accounts.queries import get_account_actor
from registry.admissions import jobs as nominee_jobs
from registry.admissions.enums import ReleaseResult, RowStatus, SelectionOrder
from registry.admissions.models import NomineeImport, StagedDecision
from registry.admissions.operations import nominees, releases, selection
from registry.admissions.queries import selection as selection_queries
from registry.admissions.queries.nominees import count_rows, find_import
from registry.admissions.rules.nominees import Particular
from registry.admissions.rules.selection import SelectionSettings, decide
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.sheets import read_sheet
from registry.core.transaction import transaction

SYSTEM = Actor.system("bench")
SETTINGS = SelectionSettings(SelectionOrder.FIRST_COME, women_share=40, longest_list=1_000)
HEAD = (
    Particular.EMAIL,
    Particular.FAMILY_NAME,
    Particular.GIVEN_NAMES,
    Particular.BORN_ON,
    Particular.SEX,
    Particular.CITIZENSHIP,
    Particular.PHONE,
)


def measure_work(app: Flask, filled: Filled, nominated: int) -> Iterator[Row]:
    """Each as the worker does it."""
    with app.app_context():
        yield from measure_selection(filled)
        yield from measure_release(filled)
        yield from measure_import(filled, nominated)


def measure_selection(filled: Filled) -> Iterator[Row]:
    """Look at the decisions about the largest cohort, and stage them."""
    size, code = max(filled.cohorts.items())
    seats = {"": size // 20}
    with transaction():
        cohort = _get_cohort(code)
        began = time.perf_counter()
        outcomes = decide(selection_queries.collect_inputs(cohort, SETTINGS, seats=seats))
        seconds = time.perf_counter() - began
    assert len(outcomes) == size
    yield Row(f"selection among {size:,}: preview", f"{seconds:.1f} s", "", "5 s", seconds <= 5)
    with transaction():
        cohort = _get_cohort(code)
        began = time.perf_counter()
        selection.stage_selection(cohort, SETTINGS, actor=SYSTEM)
    seconds = time.perf_counter() - began
    staged = db.session.scalar(
        sa.select(sa.func.count()).select_from(StagedDecision).where(StagedDecision.cohort_id == cohort.id)
    )
    assert staged == size, f"{staged} decisions are staged"
    db.session.remove()
    yield Row(f"selection among {size:,}: staged", f"{seconds:.1f} s", "", "120 s", seconds <= 120)


def measure_release(filled: Filled) -> Iterator[Row]:
    """Every decision announced, each with its mail."""
    with transaction():
        cohort = _get_cohort(filled.decided)
    began = time.perf_counter()
    rows = releases.release_decisions(cohort, actor=SYSTEM)
    seconds = time.perf_counter() - began
    made = Counter(row.result for row in rows)
    assert made[ReleaseResult.OFFERED] == cohort.capacity, made
    db.session.remove()
    yield Row(f"release of {len(rows):,} decisions", f"{seconds:.1f} s", "", "60 s", seconds <= 60)


def measure_import(filled: Filled, number: int) -> Iterator[Row]:
    """A file of so many nominees: read, checked, and everybody invited."""
    data = _write_file(number)
    began = time.perf_counter()
    sheet = read_sheet(data)
    with transaction():
        actor = get_account_actor(filled.focal_point)
        imported = nominees.upload_nominees(
            _get_cohort(filled.inviting), "KZ", sheet, file_name="nominees.csv", actor=actor
        )
        key = imported.id
    with transaction():
        columns = {name.value: place for place, name in enumerate(HEAD)}
        nominees.name_columns(_get_import(key), columns, version=None, actor=actor)
    nominee_jobs.check_nominees({"import": key})
    checked = time.perf_counter() - began
    began = time.perf_counter()
    with transaction():
        nominees.import_nominees(_get_import(key), version=None, actor=actor)
    nominee_jobs.import_nominees({"import": key})
    seconds = time.perf_counter() - began
    done = count_rows(_get_import(key))
    assert done == {RowStatus.IMPORTED: number}, done
    yield Row(f"{number:,} nominees: read and checked", f"{checked:.1f} s", "", "20 s", checked <= 20)
    yield Row(f"{number:,} nominees: invited", f"{seconds:.1f} s", "", "60 s", seconds <= 60)


def _get_cohort(code: str) -> Cohort:
    return db.session.scalars(
        sa.select(Cohort).where(Cohort.code == code).options(sa.orm.joinedload(Cohort.programme))
    ).one()


def _get_import(key: int) -> NomineeImport:
    imported = find_import(key)
    assert imported
    return imported


def _write_file(number: int) -> bytes:
    lines = [";".join(HEAD)]
    lines += [
        f"nominee-{each}@example.org;Karimova;Dilnoza;2004-03-27;female;KZ;+77012345678"
        for each in range(number)
    ]
    return "\n".join(lines).encode()
