"""The audit trail."""

from flask import render_template, request

from registry.access.permissions import Permission
from registry.access.web import requires
from registry.accounts import queries as accounts
from registry.accounts import rules
from registry.core.codes import normalise_code
from registry.core.errors import InvalidInput, NotFound
from registry.core.i18n import _
from registry.web.forms import AuditFilterForm
from registry.web.queries import AuditFilter, list_audit_entries
from registry.web.views.blueprint import bp


@bp.get("/admin/audit")
@requires(Permission.AUDIT_VIEW)
def list_audit() -> tuple[str, int]:
    """Who changed what, the newest first."""
    form = AuditFilterForm(request.args)
    page = None
    if form.validate():
        try:
            page = list_audit_entries(_read_filter(form), request.args.get("page"))
        except InvalidInput as error:
            form.show(error)
    return render_template(
        "web/list_audit.html",
        form=form,
        page=page,
        filters={name: value for name, value in form.data.items() if value},
    ), form.http_status


def _read_filter(form: AuditFilterForm) -> AuditFilter:
    typed = form.actor.data or ""
    code, action = form.code.data or "", form.action.data or ""
    if not typed:
        return AuditFilter(code=code, action=action)
    if typed.startswith("system:") or typed in {"guardian", "visitor"}:
        return AuditFilter(code=code, action=action, actor_label=typed)
    return AuditFilter(code=code, action=action, actor_id=_find_account(typed))


def _find_account(typed: str) -> int:
    user = accounts.find_user(rules.clean_email(typed) or "")
    if user is None:
        try:
            user = accounts.get_user_by_code(normalise_code(typed.rpartition(":")[2]))
        except NotFound as error:
            sentence = _("There is no account with this address or code.")
            raise InvalidInput(sentence, field="actor") from error
    return user.id
