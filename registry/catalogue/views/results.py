"""Totals that providers declare, and targets."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.catalogue import operations
from registry.catalogue.enums import ReportedIndicator
from registry.catalogue.forms.programmes import StepForm
from registry.catalogue.forms.results import ResultForm, TargetForm, result_values, target_values
from registry.catalogue.models import ReportedResult, Target
from registry.catalogue.queries import managing as queries
from registry.catalogue.views.blueprint import bp
from registry.catalogue.views.managing import programme_context
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.places import queries as places


@bp.get("/manage/programmes/<slug>/results")
@requires(Permission.REPORTED_RESULT_EDIT)
def list_results(slug: str) -> str:
    """Declared totals and targets of a programme."""
    programme = queries.get_managed_programme(slug, actor=current_actor)
    return render_template(
        "catalogue/list_results.html",
        targets=queries.list_targets(programme),
        indicator_labels={each.value: each.label for each in ReportedIndicator},
        place_names={choice.value: choice.label for choice in places.list_bloc_choices()},
        **programme_context(programme),
    )


@bp.route("/manage/programmes/<slug>/results/new", methods=["GET", "POST"])
@requires(Permission.REPORTED_RESULT_EDIT)
def add_result(slug: str) -> Any:
    """A new declared total."""
    return _edit_result(slug, None)


@bp.route("/manage/programmes/<slug>/results/<code>", methods=["GET", "POST"])
@requires(Permission.REPORTED_RESULT_EDIT)
def edit_result(slug: str, code: str) -> Any:
    """A declared total, corrected."""
    return _edit_result(slug, code)


def _edit_result(slug: str, code: str | None) -> Any:
    programme = queries.get_managed_programme(slug, actor=current_actor)
    result = queries.get_reported_result(programme, code) if code else None
    form = ResultForm(result, places.list_bloc_choices(), places.list_countries())
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                _store_result(programme, code, form)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The reported result was saved."))
            return redirect(url_for(".list_results", slug=slug), 303)
        programme = queries.get_managed_programme(slug, actor=current_actor)
        result = queries.get_reported_result(programme, code) if code else None
    if form.is_stale and result:
        form.renew(result.version, result_values(result))
    return render_template(
        "catalogue/edit_result.html", form=form, result=result, **programme_context(programme)
    ), form.http_status


def _store_result(programme: Any, code: str | None, form: ResultForm) -> ReportedResult:
    if code is None:
        return operations.add_result(programme, form.declared, actor=current_actor)
    result = queries.get_reported_result(programme, code)
    return operations.edit_result(
        programme, result, form.declared, version=form.version.data, actor=current_actor
    )


@bp.route("/manage/programmes/<slug>/results/<code>/remove", methods=["GET", "POST"])
@requires(Permission.REPORTED_RESULT_EDIT)
def remove_result(slug: str, code: str) -> Any:
    """Asks, then takes a declared total away."""
    programme = queries.get_managed_programme(slug, actor=current_actor)
    result = queries.get_reported_result(programme, code)
    form = StepForm()
    if form.validate_on_submit():
        with transaction():
            operations.remove_result(programme, result, actor=current_actor)
        flash(_("The reported result was removed."))
        return redirect(url_for(".list_results", slug=slug), 303)
    return render_template(
        "catalogue/remove_result.html", form=form, result=result, **programme_context(programme)
    ), form.http_status


@bp.route("/manage/programmes/<slug>/targets/new", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def add_target(slug: str) -> Any:
    """A new target."""
    return _edit_target(slug, None)


@bp.route("/manage/programmes/<slug>/targets/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def edit_target(slug: str, code: str) -> Any:
    """A target, changed."""
    return _edit_target(slug, code)


def _edit_target(slug: str, code: str | None) -> Any:
    programme = queries.get_managed_programme(slug, actor=current_actor)
    target = queries.get_target(programme, code) if code else None
    form = TargetForm(target, queries.list_indicators(), places.list_countries())
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.set_target(
                    programme,
                    queries.get_target(programme, code) if code else None,
                    form.planned,
                    version=form.version.data if code else None,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The target was saved."))
            return redirect(url_for(".list_results", slug=slug), 303)
        programme = queries.get_managed_programme(slug, actor=current_actor)
        target = queries.get_target(programme, code) if code else None
    if form.is_stale and target:
        form.renew(target.version, target_values(target))
    return render_template(
        "catalogue/edit_target.html", form=form, target=target, **programme_context(programme)
    ), form.http_status


@bp.post("/manage/programmes/<slug>/targets/<code>/remove")
@requires(Permission.PROGRAMME_EDIT)
def remove_target(slug: str, code: str) -> Response:
    """Takes a target back."""
    with transaction():
        programme = queries.get_managed_programme(slug, actor=current_actor)
        target: Target = queries.get_target(programme, code)
        operations.remove_target(programme, target, actor=current_actor)
    flash(_("The target was removed."))
    return redirect(url_for(".list_results", slug=slug), 303)
