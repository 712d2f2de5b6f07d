"""A focal point invites people for its state; the invited follow their link."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access import policy
from registry.access.permissions import Permission
from registry.access.web import current_actor, public, requires
from registry.accounts.queries import get_user
from registry.admissions.forms.journey import ConfirmForm
from registry.admissions.forms.nominations import (
    CorrectInvitationForm,
    InvitationFilterForm,
    InviteForm,
    InviteForStateForm,
    invitation_values,
)
from registry.admissions.models import Invitation
from registry.admissions.operations import invitations as operations
from registry.admissions.operations.invitations import Invitee
from registry.admissions.queries import invitations as queries
from registry.admissions.queries.applications import get_cohort
from registry.admissions.queries.desk import get_state_cohort
from registry.admissions.queries.journey import get_heading
from registry.admissions.queries.nominations import list_states_without_focal_point
from registry.admissions.rules.invitations import (
    OPEN_STATES,
    InvitationState,
    invitation_state,
    why_not_inviting,
)
from registry.admissions.rules.nominations import Delegation
from registry.admissions.views.blueprint import bp
from registry.admissions.views.history import describe_state_history
from registry.admissions.views.nominations import state_cohort_context
from registry.core import clock
from registry.core.database import set_reading
from registry.core.errors import RegistryError
from registry.core.i18n import _, current_locale
from registry.core.transaction import transaction
from registry.places.queries import sort_countries


@bp.route("/desk/cohorts/<code>/<state>/invitations", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def invite(code: str, state: str) -> Any:
    """Whom the state has invited, how far each is, and the form for one more."""
    form = InviteForm(data={"locale": current_locale()})
    if form.validate_on_submit():
        try:
            with transaction():
                row = get_state_cohort(code, state, actor=current_actor)
                invitation = operations.invite(row.cohort, state, _read_invitee(form), actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The invitation goes to %(email)s.", email=invitation.email))
            return redirect(url_for(".invite", code=code, state=state), 303)
    context = state_cohort_context(code, state)
    filters = InvitationFilterForm(request.args)
    now = clock.now()
    page = queries.list_invitations(context["cohort"], state, request.args.get("page"), state=filters.asked)
    return render_template(
        "admissions/invite.html",
        form=form,
        filters=filters,
        page=page,
        rows=[(each, invitation_state(each, now)) for each in page.rows],
        states=InvitationState,
        open_states=OPEN_STATES,
        refusal=why_not_inviting(context["cohort"], now),
        **context,
    ), form.http_status


@bp.route("/manage/cohorts/<code>/invitations", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def invite_for_state(code: str) -> Any:
    """Whom all states have invited, and the form for states without a focal point."""
    cohort = get_cohort(code, actor=current_actor)
    form = InviteForStateForm(
        data={"locale": current_locale()}, states=sort_countries(list_states_without_focal_point(cohort))
    )
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = get_cohort(code, actor=current_actor)
                invitation = operations.invite_for_state(
                    cohort, form.state.data, _read_invitee(form), actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The invitation goes to %(email)s.", email=invitation.email))
            return redirect(url_for(".invite_for_state", code=code), 303)
    cohort = get_cohort(code, actor=current_actor)
    filters = InvitationFilterForm(request.args)
    now = clock.now()
    page = queries.list_invitations(cohort, None, request.args.get("page"), state=filters.asked)
    return render_template(
        "admissions/invite_for_state.html",
        form=form,
        filters=filters,
        page=page,
        rows=[(each, invitation_state(each, now)) for each in page.rows],
        open_states=OPEN_STATES,
        refusal=why_not_inviting(cohort, now),
        cohort=cohort,
    ), form.http_status


@bp.post("/invitations/<code>/resend")
@requires(Permission.INVITATION_EDIT)
def resend_invitation(code: str) -> Response:
    """Mail a fresh link."""
    invitation = queries.get_invitation(code, actor=current_actor)
    try:
        with transaction():
            operations.resend_invitation(invitation, actor=current_actor)
    except RegistryError as error:
        flash(str(error), "error")
    else:
        flash(_("The invitation goes to %(email)s.", email=invitation.email))
    return _to_list(code)


@bp.route("/invitations/<code>/correct", methods=["GET", "POST"])
@requires(Permission.INVITATION_EDIT)
def correct_invitation(code: str) -> Any:
    """Address, name and language of an invitation, and what was done with it."""
    invitation = queries.get_invitation(code, actor=current_actor)
    form = CorrectInvitationForm(stored_version=invitation.version, data=invitation_values(invitation))
    if form.validate_on_submit():
        before = invitation.email
        try:
            with transaction():
                operations.correct_invitation(
                    invitation, _read_invitee(form), version=form.version.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            is_moved = invitation.email != before
            flash(
                _("The invitation goes to %(email)s. The link sent before has ended.", email=invitation.email)
                if is_moved
                else _("Saved. The address is the same, so no mail was sent.")
            )
            return _to_list(code)
        invitation = queries.get_invitation(code, actor=current_actor)
    if form.is_stale:
        form.renew(invitation.version, invitation_values(invitation))
    state = invitation_state(invitation, clock.now())
    return render_template(
        "admissions/correct_invitation.html",
        form=form,
        invitation=invitation,
        how_far=state,
        is_open=state in OPEN_STATES,
        lines=describe_state_history(queries.list_invitation_history(invitation)),
        **_frame(invitation),
    ), form.http_status


@bp.route("/invitations/<code>/withdraw", methods=["GET", "POST"])
@requires(Permission.INVITATION_EDIT)
def withdraw_invitation(code: str) -> Any:
    """Asks, then takes the invitation back."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                invitation = queries.get_invitation(code, actor=current_actor)
                operations.withdraw_invitation(invitation, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The invitation was taken back."))
            return _to_list(code)
    invitation = queries.get_invitation(code, actor=current_actor)
    return render_template(
        "admissions/withdraw_invitation.html", form=form, invitation=invitation, **_frame(invitation)
    ), form.http_status


def _frame(invitation: Invitation) -> dict[str, Any]:
    """The room of whoever asks: the state's own, or that of the cohort's coordinators."""
    cohort, state = invitation.cohort, invitation.member_state
    if policy.can(current_actor, Permission.APPLICATION_ENDORSE, Delegation(cohort, state)):
        list_url = url_for(".invite", code=cohort.code, state=state)
        return {"frame": "admissions/_desk.html", "list_url": list_url, "cohort": cohort}
    list_url = url_for(".invite_for_state", code=cohort.code)
    return {"frame": "layouts/cohort.html", "list_url": list_url, "cohort": cohort}


def _to_list(code: str) -> Response:
    return redirect(_frame(queries.get_invitation(code, actor=current_actor))["list_url"], 303)


def _read_invitee(form: InviteForm) -> Invitee:
    return Invitee(form.email.data or "", form.name.data or "", form.locale.data)


@bp.get("/invitations/<token>")
@public
def show_invitation(token: str) -> tuple[str, int]:
    """What the invited person is invited to, and the way to an account and the application."""
    invitation = queries.get_invitation_by_token(token)
    state = invitation_state(invitation, clock.now())
    if state is InvitationState.SENT:
        # That the link was opened is noted, as the only thing that reading this page changes.
        set_reading(False)
        with transaction():
            operations.note_opened(queries.reload_locked_invitation(invitation))
        invitation = queries.get_invitation_by_token(token)
    account = get_user(current_actor.user_id).email if current_actor.user_id is not None else None
    return render_template(
        "admissions/show_invitation.html",
        invitation=invitation,
        cohort=invitation.cohort,
        heading=get_heading(invitation.cohort),
        state=state,
        account=account,
        is_open=state in OPEN_STATES,
        now=clock.now(),
    ), 200 if state in {*OPEN_STATES, InvitationState.APPLIED} else 410
