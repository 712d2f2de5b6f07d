"""Sending an application back for corrections, and sending it again."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import PersonalPage
from registry.admissions.forms.corrections import AskedPage, make_return_form
from registry.admissions.forms.journey import ConfirmForm
from registry.admissions.models import Application
from registry.admissions.operations import corrections as operations
from registry.admissions.queries import applications, own_applications
from registry.admissions.queries import corrections as queries
from registry.admissions.queries.answers import list_answers
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.blindness import read_value
from registry.admissions.rules.corrections import DAYS, FOLLOWS, is_over, list_following, list_returnable
from registry.admissions.rules.sections import asked_by
from registry.admissions.rules.summaries import list_rows
from registry.admissions.views.applications import application_context, back_arguments
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered
from registry.admissions.views.pages import page_label, page_url
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.route("/manage/applications/<code>/return", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def return_application(code: str) -> Any:
    """Name what is missing, why and by when; the applicant is told at once."""
    application = applications.get_application(code, actor=current_actor)
    today = clock.today(application.cohort.zone)
    form = make_return_form(_list_pages(application), today=today, days=DAYS)
    if form.validate_on_submit():
        try:
            with transaction():
                application = applications.get_application(code, actor=current_actor)
                operations.return_application(
                    application,
                    form.reasons,
                    due_on=form.due_on.data,  # type: ignore[arg-type]
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The application is returned, and the applicant is told what is missing."))
            return redirect(url_for(".show_application", code=code, **back_arguments()), 303)
    application = applications.get_application(code, actor=current_actor)
    context = application_context(application)
    return render_template("admissions/return_application.html", form=form, **context), form.http_status


def _list_pages(application: Application) -> list[AskedPage]:
    journey = get_journey(application)
    labels = {each.page: each.label for each in journey.asked}
    labels |= {page.value: str(page.label) for page in PersonalPage}
    now: dict[str, list[tuple[str, Any]]] = {}
    for row in list_rows(application.profile, application.member_state) if application.profile else ():
        now.setdefault(row.page.value, []).append((row.label, row.value))
    for answer in list_answers(application):
        now[asked_by(answer).page] = [("", read_value(answer.question, answer.value))]
    return [
        AskedPage(key, labels[key], now.get(key, [("", None)]))
        for key in list_returnable(application, journey)
    ]


@bp.route("/my/applications/<code>/resubmit", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SUBMIT)
def resubmit_application(code: str) -> Answered:
    """Compare what was sent with what stands there now, and send it again."""
    form = ConfirmForm()
    application = own_applications.get_own(code, actor=current_actor)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.resubmit_application(application, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your corrections are sent."))
            return redirect(url_for(".show_own_application", code=code), 303)
    own = own_applications.get_own_application(code, actor=current_actor)
    asked = describe_request(own.application)
    if asked is None:
        return redirect(url_for(".show_own_application", code=code), 303)
    return render_template(
        "admissions/resubmit_application.html", own=own, asked=asked, form=form
    ), form.http_status


def describe_request(application: Application) -> dict[str, Any] | None:
    """What the applicant is asked to correct, each with the way to its page; None when nothing is asked."""
    request = queries.find_open_request(application)
    if request is None:
        return None
    journey = get_journey(application)
    missing = {page.key for page in journey.missing}
    changed = operations.list_changed_pages(request, journey)
    reasons = {item.page: item.reason for item in request.items}
    following = list_following(reasons, journey)
    reasons |= dict.fromkeys(following, str(FOLLOWS))
    changed |= set(following) - missing
    return {
        "request": request,
        "is_over": is_over(request, clock.now()),
        "pages": [
            {
                "label": page_label(journey, page),
                "href": page_url(journey.cohort, page),
                "reason": reason,
                "is_missing": page in missing,
                "is_changed": page in changed,
            }
            for page, reason in reasons.items()
        ],
        "is_complete": not missing & reasons.keys(),
    }
