"""The second step of signing in: set up, recovery codes, switched off."""

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.accounts import passwords, queries
from registry.accounts import second_factor as codes
from registry.accounts.forms import CodeForm, ConfirmForm, PasswordForm
from registry.accounts.operations import second_factors as operations
from registry.accounts.operations.sessions import note_failure
from registry.accounts.views.blueprint import TOKEN, bp, get_destination
from registry.core.errors import InvalidInput, RegistryError
from registry.core.i18n import _
from registry.core.limits import limiter
from registry.core.transaction import end_reading, transaction

SHOWN_ONCE = "recovery_codes"


@bp.get("/account/second-step")
@requires(Permission.ACCOUNT_MANAGE)
def show_second_factor() -> str:
    """Whether it is on, and what can be done about it."""
    user = queries.get_user(current_actor.user_id or 0)
    left = queries.count_recovery_codes(user.id)
    return render_template(
        "accounts/show_second_factor.html",
        user=user,
        left=left,
        owed=current_actor.owes_second_factor,
        next=get_destination(),
    )


@bp.post("/account/second-step/begin")
@requires(Permission.ACCOUNT_MANAGE)
def begin_second_factor() -> Response:
    """Make the secret that the next page shows."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with transaction():
            operations.begin_second_factor(actor=current_actor)
    return redirect(url_for(".confirm_second_factor", next=get_destination()), 303)


@bp.route("/account/second-step/set-up", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit("30/minute", methods=["POST"])
def confirm_second_factor() -> tuple[str, int] | Response:
    """Picture and secret for the app; its first code switches the second step on."""
    user = queries.get_user(current_actor.user_id or 0)
    secret, email, is_on = user.totp_secret, user.email, user.totp_confirmed_at is not None
    if secret is None or is_on:
        return redirect(url_for(".show_second_factor", next=get_destination()), 303)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                session[SHOWN_ONCE] = operations.confirm_second_factor(
                    form.code.data or "", actor=current_actor, token=session.get(TOKEN, "")
                )
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_recovery_codes", next=get_destination()), 303)
    return render_template(
        "accounts/confirm_second_factor.html",
        form=form,
        picture=codes.picture(secret, email),
        secret=codes.spaced(secret),
        address=codes.address_for_app(secret, email),
    ), form.http_status


@bp.get("/account/second-step/recovery-codes")
@requires(Permission.ACCOUNT_MANAGE)
def show_recovery_codes() -> str | Response:
    """Once: afterwards only their hashes are known."""
    found = session.pop(SHOWN_ONCE, None)
    if not found:
        return redirect(url_for(".show_second_factor"), 303)
    return render_template("accounts/show_recovery_codes.html", codes=found, next=get_destination())


@bp.route("/account/second-step/renew-codes", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit("20/minute", methods=["POST"])
def renew_recovery_codes() -> tuple[str, int] | Response:
    """New recovery codes, after the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            _check_password(form)
            with transaction():
                session[SHOWN_ONCE] = operations.renew_recovery_codes(actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_recovery_codes"), 303)
    return render_template("accounts/renew_recovery_codes.html", form=form), form.http_status


@bp.route("/account/second-step/remove", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit("20/minute", methods=["POST"])
def remove_second_factor() -> tuple[str, int] | Response:
    """Switch it off, after the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            _check_password(form)
            with transaction():
                operations.remove_second_factor(actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The second step is switched off."))
            return redirect(url_for(".show_second_factor"), 303)
    return render_template("accounts/remove_second_factor.html", form=form), form.http_status


def _check_password(form: PasswordForm) -> None:
    user = queries.get_user(current_actor.user_id or 0)
    user_id, stored = user.id, user.password_hash
    end_reading()
    if not passwords.is_password(stored, form.password.data or ""):
        with transaction():
            note_failure(user_id)
        raise InvalidInput(_("This is not your password."), field="password")
