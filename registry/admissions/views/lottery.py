"""The draw of a lottery, for everybody who wants to recompute it."""

from flask import Response

from registry.access.web import public
from registry.admissions.queries import selection as queries
from registry.admissions.rules.selection import draw_number
from registry.admissions.views.blueprint import bp
from registry.catalogue.queries import get_cohort_page
from registry.core.export import stream_csv


@bp.get("/cohorts/<code>/lottery.csv")
@public
def list_drawn(code: str) -> Response:
    """The codes that took part in the draw, in its order, once its decisions are released; names nobody."""
    cohort = get_cohort_page(code).cohort
    rows = [
        (place, drawn, draw_number(cohort.lottery_seed, drawn))
        for place, drawn in enumerate(queries.list_drawn_codes(cohort), 1)
    ]
    return Response(
        stream_csv(("place", "code", "number"), rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="lottery-{cohort.code}.csv"'},
    )
