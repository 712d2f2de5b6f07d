"""What a selection run works on, what it left out, and the runs there were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.enums import ApplicationStatus, Decision, SelectionOrder
from registry.admissions.models import (
    Application,
    Nomination,
    SelectionEntry,
    SelectionRun,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.queries.scores import map_ratings
from registry.admissions.queries.seats import list_pools
from registry.admissions.queries.shares import IS_RURAL, IS_WOMAN
from registry.admissions.rules.seats import are_pools_open, choose_serving_pools, serves_all
from registry.admissions.rules.selection import Candidate, Outcome, SelectionInputs, SelectionSettings
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.tables import Page, SortKey, get_page

S = ApplicationStatus
DECIDABLE = (S.SUBMITTED, S.UNDER_REVIEW)
NOT_YET_DECIDABLE = (S.AWAITING_GUARDIAN, S.AWAITING_ENDORSEMENT, S.INELIGIBLE, S.RETURNED)
_CHUNK = 500


@dataclass(frozen=True)
class LeftOut:
    """Who is no candidate although the application is open: the status, or what was staged by hand."""

    code: str
    name: str
    member_state: str
    status: ApplicationStatus
    staged: Decision | None


def collect_inputs(
    cohort: Cohort, settings: SelectionSettings, *, seats: Mapping[str, int] | None = None
) -> SelectionInputs:
    """The candidates and free seats as they are now; `seats` takes the place of the free ones."""
    is_lottery = settings.order is SelectionOrder.LOTTERY
    return SelectionInputs(
        settings=settings,
        candidates=_list_candidates(cohort),
        seats=count_free_seats(cohort) if seats is None else dict(seats),
        general_serves_all=serves_all(cohort, clock.now()),
        seed=cohort.lottery_seed if is_lottery else "",
    )


def _list_candidates(cohort: Cohort) -> list[Candidate]:
    ratings = map_ratings(cohort)
    rows = db.session.execute(
        sa.select(
            Application.id,
            Application.code,
            Application.member_state,
            Application.submitted_at,
            Nomination.rank,
            IS_WOMAN,
            IS_RURAL,
        )
        .outerjoin(Nomination, Nomination.application_id == Application.id)
        .where(
            Application.cohort_id == cohort.id,
            Application.status.in_(DECIDABLE),
            ~_staged_by_hand(Application.id),
        )
        .order_by(Application.id)
    )
    return [
        Candidate(
            code,
            state,
            submitted_at,
            ratings[key].normalised if key in ratings else None,
            rank,
            bool(is_woman),
            bool(is_rural),
        )
        for key, code, state, submitted_at, rank, is_woman, is_rural in rows
    ]


def _staged_by_hand(application_id: sa.orm.InstrumentedAttribute[int]) -> sa.Exists:
    return sa.exists().where(
        StagedDecision.application_id == application_id,
        StagedDecision.released_at.is_(None),
        StagedDecision.run_id.is_(None),
    )


def count_free_seats(cohort: Cohort) -> dict[str, int]:
    """Free seats by pool, less what offers staged by hand will take."""
    pools = list_pools(cohort)
    free = {pool.member_state: pool.seats - pool.used for pool in pools}
    if GENERAL in free and are_pools_open(cohort, clock.now()):
        # The clock decides, whether or not the seats have been moved already.
        free = dict.fromkeys(free, 0) | {GENERAL: sum(free.values())}
    by_hand = db.session.execute(
        sa.select(Application.member_state, sa.func.count())
        .join(StagedDecision.application)
        .where(
            StagedDecision.cohort_id == cohort.id,
            StagedDecision.released_at.is_(None),
            StagedDecision.run_id.is_(None),
            StagedDecision.decision == Decision.OFFER,
        )
        .group_by(Application.member_state)
        .order_by(Application.member_state)
    )
    for member_state, n in by_hand:
        serving = choose_serving_pools(
            pools, member_state, general_serves_all=serves_all(cohort, clock.now())
        )
        left = n
        for pool in serving:
            taken = min(left, free[pool.member_state])
            free[pool.member_state] -= taken
            left -= taken
    return free


def list_left_out(cohort: Cohort, limit: int = 50) -> list[LeftOut]:
    """The first of the open applications that a run leaves alone, by name."""
    statement = (
        _left_out(cohort)
        .with_only_columns(
            Application.code,
            Application.listed_name,
            Application.member_state,
            Application.status,
            StagedDecision.decision,
        )
        .order_by(Application.status, Application.listed_name, Application.id)
        .limit(limit)
    )
    return [LeftOut(*row) for row in db.session.execute(statement)]


def count_left_out(cohort: Cohort) -> int:
    """How many there are."""
    statement = _left_out(cohort).with_only_columns(sa.func.count())
    return db.session.scalar(statement) or 0


def _left_out(cohort: Cohort) -> sa.Select[Application]:
    by_hand = sa.and_(
        StagedDecision.application_id == Application.id,
        StagedDecision.released_at.is_(None),
        StagedDecision.run_id.is_(None),
    )
    return (
        sa.select(Application)
        .outerjoin(StagedDecision, by_hand)
        .where(
            Application.cohort_id == cohort.id,
            sa.or_(
                Application.status.in_(NOT_YET_DECIDABLE),
                sa.and_(Application.status.in_(DECIDABLE), StagedDecision.id.is_not(None)),
            ),
        )
    )


def map_names(codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Code -> name and member state, of a page of candidates."""
    rows = db.session.execute(
        sa.select(Application.code, Application.listed_name, Application.member_state).where(
            Application.code.in_(codes)
        )
    )
    return {code: (name, member_state) for code, name, member_state in rows}


