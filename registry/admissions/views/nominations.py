"""A focal point endorses and ranks the state's applicants; a coordinator does so where there is none."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.listing import ApplicationFilterForm
from registry.admissions.forms.nominations import EndorseForm, EndorseManyForm, make_ranks_form, rank_values
from registry.admissions.operations import nominations as operations
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import nominations as queries
from registry.admissions.queries.desk import get_state_application, get_state_cohort
from registry.admissions.queries.invitations import count_invitations
from registry.admissions.rules.invitations import is_by_invitation
from registry.admissions.rules.nominations import RANKED_STATUSES
from registry.admissions.views.blueprint import bp
from registry.admissions.views.history import describe_state_history
from registry.core import clock
from registry.core.codes import normalise_code
from registry.core.errors import RegistryError
from registry.core.i18n import _, ngettext
from registry.core.transaction import transaction

MOST_AT_ONCE = 50


def state_cohort_context(code: str, state: str) -> dict[str, Any]:
    """What every page of a state's cohort shows: seats, what waits, and until when."""
    row = get_state_cohort(code, state, actor=current_actor)
    return {
        "row": row,
        "cohort": row.cohort,
        "state": state,
        "by_invitation": is_by_invitation(row.cohort),
        "invited": count_invitations(row.cohort, state),
        "endorsed": queries.count_endorsed(row.cohort, state),
        "is_late": row.cohort.endorse_by_at is not None and row.cohort.endorse_by_at <= clock.now(),
    }


@dataclass(frozen=True)
class RowResult:
    """What became of one ticked row."""

    code: str
    refusal: str | None


