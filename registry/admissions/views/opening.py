"""An administrator opens an application with a reason."""

from flask import render_template

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.rooms import OpenApplicationForm
from registry.admissions.operations.opening import open_application as open_with_reason
from registry.admissions.queries import opening as queries
from registry.admissions.rules.blindness import read_answer
from registry.admissions.rules.profile import read_background, read_contact, read_identity
from registry.admissions.views.blueprint import bp
from registry.core.errors import RegistryError
from registry.core.transaction import transaction


@bp.route("/admin/applications", methods=["GET", "POST"])
@requires(Permission.APPLICATION_OPEN_WITH_REASON)
def open_application() -> tuple[str, int]:
    """Ask for code and reason; the answer of the POST shows the application, once, after it was logged."""
    form = OpenApplicationForm()
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


def _show_opened(code: str, reason: str) -> str:
    opened = queries.get_opened(code)
    return render_template(
        "admissions/opened_application.html",
        opened=opened,
        reason=reason,
        identity=read_identity(opened.application),
        contact=read_contact(opened.application),
        background=read_background(opened.application),
        answers=[read_answer(answer) for answer in opened.answers],
    )
