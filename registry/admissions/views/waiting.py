"""Waiting lists, who is moved to the front, and when lists and pools change."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.waiting import AdvanceForm, SeatDatesForm, seat_date_values
from registry.admissions.operations import offers, pools
from registry.admissions.queries import waiting as queries
from registry.admissions.queries.applications import get_application, get_cohort
from registry.admissions.queries.seats import list_serving_pools
from registry.admissions.queries.shares import get_shares
from registry.admissions.rules.seats import serves_all, why_no_list
from registry.admissions.rules.selection_lines import describe_shares
from registry.admissions.views.blueprint import bp
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.get("/manage/cohorts/<code>/waiting")
@requires(Permission.DECISION_STAGE)
def list_waiting(code: str) -> str:
    """The list of one pool; the longest where none is asked for."""
    cohort = get_cohort(code, actor=current_actor)
    found = queries.list_waiting_pools(cohort)
    shown = request.args.get("pool", found[0].pool.member_state or "general" if found else "general")
    now = clock.now()
    is_for_all = serves_all(cohort, now)
    return render_template(
        "admissions/list_waiting.html",
        pools=found,
        shown=shown,
        page=queries.list_waiting(
            found,
            "" if shown == "general" else shown,
            request.args.get("page"),
            general_serves_all=is_for_all,
        ),
        serves_all=is_for_all,
        shares=describe_shares(get_shares(cohort)),
        ended=why_no_list(cohort, now),
        cohort=cohort,
    )


@bp.route("/manage/applications/<code>/advance", methods=["GET", "POST"])
@requires(Permission.DECISION_RELEASE)
def advance_waiting(code: str) -> Any:
    """Asks for the reason and the seats, then puts somebody in front of all who wait for these."""
    application = get_application(code, actor=current_actor)
    form = AdvanceForm(list_serving_pools(application.cohort, application.member_state or ""))
    if form.validate_on_submit():
        try:
            with transaction():
                application = get_application(code, actor=current_actor)
                offers.advance_waiting(
                    application, form.member_state, reason=form.reason.data or "", actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("This person is now first in line."))
            shown = form.member_state or "general"
            return redirect(url_for(".list_waiting", code=application.cohort.code, pool=shown), 303)
    application = get_application(code, actor=current_actor)
    return render_template(
        "admissions/advance_waiting.html",
        form=form,
        application=application,
        cohort=get_cohort(application.cohort.code, actor=current_actor),
        shares=describe_shares(get_shares(application.cohort)),
    ), form.http_status


@bp.route("/manage/cohorts/<code>/seat-dates", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def set_seat_dates(code: str) -> Any:
    """When unused seats become everybody's, and when the waiting lists end."""
    form = SeatDatesForm(get_managed_cohort(code, actor=current_actor))
    if form.validate_on_submit():
        try:
            with transaction():
                pools.set_seat_dates(
                    get_managed_cohort(code, actor=current_actor),
                    pools_open_at=form.pools_open_at,
                    waiting_ends_at=form.waiting_ends_at,
                    version=form.version.data,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The changes were saved."))
            return redirect(url_for(".manage_cohort", code=code), 303)
    cohort = get_managed_cohort(code, actor=current_actor)
    if form.is_stale:
        form.renew(cohort.version, seat_date_values(cohort))
    return render_template("admissions/set_seat_dates.html", form=form, cohort=cohort), form.http_status
