"""A reviewer's room: what is assigned, opened after a declaration, scored beside its content."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.reviews import ConflictForm, make_review_form, review_values
from registry.admissions.forms.rooms import ReviewFilterForm
from registry.admissions.operations import assignments, reviews
from registry.admissions.queries import reviews as queries
from registry.admissions.queries.reviews import ReviewCase
from registry.admissions.rules.scoring import HIGHEST, LOWEST
from registry.admissions.views.blueprint import bp
from registry.core.errors import RegistryError
from registry.core.i18n import _, pick_translation
from registry.core.tables import Page
from registry.core.transaction import transaction


@bp.get("/reviews")
@requires(Permission.REVIEWS_ENTER)
def list_reviews() -> tuple[str, int]:
    """Assigned applications, the oldest assignment first."""
    form = ReviewFilterForm(request.args)
    page: Page[Any] = Page([], None, None)
    if form.validate():
        page = queries.list_assigned(
            current_actor, only_open=form.which.data == "open", key=request.args.get("page")
        )
    return render_template(
        "admissions/list_reviews.html", page=page, form=form, counts=queries.count_assigned(current_actor)
    ), form.http_status


@bp.route("/reviews/<code>", methods=["GET", "POST"])
@requires(Permission.REVIEWS_ENTER)
def show_review(code: str) -> Any:
    """One assigned application beside the criteria: a draft is saved, or the review is sent."""
    case = queries.get_case(code, actor=current_actor)
    if case.sheet is None:
        return redirect(url_for(".declare_conflict", code=code, **_which()), 303)
    form = make_review_form(case)
    is_draft = request.form.get("action") == "save"
    if form.validate_on_submit() and (is_draft or not form.name_missing_scores()):
        write = reviews.save_review if is_draft else reviews.submit_review
        try:
            with transaction():
                application = queries.get_assigned(code, actor=current_actor)
                write(application, form.given, version=form.version.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            if is_draft:
                flash(_("The draft was saved. Only you see it until you send it."))
                return redirect(url_for(".show_review", code=code, **_which()), 303)
            flash(_("The review of application %(code)s was sent.", code=code))
            return redirect(_next_address(code), 303)
    case = queries.get_case(code, actor=current_actor)
    if form.is_stale:
        form.renew(case.review.version if case.review else 0, review_values(case))
    before, after = queries.find_neighbours(code, only_open=_only_open(), actor=current_actor)
    return render_template(
        "admissions/show_review.html",
        case=case,
        form=form,
        anchors=_pick_anchors(case),
        before=before,
        after=after,
        which=_which(),
        lowest=LOWEST,
        highest=HIGHEST,
    ), form.http_status


@bp.route("/reviews/<code>/declaration", methods=["GET", "POST"])
@requires(Permission.REVIEWS_ENTER)
def declare_conflict(code: str) -> Any:
    """Before the content opens, and whenever a reviewer recognises the applicant later."""
    case = queries.get_case(code, actor=current_actor)
    form = ConflictForm(is_open=case.sheet is not None)
    if form.validate_on_submit():
        try:
            with transaction():
                application = queries.get_assigned(code, actor=current_actor)
                if form.kind is None:
                    found = assignments.open_assignment(application, actor=current_actor)
                else:
                    found = form.kind
                    assignments.declare_conflict(
                        application, form.kind, note=form.note.data or "", actor=current_actor
                    )
        except RegistryError as error:
            form.show(error)
        else:
            if found is None:
                return redirect(url_for(".show_review", code=code, **_which()), 303)
            if form.kind is None:
                flash(
                    _("The registry found a conflict of interest: %(kind)s.", kind=found.label), "attention"
                )
            flash(_("Application %(code)s was given back. Somebody else will review it.", code=code))
            return redirect(url_for(".list_reviews"), 303)
    case = queries.get_case(code, actor=current_actor)
    return render_template(
        "admissions/declare_conflict.html", case=case, form=form, which=_which()
    ), form.http_status


def _only_open() -> bool:
    return request.args.get("which") != "all"


def _which() -> dict[str, Any]:
    """What the list is narrowed to, for the addresses of its pages."""
    return {} if _only_open() else {"which": "all"}


def _next_address(code: str) -> str:
    """The next review that is owed, from the start again after the last one; the list when none is left."""
    _before, after = queries.find_neighbours(code, only_open=True, actor=current_actor)
    following = after or queries.find_first_open(current_actor)
    return url_for(".show_review", code=following) if following else url_for(".list_reviews")


def _pick_anchors(case: ReviewCase) -> dict[str, dict[str, str]]:
    """Criterion's code -> score -> what earns it, in the reader's language."""
    return {
        each.code: {
            score: pick_translation(texts)[1] for score, texts in each.anchors.items() if any(texts.values())
        }
        for each in case.criteria
    }
