"""The administrators' first page."""

from flask import render_template

from registry.access.permissions import Permission
from registry.access.web import requires
from registry.web.views.blueprint import bp


@bp.get("/admin")
@requires(Permission.ADMIN_ENTER)
def show_admin() -> str:
    """What an administrator can do, each with its page."""
    return render_template("web/show_admin.html")