def list_by_code(cohort: Cohort, codes: Sequence[str]) -> dict[str, Application]:
    """The cohort's applications with these codes, read afresh, with cohort and programme."""
    found: dict[str, Application] = {}
    for start in range(0, len(codes), _CHUNK):
        statement = (
            sa.select(Application)
            .where(Application.cohort_id == cohort.id, Application.code.in_(codes[start : start + _CHUNK]))
            .options(joinedload(Application.cohort, innerjoin=True))
            .execution_options(populate_existing=True)
        )
        found |= {each.code: each for each in db.session.scalars(statement)}
    return found


def map_staged(cohort: Cohort) -> dict[int, StagedDecision]:
    """Application's key -> what is staged for it."""
    statement = sa.select(StagedDecision).where(
        StagedDecision.cohort_id == cohort.id, StagedDecision.released_at.is_(None)
    )
    return {staged.application_id: staged for staged in db.session.scalars(statement)}


def get_last_rank(cohort: Cohort) -> int:
    """The last rank on the cohort's waiting lists; 0 while nobody waits."""
    statement = (
        sa.select(sa.func.max(WaitlistEntry.rank))
        .join(WaitlistEntry.pool)
        .where(SeatPool.cohort_id == cohort.id, WaitlistEntry.left_at.is_(None))
    )
    return db.session.scalar(statement) or 0


# -- Runs


def list_runs(cohort: Cohort) -> Sequence[SelectionRun]:
    """The cohort's runs, the latest first."""
    return db.session.scalars(
        sa.select(SelectionRun).where(SelectionRun.cohort_id == cohort.id).order_by(SelectionRun.id.desc())
    ).all()


def get_run(cohort: Cohort, code: str) -> SelectionRun:
    """A run of this cohort. Errors: NotFound."""
    run = db.session.scalar(
        sa.select(SelectionRun).where(SelectionRun.cohort_id == cohort.id, SelectionRun.code == code)
    )
    if run is None:
        raise NotFound
    return run


def find_run(code: str) -> SelectionRun | None:
    """The run with this code, of any cohort."""
    return db.session.scalar(sa.select(SelectionRun).where(SelectionRun.code == code))


