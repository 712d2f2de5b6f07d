"""A focal point's room: the own state's cohorts and applications."""

from typing import Any

from flask import render_template, request

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus
from registry.admissions.forms.nominations import EndorseForm
from registry.admissions.forms.rooms import DeskFilterForm
from registry.admissions.queries import desk as queries
from registry.admissions.queries.nominations import can_undo_endorsement
from registry.admissions.rules.blindness import read_answer
from registry.admissions.rules.profile import read_background, read_identity
from registry.admissions.views.blueprint import bp
from registry.admissions.views.history import describe_state_history
from registry.admissions.views.nominations import answer_state_application
from registry.catalogue.rules import describe_cohort
from registry.core.tables import Page
from registry.places.queries import sort_countries


@bp.get("/desk")
@requires(Permission.DESK_ENTER)
def show_desk() -> str:
    """Cohorts with seats for the state or applications from it, and what there is to do."""
    return render_template(
        "admissions/show_desk.html",
        page=queries.list_state_cohorts(current_actor, request.args.get("page")),
        states=sort_countries(queries.list_states(current_actor)),
        counts=queries.count_by_status(current_actor),
        statuses=ApplicationStatus,
    )


@bp.get("/desk/applications")
@requires(Permission.DESK_ENTER)
def list_state_applications() -> tuple[str, int]:
    """The state's applications, narrowed by what stands in the address."""
    states = sort_countries(queries.list_states(current_actor))
    form = DeskFilterForm(
        request.args,
        cohorts=[
            (cohort.code, describe_cohort(cohort)) for cohort in queries.list_filter_cohorts(current_actor)
        ],
        states=[(state.value, state.label) for state in states],
    )
    filters = queries.DeskFilters()
    page: Page[Any] = Page([], None, None)
    if form.validate():
        filters = queries.DeskFilters(
            cohort=form.cohort.data,
            status=form.status.data,
            state=form.state.data,
            text=form.text.data or "",
        )
        page = queries.list_state_applications(current_actor, filters, request.args.get("page"))
    return render_template(
        "admissions/list_state_applications.html", page=page, form=form, filters=filters, states=states
    ), form.http_status


@bp.route("/desk/applications/<code>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ENDORSE)
def show_state_application(code: str) -> Any:
    """One application with what a focal point needs to judge it, and the answer: no contact, no scores."""
    form = EndorseForm()
    if form.validate_on_submit() and (done := answer_state_application(code, form)):
        return done
    found = queries.get_state_application(code, actor=current_actor)
    application = found.application
    return render_template(
        "admissions/show_state_application.html",
        sheet=found,
        form=form,
        row=queries.get_state_cohort(application.cohort.code, application.member_state, actor=current_actor),
        can_undo=can_undo_endorsement(application, application.cohort, found.answer),
        history=describe_state_history(found.history),
        identity=read_identity(found.application),
        background=read_background(found.application),
        answers=[read_answer(answer) for answer in found.answers if answer.question.focal_point_sees],
    ), form.http_status
