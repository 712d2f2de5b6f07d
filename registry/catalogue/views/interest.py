"""Tell me when it opens: the form, and the pages behind the mailed link."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.web import public
from registry.catalogue import operations, queries, rules
from registry.catalogue.forms.interest import InterestForm, InterestLinkForm
from registry.catalogue.views.blueprint import bp
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import current_locale
from registry.core.limits import by_field, limiter, was_taken
from registry.core.transaction import transaction


@bp.route("/programmes/<slug>/interest", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
@limiter.limit("20/hour", key_func=by_field("email"), deduct_when=was_taken, methods=["POST"])
def register_interest(slug: str) -> Response | tuple[str, int]:
    """Ask for the address; the answer is the same whether or not it is on the list."""
    form = InterestForm()
    if form.validate_on_submit():
        try:
            with transaction():
                programme = queries.get_public_programme(slug)
                operations.register_interest(programme, form.email.data or "", locale=current_locale())
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_interest_asked", slug=slug), 303)
    programme = queries.get_public_programme(slug)
    if not rules.takes_interest(programme):
        raise NotFound
    html = render_template("catalogue/register_interest.html", programme=programme, form=form)
    return html, form.http_status


@bp.get("/programmes/<slug>/interest/sent")
@public
def show_interest_asked(slug: str) -> str:
    """What happens next."""
    return render_template("catalogue/show_interest_asked.html", programme=queries.get_public_programme(slug))


@bp.get("/interest/<token>")
@public
def show_interest(token: str) -> str:
    """Opening the link changes nothing: mail scanners open it too."""
    interest = queries.get_interest(token)
    return render_template(
        "catalogue/show_interest.html", interest=interest, token=token, form=InterestLinkForm()
    )


@bp.post("/interest/<token>")
@public
def confirm_interest(token: str) -> Response:
    """The button of the link's page."""
    with transaction():
        operations.confirm_interest(token)
    return redirect(url_for(".show_interest", token=token), 303)


@bp.post("/interest/<token>/forget")
@public
def forget_interest(token: str) -> Response:
    """Off the list."""
    with transaction():
        operations.forget_interest(token)
    return redirect(url_for(".show_interest_forgotten"), 303)


@bp.get("/interest/forgotten")
@public
def show_interest_forgotten() -> str:
    """Says that the address is deleted."""
    return render_template("catalogue/show_interest_forgotten.html")
