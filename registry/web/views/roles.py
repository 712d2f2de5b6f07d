"""Who has which role: list, grant, history, end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.access.web import current_actor, requires
from registry.accounts import queries, rules
from registry.accounts.models import RoleGrant
from registry.accounts.operations import roles as operations
from registry.accounts.operations.roles import NewGrant
from registry.catalogue.queries import managing as catalogue
from registry.core import clock
from registry.core.errors import InvalidInput, RegistryError
from registry.core.i18n import _, pick_translation
from registry.core.transaction import transaction
from registry.places import queries as places
from registry.web.forms import GrantForm, ReasonForm, RoleFilterForm
from registry.web.queries import AuditFilter, list_audit_entries
from registry.web.views.blueprint import bp


def _programmes() -> list[tuple[str, str]]:
    return [(row.programme.slug, row.title) for row in catalogue.list_managed_programmes(current_actor)]


def _organisations() -> list[tuple[str, str]]:
    return [(each.code, pick_translation(each.names)[1]) for each in queries.list_organisations()]


@bp.get("/admin/roles")
@requires(Permission.ROLE_GRANT)
def list_roles() -> tuple[str, int]:
    """Roles in force and to come, or those that are over."""
    programmes = _programmes()
    form = RoleFilterForm(request.args, programmes=programmes)
    page = None
    if form.validate():
        wanted = queries.GrantFilter(
            role=Role.of(form.role.data) if form.role.data else None,
            email=form.email.data or "",
            programme=form.programme.data or "",
            ended=form.which.data == "ended",
        )
        page = queries.list_grants(wanted, request.args.get("page"))
    return render_template(
        "web/list_roles.html",
        form=form,
        page=page,
        titles=dict(programmes),
        organisations=dict(_organisations()),
        filters={name: value for name, value in form.data.items() if value},
        now=clock.now(),
    ), form.http_status


@bp.route("/admin/roles/grant", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def grant_role() -> tuple[str, int] | Response:
    """A role for an account that exists."""
    form = GrantForm(
        programmes=_programmes(),
        countries=[(each.value, each.label) for each in places.list_countries()],
        organisations=_organisations(),
        data={name: request.args.get(name, "") for name in ("email", "role", "programme")},
    )
    if form.validate_on_submit():
        try:
            with transaction():
                user = queries.find_user(rules.clean_email(form.email.data or "") or "")
                if user is None:
                    raise InvalidInput(
                        _("There is no account with this address. Ask the person to sign up first."),
                        field="email",
                    )
                granted = operations.grant_role(user, _read_grant(form), actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The role is granted. It counts from the person's next page on."))
            return redirect(url_for(".show_role", code=granted.code), 303)
    return render_template("web/grant_role.html", form=form), form.http_status


def _read_grant(form: GrantForm) -> NewGrant:
    return NewGrant(
        Role.of(form.role.data),
        programme=form.programme.data or None,
        country=form.country.data or None,
        organisation=form.organisation.data or None,
        from_at=_begin_of(form.since.data),
        to_at=_begin_of(form.until.data + timedelta(days=1)) if form.until.data else None,
    )


def _begin_of(day: date | None) -> datetime | None:
    """The first instant of the day in the administrator's zone."""
    return datetime.combine(day, time.min, ZoneInfo(current_actor.zone)) if day else None


@bp.get("/admin/roles/<code>")
@requires(Permission.ROLE_GRANT)
def show_role(code: str) -> str:
    """One grant with its history."""
    grant = queries.get_grant(code)
    return render_template("web/show_role.html", **_describe(grant))


@bp.route("/admin/roles/<code>/end", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def end_role(code: str) -> tuple[str, int] | Response:
    """Asks first, with a reason."""
    form = ReasonForm()
    grant = queries.get_grant(code)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.end_role(
                    queries.get_grant(code), actor=current_actor, reason=form.reason.data or ""
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The role has ended."))
            return redirect(url_for(".show_role", code=code), 303)
        grant = queries.get_grant(code)
    return render_template("web/end_role.html", form=form, **_describe(grant)), form.http_status


def _describe(grant: RoleGrant) -> dict[str, object]:
    return {
        "grant": grant,
        "titles": dict(_programmes()),
        "organisations": dict(_organisations()),
        "entries": list_audit_entries(AuditFilter(code=grant.code)).rows,
        "now": clock.now(),
    }