def list_entries(run: SelectionRun, key: str | None) -> Page[SelectionEntry]:
    """A page of the run's candidates with their applications, in the order of the outcomes."""
    statement = (
        sa.select(SelectionEntry)
        .where(SelectionEntry.run_id == run.id)
        .options(joinedload(SelectionEntry.application, innerjoin=True))
    )
    return get_page(statement, [SortKey(SelectionEntry.place)], key)


def count_decisions(run: SelectionRun) -> Counter[Decision | None]:
    """How many got which decision; None for those it skipped."""
    rows = db.session.execute(
        sa.select(SelectionEntry.decision, sa.func.count())
        .where(SelectionEntry.run_id == run.id)
        .group_by(SelectionEntry.decision)
    )
    return Counter(dict(rows.all()))


def count_still_staged(run: SelectionRun) -> int:
    """How many of the run's decisions are staged and not released."""
    statement = sa.select(sa.func.count()).where(
        StagedDecision.run_id == run.id, StagedDecision.released_at.is_(None)
    )
    return db.session.scalar(statement) or 0


def list_still_staged(run: SelectionRun) -> Sequence[StagedDecision]:
    """The run's decisions that are staged and not released, with their applications."""
    return db.session.scalars(
        sa.select(StagedDecision)
        .where(StagedDecision.run_id == run.id, StagedDecision.released_at.is_(None))
        .options(joinedload(StagedDecision.application, innerjoin=True))
        .order_by(StagedDecision.id)
    ).all()


def settings_of(run: SelectionRun) -> SelectionSettings:
    """What was chosen for the run."""
    return SelectionSettings(run.order, run.women_share, run.rural_share, run.longest_list)


def read_inputs(run: SelectionRun) -> SelectionInputs:
    """The inputs as they were stored with the run."""
    rows = db.session.execute(
        sa.select(
            Application.code,
            SelectionEntry.member_state,
            SelectionEntry.submitted_at,
            SelectionEntry.score,
            SelectionEntry.rank,
            SelectionEntry.is_woman,
            SelectionEntry.is_rural,
        )
        .join(SelectionEntry.application)
        .where(SelectionEntry.run_id == run.id)
        .order_by(SelectionEntry.place)
    )
    return SelectionInputs(
        settings_of(run), [Candidate(*row) for row in rows], run.seats, run.general_serves_all, run.seed
    )


def read_outcomes(run: SelectionRun) -> list[Outcome]:
    """The outcomes as they were stored with the run."""
    rows = db.session.execute(
        sa.select(
            Application.code,
            SelectionEntry.decision,
            SelectionEntry.ground,
            SelectionEntry.number,
            SelectionEntry.own_rank,
            SelectionEntry.own_of,
            SelectionEntry.general_rank,
            SelectionEntry.general_of,
        )
        .join(SelectionEntry.application)
        .where(SelectionEntry.run_id == run.id)
        .order_by(SelectionEntry.place)
    )
    return [Outcome(*row) for row in rows]


def list_drawn_codes(cohort: Cohort) -> Sequence[str]:
    """Codes in the order of the cohort's last draw that was released; none before that."""
    drawn = (
        sa.select(SelectionRun.id)
        .join(StagedDecision, StagedDecision.run_id == SelectionRun.id)
        .where(
            SelectionRun.cohort_id == cohort.id,
            SelectionRun.order == SelectionOrder.LOTTERY,
            SelectionRun.seed == cohort.lottery_seed,
            StagedDecision.released_at.is_not(None),
        )
        .order_by(SelectionRun.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return db.session.scalars(
        sa.select(Application.code)
        .join(SelectionEntry, SelectionEntry.application_id == Application.id)
        .where(SelectionEntry.run_id == drawn, SelectionEntry.number.is_not(None))
        .order_by(SelectionEntry.place)
    ).all()
