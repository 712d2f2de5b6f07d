"""The coordinator's home and the quota board."""

from collections.abc import Mapping

from flask import render_template

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus
from registry.admissions.queries import applications as queries
from registry.admissions.queries import work as work_queries
from registry.admissions.queries.guardians import list_open_questions
from registry.admissions.views.blueprint import bp
from registry.core.i18n import country_name, sort_key
from registry.places import queries as places

S = ApplicationStatus
SHOWN_STATUSES = (S.SUBMITTED, S.UNDER_REVIEW, S.OFFERED, S.ACCEPTED, S.WAITLISTED, S.REJECTED)
"""The columns of the quota board's second table."""


@bp.get("/manage")
@requires(Permission.MANAGE_ENTER)
def show_work() -> str:
    """What waits, cohort by cohort."""
    cohorts = queries.list_cohorts(current_actor)
    return render_template(
        "admissions/show_work.html",
        work=work_queries.list_work(cohorts),
        questions=list_open_questions(cohorts),
    )


@bp.get("/manage/cohorts/<code>/quotas")
@requires(Permission.SEAT_VIEW)
def show_quotas(code: str) -> str:
    """Seats, offers and waiting lists by member state."""
    cohort = queries.get_cohort(code, actor=current_actor)
    rows = work_queries.list_quotas(cohort)
    counts = queries.count_by_state_and_status(cohort)
    states = sorted(counts, key=lambda state: sort_key(country_name(state)))
    return render_template(
        "admissions/show_quotas.html",
        rows=sorted(rows, key=lambda row: (not row.member_state, sort_key(country_name(row.member_state)))),
        states=[(state, counts[state]) for state in states],
        shown_statuses=SHOWN_STATUSES,
        tiles=_list_tiles(counts),
        cohort=cohort,
    )


def _list_tiles(
    counts: Mapping[str, Mapping[ApplicationStatus, int]],
) -> list[tuple[Mapping[str, list[int]], dict[str, dict[str, int]]]]:
    """For each bloc that has a grid and applicants: its places, and the places held by each state."""
    return [
        (
            bloc.tiles,
            {
                state: {
                    "value": counts.get(state, {}).get(S.OFFERED, 0)
                    + counts.get(state, {}).get(S.ACCEPTED, 0)
                }
                for state in bloc.tiles
            },
        )
        for bloc in places.list_blocs()
        if bloc.tiles.keys() & counts.keys()
    ]
