"""The sentence each chart begins with: what its figures say. Only shown figures are spoken of."""

from collections.abc import Mapping

from registry.admissions.enums import Figure
from registry.core.i18n import _, format_number, format_share
from registry.reports.enrolment import EnrolmentReport


def tell_by_state(report: EnrolmentReport, names: Mapping[str, str]) -> str:
    """Where most applications come from."""
    column = report.figures.index(Figure.APPLIED)
    shown = [
        (row.cells[column].value or 0, names[row.key])
        for row in report.table("state").rows
        if not row.cells[column].is_hidden
    ]
    if not shown or not max(shown)[0]:
        return _("Applications by member state")
    most, state = max(shown)
    return _(
        "Most applications shown come from %(state)s: %(number)s", state=state, number=format_number(most)
    )


def tell_funnel(report: EnrolmentReport) -> str:
    """How many of those who started have completed."""
    rate = report.rates[1]
    if rate.value is None:
        return _("From application to completion")
    return _(
        "%(share)s of those who started have completed: %(completed)s of %(started)s",
        share=format_share(rate.value),
        completed=format_number(rate.numerator.value),
        started=format_number(rate.denominator.value),
    )


def tell_trend(report: EnrolmentReport) -> str:
    """How many applications had been sent by the last week shown."""
    if not report.weeks:
        return _("Applications over time")
    return _("Applications have grown to %(number)s", number=format_number(report.weeks[-1].n))
