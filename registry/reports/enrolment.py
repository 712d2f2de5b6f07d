"""The enrolment report: applied → eligible → endorsed → offered → accepted → started → completed.

By member state, sex, age band and cohort, and over time, against seats and targets. The coordinator's live
page, a sponsor's frozen release and the CSV all show the same `EnrolmentReport`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.admissions.enums import AgeBand, Figure
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import Cohort, Programme, Target
from registry.core import clock
from registry.people.enums import Sex
from registry.reports.disclosure import Key, Relations, Sum
from registry.reports.queries.counts import WeekCount

NAME = "enrolment"
TABLES = ("state", "sex", "age", "cohort")
UNSTATED = ""
"""The row of those who did not answer."""

INDICATORS = {
    Figure.APPLIED: "E-1",
    Figure.ELIGIBLE: "E-2",
    Figure.ENDORSED: "E-3",
    Figure.OFFERED: "E-4",
    Figure.ACCEPTED: "E-5",
    Figure.STARTED: "E-6",
    Figure.COMPLETED: "E-7",
}
"""Figure -> code of its definition in docs/indicators.md."""

ACCEPTANCE_RATE = ("E-8", Figure.ACCEPTED, Figure.OFFERED)
COMPLETION_RATE = ("O-2", Figure.COMPLETED, Figure.STARTED)


@dataclass(frozen=True)
class Cell:
    """One figure as shown: a value, or hidden. `as_of` is set where an older value was kept."""

    value: int | None
    as_of: date | None = None

    @property
    def is_hidden(self) -> bool:
        return self.value is None


@dataclass(frozen=True)
class Rate:
    """A share with what it was computed from. Hidden as soon as one of the two figures is."""

    indicator: str
    numerator: Cell
    denominator: Cell

    @property
    def value(self) -> float | None:
        """A fraction from 0 to 1; None where hidden, or where nobody is in the denominator."""
        if not self.denominator.value or self.numerator.value is None:
            return None
        if self.numerator.as_of != self.denominator.as_of:
            return None  # Figures of two dates make no rate.
        return self.numerator.value / self.denominator.value

    @property
    def is_hidden(self) -> bool:
        return self.numerator.is_hidden or self.denominator.is_hidden


@dataclass(frozen=True)
class Row:
    """A group: its key in the table, its cells in the order of the report's figures, and its seats."""

    key: str
    cells: tuple[Cell, ...]
    seats: int | None = None


@dataclass(frozen=True)
class ReportTable:
    """One breakdown of the funnel. The rows sum to `EnrolmentReport.totals` before anything is hidden."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class EnrolmentReport:
    """All that a page, a chart or a file shows. `facts` holds the public circumstances as plain JSON."""

    figures: tuple[Figure, ...]
    totals: tuple[Cell, ...]
    tables: tuple[ReportTable, ...]
    weeks: tuple[WeekCount, ...]
    """Applications sent until the end of the week that begins on `week_on`, cumulated."""
    facts: Mapping[str, Any]
    rates: tuple[Rate, ...] = field(init=False)

    def __post_init__(self) -> None:
        rates = tuple(
            Rate(code, self.total(above), self.total(below))
            for code, above, below in (ACCEPTANCE_RATE, COMPLETION_RATE)
        )
        object.__setattr__(self, "rates", rates)

    def total(self, figure: Figure) -> Cell:
        """The figure over all groups."""
        return self.totals[self.figures.index(figure)]

    def table(self, name: str) -> ReportTable:
        """The breakdown called `state`, `sex`, `age` or `cohort`."""
        return next(table for table in self.tables if table.name == name)

    @property
    def has_hidden(self) -> bool:
        return any(cell.is_hidden for cell in self._cells())

    @property
    def has_kept(self) -> bool:
        return any(cell.as_of for cell in self._cells())

    def _cells(self) -> list[Cell]:
        return [*self.totals, *(cell for table in self.tables for row in table.rows for cell in row.cells)]


def list_figures(facts: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The funnel's stages; "endorsed" only where a cohort asks for it."""
    return tuple(figure for figure in Figure if figure is not Figure.ENDORSED or facts["asks_endorsement"])


