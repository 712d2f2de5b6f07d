"""Taking a consent back: by the applicant, and by the guardian through the link."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.web import current_actor, public, requires
from registry.admissions.queries import guardians
from registry.admissions.queries.journey import get_heading
from registry.admissions.queries.own_applications import get_own
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import _, speak
from registry.core.limits import limiter
from registry.core.transaction import transaction
from registry.enrolments import queries
from registry.enrolments.forms import WithdrawConsentForm
from registry.enrolments.operations import consents as operations
from registry.enrolments.rules import find_ending
from registry.enrolments.views.blueprint import bp
from registry.people.enums import ConsentPurpose
from registry.people.queries import find_standing_consent

ENDING_PURPOSES = (ConsentPurpose.APPLICATION, ConsentPurpose.PARTICIPATION)
"""Without these nothing goes on."""


@bp.route("/my/applications/<code>/consents/<purpose>", methods=["GET", "POST"])
@requires(Permission.CONSENT_WITHDRAW)
def withdraw_consent(code: str, purpose: str) -> Any:
    """Say what ends, then end it."""
    asked = next((each for each in ENDING_PURPOSES if each.value == purpose), None)
    if asked is None:
        raise NotFound
    application = get_own(code, actor=current_actor)
    form = WithdrawConsentForm()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.withdraw_consent(
                    application, asked, reason=form.reason.data or "", actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your consent is taken back."))
            return redirect(url_for("web.list_consents"), 303)
    application = get_own(code, actor=current_actor)
    said = find_standing_consent(application.person_id, asked, about=application.code)
    return render_template(
        "enrolments/withdraw_consent.html",
        form=form,
        said=said,
        heading=get_heading(application.cohort),
        ending=find_ending(application, queries.find_own(application)),
    ), form.http_status


@bp.route("/guardian/<token>/withdraw", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", methods=["POST"])
def withdraw_as_guardian(token: str) -> Any:
    """The same for the guardian, until the young person is of age or the cohort is over."""
    request = guardians.get_request(token)
    speak(request.guardianship.locale)
    here = url_for("admissions.answer_guardian", token=token)
    form = WithdrawConsentForm()
    if not guardians.can_guardian_withdraw(request):
        return redirect(here, 303)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.withdraw_consent(
                    request.application,
                    ConsentPurpose.PARTICIPATION,
                    reason=form.reason.data or "",
                    actor=Actor.guardian(request.application_id, request.guardianship.locale),
                )
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(here, 303)
        request = guardians.get_request(token)
    application = request.application
    return render_template(
        "enrolments/withdraw_as_guardian.html",
        form=form,
        token=token,
        name=application.person.given_names or application.person.family_name,
        heading=get_heading(application.cohort),
        ending=find_ending(application, queries.find_own(application)),
    ), form.http_status
