"""What a coordinator sees and does about reviews: the ranking, what is missing, who reads what."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.accounts.queries import get_user_by_code
from registry.admissions.forms.criteria import AssignForm, PlanForm, RankingForm, ReopenForm, ReviewerForm
from registry.admissions.models import Application
from registry.admissions.operations import assignments, reviews
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import reviewers as reviewer_queries
from registry.admissions.queries import scores as queries
from registry.admissions.queries.criteria import list_criteria
from registry.admissions.rules.reviews import TO_REVIEW
from registry.admissions.rules.scoring import DISPUTED_FROM, MIN_REVIEWS
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import _, ngettext
from registry.core.tables import Page
from registry.core.transaction import transaction

PAGE_SIZE = 50


@bp.get("/manage/cohorts/<code>/reviews")
@requires(Permission.SCORE_VIEW)
def list_scores(code: str) -> Any:
    """Raw and corrected scores side by side, within each state; what is disputed; what is missing."""
    cohort = application_queries.get_cohort(code, actor=current_actor, permission=Permission.SCORE_VIEW)
    scored = queries.list_scores(cohort)
    form = RankingForm([each.member_state for each in scored], request.args)
    ranked = []
    if form.validate():
        ranked = queries.rank_scores(scored, state=form.state.data or "", by_raw=form.by.data == "raw")
    return render_template(
        "admissions/list_scores.html",
        cohort=cohort,
        form=form,
        page=_cut(ranked, request.args.get("page", "")),
        progress=queries.summarise(scored),
        missing=queries.list_missing(cohort),
        criteria=list_criteria(cohort.id),
        disputed_from=DISPUTED_FROM,
        min_reviews=MIN_REVIEWS,
    ), form.http_status


def _cut(rows: list[Any], key: str) -> Page[Any]:
    """A page of a list that was computed as a whole; its keys are places in it."""
    start = int(key) if key.isascii() and key.isdigit() and len(key) < 9 else 0
    following = start + PAGE_SIZE
    return Page(
        rows[start:following],
        next=str(following) if following < len(rows) else None,
        previous=str(max(0, start - PAGE_SIZE)) if start else None,
    )


@bp.route("/manage/cohorts/<code>/reviews/assign", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def assign_automatically(code: str) -> Any:
    """Shows who would get how much, and assigns exactly that."""
    asked = PlanForm(request.args)
    per_application = int(asked.n.data or 2) if asked.validate() else 2
    form = AssignForm()
    if form.validate_on_submit():
        try:
            with transaction():
                n = assignments.assign_automatically(
                    _get_cohort(code),
                    per_application=per_application,
                    digest=form.digest.data or "",
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(ngettext("%(num)s review was assigned.", "%(num)s reviews were assigned.", n))
            return redirect(url_for(".list_scores", code=code), 303)
    cohort = _get_cohort(code)
    plan = reviewer_queries.make_plan(cohort, per_application)
    form.digest.data = plan.digest
    short = dict(list(plan.short.items())[:PAGE_SIZE])
    page = render_template(
        "admissions/assign_automatically.html",
        cohort=cohort,
        asked=asked,
        form=form,
        plan=plan,
        short=short,
        applications=reviewer_queries.list_by_id(short),
    )
    return page, max(form.http_status, asked.http_status)


def _get_cohort(code: str) -> Cohort:
    return application_queries.get_cohort(
        code, actor=current_actor, permission=Permission.APPLICATION_PROCESS
    )


@bp.route("/manage/applications/<code>/reviewers", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def assign_reviewer(code: str) -> Any:
    """Who reads the application and what they think; a further reviewer by hand."""
    application = _get_application(code)
    reviewers = reviewer_queries.list_reviewers(application.cohort)
    form = ReviewerForm(_list_free(application, reviewers))
    if form.validate_on_submit():
        try:
            with transaction():
                application = _get_application(code)
                reviewer = get_user_by_code(form.reviewer.data)
                assignments.assign_reviewer(application, reviewer, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The application was assigned."))
            return redirect(url_for(".assign_reviewer", code=code), 303)
        application = _get_application(code)
    return render_template(
        "admissions/assign_reviewer.html",
        application=application,
        cohort=_get_cohort(application.cohort.code),
        form=form,
        can_assign=application.status in TO_REVIEW,
        reviews=queries.list_reviews(application),
        criteria=list_criteria(application.cohort_id),
        conflicts=reviewer_queries.list_conflicts(application),
    ), form.http_status


@bp.post("/manage/applications/<code>/reviewers/<reviewer>/remove")
@requires(Permission.APPLICATION_PROCESS)
def unassign_reviewer(code: str, reviewer: str) -> Response:
    """Take the application from a reviewer."""
    with transaction():
        application = _get_application(code)
        assignments.unassign_reviewer(application, get_user_by_code(reviewer), actor=current_actor)
    flash(_("The application was taken from the reviewer."))
    return redirect(url_for(".assign_reviewer", code=code), 303)


@bp.route("/manage/applications/<code>/reviewers/<reviewer>/reopen", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def reopen_review(code: str, reviewer: str) -> Any:
    """Asks why, then gives a review that was sent back to its reviewer."""
    form = ReopenForm()
    user = get_user_by_code(reviewer)
    if form.validate_on_submit():
        try:
            with transaction():
                application = _get_application(code)
                reviews.reopen_review(
                    application,
                    get_user_by_code(reviewer),
                    reason=form.reason.data or "",
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The review was given back."))
            return redirect(url_for(".assign_reviewer", code=code), 303)
    application = _get_application(code)
    if user.id not in {each.user_id for each in application.assignments}:
        raise NotFound
    return render_template(
        "admissions/reopen_review.html",
        application=application,
        cohort=_get_cohort(application.cohort.code),
        reviewer=user.name or user.email,
        form=form,
    ), form.http_status


def _get_application(code: str) -> Application:
    """Of a cohort whose selection the actor runs. Errors: NotFound."""
    application = application_queries.get_application(code, actor=current_actor)
    _get_cohort(application.cohort.code)
    return application


def _list_free(
    application: Application, reviewers: list[reviewer_queries.Reviewer]
) -> list[reviewer_queries.Reviewer]:
    """Whoever may take it; the most idle first."""
    conflicts = reviewer_queries.map_conflicts(application.cohort, reviewers, only=[application.id])
    taken = {each.user_id for each in application.assignments} | set(conflicts.get(application.id, ()))
    free = [each for each in reviewers if each.user.id not in taken and each.covers(application.member_state)]
    return sorted(free, key=lambda each: (each.share.load, each.user.id))
