"""The enrolment report as CSV: the same figures as the page, hidden where the page hides."""

from collections.abc import Iterator

from registry.core.export import stream_csv
from registry.reports.enrolment import INDICATORS, Cell, EnrolmentReport

HEADER = (
    "programme",
    "table",
    "group",
    "indicator",
    "figure",
    "value",
    "hidden",
    "as_of",
    "seats",
)
HIDDEN = "hidden"


def write_report(report: EnrolmentReport, as_of: str) -> Iterator[bytes]:
    """One line per figure; machine names in English.

    A hidden figure has an empty value and `hidden` in its column; `as_of` (ISO 8601) is the day for which the
    value holds. Lines of the table `target` hold what is to be reached by that day.
    """
    return stream_csv(HEADER, _lines(report, as_of))


def _lines(report: EnrolmentReport, as_of: str) -> Iterator[tuple[object, ...]]:
    programme = report.facts["programme"]
    for figure, cell in zip(report.figures, report.totals, strict=True):
        yield (programme, "all", "all", INDICATORS[figure], figure.value, *_show(cell, as_of), None)
    for table in report.tables:
        for row in table.rows:
            for figure, cell in zip(report.figures, row.cells, strict=True):
                yield (
                    programme,
                    table.name,
                    row.key or "not_stated",
                    INDICATORS[figure],
                    figure.value,
                    *_show(cell, as_of),
                    row.seats,
                )
    for target in report.facts["targets"]:
        group, indicator, value = target["member_state"] or "all", target["indicator"], target["value"]
        yield (programme, "target", group, indicator, "to_reach", value, "", target["due_on"], None)
    for week in report.weeks:
        yield (programme, "week", week.week_on.isoformat(), "E-1", "applied_so_far", week.n, "", as_of, None)


def _show(cell: Cell, as_of: str) -> tuple[object, str, str]:
    return cell.value, HIDDEN if cell.is_hidden else "", cell.as_of.isoformat() if cell.as_of else as_of
