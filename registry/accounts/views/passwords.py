"""Forgotten, reset and changed passwords."""

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, public, requires
from registry.accounts import passwords, queries
from registry.accounts.enums import LinkPurpose
from registry.accounts.errors import LinkInvalid
from registry.accounts.forms import ChangePasswordForm, EmailForm, ResetPasswordForm
from registry.accounts.operations import passwords as operations
from registry.accounts.views.blueprint import TOKEN, bp, close_browser_session
from registry.accounts.views.entry import SENT_TO
from registry.core.errors import InvalidInput, RegistryError
from registry.core.i18n import _
from registry.core.limits import by_field, limiter, was_taken
from registry.core.transaction import end_reading, transaction


@bp.route("/account/forgotten-password", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
@limiter.limit("6/hour", key_func=by_field("email"), deduct_when=was_taken, methods=["POST"])
def forget_password() -> tuple[str, int] | Response:
    """The same answer whether or not the address is known."""
    form = EmailForm()
    if form.validate_on_submit():
        with transaction():
            operations.forget_password(form.email.data or "")
        session[SENT_TO] = form.email.data
        return redirect(url_for(".show_reset_sent"), 303)
    return render_template("accounts/forget_password.html", form=form), form.http_status


@bp.get("/account/forgotten-password/check-your-mail")
@public
def show_reset_sent() -> str:
    """What to do after a link was asked for."""
    return render_template("accounts/show_reset_sent.html", address=session.get(SENT_TO))


@bp.route("/account/reset/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
def reset_password(token: str) -> tuple[str, int] | Response:
    """A new password by the mailed link; every session of the account ends."""
    form = ResetPasswordForm()
    link = queries.find_link(token, LinkPurpose.RESET)
    if link is None:
        form.show(LinkInvalid())
    elif form.validate_on_submit():
        end_reading()
        password_hash = passwords.hash_password(form.password.data or "")
        try:
            with transaction():
                operations.reset_password(token, password_hash=password_hash, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            close_browser_session()
            flash(_("Your password is changed. Sign in with the new one."))
            return redirect(url_for(".sign_in"), 303)
    return render_template("accounts/reset_password.html", form=form), form.http_status


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit("20/minute", methods=["POST"])
def change_password() -> tuple[str, int] | Response:
    """Other browsers are signed out; this one stays."""
    user = queries.get_user(current_actor.user_id or 0)
    stored, email = user.password_hash, user.email
    form = ChangePasswordForm(own_email=email)
    if form.validate_on_submit():
        end_reading()
        right = passwords.is_password(stored, form.password.data or "")
        new_hash = passwords.hash_password(form.new_password.data or "")
        try:
            if not right:
                raise InvalidInput(_("This is not your current password."), field="password")
            with transaction():
                operations.change_password(
                    stored, password_hash=new_hash, actor=current_actor, token=session.get(TOKEN)
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your password is changed. Other browsers were signed out."))
            return redirect(url_for(".show_account"), 303)
    return render_template("accounts/change_password.html", form=form), form.http_status
