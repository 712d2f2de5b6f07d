"""The applicant's pages about an offer: read, accept or decline, each confirmed."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import OfferAnswer
from registry.admissions.queries.own_applications import OwnOffer, get_own_offer
from registry.admissions.rules.seats import is_open
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.transaction import transaction
from registry.enrolments import operations
from registry.enrolments.forms import AnswerOfferForm
from registry.enrolments.views.blueprint import bp

Answered = Response | tuple[str, int]


@bp.get("/my/offers/<code>")
@requires(Permission.OFFER_ANSWER)
def answer_offer(code: str) -> Answered:
    """The place, until when it is held, and what each answer means; afterwards, what became of it."""
    own = get_own_offer(code, actor=current_actor)
    return render_template(
        "enrolments/answer_offer.html", own=own, is_open=_is_open(own), zone=current_actor.zone
    ), 200


@bp.route("/my/offers/<code>/accept", methods=["GET", "POST"])
@requires(Permission.OFFER_ANSWER)
def accept_offer(code: str) -> Answered:
    """Confirm, then the place is the applicant's."""
    form = AnswerOfferForm()
    own = get_own_offer(code, actor=current_actor)
    if own.offer.answer is OfferAnswer.ACCEPTED:
        return _to_offer(own)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.accept_offer(own.offer, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return _to_offer(own)
    return _show_confirmation("enrolments/accept_offer.html", code, form)


@bp.route("/my/offers/<code>/decline", methods=["GET", "POST"])
@requires(Permission.OFFER_ANSWER)
def decline_offer(code: str) -> Answered:
    """Confirm, then the place goes to the next in line."""
    form = AnswerOfferForm()
    own = get_own_offer(code, actor=current_actor)
    if own.offer.answer is OfferAnswer.DECLINED:
        return _to_offer(own)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.decline_offer(own.offer, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return _to_offer(own)
    return _show_confirmation("enrolments/decline_offer.html", code, form)


def _show_confirmation(template: str, code: str, form: AnswerOfferForm) -> Answered:
    own = get_own_offer(code, actor=current_actor)
    if not _is_open(own) and not form.is_submitted():
        return _to_offer(own)
    return render_template(template, own=own, is_open=_is_open(own), form=form), form.http_status


def _is_open(own: OwnOffer) -> bool:
    return is_open(own.offer, clock.now())


def _to_offer(own: OwnOffer) -> Response:
    return redirect(url_for(".answer_offer", code=own.offer.code), 303)
