"""Cohorts in the hands of those who plan them."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.planning import (
    ConditionsForm,
    ConfirmForm,
    DatesForm,
    NewCohortForm,
    SelectionForm,
    condition_values,
    date_values,
    make_quotas_form,
    quota_values,
    selection_values,
)
from registry.admissions.operations import cohorts as operations
from registry.admissions.queries import cohorts as queries
from registry.admissions.queries.criteria import list_criteria
from registry.admissions.queries.eligibility import get_conditions
from registry.admissions.rules.planning import why_not_editable
from registry.admissions.views.blueprint import bp
from registry.catalogue.lifecycle import COHORT
from registry.catalogue.models import Cohort
from registry.catalogue.queries import preview_cohort_page
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.catalogue.queries.managing import get_managed_programme
from registry.catalogue.rules import describe_cohort, pick_title, why_not_publishable
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.places import queries as places
from registry.places.queries import Choice

STEPS = {"publish": operations.publish_cohort, "archive": operations.archive_cohort}


def _context(cohort: Cohort) -> dict[str, Any]:
    return {
        "cohort": cohort,
        "programme_title": pick_title(cohort.programme),
        "cohort_title": describe_cohort(cohort),
        "is_editable": why_not_editable(cohort) is None,
    }


@bp.route("/manage/programmes/<slug>/cohorts/new", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def create_cohort(slug: str) -> Any:
    """A draft with its dates; everything else has a default until it is set."""
    form = NewCohortForm(places.list_zones(), own_zone=current_actor.zone)
    if form.validate_on_submit():
        try:
            with transaction():
                programme = get_managed_programme(slug, actor=current_actor)
                cohort = operations.create_cohort(
                    programme, form.dates, capacity=form.capacity.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The draft was saved. Next: who may apply, how seats are given, seats per state."))
            return redirect(url_for(".manage_cohort", code=cohort.code), 303)
    programme = get_managed_programme(slug, actor=current_actor)
    return render_template(
        "admissions/create_cohort.html", form=form, programme=programme, programme_title=pick_title(programme)
    ), form.http_status


@bp.get("/manage/cohorts/<code>")
@requires(Permission.COHORT_EDIT)
def manage_cohort(code: str) -> str:
    """Everything about one cohort, each part with the way to change it."""
    cohort = get_managed_cohort(code, actor=current_actor)
    return render_template(
        "admissions/manage_cohort.html",
        steps=COHORT.available(cohort, current_actor),
        obstacle=why_not_publishable(cohort) if cohort.status == "draft" else None,
        conditions=get_conditions(cohort),
        blocs=places.map_bloc_names(),
        rows=[row for row in queries.list_pool_rows(cohort) if row.seats is not None],
        questions=queries.list_questions(cohort),
        criteria=list_criteria(cohort.id),
        **_context(cohort),
    )


@bp.get("/manage/cohorts/<code>/preview")
@requires(Permission.COHORT_EDIT)
def preview_cohort(code: str) -> str:
    """The cohort's page as visitors will see it."""
    cohort = get_managed_cohort(code, actor=current_actor)
    return render_template(
        "admissions/preview_cohort.html",
        page=preview_cohort_page(cohort),
        texts={text.locale: text for text in cohort.programme.translations},
        **_context(cohort),
    )


@bp.route("/manage/cohorts/<code>/dates", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_dates(code: str) -> Any:
    """Names, window, dates and place."""
    cohort = get_managed_cohort(code, actor=current_actor)
    form = DatesForm(places.list_zones(), cohort)
    return _edit(
        code,
        form,
        "admissions/edit_dates.html",
        lambda cohort: operations.edit_dates(
            cohort,
            form.dates,
            reason=form.reason.data or "",
            version=form.version.data,
            actor=current_actor,
        ),
        date_values,
    )


@bp.route("/manage/cohorts/<code>/conditions", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_conditions(code: str) -> Any:
    """Who may apply."""
    cohort = get_managed_cohort(code, actor=current_actor)
    names = places.map_bloc_names()
    standings = [
        Choice(f"{bloc}:{standing}", _("%(bloc)s: %(standing)s", bloc=names[bloc], standing=standing.label))
        for bloc, standing in queries.list_standing_choices()
    ]
    form = ConditionsForm(cohort, standings, places.list_countries())
    return _edit(
        code,
        form,
        "admissions/edit_conditions.html",
        lambda cohort: operations.edit_conditions(
            cohort, form.conditions, version=form.version.data, actor=current_actor
        ),
        condition_values,
    )


@bp.route("/manage/cohorts/<code>/selection", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_selection(code: str) -> Any:
    """How seats are given."""
    form = SelectionForm(get_managed_cohort(code, actor=current_actor))
    return _edit(
        code,
        form,
        "admissions/edit_selection.html",
        lambda cohort: operations.edit_selection(
            cohort, form.chosen, version=form.version.data, actor=current_actor
        ),
        selection_values,
    )


@bp.route("/manage/cohorts/<code>/seats", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def set_quotas(code: str) -> Any:
    """Seats in all and per member state."""
    cohort = get_managed_cohort(code, actor=current_actor)
    rows = queries.list_pool_rows(cohort)
    form = make_quotas_form(cohort, rows)
    return _edit(
        code,
        form,
        "admissions/set_quotas.html",
        lambda cohort: operations.set_quotas(
            cohort,
            capacity=form.capacity.data,
            seats=form.seats,
            version=form.version.data,
            actor=current_actor,
        ),
        lambda cohort: quota_values(cohort, queries.list_pool_rows(cohort)),
        rows=rows,
    )


def _edit(code: str, form: Any, template: str, edit: Any, values_of: Any, **context: Any) -> Any:
    """What the editing pages share: validate, edit in one transaction, show refusals at their fields."""
    if form.validate_on_submit():
        try:
            with transaction():
                edit(get_managed_cohort(code, actor=current_actor))
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The changes were saved."))
            return redirect(url_for(".manage_cohort", code=code), 303)
    cohort = get_managed_cohort(code, actor=current_actor)
    if form.is_stale:
        form.renew(cohort.version, values_of(cohort))
    return render_template(template, form=form, **context, **_context(cohort)), form.http_status


@bp.route("/manage/cohorts/<code>/status/<step>", methods=["GET", "POST"])
@requires(Permission.COHORT_PUBLISH)
def change_cohort_status(code: str, step: str) -> Any:
    """Asks, then publishes or archives; calling a cohort off concerns its enrolments and has its page there."""
    if step not in STEPS:
        abort(404)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = get_managed_cohort(code, actor=current_actor)
                STEPS[step](cohort, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The status was changed."))
            return redirect(url_for(".manage_cohort", code=code), 303)
    cohort = get_managed_cohort(code, actor=current_actor)
    if request.method == "GET" and not COHORT.is_possible(cohort, step, current_actor):
        flash(_("This step is not possible now."), "attention")
        return redirect(url_for(".manage_cohort", code=code), 303)
    return render_template(
        "admissions/change_cohort_status.html", form=form, step=step, **_context(cohort)
    ), form.http_status
