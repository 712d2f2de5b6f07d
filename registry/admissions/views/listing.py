"""The table of applications, what is done to several of its rows, and the filters that are kept."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.applications import BulkForm, ExportForm
from registry.admissions.forms.listing import ApplicationFilterForm, SaveFilterForm
from registry.admissions.models import Application
from registry.admissions.operations import decisions, lists
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.operations.exports import record_export
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import listing as queries
from registry.admissions.rules.lists import list_columns
from registry.admissions.views.applications import back_arguments
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core.database import set_reading
from registry.core.errors import RegistryError
from registry.core.export import stream_csv
from registry.core.i18n import _, ngettext
from registry.core.transaction import transaction


@bp.get("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def list_applications(code: str) -> str:
    """The table; its filters stand in the address."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    filters = _read_filters(cohort)
    page = queries.list_applications(cohort, filters.asked, filters.chosen, key=request.args.get("page"))
    return render_template(
        "admissions/list_applications.html",
        page=page,
        filters=filters,
        asked=filters.asked,
        total=queries.count_matching(cohort, filters.asked),
        saved_filters=queries.list_saved_filters(cohort, actor=current_actor),
        bulk=BulkForm(),
        cohort=cohort,
    )


def _read_filters(cohort: Cohort) -> ApplicationFilterForm:
    return ApplicationFilterForm(
        request.args,
        application_queries.count_by_state_and_status(cohort),
        tags=queries.list_tags(cohort),
        columns=list_columns(queries.list_questions(cohort)),
    )


@bp.post("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def decide_applications(code: str) -> BaseResponse:
    """One action for the ticked rows, each in a transaction of its own; says what became of them."""
    application_queries.get_cohort(code, actor=current_actor)
    form = BulkForm()
    codes = list(dict.fromkeys(request.form.getlist("codes")))[:50]
    back = redirect(url_for(".list_applications", code=code, **back_arguments()), 303)
    if not form.validate() or not codes:
        flash(_("Tick at least one application and choose what to do."), "error")
        return back
    act = _bulk_action(form)
    done = 0
    refusals: Counter[str] = Counter()
    for each in codes:
        try:
            with transaction():
                act(application_queries.get_application(each, actor=current_actor))
        except RegistryError as error:
            refusals[str(error)] += 1
            flash(_("%(code)s: %(reason)s", code=each[:16], reason=error), "error")
        else:
            done += 1
    if done:
        flash(ngettext("Done for %(num)s application.", "Done for %(num)s applications.", done))
    return back


def _bulk_action(form: BulkForm) -> Callable[[Application], object]:
    actor = current_actor._get_current_object()  # type: ignore[attr-defined]
    if form.action.data == "review":
        return lambda application: decisions.start_review(application, actor=actor)
    if form.action.data == "unstage":
        return lambda application: decisions.unstage_decision(application, actor=actor)
    given = DecisionInput(form.decision, form.rejection_reason)
    return lambda application: decisions.stage_decision(application, given, actor=actor)


@bp.route("/manage/cohorts/<code>/applications/export", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EXPORT)
def export_applications(code: str) -> Any:
    """Asks what for, logs it, and streams the table as CSV."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    filters = _read_filters(cohort)
    form = ExportForm()
    if form.validate_on_submit():
        with transaction():
            record_export(
                cohort, purpose=form.purpose.data or "", about=filters.arguments, actor=current_actor
            )
        # The log is written; from here on the request only reads, and holds up nobody who writes.
        set_reading(True)
        header = ["code", "name", *(column.name for column in filters.chosen)]
        rows = queries.stream_applications(cohort, filters.asked, filters.chosen)
        return Response(
            stream_with_context(stream_csv(header, rows)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="applications-{cohort.code}.csv"'},
        )
    page = render_template(
        "admissions/export_applications.html",
        form=form,
        filters=filters,
        total=queries.count_matching(cohort, filters.asked),
        cohort=cohort,
    )
    return page, form.http_status


@bp.route("/manage/cohorts/<code>/applications/filters", methods=["GET", "POST"])
@requires(Permission.DECISION_STAGE)
def save_filter(code: str) -> Any:
    """Keep the table as it is filtered under a name; and what is kept already."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    filters = _read_filters(cohort)
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
