"""The minimum shares that a cohort has promised, and how far they are kept."""

import sqlalchemy as sa

from registry.admissions.models import Application, SeatEntry, SelectionRun, StagedDecision
from registry.admissions.rules.shares import Held, Missing, Shares, find_missing
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.people.enums import Settlement, Sex

# Nobody who gave no answer counts.
IS_WOMAN = sa.func.coalesce(Application.sex == Sex.FEMALE, sa.false())
IS_RURAL = sa.func.coalesce(
    Application.profile["settlement"].as_string() == Settlement.RURAL.value, sa.false()
)


def get_shares(cohort: Cohort) -> Shares:
    """Those of the cohort's last selection run that was released."""
    statement = (
        sa.select(SelectionRun.women_share, SelectionRun.rural_share)
        .where(
            SelectionRun.cohort_id == cohort.id,
            sa.exists().where(
                StagedDecision.run_id == SelectionRun.id, StagedDecision.released_at.is_not(None)
            ),
        )
        .order_by(SelectionRun.id.desc())
        .limit(1)
    )
    row = db.session.execute(statement).first()
    return Shares(*row) if row else Shares()


def find_missing_shares(cohort: Cohort) -> Missing:
    """What the cohort's next place has to be given for. Call it with the cohort's seats locked."""
    shares = get_shares(cohort)
    return find_missing(shares, _count_held(cohort)) if shares else Missing(women=False, rural=False)


def _count_held(cohort: Cohort) -> Held:
    """By the ledger: whoever took a seat and has not given it back."""

    def total(who: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((who, SeatEntry.change), else_=0)), 0)

    statement = (
        sa.select(total(sa.true()), total(IS_WOMAN), total(IS_RURAL))
        .select_from(SeatEntry)
        .join(Application, Application.id == SeatEntry.application_id)
        .where(Application.cohort_id == cohort.id)
    )
    return Held(*db.session.execute(statement).one())
