"""An administrator opens an application with a reason."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.rooms import OpenApplicationForm
from registry.admissions.operations.opening import open_application as open_with_reason
from registry.admissions.operations.opening import open_file as open_file_with_reason
from registry.admissions.queries import opening as queries
from registry.admissions.rules.attachments import GivenFiles
from registry.admissions.rules.blindness import read_answer
from registry.admissions.rules.profile import read_background, read_contact, read_identity
from registry.admissions.views.attachments import send_attachment
from registry.admissions.views.blueprint import bp
from registry.core.errors import Conflict, RegistryError
from registry.core.transaction import transaction


@bp.route("/admin/applications", methods=["GET", "POST"])
@requires(Permission.APPLICATION_OPEN_WITH_REASON)
def open_application() -> tuple[str, int]:
    """Ask for code and reason; the answer of the POST shows the application, once, after it was logged."""
    form = OpenApplicationForm(data={"code": request.args.get("code", "")[:16]})
    if form.validate_on_submit():
        typed, reason = form.code.data or "", form.reason.data or ""
        try:
            with transaction():
                code = open_with_reason(typed, reason=reason, actor=current_actor).code
        except RegistryError as error:
            form.show(error)
        else:
            return _show_opened(code, reason), 200
    return render_template("admissions/open_application.html", form=form), form.http_status


@bp.post("/admin/applications/<code>/files/<file>")
@requires(Permission.APPLICATION_OPEN_WITH_REASON)
def open_file(code: str, file: str) -> Response:
    """A file of an application that was opened with a reason: logged under the same, then sent."""
    try:
        with transaction():
            open_file_with_reason(queries.get_file(code, file), actor=current_actor)
    except Conflict as refusal:
        flash(str(refusal), "error")
        return redirect(url_for(".open_application", code=code), 303)
    return send_attachment(queries.get_file(code, file))


def _show_opened(code: str, reason: str) -> str:
    opened = queries.get_opened(code)
    answers = [read_answer(answer) for answer in opened.answers]
    return render_template(
        "admissions/opened_application.html",
        opened=opened,
        reason=reason,
        identity=read_identity(opened.application),
        contact=read_contact(opened.application),
        background=read_background(opened.application),
        answers=answers,
        files=[file for _labels, value in answers if isinstance(value, GivenFiles) for file in value.files],
    )
