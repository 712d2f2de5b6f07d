"""The applicant's page about one application: receipt, history, withdrawal, and asking the guardian again."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus, PublicStatus
from registry.admissions.forms.journey import ConfirmForm, OwnConsentForm
from registry.admissions.forms.particulars import make_guardian_form
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application
from registry.admissions.operations import withdrawal as operations
from registry.admissions.operations.guardians import ask_guardian_again
from registry.admissions.operations.guardians import confirm_own_consent as confirm_consent
from registry.admissions.queries import own_applications as queries
from registry.admissions.queries.answers import list_answers
from registry.admissions.queries.eligibility import get_checkable_cohort, get_conditions
from registry.admissions.queries.journey import get_heading, get_journey
from registry.admissions.rules.answers import describe_answer
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.sections import asked_by
from registry.admissions.rules.summaries import list_rows
from registry.admissions.views.blueprint import bp
from registry.admissions.views.corrections import describe_request
from registry.admissions.views.journey import Answered
from registry.admissions.views.pages import list_files
from registry.catalogue.rules import is_open
from registry.core import clock
from registry.core.errors import Conflict, NotFound, RegistryError
from registry.core.i18n import _, format_deadline, format_instant, iso_instant
from registry.core.transaction import transaction
from registry.people.enums import ConsentPurpose
from registry.places.queries import map_bloc_names

AWAITS_DECISION = frozenset(
    {
        PublicStatus.SENT,
        PublicStatus.WAITING_GUARDIAN,
        PublicStatus.WAITING_FOCAL_POINT,
        PublicStatus.IN_REVIEW,
    }
)


@bp.get("/my/applications/<code>")
@requires(Permission.APPLICATION_VIEW_OWN)
def show_own_application(code: str) -> Answered:
    """Where the application stands, what comes next, and what was sent."""
    own = queries.get_own_application(code, actor=current_actor)
    application = own.application
    if application.status is ApplicationStatus.DRAFT:
        return redirect(url_for(".show_tasks", code=own.cohort.code), 303)
    return render_template(
        "admissions/show_own_application.html",
        own=own,
        steps=_describe_steps(own),
        sent=_summarise_sent(application),
        conditions=get_conditions(get_checkable_cohort(own.cohort.code)) if own.failures else None,
        blocs=map_bloc_names() if own.failures else {},
        can_withdraw=APPLICATION.is_possible(application, "withdraw", current_actor),
        is_open=is_open(own.cohort, clock.now()),
        zone=current_actor.zone,
        asked=describe_request(application),
    ), 200


def _describe_steps(own: queries.OwnApplication) -> list[dict[str, Any]]:
    last = len(own.steps) - 1
    steps = [
        {
            "label": step.status.label,
            "when": format_instant(step.at, current_actor.zone),
            "datetime": iso_instant(step.at),
            "state": "current" if number == last else "done",
        }
        for number, step in enumerate(own.steps)
    ]
    if own.status in AWAITS_DECISION:
        release = own.cohort.release_at
        when = format_deadline(release, own.cohort.zone) if release else ""
        steps.append({"label": _("Decision"), "when": when, "state": "coming"})
    return steps


def _summarise_sent(application: Application) -> list[dict[str, Any]]:
    if not application.profile:
        return []
    rows = list_rows(application.profile, application.member_state)
    return [{"key": row.label, "value": row.value} for row in rows] + [
        {
            "key": asked_by(answer).label,
            "value": describe_answer(answer.question, answer.value),
            "files": list_files(answer.question, answer.value),
        }
        for answer in list_answers(application)
    ]


@bp.get("/my/applications/<code>/receipt")
@requires(Permission.APPLICATION_VIEW_OWN)
def show_receipt(code: str) -> Answered:
    """That it arrived, under which code, when, and what comes next. The same however often it is opened."""
    own = queries.get_own_application(code, actor=current_actor)
    if own.application.submitted_at is None:
        raise NotFound
    return render_template("admissions/show_receipt.html", own=own, zone=current_actor.zone), 200


@bp.route("/my/applications/<code>/withdraw", methods=["GET", "POST"])
@requires(Permission.APPLICATION_WITHDRAW)
def withdraw_application(code: str) -> Answered:
    """Ask once more, then end the application."""
    form = ConfirmForm()
    application = queries.get_own(code, actor=current_actor)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.withdraw_application(application, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your application is withdrawn."))
            return redirect(url_for(".show_own_application", code=code), 303)
    own = queries.get_own_application(code, actor=current_actor)
    if own.application.status is ApplicationStatus.WITHDRAWN:
        return redirect(url_for(".show_own_application", code=code), 303)
    return render_template(
        "admissions/withdraw_application.html",
        own=own,
        can_withdraw=APPLICATION.is_possible(own.application, "withdraw", current_actor),
        consequences=_list_consequences(own),
        is_open=is_open(own.cohort, clock.now()),
        form=form,
    ), form.http_status


def _list_consequences(own: queries.OwnApplication) -> list[str]:
    sentences = []
    if own.offer is not None:
        sentences.append(_("The place held for you goes to the next person at once."))
    if own.position is not None:
        sentences.append(_("You lose your place on the waiting list."))
    if own.application.submitted_at is None:
        sentences.append(
            _("Your answers are not sent. What you told about yourself stays for other applications.")
        )
    else:
        sentences.append(_("The application ends. This cannot be undone."))
    if is_open(own.cohort, clock.now()):
        sentences.append(_("You can apply again while applications are open."))
    else:
        sentences.append(_("Applications are closed, so you cannot apply again for this cohort."))
    return sentences


@bp.route("/my/applications/<code>/consent", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SUBMIT)
def confirm_own_consent(code: str) -> Answered:
    """Whoever came of age while the guardian was asked consents alone."""
    application = queries.get_own(code, actor=current_actor)
    heading = get_heading(application.cohort)
    text = get_consent_text(ConsentPurpose.PARTICIPATION, programme=heading.title)
    shown = {"locale": text.locale, "version": text.version}
    form = OwnConsentForm(data={"shown": shown})
    if form.validate_on_submit():
        try:
            if form.shown_values != shown:
                form.set_shown(shown)
                raise Conflict(_("The text on this page has changed. Read it again, then answer."))
            with transaction():
                confirm_consent(application, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your consent is recorded, and your application goes on."))
            return redirect(url_for(".show_own_application", code=code), 303)
    own = queries.get_own_application(code, actor=current_actor)
    if (own.guardian is None or not own.guardian.is_of_age) and not form.is_submitted():
        return redirect(url_for(".show_own_application", code=code), 303)
    return render_template(
        "admissions/confirm_own_consent.html", own=own, text=text.text, form=form
    ), form.http_status


@bp.route("/my/applications/<code>/guardian", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def resend_guardian_link(code: str) -> Answered:
    """Send the guardian's link again, to a corrected address if need be."""
    application = queries.get_own(code, actor=current_actor)
    form = make_guardian_form(get_journey(application))
    if form.validate_on_submit():
        try:
            with transaction():
                ask_guardian_again(application, **form.given, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The link is on its way to your guardian."))
            return redirect(url_for(".show_own_application", code=code), 303)
    own = queries.get_own_application(code, actor=current_actor)
    if own.application.status is not ApplicationStatus.AWAITING_GUARDIAN and not form.is_submitted():
        return redirect(url_for(".show_own_application", code=code), 303)
    return render_template("admissions/resend_guardian_link.html", own=own, form=form), form.http_status
