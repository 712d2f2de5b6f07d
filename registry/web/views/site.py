"""Pages that belong to no domain."""

from flask import current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, public, requires
from registry.catalogue import queries as catalogue
from registry.catalogue.enums import Availability
from registry.core import i18n
from registry.core.addresses import safe_next
from registry.core.errors import NotFound
from registry.core.pages import Page, kept_page
from registry.web import styleguide
from registry.web.quotations import read_quotations
from registry.web.rooms import list_rooms
from registry.web.views.blueprint import bp

HOME_OPEN = 5
HOME_QUOTATION = "norov-2020-01-09"


@bp.get("/")
@public
@kept_page()
def show_home() -> Page:
    """What this is, what is open, and how it works."""
    snapshot = catalogue.get_snapshot()
    listing = catalogue.search_programmes(
        snapshot, catalogue.Filters(), catalogue.list_facet_values(snapshot)
    )
    facets = listing.facets
    html = render_template(
        "web/show_home.html",
        cacheable_page=True,
        listing=listing,
        open_programmes=[view for view in listing.page.rows if view.open_cohorts][:HOME_OPEN],
        open_count=next(each.count for each in facets["status"].values if each.value == Availability.OPEN),
        kinds=[each for each in facets["kind"].values if each.count],
        quotation=read_quotations().get(HOME_QUOTATION),
    )
    return Page(html, until=listing.until)


@bp.get("/healthz")
@public
def show_health() -> tuple[str, int, dict[str, str]]:
    """Whether this process answers."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/language/<locale>")
@public
def set_language(locale: str) -> Response:
    """Remember the reader's language in the browser and go back to the page it was chosen on."""
    if locale in i18n.LOCALES:
        session["locale"] = locale
    return redirect(safe_next(request.args.get("next")) or url_for("web.show_home"), 303)


@bp.get("/start")
@requires(Permission.ACCOUNT_MANAGE)
def show_start() -> Response:
    """To the room where the reader's work lies: the page after signing in."""
    rooms = list_rooms(current_actor)
    return redirect(rooms[0].path if rooms else "/my", 303)


@bp.get("/styleguide")
@public
def show_styleguide() -> str:
    """Every component in all its states, for those who build pages."""
    if current_app.config["ENVIRONMENT"] not in {"development", "testing", "browser"}:
        raise NotFound
    name = styleguide.PAGES.get(request.args.get("part", ""), "styleguide")
    return render_template(f"web/{name}.html", **styleguide.sample_page())
