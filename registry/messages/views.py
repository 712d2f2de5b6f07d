"""/my/messages: every mail to the account, in the account too."""

from flask import Blueprint, render_template, request

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.messages import queries

bp = Blueprint("messages", __name__)


@bp.get("/my/messages")
@requires(Permission.MESSAGE_READ)
def list_messages() -> str:
    """The newest first."""
    page = queries.list_messages(current_actor, request.args.get("page"))
    return render_template("messages/list_messages.html", page=page)


@bp.get("/my/messages/<code>")
@requires(Permission.MESSAGE_READ)
def show_message(code: str) -> str:
    """One message; one with a one-use link shows that it was sent, not the link."""
    message = queries.get_message(code, current_actor)
    return render_template("messages/show_message.html", message=message)
