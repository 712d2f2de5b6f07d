"""Building reports and releasing them."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.models import Programme
from registry.core import audit, clock, codes
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.reports import enrolment
from registry.reports.disclosure import SPONSOR_THRESHOLD, Key, protect, protect_changes
from registry.reports.enrolment import Cell, EnrolmentReport
from registry.reports.models import Release
from registry.reports.queries import counts, subjects
from registry.reports.queries.counts import WeekCount


def build_live_report(
    programme: Programme, *, actor: Actor, cohort_code: str | None = None
) -> EnrolmentReport:
    """The enrolment report as it is now, nothing hidden: for those who run the programme.

    `cohort_code` narrows it to one cohort.
    Errors: NotAllowed.
    """
    policy.require(actor, Permission.REPORT_VIEW_LIVE, programme)
    facts, values, weeks = _measure(programme, cohort_code)
    cells = {key: Cell(value) for key, value in values.items()}
    return enrolment.assemble(cells, enrolment.cumulate(weeks), facts)


def make_release(programme: Programme, *, actor: Actor, corrects: Release | None = None) -> Release:
    """Freeze the enrolment report for the programme's sponsors.

    Small figures are hidden; a figure that moved by less than the threshold since the last release, or that
    would give such a move away, keeps its old value and date.
    Errors: NotAllowed; Conflict when the programme has no cohort to report on.
    """
    policy.require(actor, Permission.RELEASE_MAKE, programme)
    facts, values, weeks = _measure(programme, None)
    if not facts["cohorts"]:
        raise Conflict(_l("This programme has no published cohort to report on yet."))
    previous = subjects.find_latest_release(programme, enrolment.NAME)
    cells = _protect_cells(values, facts, previous)
    points = _protect_weeks(weeks, cells, previous)
    definitions = freeze_definitions()
    parameters = {"programme": programme.slug, "threshold": SPONSOR_THRESHOLD, "facts": facts}
    tables = {
        "cells": [
            [*key, cell.value, cell.as_of.isoformat() if cell.as_of else None] for key, cell in cells.items()
        ],
        "weeks": [[point.week_on.isoformat(), point.n] for point in points],
        "remembered": [[*key, n] for key, n in _remember(cells, previous).items()],
    }
    release = Release(
        code=codes.new_code(),
        report=enrolment.NAME,
        programme=programme,
        parameters=parameters,
        tables=tables,
        definitions=definitions,
        digest=_digest(parameters, tables, definitions),
        released_at=clock.now(),
        corrects=corrects,
    )
    db.session.add(release)
    audit.record(release, "reports:release:make", actor)
    return release


def make_weekly_releases(*, actor: Actor) -> list[Release]:
    """A release of every programme with cohorts that has none of this week (from Monday, UTC) yet."""
    monday = _monday(clock.today())
    made = []
    for programme in subjects.list_programmes_with_cohorts():
        latest = subjects.find_latest_release(programme, enrolment.NAME)
        if latest is None or latest.released_at.date() < monday:
            made.append(make_release(programme, actor=actor))
    return made


def read_release(release: Release) -> EnrolmentReport:
    """The report as it was released."""
    facts = release.parameters["facts"]
    weeks = [WeekCount(date.fromisoformat(week_on), n) for week_on, n in release.tables["weeks"]]
    return enrolment.assemble(_read_cells(release), weeks, facts)


def _measure(
    programme: Programme, cohort_code: str | None
) -> tuple[dict[str, Any], dict[Key, int], list[WeekCount]]:
    cohorts = [
        cohort for cohort in subjects.list_counted_cohorts(programme) if cohort_code in (None, cohort.code)
    ]
    ids = [cohort.id for cohort in cohorts]
    facts = enrolment.collect_facts(
        programme, cohorts, subjects.count_seats(ids), subjects.list_targets(programme)
    )
    values = enrolment.fill_values(enrolment.name_cohorts(counts.count_figures(ids), cohorts), facts)
    return facts, values, counts.list_weeks(ids)


def _protect_cells(
    values: Mapping[Key, int], facts: Mapping[str, Any], previous: Release | None
) -> dict[Key, Cell]:
    relations = enrolment.find_relations(values, facts)
    old = _read_cells(previous) if previous else {}
    concealed = {key for key, cell in old.items() if cell.is_hidden}
    before = {key: n for key, n in _read_last_shown(previous).items() if key in values}
    hidden = protect(values, relations, before=before, concealed=concealed)
    kept = protect_changes(values, before, relations, hidden=hidden, concealed=concealed)
    cells = {}
    for key, value in values.items():
        if key not in hidden | kept:
            cells[key] = Cell(value)
        elif previous and _keeps_old_value(key, old, hidden):
            cells[key] = Cell(old[key].value, old[key].as_of or previous.released_at.date())
        else:
            cells[key] = Cell(None)
    return cells


def _keeps_old_value(key: Key, old: Mapping[Key, Cell], hidden: Set[Key]) -> bool:
    """Whether a figure that may not be shown as it is now stands with its last value instead of "hidden".

    Nothing here may depend on the present value. A headline says more with an older figure than with none; a
    zero that has to be protected could mislead.
    """
    return key in old and bool(old[key].value) and (key not in hidden or key.table == "all")


def _remember(cells: Mapping[Key, Cell], previous: Release | None) -> dict[Key, int]:
    """What earlier releases showed of figures that are hidden now: readers remember it, so protection must."""
    shown = _read_last_shown(previous)
    return {key: shown[key] for key, cell in cells.items() if cell.is_hidden and key in shown}


def _read_last_shown(release: Release | None) -> dict[Key, int]:
    """Each figure as it was last shown, in this release or an earlier one."""
    if release is None:
        return {}
    shown = {key: cell.value for key, cell in _read_cells(release).items() if cell.value is not None}
    remembered = release.tables.get("remembered", [])
    return {Key(table, row, column): n for table, row, column, n in remembered} | shown


def _protect_weeks(
    weeks: Sequence[WeekCount], cells: Mapping[Key, Cell], previous: Release | None
) -> list[WeekCount]:
    """The running total of applications, a point only where it moved by the threshold since the last one."""
    points = (
        [WeekCount(date.fromisoformat(week_on), n) for week_on, n in previous.tables["weeks"]]
        if previous
        else []
    )
    total = cells[Key("all", "all", enrolment.Figure.APPLIED.value)].value
    if total is None:
        return points
    last = points[-1] if points else None
    for week in enrolment.cumulate(weeks):
        if last is not None and week.week_on <= last.week_on:
            continue
        moved = week.n - (last.n if last else 0)
        if moved >= SPONSOR_THRESHOLD and (week.n == total or total - week.n >= SPONSOR_THRESHOLD):
            last = week
            points.append(week)
    return points


def _read_cells(release: Release) -> dict[Key, Cell]:
    return {
        Key(table, row, column): Cell(value, date.fromisoformat(as_of) if as_of else None)
        for table, row, column, value, as_of in release.tables["cells"]
    }


def freeze_definitions() -> dict[str, Any]:
    """Every indicator as plain JSON: code -> texts by locale, unit, source, edition."""
    return {
        definition.code: {
            "titles": definition.titles,
            "numerators": definition.numerators,
            "denominators": definition.denominators,
            "unit": definition.unit,
            "source_standard": definition.source_standard,
            "edition": definition.edition,
        }
        for definition in subjects.list_definitions()
    }


def _digest(*parts: Any) -> str:
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
