"""One application, and what is done to it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.applications import DecisionForm, ReasonForm, decision_values
from registry.admissions.forms.listing import ApplicationFilterForm, TagForm
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application
from registry.admissions.operations import decisions, lists
from registry.admissions.operations.decisions import DecisionInput
from registry.admissions.queries import applications as queries
from registry.admissions.queries import listing
from registry.admissions.queries.corrections import list_compared
from registry.admissions.queries.mails import list_mails
from registry.admissions.queries.nominations import can_endorse_for_state, can_undo_for_state
from registry.admissions.rules.blindness import read_answer
from registry.admissions.rules.profile import read_background, read_contact, read_identity
from registry.admissions.views.blueprint import bp
from registry.admissions.views.conditions import describe_inputs
from registry.admissions.views.history import describe_history
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.messages.rules import describe_failure


@bp.get("/manage/applications/<code>")
@requires(Permission.DECISION_STAGE)
def show_application(code: str) -> str:
    """One application with answers, results, history, and what can be done now."""
    application = queries.get_application(code, actor=current_actor)
    return render_template("admissions/show_application.html", **application_context(application))


def back_arguments() -> dict[str, Any]:
    """The address's part that says which table the reader came from, and which page of it."""
    page = request.args.get("page")
    return ApplicationFilterForm(request.args).arguments | ({"page": page} if page else {})


def application_context(application: Application) -> dict[str, Any]:
    """What the pages about one application show."""
    cohort = queries.get_cohort(application.cohort.code, actor=current_actor)
    filters = ApplicationFilterForm(request.args)
    before, after = listing.find_neighbours(application, filters.asked)
    dossier = queries.get_dossier(application)
    return {
        "application": application,
        "dossier": dossier,
        "answers": [read_answer(answer) for answer in dossier.answers],
        "identity": read_identity(application),
        "contact": read_contact(application),
        "background": read_background(application),
        "corrections": list_compared(application),
        "history": describe_history(dossier.history),
        "mails": list_mails(application),
        "describe_failure": describe_failure,
        "results": [(result, describe_inputs(result)) for result in dossier.results],
        "actions": APPLICATION.available(application, current_actor),
        "tags": listing.list_tags_of(application),
        "known_tags": listing.list_tags(cohort),
        "tag_form": TagForm(formdata=None),
        "can_endorse_for_state": can_endorse_for_state(application, cohort),
        "can_undo_for_state": can_undo_for_state(application, cohort),
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
    form = DecisionForm(stored_version=staged.version if staged else 0, data=decision_values(staged))
    if form.validate_on_submit():
        given = DecisionInput(form.decided, form.rejection_reason, form.note.data or "", form.rank.data)
        try:
            with transaction():
                application = queries.get_application(code, actor=current_actor)
                decisions.stage_decision(application, given, actor=current_actor, version=form.version.data)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Staged. Nothing is announced before the release."))
            return redirect(url_for(".show_application", code=code, **back_arguments()), 303)
    application = queries.get_application(code, actor=current_actor)
    context = application_context(application)
    if form.is_stale:
        staged = context["dossier"].staged
        form.renew(staged.version if staged else 0, decision_values(staged))
    return render_template("admissions/stage_decision.html", form=form, **context), form.http_status


@bp.post("/manage/applications/<code>/unstage")
@requires(Permission.DECISION_STAGE)
def unstage_decision(code: str) -> BaseResponse:
    """Take the staged decision back."""
    with transaction():
        application = queries.get_application(code, actor=current_actor)
        decisions.unstage_decision(application, actor=current_actor)
    flash(_("The staged decision was taken back."))
    return redirect(url_for(".show_application", code=code, **back_arguments()), 303)


@bp.post("/manage/applications/<code>/review")
@requires(Permission.APPLICATION_PROCESS)
def start_review(code: str) -> BaseResponse:
    """Begin the review."""
    with transaction():
        application = queries.get_application(code, actor=current_actor)
        decisions.start_review(application, actor=current_actor)
    flash(_("The review has begun."))
    return redirect(url_for(".show_application", code=code, **back_arguments()), 303)


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
            return redirect(url_for(".show_application", code=code, **back_arguments()), 303)
    application = queries.get_application(code, actor=current_actor)
    return render_template(template, form=form, **application_context(application)), form.http_status


@bp.post("/manage/applications/<code>/tags")
@requires(Permission.APPLICATION_PROCESS)
def add_tag(code: str) -> Any:
    """Put a tag on the application."""
    form = TagForm()
    if form.validate():
        try:
            with transaction():
                application = queries.get_application(code, actor=current_actor)
                lists.add_tag(application, form.tag.data or "", actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_application", code=code, **back_arguments()) + "#tags", 303)
    application = queries.get_application(code, actor=current_actor)
    context = application_context(application) | {"tag_form": form}
    return render_template("admissions/show_application.html", **context), form.http_status


@bp.post("/manage/applications/<code>/tags/remove")
@requires(Permission.APPLICATION_PROCESS)
def remove_tag(code: str) -> BaseResponse:
    """Take a tag off the application."""
    form = TagForm()
    with transaction():
        application = queries.get_application(code, actor=current_actor)
        lists.remove_tag(application, form.tag.data or "", actor=current_actor)
    return redirect(url_for(".show_application", code=code, **back_arguments()) + "#tags", 303)
