"""Can I apply? Asked without an account; nothing is stored."""

from flask import render_template

from registry.access.web import public
from registry.admissions.forms.eligibility import make_eligibility_form
from registry.admissions.queries import eligibility as queries
from registry.admissions.rules.eligibility import judge, list_qualifying_states
from registry.admissions.views.blueprint import bp
from registry.catalogue.rules import compute_phase
from registry.core import clock
from registry.core.database import set_reading
from registry.core.forms import csrf
from registry.places import queries as places


@bp.route("/eligibility/<code>", methods=["GET", "POST"])
@public
@csrf.exempt
def check_eligibility(code: str) -> tuple[str, int]:
    """Asks, and answers on the page that was sent: an address with a birth date would end in logs."""
    set_reading(True)
    cohort = queries.get_checkable_cohort(code)
    conditions = queries.get_conditions(cohort)
    form = make_eligibility_form(conditions, places.list_countries(), places.get_latest_day())
    verdict = None
    alternatives: list[queries.Alternative] = []
    states: tuple[str, ...] = ()
    if form.validate_on_submit():
        verdict = judge(conditions, form.facts)
        states = list_qualifying_states(conditions, form.facts)
        if verdict.refuses:
            alternatives = queries.list_alternatives(cohort, form.facts)
    return render_template(
        "admissions/check_eligibility.html",
        cohort=cohort,
        title=queries.title_of(cohort.programme),
        phase=compute_phase(cohort, clock.now()),
        conditions=conditions,
        blocs=places.map_bloc_names(),
        form=form,
        verdict=verdict,
        states=places.sort_countries(states),
        alternatives=alternatives,
    ), form.http_status