def collect_facts(
    programme: Programme, cohorts: Sequence[Cohort], seats: Mapping[str, int], targets: Sequence[Target]
) -> dict[str, Any]:
    """The public circumstances as plain JSON: cohorts, seats offered, targets, reported totals."""
    asking = [cohort.nomination is not NominationMode.OPEN for cohort in cohorts]
    return {
        "programme": programme.slug,
        "titles": {text.locale: text.title for text in programme.translations},
        "on": clock.today().isoformat(),
        "asks_endorsement": any(asking),
        "all_ask_endorsement": bool(asking) and all(asking),
        "capacity": sum(cohort.capacity for cohort in cohorts),
        "seats": dict(sorted(seats.items())),
        "cohorts": [
            {
                "code": cohort.code,
                "names": cohort.names,
                "status": cohort.status.value,
                "opens_on": cohort.opens_at.date().isoformat(),
                "starts_on": cohort.starts_on.isoformat(),
                "ends_on": cohort.ends_on.isoformat(),
                "capacity": cohort.capacity,
            }
            for cohort in cohorts
        ],
        "targets": [
            {
                "indicator": target.indicator.code,
                "titles": target.indicator.titles,
                "member_state": target.member_state,
                "value": target.value,
                "due_on": target.due_on.isoformat(),
                "source": target.source,
            }
            for target in targets
        ],
        "reported": [
            {
                "indicator": result.indicator,
                "value": result.value,
                "qualifier": result.qualifier.value,
                "place": result.place,
                "reported_on": result.reported_on.isoformat() if result.reported_on else None,
                "notes": result.notes,
                "source": result.source,
            }
            for result in programme.reported_results
        ],
    }


def name_cohorts(counts: Mapping[Key, int], cohorts: Sequence[Cohort]) -> dict[Key, int]:
    """The counts with cohorts' public codes instead of their keys in the database."""
    codes = {str(cohort.id): cohort.code for cohort in cohorts}
    return {
        Key(key.table, codes[key.row], key.column) if key.table == "cohort" else key: n
        for key, n in counts.items()
    }


def fill_values(counts: Mapping[Key, int], facts: Mapping[str, Any]) -> dict[Key, int]:
    """Every figure of the report, zeros included, in the order in which rows are shown."""
    figures = list_figures(facts)
    values = {}
    for table, rows in list_rows(counts, facts).items():
        for row in rows:
            for figure in figures:
                key = Key(table, row, figure.value)
                values[key] = counts.get(key, 0)
    return values


def list_rows(counts: Mapping[Key, int], facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Table -> its rows. Answers nobody gave make no row; states with seats do, even without applications."""
    found = {table: {key.row for key in counts if key.table == table} for table in TABLES}
    sexes = [sex.value for sex in Sex]
    return {
        "all": ["all"],
        "state": sorted(found["state"] | {state for state in facts["seats"] if state}),
        "sex": [row for row in (*sexes, UNSTATED) if row in found["sex"] or row in {"female", "male"}],
        "age": [band.value for band in AgeBand if band.value in found["age"] or band is not AgeBand.UNKNOWN],
        "cohort": [cohort["code"] for cohort in facts["cohorts"]],
    }


def find_relations(values: Mapping[Key, int], facts: Mapping[str, Any]) -> Relations:
    """Parts sum to totals; a later stage is at most the one before it."""
    figures = list_figures(facts)
    groups: dict[tuple[str, str], None] = dict.fromkeys((key.table, key.row) for key in values)
    sums = [
        Sum(
            Key("all", "all", figure.value),
            tuple(Key(table, row, figure.value) for table, row in groups if table == name),
        )
        for name in TABLES
        for figure in figures
    ]
    chains: list[tuple[Key, ...]] = []
    for table, row in groups:
        keys = [Key(table, row, figure.value) for figure in figures]
        if Figure.ENDORSED in figures and not facts["all_ask_endorsement"]:
            # Offers of cohorts that ask no endorsement may outnumber the endorsed.
            endorsed = figures.index(Figure.ENDORSED)
            chains.append((keys[endorsed - 1], keys[endorsed]))
            del keys[endorsed]
        chains.append(tuple(keys))
    return Relations(sums=tuple(each for each in sums if each.parts), chains=tuple(chains))


def cumulate(weeks: Sequence[WeekCount]) -> list[WeekCount]:
    """Running totals."""
    total = 0
    running = []
    for week in weeks:
        total += week.n
        running.append(WeekCount(week.week_on, total))
    return running


def assemble(
    cells: Mapping[Key, Cell], weeks: Sequence[WeekCount], facts: Mapping[str, Any]
) -> EnrolmentReport:
    """The report over cells that are already what its reader may see.

    Shape:  rows in the order in which `cells` holds them.
    """
    figures = list_figures(facts)
    rows: dict[str, dict[str, list[Cell]]] = {}
    for key, cell in cells.items():
        rows.setdefault(key.table, {}).setdefault(key.row, []).append(cell)
    return EnrolmentReport(
        figures=figures,
        totals=tuple(rows["all"]["all"]),
        tables=tuple(
            ReportTable(
                name,
                tuple(
                    Row(row, tuple(row_cells), _find_seats(name, row, facts))
                    for row, row_cells in rows.get(name, {}).items()
                ),
            )
            for name in TABLES
        ),
        weeks=tuple(weeks),
        facts=facts,
    )


def _find_seats(table: str, row: str, facts: Mapping[str, Any]) -> int | None:
    if table == "state":
        return facts["seats"].get(row)
    if table == "cohort":
        return next(cohort["capacity"] for cohort in facts["cohorts"] if cohort["code"] == row)
    return None
