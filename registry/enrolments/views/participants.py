"""Participants of a cohort, and calling a cohort off."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.queries import applications as application_queries
from registry.catalogue.models import Cohort
from registry.core.errors import RegistryError
from registry.core.i18n import _, format_listing, ngettext
from registry.core.transaction import transaction
from registry.enrolments import operations, queries
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.forms import BulkForm, CancelCohortForm
from registry.enrolments.models import Enrolment
from registry.enrolments.views.blueprint import bp


@bp.get("/manage/cohorts/<code>/participants")
@requires(Permission.ENROLMENT_VIEW)
def list_participants(code: str) -> str:
    """Who has a place, and how it went."""
    return _show_participants(code, BulkForm())


def _show_participants(code: str, form: BulkForm, ticked: Sequence[str] = ()) -> str:
    cohort = application_queries.get_cohort(code, actor=current_actor)
    status = next((each for each in EnrolmentStatus if each.value == request.args.get("status")), None)
    return render_template(
        "enrolments/list_participants.html",
        cohort=cohort,
        status=status,
        counts=queries.count_participants(cohort),
        statuses=EnrolmentStatus,
        page=queries.list_participants(
            cohort, actor=current_actor, status=status, key=request.args.get("page")
        ),
        form=form,
        ticked=ticked,
    )


@bp.post("/manage/cohorts/<code>/participants")
@requires(Permission.ENROLMENT_MANAGE)
def mark_participants(code: str) -> Any:
    """One step for the ticked participants, each in a transaction of its own; says what became of them."""
    application_queries.get_cohort(code, actor=current_actor)
    form = BulkForm()
    codes = list(dict.fromkeys(request.form.getlist("codes")))[:50]
    if not form.validate() or not codes:
        if not codes:
            form.form_errors.append(_("Tick at least one participant and choose what to do."))
        return _show_participants(code, form, codes), 422
    act = _choose_step(form)
    done = 0
    refused: dict[str, list[str]] = {}
    for each in codes:
        try:
            with transaction():
                act(queries.get_enrolment(each, actor=current_actor))
        except RegistryError as error:
            refused.setdefault(str(error), []).append(each[:16])
        else:
            done += 1
    if done:
        flash(ngettext("Done for %(num)s participant.", "Done for %(num)s participants.", done))
    for reason, those in refused.items():
        flash(_("%(code)s: %(reason)s", code=format_listing(those), reason=reason), "error")
    return redirect(url_for(".list_participants", code=code, **_back_arguments()), 303)


def _choose_step(form: BulkForm) -> Callable[[Enrolment], object]:
    actor: Actor = current_actor
    if form.action.data == "drop_out":
        return lambda enrolment: operations.drop_out(enrolment, reason=form.dropout_reason, actor=actor)
    if form.action.data == "cancel":
        return lambda enrolment: operations.cancel(
            enrolment, reason=_("The participant gave the place up."), actor=actor
        )
    steps: dict[str, Callable[..., object]] = {
        "start": operations.start,
        "complete": operations.complete,
        "mark_not_completed": operations.mark_not_completed,
        "mark_no_show": operations.mark_no_show,
    }
    step = steps[form.action.data]
    return lambda enrolment: step(enrolment, actor=actor)


def _back_arguments() -> dict[str, Any]:
    return {name: request.args[name] for name in ("status", "page") if request.args.get(name)}


@bp.route("/manage/cohorts/<code>/cancel", methods=["GET", "POST"])
@requires(Permission.COHORT_PUBLISH)
def cancel_cohort(code: str) -> Any:
    """Asks for the reason, then calls the cohort off."""
    form = CancelCohortForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = _get_cohort_to_cancel(code)
                operations.cancel_cohort(cohort, reason=form.reason.data or "", actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The cohort is cancelled. Everybody who applied is told within a few minutes."))
            return redirect(f"/manage/cohorts/{code}", 303)
    cohort = _get_cohort_to_cancel(code)
    return render_template("enrolments/cancel_cohort.html", cohort=cohort, form=form), form.http_status


def _get_cohort_to_cancel(code: str) -> Cohort:
    return application_queries.get_cohort(code, actor=current_actor, permission=Permission.COHORT_PUBLISH)
