"""What was sent about an application."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.operations import mails as operations
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import mails as queries
from registry.admissions.views.applications import back_arguments
from registry.admissions.views.blueprint import bp
from registry.core.errors import Conflict
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.post("/manage/applications/<code>/mails/<mail>/retry")
@requires(Permission.APPLICATION_PROCESS)
def retry_mail(code: str, mail: str) -> BaseResponse:
    """Send a mail after all that could not be delivered."""
    try:
        with transaction():
            application = application_queries.get_application(code, actor=current_actor)
            operations.retry_mail(application, queries.get_mail(mail, application), actor=current_actor)
    except Conflict as error:
        flash(str(error), "attention")
    else:
        flash(_("The mail is tried again."))
    return redirect(url_for(".show_application", code=code, **back_arguments()) + "#mails", 303)
