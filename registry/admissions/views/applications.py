"""The table of applications, one application, and what is done to either."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.applications import (
    ApplicationFilterForm,
    BulkForm,
    DecisionForm,
    ExportForm,
    ReasonForm,
)
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application
from registry.admissions.operations import decisions
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.operations.exports import record_export
from registry.admissions.queries import applications as queries
from registry.admissions.rules.blindness import read_answer
from registry.admissions.rules.profile import read_background, read_contact, read_identity
from registry.admissions.views.blueprint import bp
from registry.admissions.views.conditions import describe_inputs
from registry.admissions.views.history import describe_history
from registry.core.database import set_reading
from registry.core.errors import RegistryError
from registry.core.export import stream_csv
from registry.core.i18n import _, ngettext
from registry.core.transaction import transaction

CSV_HEADER = (
    "code",
    "name",
    "member_state",
    "status",
    "sex",
    "age_band",
    "submitted_at",
    "endorsed_at",
    "decided_at",
    "accepted_at",
)


@bp.get("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def list_applications(code: str) -> str:
    """The table; its filters stand in the address."""
    cohort = queries.get_cohort(code, actor=current_actor)
    counts = queries.count_by_state_and_status(cohort)
    filters = ApplicationFilterForm(request.args, counts)
    page = queries.list_applications(cohort, filters.asked, key=request.args.get("page"))
    return render_template(
        "admissions/list_applications.html",
        page=page,
        filters=filters,
        asked=filters.asked,
        total=queries.count_matching(cohort, filters.asked),
        bulk=BulkForm(),
        cohort=cohort,
    )


@bp.post("/manage/cohorts/<code>/applications")
@requires(Permission.DECISION_STAGE)
def decide_applications(code: str) -> BaseResponse:
    """One action for the ticked rows, each in a transaction of its own; says what became of them."""
    queries.get_cohort(code, actor=current_actor)
    form = BulkForm()
    codes = list(dict.fromkeys(request.form.getlist("codes")))[:50]
    back = redirect(url_for(".list_applications", code=code, **_back_arguments()), 303)
    if not form.validate() or not codes:
        flash(_("Tick at least one application and choose what to do."), "error")
        return back
    act = _bulk_action(form)
    done = 0
    refusals: Counter[str] = Counter()
    for each in codes:
        try:
            with transaction():
                act(queries.get_application(each, actor=current_actor))
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


def _back_arguments() -> dict[str, Any]:
    names = ("q", "status", "member_state", "sex", "age", "sort", "order", "page")
    return {name: request.args[name] for name in names if request.args.get(name)}


@bp.route("/manage/cohorts/<code>/applications/export", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EXPORT)
def export_applications(code: str) -> Any:
    """Asks what for, logs it, and streams the table as CSV."""
    cohort = queries.get_cohort(code, actor=current_actor)
    filters = ApplicationFilterForm(request.args, ())
    form = ExportForm()
    if form.validate_on_submit():
        with transaction():
            record_export(
                cohort, purpose=form.purpose.data or "", about=filters.arguments, actor=current_actor
            )
        # The log is written; from here on the request only reads, and holds up nobody who writes.
        set_reading(True)
        rows = queries.stream_applications(cohort, filters.asked)
        return Response(
            stream_with_context(stream_csv(CSV_HEADER, rows)),
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


@bp.get("/manage/applications/<code>")
@requires(Permission.DECISION_STAGE)
def show_application(code: str) -> str:
    """One application with answers, results, history, and what can be done now."""
    application = queries.get_application(code, actor=current_actor)
    return render_template("admissions/show_application.html", **_application_context(application))


def _application_context(application: Application) -> dict[str, Any]:
    cohort = queries.get_cohort(application.cohort.code, actor=current_actor)
    filters = ApplicationFilterForm(request.args, ())
    before, after = queries.find_neighbours(application, filters.asked)
    dossier = queries.get_dossier(application)
    return {
        "application": application,
        "dossier": dossier,
        "answers": [(answer.question.labels, read_answer(answer)) for answer in dossier.answers],
        "identity": read_identity(application),
        "contact": read_contact(application),
        "background": read_background(application),
        "history": describe_history(dossier.history),
        "results": [(result, describe_inputs(result)) for result in dossier.results],
        "actions": APPLICATION.available(application, current_actor),
        "filters": filters,
        "before": before,
        "after": after,
        "cohort": cohort,
    }


@bp.route("/manage/applications/<code>/decision", methods=["GET", "POST"])
@requires(Permission.DECISION_STAGE)
def stage_decision(code: str) -> Any:
    """Stage an offer, a place on the waiting list or a refusal."""
    application = queries.get_application(code, actor=current_actor)
    staged = queries.get_dossier(application).staged
    form = DecisionForm(obj=staged, version=staged.version if staged else 0)
    if form.validate_on_submit():
        given = DecisionInput(form.decided, form.rejection_reason, form.note.data or "", form.rank.data)
        try:
            with transaction():
                application = queries.get_application(code, actor=current_actor)
                decisions.stage_decision(application, given, actor=current_actor, version=form.shown_version)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Staged. Nothing is announced before the release."))
            return redirect(url_for(".show_application", code=code, **_back_arguments()), 303)
    application = queries.get_application(code, actor=current_actor)
    context = _application_context(application)
    return render_template("admissions/stage_decision.html", form=form, **context), form.http_status


@bp.post("/manage/applications/<code>/unstage")
@requires(Permission.DECISION_STAGE)
def unstage_decision(code: str) -> BaseResponse:
    """Take the staged decision back."""
    with transaction():
        application = queries.get_application(code, actor=current_actor)
        decisions.unstage_decision(application, actor=current_actor)
    flash(_("The staged decision was taken back."))
    return redirect(url_for(".show_application", code=code, **_back_arguments()), 303)


@bp.post("/manage/applications/<code>/review")
@requires(Permission.APPLICATION_PROCESS)
def start_review(code: str) -> BaseResponse:
    """Begin the review."""
    with transaction():
        application = queries.get_application(code, actor=current_actor)
        decisions.start_review(application, actor=current_actor)
    flash(_("The review has begun."))
    return redirect(url_for(".show_application", code=code, **_back_arguments()), 303)


@bp.route("/manage/applications/<code>/override", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def override_ineligible(code: str) -> Any:
    """Let an application go on although a rule failed."""
    return _step_with_reason(
        code,
        "admissions/override_ineligible.html",
        decisions.override_ineligible,
        _("The application goes on."),
    )


@bp.route("/manage/applications/<code>/close", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def close_application(code: str) -> Any:
    """End an open application."""
    return _step_with_reason(
        code,
        "admissions/close_application.html",
        decisions.close_application,
        _("The application is closed, and the applicant is told why."),
    )


def _step_with_reason(code: str, template: str, operation: Callable[..., object], done: str) -> Any:
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                application = queries.get_application(code, actor=current_actor)
                operation(application, reason=form.reason.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(done)
            return redirect(url_for(".show_application", code=code, **_back_arguments()), 303)
    application = queries.get_application(code, actor=current_actor)
    return render_template(template, form=form, **_application_context(application)), form.http_status
