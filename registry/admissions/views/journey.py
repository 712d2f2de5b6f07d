"""The way to an application: start, task list, check answers, send."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus
from registry.admissions.forms.journey import ConfirmForm
from registry.admissions.models import Application
from registry.admissions.operations import form_versions
from registry.admissions.operations import journey as operations
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries import journey as queries
from registry.admissions.queries.corrections import find_reason
from registry.admissions.queries.eligibility import get_conditions
from registry.admissions.queries.form_versions import find_form_change
from registry.admissions.queries.invitations import find_own_invitation
from registry.admissions.rules.eligibility import judge
from registry.admissions.rules.invitations import is_by_invitation
from registry.admissions.rules.journey import Journey, freeze_profile
from registry.admissions.rules.summaries import list_rows
from registry.admissions.views.blueprint import bp
from registry.admissions.views.pages import CHECK, Way, group_pages, page_label, summarise_journey
from registry.catalogue.rules import compute_phase, is_open
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.places import queries as places

S = ApplicationStatus
Answered = Response | tuple[str, int]


def redirect_unless_draft(code: str, application: Application | None, page: str = "") -> Response | None:
    """Where somebody is sent who has no draft in the cohort: to the start, or to what was sent.

    A page that is asked for again stays open.
    """
    if application is None or application.status is S.EXPIRED:
        return redirect(url_for("admissions.start_application", code=code), 303)
    if application.status is not S.DRAFT and not (page and find_reason(application, page)):
        return redirect(url_for("admissions.show_own_application", code=application.code), 303)
    return None


@bp.route("/apply/<code>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_START)
def start_application(code: str) -> Answered:
    """Say what is needed, and begin; who has begun goes on."""
    cohort = queries.get_cohort_to_apply(code)
    application = queries.find_current_application(code, actor=current_actor)
    form = ConfirmForm()
    if application is not None and application.status is not S.EXPIRED:
        return redirect_unless_draft(code, application) or redirect(
            url_for("admissions.show_tasks", code=cohort.code), 303
        )
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = queries.get_cohort_to_apply(code)
                operations.start_application(cohort, actor=current_actor)
        except RegistryError as error:
            form.show(error)
            cohort = queries.get_cohort_to_apply(code)
        else:
            return redirect(url_for("admissions.show_tasks", code=cohort.code), 303)
    return render_template(
        "admissions/start_application.html",
        cohort=cohort,
        heading=queries.get_heading(cohort),
        phase=compute_phase(cohort, clock.now()),
        is_open=is_open(cohort, clock.now()),
        conditions=get_conditions(cohort),
        blocs=places.map_bloc_names(),
        is_invited=not is_by_invitation(cohort)
        or find_own_invitation(cohort, actor=current_actor) is not None,
        expired=application,
        form=form,
    ), form.http_status


@bp.get("/apply/<code>/tasks")
@requires(Permission.APPLICATION_EDIT)
def show_tasks(code: str) -> Answered:
    """Every page with its status, and when the last one was saved."""
    application = queries.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application)
    if application is None or elsewhere is not None:
        return elsewhere  # type: ignore[return-value]
    journey = queries.get_journey(application)
    return render_template(
        "admissions/show_tasks.html",
        journey=journey,
        groups=group_pages(journey),
        missing=journey.missing,
        way=Way(journey.cohort),
        is_open=is_open(journey.cohort, clock.now()),
        zone=current_actor.zone,
        form_change=find_form_change(application),
    ), 200


@bp.post("/apply/<code>/form-change")
@requires(Permission.APPLICATION_EDIT)
def note_form_change_seen(code: str) -> Answered:
    """The applicant has read what changed in the form."""
    application = queries.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application)
    if application is None or elsewhere is not None:
        return elsewhere  # type: ignore[return-value]
    with transaction():
        form_versions.note_form_change_seen(application, actor=current_actor)
    return redirect(url_for("admissions.show_tasks", code=code), 303)


@bp.route("/apply/<code>/check", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SUBMIT)
def submit(code: str) -> Answered:
    """Check answers, then send. Pressed twice, it shows the same receipt."""
    application = queries.find_current_application(code, actor=current_actor)
    if application is not None and application.submitted_at is not None:
        return redirect(url_for("admissions.show_receipt", code=application.code), 303)
    if elsewhere := redirect_unless_draft(code, application):
        if application is not None and request.method == "POST":
            flash(_("The application window has closed, so the application can no longer be sent."), "error")
        return elsewhere
    form = ConfirmForm()
    if application is not None and form.validate_on_submit():
        try:
            with transaction():
                application = submit_application(application, actor=current_actor)
        except RegistryError as error:
            form.show(error)
            application = queries.find_current_application(code, actor=current_actor)
        else:
            return redirect(url_for("admissions.show_receipt", code=application.code), 303)
    if elsewhere := redirect_unless_draft(code, application):
        return elsewhere
    return _show_check(queries.get_journey(application), form)  # type: ignore[arg-type]


def _show_check(journey: Journey, form: ConfirmForm) -> Answered:
    verdict = judge(journey.conditions, journey.facts)
    way = Way(journey.cohort)
    return render_template(
        "admissions/check_answers.html",
        journey=journey,
        sections=summarise_journey(
            journey, list_rows(freeze_profile(journey.person), journey.member_state), way
        ),
        missing=[(page_label(journey, page.key), way.page(page.key, back=CHECK)) for page in journey.missing],
        way=way,
        conditions=journey.conditions,
        failures=[outcome.rule for outcome in verdict.failures] if not journey.missing else [],
        blocs=places.map_bloc_names(),
        is_open=is_open(journey.cohort, clock.now()),
        form=form,
    ), form.http_status
