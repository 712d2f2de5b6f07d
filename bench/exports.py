"""The export that the worker writes, in a process of its own, as the worker is."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.data import Filled
from bench.memory import Growth
from bench.rows import Row
from config import load_config
from registry import create_app
from registry.access.actor import Actor
from registry.accounts.queries import find_user
from registry.admissions.enums import ExportFormat
from registry.admissions.operations import exports
from registry.admissions.operations.exports import ExportInput
from registry.admissions.queries.applications import get_cohort
from registry.admissions.queries.listing import ApplicationFilter
from registry.admissions.rules.lists import choose_columns, list_columns
from registry.core.export import export_path
from registry.core.transaction import transaction

SYSTEM = Actor.system("bench")


def measure_xlsx(environment: dict[str, str], filled: Filled) -> Iterator[Row]:
    """The largest cohort as XLSX with the usual columns."""
    size, code = max(filled.cohorts.items())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, grown, written = pool.apply(_write, (environment, code))
    assert written > size * 10, f"the file has {written} bytes"
    yield Row(f"XLSX of {size:,}", f"{seconds:.1f} s", "", "40 s", seconds <= 40)
    yield Row("XLSX: memory", f"+{grown:.0f} MB at most", "", "+100 MB", grown <= 100)


def _write(environment: dict[str, str], code: str) -> tuple[float, float, int]:
    """Seconds, megabytes that the process grew at its peak, and bytes of the file."""
    os.environ.update(environment)
    app = create_app(load_config("testing"))
    with app.app_context():
        with transaction():
            user = find_user("bench@example.org")
            assert user
            asker = Actor(label="bench", user_id=user.id, grants=SYSTEM.grants)
            given = ExportInput(
                ExportFormat.XLSX,
                "A measurement of speed.",
                ApplicationFilter(),
                choose_columns((), list_columns(())),
            )
            export = exports.order_export(get_cohort(code, actor=SYSTEM), given, actor=asker)
        began = time.perf_counter()
        with Growth([psutil.Process()]) as growth:
            exports.write_export({"export": export.id})
        seconds = time.perf_counter() - began
        return seconds, growth.megabytes, Path(export_path(export.file)).stat().st_size
