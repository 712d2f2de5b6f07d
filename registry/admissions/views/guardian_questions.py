"""What coordinators do about guardians: answer their questions, and send a link on behalf of the applicant."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus
from registry.admissions.forms.journey import GuardianReplyForm
from registry.admissions.forms.particulars import make_guardian_form
from registry.admissions.operations import guardians as operations
from registry.admissions.queries import applications
from registry.admissions.queries import guardians as queries
from registry.admissions.queries.journey import get_journey
from registry.admissions.views.applications import application_context, back_arguments
from registry.admissions.views.blueprint import bp
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.route("/manage/guardian-questions/<code>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def answer_question(code: str) -> Any:
    """Answer a guardian, who gets the answer by mail with a fresh link."""
    form = GuardianReplyForm()
    if form.validate_on_submit():
        try:
            with transaction():
                question = queries.get_question(code, actor=current_actor)
                operations.answer_question(question, form.text.data or "", actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Your answer is on its way to the guardian, with a fresh link."))
            return redirect(url_for(".show_application", code=question.application.code), 303)
    question = queries.get_question(code, actor=current_actor)
    application = question.application
    return render_template(
        "admissions/answer_question.html",
        form=form,
        question=question,
        is_open=queries.is_open_question(question),
        thread=queries.list_questions(application, question.guardianship_id),
        **application_context(application),
    ), form.http_status


@bp.route("/manage/applications/<code>/guardian", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def ask_guardian_on_behalf(code: str) -> Any:
    """Send the guardian's link again, to a corrected address if need be."""
    application = applications.get_application(code, actor=current_actor)
    form = make_guardian_form(get_journey(application))
    if form.validate_on_submit():
        try:
            with transaction():
                application = applications.get_application(code, actor=current_actor)
                operations.ask_guardian_on_behalf(application, **form.given, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The link is on its way to the guardian."))
            return redirect(url_for(".show_application", code=code, **back_arguments()), 303)
    application = applications.get_application(code, actor=current_actor)
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN and not form.is_submitted():
        return redirect(url_for(".show_application", code=code, **back_arguments()), 303)
    return render_template(
        "admissions/ask_guardian_on_behalf.html", form=form, **application_context(application)
    ), form.http_status