@bp.route("/desk/cohorts/<code>/<state>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def endorse_applications(code: str, state: str) -> Any:
    """Who waits for the state, and one answer for those ticked, each in a transaction of its own."""
    context = state_cohort_context(code, state)
    form = EndorseManyForm()
    ticked = [normalise_code(each) for each in dict.fromkeys(request.form.getlist("codes"))][:MOST_AT_ONCE]
    results: list[RowResult] = []
    if form.validate_on_submit():
        if not ticked:
            form.form_errors.append(_("Tick at least one application."))
        results = [_answer_one(each, form) for each in ticked]
        done = sum(each.refusal is None for each in results)
        if done:
            flash(ngettext("Done for %(num)s application.", "Done for %(num)s applications.", done))
        if results and done == len(results):
            return redirect(url_for(".endorse_applications", code=code, state=state), 303)
        context = state_cohort_context(code, state)
    return render_template(
        "admissions/endorse_applications.html",
        form=form,
        page=queries.list_to_endorse(context["cohort"], state, request.args.get("page"), actor=current_actor),
        ticked=set(ticked),
        results=results,
        **context,
    ), 409 if results else form.http_status


def _answer_one(code: str, form: EndorseManyForm) -> RowResult:
    try:
        with transaction():
            _answer(code, form)
    except RegistryError as error:
        return RowResult(code, str(error))
    return RowResult(code, None)


def _answer(code: str, form: EndorseManyForm, rank: int | None = None) -> None:
    application = get_state_application(code, actor=current_actor).application
    reason = form.reason.data or ""
    if form.endorses:
        operations.endorse(application, rank=rank, reason=reason, actor=current_actor)
    else:
        operations.decline_endorsement(application, reason=reason, actor=current_actor)


def answer_state_application(code: str, form: EndorseForm) -> Any:
    """Store the answer for one application and lead on to the next that waits; None when it was refused."""
    try:
        with transaction():
            _answer(code, form, form.rank.data)
    except RegistryError as error:
        form.show(error)
        return None
    application = get_state_application(code, actor=current_actor).application
    flash(_("Endorsed.") if form.endorses else _("Not endorsed. Your reason was kept."))
    following = queries.find_next_to_endorse(application, actor=current_actor)
    if following is not None:
        return redirect(url_for(".show_state_application", code=following), 303)
    return redirect(
        url_for(".endorse_applications", code=application.cohort.code, state=application.member_state), 303
    )


@bp.post("/desk/applications/<code>/undo")
@requires(Permission.APPLICATION_ENDORSE)
def undo_endorsement(code: str) -> Response:
    """Take the state's answer back."""
    try:
        with transaction():
            application = get_state_application(code, actor=current_actor).application
            operations.undo_endorsement(application, actor=current_actor)
    except RegistryError as error:
        # What is not the actor's own stays unknown.
        get_state_application(code, actor=current_actor)
        flash(str(error), "error")
    else:
        flash(_("The answer was taken back. The application waits for your endorsement again."))
    return redirect(url_for(".show_state_application", code=code), 303)


@bp.post("/manage/applications/<code>/endorsement/undo")
@requires(Permission.APPLICATION_PROCESS)
def undo_for_state(code: str) -> Response:
    """Take back what was said in place of a state without a focal point."""
    try:
        with transaction():
            application = application_queries.get_application(code, actor=current_actor)
            operations.undo_for_state(application, actor=current_actor)
    except RegistryError as error:
        application_queries.get_application(code, actor=current_actor)
        flash(str(error), "error")
    else:
        flash(_("The answer was taken back. The application waits for the state again."))
    return redirect(url_for(".show_application", code=code), 303)


@bp.route("/desk/cohorts/<code>/<state>/ranks", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def rank_applications(code: str, state: str) -> Any:
    """The state's order: numbers that are saved together, or one step up or down."""
    context = state_cohort_context(code, state)
    page = _list_endorsed(context, state)
    form = make_ranks_form(page.rows)
    moved, _sign, direction = request.form.get("move", "").partition(":")
    if form.validate_on_submit():
        try:
            with transaction():
                if moved:
                    operations.move_application(
                        context["cohort"],
                        state,
                        moved,
                        up=direction == "up",
                        shown=form.shown.data,
                        actor=current_actor,
                    )
                else:
                    operations.rank_applications(
                        context["cohort"], state, form.ranks, shown=form.shown.data, actor=current_actor
                    )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The order was saved."))
            return redirect(
                url_for(
                    ".rank_applications",
                    code=code,
                    state=state,
                    page=request.args.get("page"),
                    _anchor=f"row-{moved}" if moved else None,
                ),
                303,
            )
        context = state_cohort_context(code, state)
        page = _list_endorsed(context, state)
    if form.is_stale:
        form.renew(0, rank_values(page.rows))
    return render_template(
        "admissions/rank_applications.html", form=form, page=page, ranked=RANKED_STATUSES, **context
    ), form.http_status


def _list_endorsed(context: dict[str, Any], state: str) -> Any:
    return queries.list_nominated(
        context["cohort"], state, request.args.get("page"), is_endorsed=True, actor=current_actor
    )


@bp.get("/desk/cohorts/<code>/<state>/not-endorsed")
@requires(Permission.APPLICATION_ENDORSE)
def list_not_endorsed(code: str, state: str) -> str:
    """Whom the state does not back, and why."""
    context = state_cohort_context(code, state)
    return render_template(
        "admissions/list_not_endorsed.html",
        page=queries.list_nominated(
            context["cohort"], state, request.args.get("page"), is_endorsed=False, actor=current_actor
        ),
        **context,
    )


@bp.get("/desk/cohorts/<code>/<state>/history")
@requires(Permission.APPLICATION_ENDORSE)
def show_state_history(code: str, state: str) -> str:
    """Who did what with the state's applications, the latest first."""
    context = state_cohort_context(code, state)
    page = queries.list_state_history(context["cohort"], state, request.args.get("page"), actor=current_actor)
    return render_template(
        "admissions/show_state_history.html",
        page=page,
        lines=describe_state_history(page.rows),
        **context,
    )


@bp.route("/manage/applications/<code>/endorsement", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def endorse_for_state(code: str) -> Any:
    """The coordinator answers for a state without a focal point, where the cohort says so."""
    form = EndorseForm()
    if form.validate_on_submit():
        try:
            with transaction():
                application = application_queries.get_application(code, actor=current_actor)
                reason = form.reason.data or ""
                if form.endorses:
                    operations.endorse_for_state(
                        application, rank=form.rank.data, reason=reason, actor=current_actor
                    )
                else:
                    operations.decline_for_state(application, reason=reason, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Endorsed.") if form.endorses else _("Not endorsed. Your reason was kept."))
            return redirect(url_for(".show_application", code=code), 303)
    application = application_queries.get_application(code, actor=current_actor)
    return render_template(
        "admissions/endorse_for_state.html",
        form=form,
        application=application,
        cohort=application_queries.get_cohort(application.cohort.code, actor=current_actor),
        filters=ApplicationFilterForm(request.args),
    ), form.http_status
