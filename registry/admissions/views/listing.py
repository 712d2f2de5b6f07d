"""The table of applications, what is done to several of its rows, and the filters that are kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import BulkAction, BulkResult, Decision
from registry.admissions.forms.applications import member_of
from registry.admissions.forms.listing import ApplicationFilterForm, BulkForm, SaveFilterForm, StartForm
from registry.admissions.models import BulkRow, BulkRun
from registry.admissions.operations import bulk, lists
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import bulk as bulk_queries
from registry.admissions.queries import listing as queries
from registry.admissions.queries import work as work_queries
from registry.admissions.queries.criteria import list_criteria
from registry.admissions.rules.bulk import STAGED_BY, why_left_out
from registry.admissions.rules.lists import list_columns
from registry.admissions.views.applications import back_arguments
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.get("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def list_applications(code: str) -> str:
    """The table; its filters stand in the address."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    return _render_table(cohort, read_filters(cohort), BulkForm(formdata=None))


def _render_table(cohort: Cohort, filters: ApplicationFilterForm, bulk: BulkForm) -> str:
    page = queries.list_applications(cohort, filters.asked, filters.chosen, key=request.args.get("page"))
    return render_template(
        "admissions/list_applications.html",
        page=page,
        filters=filters,
        asked=filters.asked,
        total=queries.count_matching(cohort, filters.asked),
        saved_filters=queries.list_saved_filters(cohort, actor=current_actor),
        bulk=bulk,
        ticked=frozenset(request.form.getlist("codes")),
        cohort=cohort,
    )


def read_filters(cohort: Cohort) -> ApplicationFilterForm:
    """The filters and columns that the address names, with all that the cohort offers to choose from."""
    return ApplicationFilterForm(
        request.args,
        application_queries.count_by_state_and_status(cohort),
        tags=queries.list_tags(cohort),
        columns=list_columns(queries.list_questions(cohort), list_criteria(cohort.id)),
    )


@bp.post("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def plan_bulk(code: str) -> Any:
    """One action for many rows: looked at first where it decides or means all that match, else done at once."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    filters = read_filters(cohort)
    form = BulkForm()
    if form.validate():
        try:
            with transaction():
                run = bulk.plan_bulk(
                    cohort,
                    form.given,
                    _chosen_ids(cohort, filters, is_everything=form.everything.data),
                    arguments=back_arguments(),
                    actor=current_actor,
                )
                asks_first = form.everything.data or run.action in STAGED_BY
                is_ours = not asks_first and bulk.start_bulk(run, cohort, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            if is_ours:
                bulk.run_bulk(run, actor=current_actor)
            return redirect(url_for(".show_bulk", code=code, run=run.code), 303)
    cohort = application_queries.get_cohort(code, actor=current_actor)
    return _render_table(cohort, filters, form), form.http_status


def _chosen_ids(cohort: Cohort, filters: ApplicationFilterForm, *, is_everything: bool) -> Sequence[int]:
    if is_everything:
        return queries.list_ids(cohort, filters.asked)
    return queries.list_ids_of_codes(cohort, request.form.getlist("codes")[: bulk.AT_ONCE])


@bp.get("/manage/cohorts/<code>/bulk/<run>")
@requires(Permission.DECISION_STAGE)
def show_bulk(code: str, run: str) -> str:
    """What is to be done, how far it is, and what became of each application."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    planned = bulk_queries.get_bulk_run(run, cohort)
    result = member_of(BulkResult, request.args.get("result"))
    page = bulk_queries.list_rows(planned, result, key=request.args.get("page"))
    return render_template(
        "admissions/show_bulk.html",
        run=planned,
        counts=bulk_queries.count_results(planned),
        only=result,
        page=page,
        form=StartForm(),
        cohort=cohort,
        **_foretell(planned, cohort, page.rows),
    )


def _foretell(run: BulkRun, cohort: Cohort, rows: Sequence[BulkRow]) -> dict[str, Any]:
    """Before it begins: who will be left out and why, what is replaced, and whether the seats suffice."""
    if run.started_at is not None:
        return {"reasons": {}, "staged": {}}
    staged = bulk_queries.map_staged(rows)
    decision = STAGED_BY.get(run.action)
    more = bulk_queries.count_new_offers(run) if run.action is BulkAction.OFFER else None
    return {
        "left_out": _count_left_out(run),
        "reasons": _map_reasons(run, rows, staged),
        "staged": staged if decision else {},
        "replaced": bulk_queries.count_replaced(run, decision) if decision else {},
        "over": [row for row in work_queries.list_quotas(cohort, more=more) if row.balance < 0]
        if more
        else [],
    }


def _count_left_out(run: BulkRun) -> list[tuple[str, int]]:
    """Why some of the applications will be left out, and how many."""
    counts: Counter[str] = Counter()
    for status, is_staged, n in bulk_queries.count_by_status(run):
        if reason := why_left_out(run.action, status, is_staged=is_staged):
            counts[str(reason)] += n
    return counts.most_common()


def _map_reasons(run: BulkRun, rows: Sequence[BulkRow], staged: Mapping[int, Decision]) -> dict[int, Any]:
    """Why the rows of this page will be left out, by application."""
    return {
        row.application_id: why_left_out(
            run.action, row.application.status, is_staged=row.application_id in staged
        )
        for row in rows
    }


@bp.post("/manage/cohorts/<code>/bulk/<run>")
@requires(Permission.DECISION_STAGE)
def start_bulk(code: str, run: str) -> BaseResponse:
    """Begin what was looked at."""
    with transaction():
        cohort = application_queries.get_cohort(code, actor=current_actor)
        planned = bulk_queries.get_bulk_run(run, cohort)
        is_ours = bulk.start_bulk(planned, cohort, actor=current_actor)
    if is_ours:
        bulk.run_bulk(planned, actor=current_actor)
    return redirect(url_for(".show_bulk", code=code, run=run), 303)


@bp.route("/manage/cohorts/<code>/applications/filters", methods=["GET", "POST"])
@requires(Permission.DECISION_STAGE)
def save_filter(code: str) -> Any:
    """Keep the table as it is filtered under a name; and what is kept already."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    filters = read_filters(cohort)
    form = SaveFilterForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = application_queries.get_cohort(code, actor=current_actor)
                lists.save_filter(
                    cohort,
                    form.name.data or "",
                    filters.arguments,
                    is_shared=form.is_shared.data,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The filter was saved. It stands above the table."))
            return redirect(url_for(".list_applications", code=code, **filters.arguments), 303)
    cohort = application_queries.get_cohort(code, actor=current_actor)
    page = render_template(
        "admissions/save_filter.html",
        form=form,
        filters=filters,
        saved_filters=queries.list_saved_filters(cohort, actor=current_actor),
        cohort=cohort,
    )
    return page, form.http_status


@bp.post("/manage/cohorts/<code>/applications/filters/<saved>/delete")
@requires(Permission.DECISION_STAGE)
def delete_filter(code: str, saved: str) -> BaseResponse:
    """Forget one of one's own filters."""
    with transaction():
        cohort = application_queries.get_cohort(code, actor=current_actor)
        lists.delete_filter(queries.get_saved_filter(saved, cohort, actor=current_actor), actor=current_actor)
    flash(_("The filter was deleted."))
    return redirect(url_for(".save_filter", code=code), 303)
