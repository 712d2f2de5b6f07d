"""The list of programmes, and the page of one."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import render_template, request, url_for

from registry.access.web import public
from registry.catalogue import queries
from registry.catalogue.enums import PartnershipRole
from registry.catalogue.forms.search import PARAMETERS, read_filters, write_filters
from registry.catalogue.queries import Filters, Order
from registry.catalogue.views.blueprint import bp
from registry.catalogue.views.linked_data import describe_programme
from registry.core.i18n import _
from registry.core.pages import Page, kept_page


@bp.get("/programmes")
@public
@kept_page(*PARAMETERS)
def list_programmes() -> Page:
    """The catalogue; everything chosen stands in the address."""
    snapshot = queries.get_snapshot()
    values = queries.list_facet_values(snapshot)
    filters = read_filters(request.args, values)
    listing = queries.search_programmes(snapshot, filters, values)
    html = render_template(
        "catalogue/list_programmes.html",
        cacheable_page=True,
        listing=listing,
        filters=filters,
        facet_titles=_name_facets(),
        orders=[(Order.DEADLINE, _("Deadline")), (Order.TITLE, _("Title"))],
        address=_address,
        without=_without,
    )
    # Free search has too many addresses to keep, and so have choices that do not exist.
    is_plain = not filters.words and len(write_filters(filters)) == len(list(request.args.items(multi=True)))
    return Page(html, until=listing.until, keep=is_plain)


@bp.get("/programmes/<slug>")
@public
@kept_page()
def show_programme(slug: str) -> Page:
    """Who can apply and by when, then everything else."""
    page = queries.get_programme_page(slug)
    html = render_template(
        "catalogue/show_programme.html",
        cacheable_page=True,
        page=page,
        programme=page.programme,
        texts={text.locale: text for text in page.programme.translations},
        providers=page.organisations(PartnershipRole.PROVIDER),
        partners=page.organisations(PartnershipRole.PARTNER),
        sponsors=page.organisations(PartnershipRole.SPONSOR),
        linked_data=describe_programme(page),
    )
    return Page(html, until=page.until)


def _name_facets() -> dict[str, str]:
    return {
        "country": _("Who may apply"),
        "status": _("Status"),
        "deadline": _("Deadline"),
        "kind": _("Kind"),
        "topic": _("Topic"),
        "language": _("Teaching language"),
        "mode": _("Mode"),
    }


def _address(filters: Filters, **changes: object) -> str:
    """The address of the list with other filters; a change starts again on the first page."""
    pairs = write_filters(replace(filters, **{"page": 1, **changes}))  # type: ignore[arg-type]
    return url_for(".list_programmes") + (f"?{urlencode(pairs)}" if pairs else "")


def _without(filters: Filters, facet: str, value: str) -> str:
    """The address of the list with one choice less."""
    return _address(filters, chosen={**filters.chosen, facet: filters.values(facet) - {value}})
