"""The guardian's one page: consent or refuse, without an account."""

import flask_babel
from flask import g, redirect, render_template, session, url_for

from registry.access.actor import Actor
from registry.access.web import public
from registry.admissions.enums import GuardianAnswer
from registry.admissions.forms.journey import YES, GuardianAnswerForm, make_consent_form
from registry.admissions.models import GuardianRequest
from registry.admissions.operations.guardians import answer_as_guardian
from registry.admissions.queries import guardians as queries
from registry.admissions.queries.journey import get_heading
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.guardians import LinkState, link_state
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered
from registry.core import clock
from registry.core.errors import Conflict, RegistryError
from registry.core.i18n import LOCALES, _, _l
from registry.core.transaction import transaction
from registry.people.enums import ConsentPurpose
from registry.people.rules import ConsentText


@bp.route("/guardian/<token>", methods=["GET", "POST"])
@public
def answer_guardian(token: str) -> Answered:
    """Only what is needed: the programme, the young person's given name, and what consent means."""
    request = queries.get_request(token)
    _speak(request.guardianship.locale)
    application = request.application
    state = link_state(request, application, clock.now())
    text = _text(request)
    shown = {"locale": text.locale, "version": text.version}
    form = make_consent_form(
        shown,
        _l("Yes, I agree"),
        _l("No, I do not agree. The application ends."),
        GuardianAnswerForm,
    )
    if form.validate_on_submit():
        try:
            if state is LinkState.OPEN and form.shown_values != shown:
                form.set_shown(shown)
                raise Conflict(_("The text on this page has changed. Read it again, then answer."))
            with transaction():
                answer_as_guardian(
                    request,
                    GuardianAnswer.CONSENTED if form.agrees.data == YES else GuardianAnswer.REFUSED,
                    actor=Actor.guardian(application.id),
                )
        except RegistryError as error:
            form.show(error)
            request = queries.get_request(token)
            state = link_state(request, request.application, clock.now())
        else:
            return redirect(url_for(".answer_guardian", token=token), 303)
    heading = get_heading(request.application.cohort)
    status = form.http_status if state is LinkState.OPEN else max(form.http_status, _status_of(state))
    return render_template(
        "admissions/answer_guardian.html",
        state=state,
        heading=heading,
        name=_name(request),
        text=text.text,
        expires_at=request.expires_at,
        zone=request.application.person.zone,
        form=form,
    ), status


def _speak(locale: str) -> None:
    """In the guardian's language, unless another one was chosen on the page."""
    if session.get("locale") not in LOCALES and locale in LOCALES:
        g.locale = locale
        flask_babel.refresh()


def _status_of(state: LinkState) -> int:
    return 200 if state in {LinkState.CONSENTED, LinkState.REFUSED} else 410


def _name(request: GuardianRequest) -> str:
    person = request.application.person
    return person.given_names or person.family_name


def _text(request: GuardianRequest) -> ConsentText:
    return get_consent_text(
        ConsentPurpose.PARTICIPATION,
        programme=get_heading(request.application.cohort).title,
        name=_name(request),
    )
