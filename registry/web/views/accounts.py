"""Accounts as administrators see them: found by address, signed out, freed of a lost telephone."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.accounts import queries
from registry.accounts.operations import second_factors, sessions
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.web.forms import ReasonForm, UserFilterForm
from registry.web.views.blueprint import bp


@bp.get("/admin/users")
@requires(Permission.ROLE_GRANT)
def list_users() -> tuple[str, int]:
    """Accounts by address, with the roles they have now."""
    form = UserFilterForm(request.args)
    page, roles = None, {}
    if form.validate():
        page = queries.search_users(form.text.data or "", request.args.get("page"))
        roles = queries.list_roles_in_force([user.id for user in page.rows])
    return render_template("web/list_users.html", form=form, page=page, roles=roles), form.http_status


@bp.get("/admin/users/<code>")
@requires(Permission.ROLE_GRANT)
def show_user(code: str) -> str:
    """One account: roles, second step, sessions. Nothing of what the person told in applications."""
    user = queries.get_user_by_code(code)
    return render_template(
        "web/show_user.html",
        user=user,
        grants=queries.list_grants_of(user.id),
        sessions=len(queries.list_sessions(user.id)),
    )


@bp.route("/admin/users/<code>/end-sessions", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def end_sessions(code: str) -> tuple[str, int] | Response:
    """Sign the account out everywhere, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                sessions.end_sessions_of(
                    queries.get_user_by_code(code), actor=current_actor, reason=form.reason.data or ""
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The account is signed out everywhere."))
            return redirect(url_for(".show_user", code=code), 303)
    user = queries.get_user_by_code(code)
    return render_template("web/end_sessions.html", form=form, user=user), form.http_status


@bp.route("/admin/users/<code>/take-second-step", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def take_second_factor(code: str) -> tuple[str, int] | Response:
    """For somebody who lost telephone and recovery codes, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                second_factors.take_second_factor(
                    queries.get_user_by_code(code), actor=current_actor, reason=form.reason.data or ""
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The second step is switched off."))
            return redirect(url_for(".show_user", code=code), 303)
    user = queries.get_user_by_code(code)
    return render_template("web/take_second_factor.html", form=form, user=user), form.http_status
