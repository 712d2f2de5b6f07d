"""Signing up, confirming, signing in with one or two steps, signing out."""

from flask import redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, public, requires
from registry.accounts import passwords, queries, rules
from registry.accounts.enums import LinkPurpose
from registry.accounts.errors import LinkInvalid, SignInRefused
from registry.accounts.forms import CodeForm, ConfirmForm, EmailForm, SignInForm, SignUpForm
from registry.accounts.operations import sessions as session_operations
from registry.accounts.operations import sign_up as operations
from registry.accounts.operations.sign_up import Newcomer
from registry.accounts.views.blueprint import (
    PENDING,
    TOKEN,
    bp,
    close_browser_session,
    get_browser,
    get_destination,
    go_on,
    name_reader,
    open_browser_session,
)
from registry.core import i18n
from registry.core.errors import RegistryError
from registry.core.limits import by_field, limiter, was_taken
from registry.core.transaction import end_reading, transaction

SENT_TO = "mail_sent_to"


@bp.route("/account/sign-up", methods=["GET", "POST"])
@public
@limiter.limit("60/minute;600/hour", methods=["POST"])
@limiter.limit("6/hour", key_func=by_field("email"), deduct_when=was_taken, methods=["POST"])
def sign_up() -> tuple[str, int] | Response:
    """The same answer, and the same work, whether or not the address is known."""
    form = SignUpForm()
    if form.validate_on_submit():
        end_reading()
        newcomer = Newcomer(
            email=form.email.data or "",
            password_hash=passwords.hash_password(form.password.data or ""),
            locale=i18n.current_locale(),
            zone=form.known_zone,
        )
        try:
            with transaction():
                operations.sign_up(newcomer, actor=current_actor, destination=get_destination())
        except RegistryError as error:
            form.show(error)
        else:
            session[SENT_TO] = form.email.data
            return redirect(url_for(".show_sent", next=get_destination()), 303)
    return render_template("accounts/sign_up.html", form=form, next=get_destination()), form.http_status


@bp.get("/account/check-your-mail")
@public
def show_sent() -> str:
    """What to do after a mail was asked for."""
    return render_template(
        "accounts/show_sent.html", address=session.get(SENT_TO), next=get_destination(), form=EmailForm()
    )


@bp.route("/account/resend", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
@limiter.limit("6/hour", key_func=by_field("email"), deduct_when=was_taken, methods=["POST"])
def resend_confirmation() -> tuple[str, int] | Response:
    """Another link, if the address waits for one."""
    form = EmailForm()
    if form.validate_on_submit():
        with transaction():
            operations.resend_confirmation(form.email.data or "", get_destination())
        session[SENT_TO] = form.email.data
        return redirect(url_for(".show_sent", next=get_destination()), 303)
    return render_template(
        "accounts/resend_confirmation.html", form=form, next=get_destination()
    ), form.http_status


@bp.route("/account/confirm/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
def confirm_account(token: str) -> tuple[str, int] | Response:
    """Confirmed by the button: programs that look into mails open links too."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = operations.confirm_account(token, actor=current_actor)
                # The link proves the mailbox, as a reset would; a second factor is still asked for.
                session_token = (
                    None
                    if user.totp_confirmed_at
                    else session_operations.start_session(user, browser=get_browser())
                )
        except LinkInvalid as error:
            form.show(error)
        else:
            if session_token is None:
                return redirect(url_for(".sign_in", next=get_destination()), 303)
            open_browser_session(session_token, user)
            return go_on(user)
    elif queries.find_link(token, LinkPurpose.CONFIRM) is None:
        form.show(LinkInvalid())
    return render_template("accounts/confirm_account.html", form=form), form.http_status


@bp.route("/account/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
@limiter.limit("10/minute;60/hour", key_func=by_field("email"), methods=["POST"])
def sign_in() -> tuple[str, int] | Response:
    """The first step. Whatever is wrong, the words and the work are the same."""
    form = SignInForm()
    if form.validate_on_submit():
        email = rules.clean_email(form.email.data or "") or ""
        user = queries.find_user(email)
        stored = user.password_hash if user else None
        end_reading()
        right = passwords.is_password(stored, form.password.data or "")
        try:
            token = _open_session(email, stored, right)
        except SignInRefused as error:
            form.show(error)
        else:
            return _after_password(token, email)
    return render_template("accounts/sign_in.html", form=form, next=get_destination()), form.http_status


def _open_session(email: str, stored: str | None, right: bool) -> str:
    if right:
        with transaction():
            return session_operations.sign_in(email, password_hash=stored, browser=get_browser())
    with transaction():
        session_operations.note_wrong_password(email)
    raise SignInRefused


def _after_password(token: str, email: str) -> Response:
    user = queries.find_user(email)
    if user is None or user.totp_confirmed_at is not None:
        session[PENDING] = token
        return redirect(url_for(".give_code", next=get_destination()), 303)
    open_browser_session(token, user)
    return go_on(user)


@bp.route("/account/sign-in/code", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", methods=["POST"])
def give_code() -> tuple[str, int] | Response:
    """The second step."""
    pending = session.get(PENDING, "")
    found = queries.find_pending_session(pending)
    if found is None:
        return redirect(url_for(".sign_in", next=get_destination()), 303)
    form = CodeForm()
    if form.validate_on_submit():
        user = found.user
        try:
            with transaction():
                token = session_operations.give_code(pending, form.code.data or "", browser=get_browser())
        except RegistryError as error:
            with transaction():
                session_operations.note_failure(user.id)
            form.show(error)
        else:
            open_browser_session(token, user)
            return go_on(user)
    return render_template("accounts/give_code.html", form=form, next=get_destination()), form.http_status


@bp.post("/account/sign-out")
@requires(Permission.ACCOUNT_MANAGE)
def sign_out() -> Response:
    """Ends the session on the server too."""
    with transaction():
        session_operations.sign_out(session.get(TOKEN, ""))
    close_browser_session()
    response = redirect(url_for(".sign_in"), 303)
    name_reader(response, None)
    return response
