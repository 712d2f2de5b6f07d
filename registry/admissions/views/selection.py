"""Selection runs: look, try other seats, stage, take back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.selection import PreviewSelectionForm, StageSelectionForm, make_preview_form
from registry.admissions.models import SelectionRun
from registry.admissions.operations import selection as operations
from registry.admissions.queries import selection as queries
from registry.admissions.queries.applications import get_cohort
from registry.admissions.rules.selection import (
    Difference,
    Outcome,
    SelectionInputs,
    compare,
    decide,
    summarise,
)
from registry.admissions.rules.selection_lines import explain
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.codes import hash_token
from registry.core.errors import RegistryError
from registry.core.i18n import _, country_name, ngettext, sort_key
from registry.core.tables import PAGE_SIZE, Page
from registry.core.transaction import transaction


@bp.get("/manage/cohorts/<code>/selection-runs")
@requires(Permission.DECISION_STAGE)
def preview_selection(code: str) -> Any:
    """Choose order and floors, see what a run would decide, and what other seats would change."""
    cohort = get_cohort(code, actor=current_actor)
    form = make_preview_form(request.args if request.args.get("order") else None, _free_seats(cohort))
    return _render_preview(cohort, form)


def _render_preview(cohort: Cohort, form: PreviewSelectionForm, staging: Any = None) -> Any:
    preview: dict[str, Any] = {}
    if form.order.data and form.validate():
        try:
            operations.require_order(cohort, form.settings)
        except RegistryError as error:
            form.show(error)
        else:
            preview = _preview(cohort, form)
    staging = staging if staging is not None else StageSelectionForm(formdata=None)
    status = staging.http_status if staging.errors else form.http_status
    page = render_template(
        "admissions/preview_selection.html",
        form=form,
        staging=staging,
        left_out=queries.list_left_out(cohort),
        n_left_out=queries.count_left_out(cohort),
        runs=queries.list_runs(cohort),
        lottery_hash=hash_token(cohort.lottery_seed) if cohort.lottery_seed else "",
        is_closed=clock.now() >= cohort.closes_at,
        cohort=cohort,
        **preview,
    )
    return page, status


def _preview(cohort: Cohort, form: PreviewSelectionForm) -> dict[str, Any]:
    inputs = queries.collect_inputs(cohort, form.settings)
    outcomes = decide(inputs)
    tried = {state: form.seats.get(state, seats) for state, seats in inputs.seats.items()}
    differences: list[Difference] = []
    shown, shown_outcomes = inputs, outcomes
    if tried != inputs.seats:
        shown = queries.collect_inputs(cohort, form.settings, seats=tried)
        shown_outcomes = decide(shown)
        differences = compare(outcomes, shown_outcomes)
    page = _cut(shown_outcomes, request.args.get("page", ""))
    codes = [outcome.code for outcome in page.rows]
    names = queries.map_names(codes + [each.code for each in differences[:PAGE_SIZE]])
    return {
        "inputs": inputs,
        "is_trial": tried != inputs.seats,
        "differences": differences,
        "most_differences": PAGE_SIZE,
        "summary": _sort_pools(summarise(shown, shown_outcomes)),
        "page": page,
        "names": names,
        "line": _liner(shown, names),
    }


def _free_seats(cohort: Cohort) -> dict[str, int]:
    """By the reader's alphabet, the general ones last."""
    free = queries.count_free_seats(cohort)
    return dict(sorted(free.items(), key=lambda item: (not item[0], sort_key(country_name(item[0])))))


def _sort_pools(summary: Any) -> Any:
    pools = sorted(summary.pools, key=lambda each: (not each.pool, sort_key(country_name(each.pool))))
    return {"pools": pools, "total": summary}


def _cut(outcomes: Sequence[Outcome], key: str) -> Page[Outcome]:
    """A page of outcomes that stand in no table; its key is the number of the first."""
    start = int(key) if key.isascii() and key.isdigit() and len(key) < 9 else 0
    end = start + PAGE_SIZE
    return Page(
        outcomes[start:end],
        next=str(end) if end < len(outcomes) else None,
        previous=str(max(0, start - PAGE_SIZE)) if start else None,
    )


def _liner(inputs: SelectionInputs, names: Mapping[str, tuple[str, str]]) -> Callable[[Outcome], str]:
    return lambda outcome: explain(outcome, names[outcome.code][1], inputs.seats, inputs.settings)


@bp.post("/manage/cohorts/<code>/selection-runs")
@requires(Permission.DECISION_STAGE)
def stage_selection(code: str) -> Any:
    """Stage what the preview showed."""
    form = StageSelectionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = get_cohort(code, actor=current_actor)
                run = operations.stage_selection(
                    cohort, form.settings, inputs_hash=form.inputs_hash.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The run was staged. Nothing is announced before the release."))
            return redirect(url_for(".show_selection_run", code=code, run=run.code), 303)
    cohort = get_cohort(code, actor=current_actor)
    return _render_preview(cohort, make_preview_form(request.form, _free_seats(cohort)), form)


@bp.get("/manage/cohorts/<code>/selection-runs/<run>")
@requires(Permission.DECISION_STAGE)
def show_selection_run(code: str, run: str) -> str:
    """What a run decided about everybody and why, from what was stored with it."""
    cohort = get_cohort(code, actor=current_actor)
    found = queries.get_run(cohort, run)
    page = queries.list_entries(found, request.args.get("page"))
    return render_template(
        "admissions/show_selection_run.html",
        run=found,
        page=page,
        counts=queries.count_decisions(found),
        n_staged=queries.count_still_staged(found),
        line=_entry_liner(found),
        cohort=cohort,
    )


def _entry_liner(run: SelectionRun) -> Callable[[Any], str]:
    chosen = queries.settings_of(run)
    return lambda entry: explain(entry, entry.member_state, run.seats, chosen)


@bp.post("/manage/cohorts/<code>/selection-runs/<run>/undo")
@requires(Permission.DECISION_STAGE)
def undo_selection(code: str, run: str) -> BaseResponse:
    """Take back what a run staged."""
    with transaction():
        cohort = get_cohort(code, actor=current_actor)
        n = operations.undo_selection(queries.get_run(cohort, run), cohort, actor=current_actor)
    flash(ngettext("%(num)s staged decision was taken back.", "%(num)s staged decisions were taken back.", n))
    return redirect(url_for(".preview_selection", code=code), 303)


@bp.post("/manage/cohorts/<code>/lottery")
@requires(Permission.DECISION_STAGE)
def commit_lottery(code: str) -> BaseResponse:
    """Draw the lottery's seed and publish its hash."""
    with transaction():
        operations.commit_lottery(get_cohort(code, actor=current_actor), actor=current_actor)
    flash(_("The lottery is prepared. The cohort’s page shows its fingerprint from now on."))
    return redirect(url_for(".preview_selection", code=code), 303)
