"""When a question of a draft is asked, or all of a section."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.question_conditions import list_subjects, make_condition_form
from registry.admissions.models import FormSection
from registry.admissions.operations import question_conditions as operations
from registry.admissions.queries import cohorts
from registry.admissions.queries import form_versions as queries
from registry.admissions.rules.asking import Conditional, describe_condition, list_alternatives
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core.errors import RegistryError
from registry.core.i18n import _, pick_translation
from registry.core.transaction import transaction
from registry.places import queries as places
from registry.places.queries import Choice

SECTIONS = "sections"
"""In the address of a section's conditions, where a question's has "questions"."""


def name_blocs() -> dict[str, str]:
    """Slug -> short name in the reader's language."""
    return {bloc.slug: pick_translation(bloc.short_names)[1] for bloc in places.list_blocs()}


def _get(code: str, kind: str, key: str) -> tuple[Cohort, Conditional]:
    cohort = get_managed_cohort(code, actor=current_actor)
    get_part = queries.get_section if kind == SECTIONS else queries.get_question
    return cohort, get_part(queries.get_draft(cohort), key)


@bp.route(
    "/manage/cohorts/<code>/form/<any(questions,sections):kind>/<key>/conditions", methods=["GET", "POST"]
)
@requires(Permission.COHORT_EDIT)
def add_condition(code: str, kind: str, key: str) -> Any:
    """The cases in which it is asked, and another condition on the subject in the address."""
    cohort, part = _get(code, kind, key)
    names = name_blocs()
    chosen = request.args.get("subject", "")
    standings = [
        Choice(f"{bloc}:{standing}", _("%(bloc)s: %(standing)s", bloc=names[bloc], standing=standing.label))
        for bloc, standing in cohorts.list_standing_choices()
    ]
    form = make_condition_form(part, chosen, countries=places.list_countries(), standings=standings)
    if form is not None and form.validate_on_submit():
        try:
            with transaction():
                operations.add_condition(_get(code, kind, key)[1], form.given, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The condition was added."))
            return redirect(url_for(".add_condition", code=code, kind=kind, key=key), 303)
        cohort, part = _get(code, kind, key)
    return render_template(
        "admissions/add_condition.html",
        form=form,
        cohort=cohort,
        part=part,
        kind=kind,
        texts=part.titles if isinstance(part, FormSection) else part.labels,
        cases=[
            [describe_condition(condition, names) for condition in case]
            for case in list_alternatives(part.conditions)
        ],
        subjects=list_subjects(part),
        chosen=chosen,
    ), form.http_status if form is not None else 200


@bp.post("/manage/cohorts/<code>/form/<any(questions,sections):kind>/<key>/conditions/<int:number>/remove")
@requires(Permission.COHORT_EDIT)
def remove_condition(code: str, kind: str, key: str, number: int) -> Response:
    """Take the condition at this place away."""
    with transaction():
        operations.remove_condition(
            _get(code, kind, key)[1],
            number,
            version=request.form.get("version", type=int),
            actor=current_actor,
        )
    flash(_("The condition was removed."))
    return redirect(url_for(".add_condition", code=code, kind=kind, key=key), 303)
