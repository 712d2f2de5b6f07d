"""Organisations: list, create, edit."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.accounts import queries
from registry.accounts.models import Organisation
from registry.accounts.operations import organisations as operations
from registry.core.errors import RegistryError
from registry.core.i18n import _, pick_translation, sort_key
from registry.core.transaction import transaction
from registry.places import queries as places
from registry.web.forms import OrganisationForm
from registry.web.views.blueprint import bp


@bp.get("/admin/organisations")
@requires(Permission.ORGANISATION_EDIT)
def list_organisations() -> str:
    """All, by their names in the reader's language."""
    rows = [(pick_translation(each.names)[1], each) for each in queries.list_organisations()]
    rows.sort(key=lambda row: sort_key(row[0]))
    return render_template("web/list_organisations.html", rows=rows)


def _countries() -> list[tuple[str, str]]:
    return [(each.value, each.label) for each in places.list_countries()]


@bp.route("/admin/organisations/create", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT)
def create_organisation() -> tuple[str, int] | Response:
    """A new one."""
    form = OrganisationForm(countries=_countries(), new=True)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.create_organisation(form.code.data or "", form.text, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The organisation is stored."))
            return redirect(url_for(".list_organisations"), 303)
    return render_template("web/edit_organisation.html", form=form, organisation=None), form.http_status


@bp.route("/admin/organisations/<code>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT)
def edit_organisation(code: str) -> tuple[str, int] | Response:
    """Its names, kind, country and website."""
    organisation = queries.get_organisation(code)
    form = OrganisationForm(
        countries=_countries(),
        new=False,
        data=_values_of(organisation),
        stored_version=organisation.version,
    )
    if form.validate_on_submit():
        try:
            with transaction():
                operations.edit_organisation(
                    queries.get_organisation(code),
                    form.text,
                    version=form.version.data,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The organisation is stored."))
            return redirect(url_for(".list_organisations"), 303)
        organisation = queries.get_organisation(code)
    if form.is_stale:
        form.renew(organisation.version, _values_of(organisation))
    return render_template(
        "web/edit_organisation.html", form=form, organisation=organisation
    ), form.http_status


def _values_of(organisation: Organisation) -> dict[str, Any]:
    return {
        "kind": organisation.kind.value,
        "country": organisation.country or "",
        "name_en": organisation.names.get("en", ""),
        "name_ru": organisation.names.get("ru", ""),
        "name_zh": organisation.names.get("zh", ""),
        "website": organisation.website or "",
        "source": organisation.source or "",
    }
