"""Programmes as those see them who run them: list, facts, partners, status."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.catalogue import operations
from registry.catalogue.enums import PartnershipRole, ProgrammeKind
from registry.catalogue.forms.programmes import (
    NewProgrammeForm,
    PartnerForm,
    ProgrammeForm,
    StepForm,
    values_of,
)
from registry.catalogue.lifecycle import PROGRAMME
from registry.catalogue.models import Programme
from registry.catalogue.operations.programmes import ProgrammeText
from registry.catalogue.queries import managing as queries
from registry.catalogue.rules import list_completeness, pick_title
from registry.catalogue.views.blueprint import bp
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES, _, pick_translation
from registry.core.transaction import transaction
from registry.places.queries import Choice


def programme_context(programme: Programme) -> dict[str, Any]:
    """The programme and its title, for `layouts/programme.html`."""
    return {"programme": programme, "programme_title": pick_title(programme)}


@bp.get("/manage/programmes")
@requires(Permission.PROGRAMME_EDIT)
def list_managed_programmes() -> str:
    """The programmes the reader runs; an administrator's list holds all."""
    rows = queries.list_managed_programmes(current_actor)
    complete = {row.programme.id: list_completeness(row.programme) for row in rows}
    return render_template("catalogue/list_managed_programmes.html", rows=rows, complete=complete)


@bp.route("/manage/programmes/new", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_CREATE)
def create_programme() -> Any:
    """A new programme, proposed, with English texts to begin with."""
    form = NewProgrammeForm()
    if form.validate_on_submit():
        text = ProgrammeText(form.title.data, form.summary.data)
        try:
            with transaction():
                programme = operations.create_programme(
                    form.slug.data, ProgrammeKind.of(form.kind.data), text, locale="en", actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The programme was created. Next: its facts, its other texts, its coordinator."))
            return redirect(url_for(".manage_programme", slug=programme.slug), 303)
    return render_template("catalogue/create_programme.html", form=form), form.http_status


@bp.get("/manage/programmes/<slug>")
@requires(Permission.PROGRAMME_EDIT)
def manage_programme(slug: str) -> str:
    """Everything about one programme, each part with the way to change it."""
    programme = queries.get_managed_programme(slug, actor=current_actor)
    return render_template(
        "catalogue/manage_programme.html",
        cohorts=queries.list_cohorts(programme),
        complete=list_completeness(programme),
        languages=LOCALES,
        steps=PROGRAMME.available(programme, current_actor),
        **programme_context(programme),
    )


@bp.route("/manage/programmes/<slug>/facts", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def edit_programme(slug: str) -> Any:
    """Kind, length, mode, languages, fee, topics, documents."""
    form = _make_form(queries.get_managed_programme(slug, actor=current_actor))
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.edit_programme(
                    programme, form.facts, version=form.version.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The facts were saved."))
            return redirect(url_for(".manage_programme", slug=slug), 303)
    programme = queries.get_managed_programme(slug, actor=current_actor)
    if form.is_stale:
        form.renew(programme.version, values_of(programme))
    return render_template(
        "catalogue/edit_programme.html", form=form, **programme_context(programme)
    ), form.http_status


def _make_form(programme: Programme) -> ProgrammeForm:
    return ProgrammeForm(programme, queries.list_topics(), queries.list_documents())


@bp.route("/manage/programmes/<slug>/status/<step>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PUBLISH)
def change_programme_status(slug: str, step: str) -> Any:
    """Asks, then publishes, suspends, resumes or archives."""
    if step not in PROGRAMME.transitions:
        abort(404)
    form = StepForm()
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.change_programme_status(
                    programme, step, reason=form.reason.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The status was changed."))
            return redirect(url_for(".manage_programme", slug=slug), 303)
    programme = queries.get_managed_programme(slug, actor=current_actor)
    if request.method == "GET" and not PROGRAMME.is_possible(programme, step, current_actor):
        flash(_("This step is not possible from the current status."), "attention")
        return redirect(url_for(".manage_programme", slug=slug), 303)
    return render_template(
        "catalogue/change_programme_status.html",
        form=form,
        step=step,
        needs_reason=PROGRAMME.transitions[step].needs_reason,
        **programme_context(programme),
    ), form.http_status


@bp.route("/manage/programmes/<slug>/partners", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def edit_partners(slug: str) -> Any:
    """Who provides, helps and funds."""
    organisations = [
        Choice(each.code, pick_translation(each.names)[1]) for each in queries.list_organisations()
    ]
    form = PartnerForm(organisations)
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.add_partner(
                    programme,
                    queries.get_organisation(form.organisation.data),
                    PartnershipRole.of(form.role.data),
                    source=form.source.data or "",
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The partner was added."))
            return redirect(url_for(".edit_partners", slug=slug), 303)
    programme = queries.get_managed_programme(slug, actor=current_actor)
    return render_template(
        "catalogue/edit_partners.html", form=form, **programme_context(programme)
    ), form.http_status


@bp.post("/manage/programmes/<slug>/partners/remove")
@requires(Permission.PROGRAMME_EDIT)
def remove_partner(slug: str) -> Response:
    """Takes a partnership away."""
    with transaction():
        programme = queries.get_managed_programme(slug, actor=current_actor)
        partnership = queries.get_partnership(
            programme, request.form.get("organisation", ""), request.form.get("role", "")
        )
        operations.remove_partner(programme, partnership, actor=current_actor)
    flash(_("The partner was removed."))
    return redirect(url_for(".edit_partners", slug=slug), 303)
