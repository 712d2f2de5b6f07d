"""Who runs a programme."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.access.web import current_actor, requires
from registry.accounts import queries as accounts
from registry.catalogue import operations
from registry.catalogue.forms.programmes import CoordinatorForm
from registry.catalogue.queries import managing as queries
from registry.catalogue.views.blueprint import bp
from registry.catalogue.views.managing import programme_context
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.route("/manage/programmes/<slug>/coordinators", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def name_coordinator(slug: str) -> Any:
    """Lists the coordinators of this programme alone, and names another one."""
    form = CoordinatorForm()
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.name_coordinator(programme, form.email.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The coordinator was named, and told by mail."))
            return redirect(url_for(".name_coordinator", slug=slug), 303)
    programme = queries.get_managed_programme(slug, actor=current_actor)
    wanted = accounts.GrantFilter(role=Role.COORDINATOR, programme=slug)
    return render_template(
        "catalogue/name_coordinator.html",
        form=form,
        grants=accounts.list_grants(wanted).rows,
        **programme_context(programme),
    ), form.http_status
