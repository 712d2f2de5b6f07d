"""By what reviewers score, in the hands of those who plan the cohort."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.criteria import CriterionForm, criterion_values, make_criterion_form
from registry.admissions.forms.planning import ConfirmForm
from registry.admissions.operations import criteria as operations
from registry.admissions.queries import criteria as queries
from registry.admissions.rules.reviews import FIXED
from registry.admissions.rules.scoring import SCORES
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES, _
from registry.core.transaction import transaction


@bp.get("/manage/cohorts/<code>/criteria")
@requires(Permission.COHORT_EDIT)
def list_criteria(code: str) -> str:
    """All of a cohort, with their shares of the total."""
    cohort = get_managed_cohort(code, actor=current_actor)
    criteria = queries.list_criteria(cohort.id)
    return render_template(
        "admissions/list_criteria.html",
        cohort=cohort,
        criteria=criteria,
        sum_of_weights=sum(each.weight for each in criteria),
        complete={each.code: _list_complete(each) for each in criteria},
        fixed=FIXED if queries.has_sent_reviews(cohort.id) else None,
    )


def _list_complete(criterion: Any) -> list[str]:
    """Own names of the languages in which the criterion has a name, and an anchor wherever another one has."""
    return [
        name
        for locale, name in LOCALES.items()
        if criterion.labels.get(locale)
        and all(texts.get(locale) for texts in criterion.anchors.values() if any(texts.values()))
    ]


@bp.route("/manage/cohorts/<code>/criteria/new", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def add_criterion(code: str) -> Any:
    """A further criterion."""
    return _edit(code, None)


@bp.route("/manage/cohorts/<code>/criteria/<criterion>", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_criterion(code: str, criterion: str) -> Any:
    """One criterion, changed."""
    return _edit(code, criterion)


def _edit(code: str, key: str | None) -> Any:
    cohort = get_managed_cohort(code, actor=current_actor)
    criterion = queries.get_criterion(cohort, key) if key else None
    form = make_criterion_form(criterion)
    if form.validate_on_submit():
        try:
            with transaction():
                _store(get_managed_cohort(code, actor=current_actor), key, form)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The criterion was saved."))
            return redirect(url_for(".list_criteria", code=code), 303)
        cohort = get_managed_cohort(code, actor=current_actor)
        criterion = queries.get_criterion(cohort, key) if key else None
    if form.is_stale and criterion:
        form.renew(criterion.version, criterion_values(criterion))
    return render_template(
        "admissions/edit_criterion.html", cohort=cohort, criterion=criterion, form=form, scores=SCORES
    ), form.http_status


def _store(cohort: Cohort, key: str | None, form: CriterionForm) -> None:
    if key is None:
        operations.add_criterion(cohort, form.given, actor=current_actor)
    else:
        criterion = queries.get_criterion(cohort, key)
        operations.edit_criterion(
            cohort, criterion, form.given, version=form.version.data, actor=current_actor
        )


@bp.post("/manage/cohorts/<code>/criteria/<criterion>/move")
@requires(Permission.COHORT_EDIT)
def move_criterion(code: str, criterion: str) -> Response:
    """One place up or down."""
    with transaction():
        cohort = get_managed_cohort(code, actor=current_actor)
        operations.move_criterion(
            cohort,
            queries.get_criterion(cohort, criterion),
            up=request.form.get("direction") == "up",
            actor=current_actor,
        )
    return redirect(url_for(".list_criteria", code=code), 303)


@bp.route("/manage/cohorts/<code>/criteria/<criterion>/remove", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def remove_criterion(code: str, criterion: str) -> Any:
    """Asks, then takes a criterion away."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = get_managed_cohort(code, actor=current_actor)
                operations.remove_criterion(
                    cohort, queries.get_criterion(cohort, criterion), actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The criterion was removed."))
            return redirect(url_for(".list_criteria", code=code), 303)
    cohort = get_managed_cohort(code, actor=current_actor)
    return render_template(
        "admissions/remove_criterion.html",
        cohort=cohort,
        criterion=queries.get_criterion(cohort, criterion),
        form=form,
    ), form.http_status
