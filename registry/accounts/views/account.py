"""The account's own pages: overview, settings, sessions."""

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.accounts import queries
from registry.accounts.browsers import describe_browser
from registry.accounts.forms import EndSessionForm, SettingsForm
from registry.accounts.models import User
from registry.accounts.operations import sessions as session_operations
from registry.accounts.operations import settings as operations
from registry.accounts.views.blueprint import TOKEN, bp, name_reader
from registry.core.codes import hash_token
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import _, in_locale
from registry.core.transaction import transaction


@bp.get("/account")
@requires(Permission.ACCOUNT_MANAGE)
def show_account() -> str:
    """Everything about the account, and the ways to change it."""
    user = queries.get_user(current_actor.user_id or 0)
    grants = queries.list_grants_of(user.id) if current_actor.is_staff else []
    return render_template("accounts/show_account.html", user=user, grants=grants)


@bp.route("/account/settings", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def edit_settings() -> tuple[str, int] | Response:
    """Name, language and time zone."""
    user = queries.get_user(current_actor.user_id or 0)
    form = SettingsForm(data=_settings_of(user), stored_version=user.version)
    if form.validate_on_submit():
        try:
            with transaction():
                user = operations.edit_settings(
                    name=form.name.data or "",
                    locale=form.locale.data,
                    zone=form.zone.data,
                    version=form.version.data,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            session["locale"] = user.locale
            with in_locale(user.locale):  # The next page speaks it already.
                flash(_("Your settings are saved."))
            response = redirect(url_for(".show_account"), 303)
            name_reader(response, user.name or user.email.partition("@")[0])
            return response
        user = queries.get_user(current_actor.user_id or 0)
    if form.is_stale:
        form.renew(user.version, _settings_of(user))
    return render_template("accounts/edit_settings.html", form=form), form.http_status


def _settings_of(user: User) -> dict[str, str]:
    return {"name": user.name, "locale": user.locale, "zone": user.zone}


@bp.get("/account/sessions")
@requires(Permission.ACCOUNT_MANAGE)
def list_sessions() -> str:
    """Where the account is signed in."""
    own = hash_token(session.get(TOKEN, ""))
    rows = [
        (each, describe_browser(each.browser), each.token_hash == own)
        for each in queries.list_sessions(current_actor.user_id or 0)
    ]
    return render_template("accounts/list_sessions.html", rows=rows)


@bp.post("/account/sessions/end")
@requires(Permission.ACCOUNT_MANAGE)
def end_session() -> Response:
    """End one session elsewhere."""
    form = EndSessionForm()
    if not form.validate_on_submit():
        raise NotFound
    with transaction():
        session_operations.end_session(form.mark.data or "", actor=current_actor)
    flash(_("The session has ended."))
    return redirect(url_for(".list_sessions"), 303)
