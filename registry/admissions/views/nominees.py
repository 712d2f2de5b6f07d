"""Nominees from a file: send it, name its columns, read what is wrong, import what can be."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ImportStatus, RowStatus
from registry.admissions.forms.nominees import StartForm, UploadForm, make_columns_form, name_column
from registry.admissions.models import NomineeImport
from registry.admissions.operations import nominees as operations
from registry.admissions.queries import nominees as queries
from registry.admissions.queries.desk import get_state_cohort
from registry.admissions.rules.invitations import why_not_inviting
from registry.admissions.rules.nominees import guess_columns
from registry.admissions.views.blueprint import bp
from registry.admissions.views.nominations import state_cohort_context
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.forms import clean_text
from registry.core.i18n import _
from registry.core.sheets import MOST_BYTES, read_sheet
from registry.core.transaction import transaction

BUSY = frozenset({ImportStatus.CHECKING, ImportStatus.IMPORTING})


@bp.route("/desk/cohorts/<code>/<state>/imports", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def upload_nominees(code: str, state: str) -> Any:
    """The form for a file, and the files sent before."""
    context = state_cohort_context(code, state)
    form = UploadForm()
    if form.validate_on_submit():
        try:
            # Read before the transaction begins: on SQLite nobody else could write meanwhile.
            sheet = read_sheet(form.file.data.stream.read(MOST_BYTES + 1), form.chosen_encoding)
            with transaction():
                row = get_state_cohort(code, state, actor=current_actor)
                imported = operations.upload_nominees(
                    row.cohort,
                    state,
                    sheet,
                    file_name=clean_text(form.file.data.filename.replace("\\", "/").rpartition("/")[2]),
                    actor=current_actor,
                )
        except RegistryError as error:
            error.field = error.field or "file"
            form.show(error)
            context = state_cohort_context(code, state)
        else:
            return redirect(url_for(".name_columns", code=imported.code), 303)
    return render_template(
        "admissions/upload_nominees.html",
        form=form,
        page=queries.list_imports(context["cohort"], state, request.args.get("page")),
        refusal=why_not_inviting(context["cohort"], clock.now()),
        **context,
    ), form.http_status


def _import_context(imported: NomineeImport) -> dict[str, Any]:
    context = state_cohort_context(imported.cohort.code, imported.member_state)
    return {"imported": imported, "statuses": ImportStatus, **context}


@bp.route("/desk/imports/<code>/columns", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def name_columns(code: str) -> Any:
    """Which column holds what, as guessed from the headings."""
    imported = queries.get_import(code, actor=current_actor)
    form = make_columns_form(imported, imported.columns or guess_columns(imported.head))
    if form.validate_on_submit():
        try:
            with transaction():
                imported = queries.get_import(code, actor=current_actor)
                operations.name_columns(
                    imported, form.columns, version=form.version.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_import", code=code), 303)
    imported = queries.get_import(code, actor=current_actor)
    return render_template(
        "admissions/name_columns.html",
        form=form,
        samples=queries.list_samples(imported),
        heads=[
            {"label": _("Row")},
            *({"label": name_column(number, imported.head)} for number in range(len(imported.head))),
        ],
        **_import_context(imported),
    ), form.http_status


@bp.route("/desk/imports/<code>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def show_import(code: str) -> Any:
    """How far the file is; after the check, what is wrong with it and the way to import it."""
    imported = queries.get_import(code, actor=current_actor)
    counts = queries.count_rows(imported)
    form = StartForm(data={"version": imported.version}, has_errors=counts[RowStatus.WRONG] > 0)
    if form.validate_on_submit():
        try:
            with transaction():
                imported = queries.get_import(code, actor=current_actor)
                operations.import_nominees(imported, version=form.version.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_import", code=code), 303)
    imported = queries.get_import(code, actor=current_actor)
    counts = queries.count_rows(imported)
    is_importing = imported.status is ImportStatus.IMPORTING
    left = counts[RowStatus.READY] if is_importing else counts[RowStatus.NEW]
    wanted = imported.row_count - counts[RowStatus.WRONG] - counts[RowStatus.KNOWN]
    total = wanted if is_importing else imported.row_count
    return render_template(
        "admissions/show_import.html",
        form=form,
        counts=counts,
        rows=RowStatus,
        is_busy=imported.status in BUSY,
        done=total - left,
        total=total,
        page=queries.list_wrong_rows(imported, request.args.get("page")),
        columns=[name_column(number, imported.head) for number in range(len(imported.head))],
        **_import_context(imported),
    ), form.http_status


@bp.post("/desk/imports/<code>/discard")
@requires(Permission.APPLICATION_ENDORSE)
def discard_import(code: str) -> Response:
    """Forget the file."""
    imported = queries.get_import(code, actor=current_actor)
    try:
        with transaction():
            operations.discard_import(imported, version=None, actor=current_actor)
    except RegistryError as error:
        flash(str(error), "error")
        return redirect(url_for(".show_import", code=code), 303)
    flash(_("The file was discarded. Nobody was invited."))
    return redirect(url_for(".upload_nominees", code=imported.cohort.code, state=imported.member_state), 303)
