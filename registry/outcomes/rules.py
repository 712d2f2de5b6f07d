"""When a follow-up is due. Pure."""

from datetime import date

from registry.catalogue.models import Cohort
from registry.outcomes.enums import WaveKind

_MONTHS = {WaveKind.EXIT: 0, WaveKind.MONTHS_3: 3, WaveKind.MONTHS_6: 6, WaveKind.MONTHS_12: 12}
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def compute_due_on(cohort: Cohort, kind: WaveKind) -> date:
    """The day on which a wave's questions are asked: the first day, the last, or some months after it."""
    if kind is WaveKind.BASELINE:
        return cohort.starts_on
    return add_months(cohort.ends_on, _MONTHS[kind])


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 28 if month == 1 and not is_leap else _DAYS_IN_MONTH[month]
    return date(year, month + 1, min(day.day, last))
