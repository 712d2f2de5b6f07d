"""The table of applications as a file: asked for with a purpose, streamed, or written by the worker."""

from typing import Any

from flask import Response, redirect, render_template, send_file, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ExportFormat
from registry.admissions.forms.applications import ExportForm
from registry.admissions.forms.listing import ApplicationFilterForm
from registry.admissions.operations import exports
from registry.admissions.operations.exports import ExportInput
from registry.admissions.queries import exports as queries
from registry.admissions.queries.applications import get_cohort
from registry.admissions.queries.listing import count_exactly
from registry.admissions.views.blueprint import bp
from registry.admissions.views.listing import read_filters
from registry.catalogue.models import Cohort
from registry.core.errors import NotFound
from registry.core.export import export_path, stream_csv
from registry.core.transaction import transaction

_MIMETYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.route("/manage/cohorts/<code>/applications/export", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EXPORT)
def export_applications(code: str) -> Any:
    """Asks what for, logs it, and sends exactly the rows and columns of the table."""
    cohort = get_cohort(code, actor=current_actor, permission=Permission.APPLICATION_EXPORT)
    filters = read_filters(cohort)
    total = count_exactly(cohort, filters.asked)
    form = ExportForm()
    if form.validate_on_submit():
        given = ExportInput(
            format=ExportFormat.of(form.format.data),
            purpose=form.purpose.data or "",
            asked=filters.asked,
            columns=filters.chosen,
        )
        if given.format is ExportFormat.CSV and total <= exports.STREAMED_ROWS:
            return _stream(cohort, given)
        with transaction():
            export = exports.order_export(cohort, given, actor=current_actor)
        return redirect(url_for(".show_export", code=code, export=export.code), 303)
    return _render(cohort, filters, form, total), form.http_status


def _stream(cohort: Cohort, given: ExportInput) -> Response:
    with transaction():
        exports.record_export(cohort, given, actor=current_actor)
    rows = exports.stream_rows(cohort, given.asked, given.columns)
    return Response(
        stream_with_context(stream_csv(exports.header_of(given.columns), rows)),
        content_type=_MIMETYPES[ExportFormat.CSV],
        headers={"Content-Disposition": f'attachment; filename="applications-{cohort.code}.csv"'},
    )


def _render(cohort: Cohort, filters: ApplicationFilterForm, form: ExportForm, total: int) -> str:
    return render_template(
        "admissions/export_applications.html",
        form=form,
        filters=filters,
        total=total,
        exports=queries.list_exports(cohort, actor=current_actor),
        cohort=cohort,
    )


@bp.get("/manage/cohorts/<code>/exports/<export>")
@requires(Permission.APPLICATION_EXPORT)
def show_export(code: str, export: str) -> str:
    """How far the file is, and the link to it."""
    cohort = get_cohort(code, actor=current_actor, permission=Permission.APPLICATION_EXPORT)
    return render_template(
        "admissions/show_export.html",
        export=queries.get_export(export, cohort, actor=current_actor),
        cohort=cohort,
    )


@bp.get("/manage/cohorts/<code>/exports/<export>/file")
@requires(Permission.APPLICATION_EXPORT)
def download_export(code: str, export: str) -> BaseResponse:
    """The file, for whoever asked for it, until it expires."""
    cohort = get_cohort(code, actor=current_actor, permission=Permission.APPLICATION_EXPORT)
    found = queries.get_export(export, cohort, actor=current_actor)
    path = export_path(found.file)
    if not found.file or not path.exists():
        raise NotFound
    response = send_file(
        path,
        mimetype=_MIMETYPES[found.format],
        as_attachment=True,
        download_name=f"applications-{cohort.code}.{found.format}",
        max_age=0,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
