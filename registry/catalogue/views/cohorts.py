"""The page of one cohort."""

from flask import render_template

from registry.access.web import public
from registry.catalogue import queries
from registry.catalogue.views.blueprint import bp
from registry.catalogue.views.linked_data import describe_cohort
from registry.core.pages import Page, kept_page


@bp.get("/cohorts/<code>")
@public
@kept_page()
def show_cohort(code: str) -> Page:
    """Who may apply, how many seats are offered to whom, and when."""
    page = queries.get_cohort_page(code)
    html = render_template(
        "catalogue/show_cohort.html",
        cacheable_page=True,
        page=page,
        cohort=page.cohort,
        texts={text.locale: text for text in page.cohort.programme.translations},
        linked_data=describe_cohort(page),
    )
    return Page(html, until=page.until)
