"""A reviewer's room: what is assigned, to read; blind where the cohort says so."""

from typing import Any

from flask import render_template, request

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.rooms import ReviewFilterForm
from registry.admissions.queries import reviews as queries
from registry.admissions.views.blueprint import bp
from registry.core.tables import Page


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
    waiting, everything = queries.count_assigned(current_actor)
    return render_template(
        "admissions/list_reviews.html", page=page, form=form, waiting=waiting, everything=everything
    ), form.http_status


@bp.get("/reviews/<code>")
@requires(Permission.REVIEWS_ENTER)
def show_review(code: str) -> str:
    """One assigned application. The template gets the allow-listed sheet only, never the application."""
    sheet, cohort = queries.get_assigned(code, actor=current_actor)
    return render_template("admissions/show_review.html", sheet=sheet, cohort=cohort)
