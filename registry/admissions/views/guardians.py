"""The guardian's pages behind one link: consent, refuse or ask, without an account."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for

from registry.access.actor import Actor
from registry.access.web import public
from registry.admissions.enums import GuardianAnswer
from registry.admissions.forms.journey import (
    YES,
    ConfirmForm,
    GuardianAnswerForm,
    GuardianLocaleForm,
    GuardianQuestionForm,
    make_consent_form,
)
from registry.admissions.models import GuardianRequest
from registry.admissions.operations import guardians as operations
from registry.admissions.queries import guardians as queries
from registry.admissions.queries.journey import get_heading
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.guardians import LinkState
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered
from registry.catalogue.enums import PartnershipRole
from registry.core.addresses import safe_next
from registry.core.errors import Conflict, RegistryError
from registry.core.forms import RegistryForm
from registry.core.i18n import _, _l, show_translation, speak
from registry.core.limits import limiter
from registry.core.transaction import transaction
from registry.people.enums import ConsentPurpose
from registry.people.rules import ConsentText

_DONE = {LinkState.CONSENTED, LinkState.WITHDRAWN, LinkState.REFUSED, LinkState.NOT_GUARDIAN}


@bp.route("/guardian/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
def answer_guardian(token: str) -> Answered:
    """Only what is needed: what is asked for, what consent means, what is kept, and what was asked and answered."""
    request = open_link(token)
    text = _text(request)
    shown = {"locale": text.locale, "version": text.version}
    form = make_consent_form(
        shown,
        _l("Yes, I agree"),
        _l("No, I do not agree. The application ends."),
        GuardianAnswerForm,
    )
    assert isinstance(form, GuardianAnswerForm)  # noqa: S101 -- for the type checker
    if form.validate_on_submit():
        try:
            if queries.get_link_state(request) is LinkState.OPEN and form.shown_values != shown:
                form.set_shown(shown)
                raise Conflict(_("The text on this page has changed. Read it again, then answer."))
            consents = form.agrees.data == YES
            with transaction():
                operations.answer_as_guardian(
                    request,
                    GuardianAnswer.CONSENTED if consents else GuardianAnswer.REFUSED,
                    reason="" if consents else form.reason.data or "",
                    actor=actor_of(request),
                )
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".answer_guardian", token=token), 303)
    return _show("answer_guardian", token, form, text=text.text)


@bp.post("/guardian/<token>/language")
@public
@limiter.limit("60/minute", methods=["POST"])
def choose_guardian_locale(token: str) -> Answered:
    """Speak the chosen language, here and in mails to come."""
    request = queries.get_request(token)
    form = GuardianLocaleForm()
    with transaction():
        operations.choose_guardian_locale(request, form.locale.data or "", actor=actor_of(request))
    return redirect(safe_next(form.next.data) or url_for(".answer_guardian", token=token), 303)


@bp.route("/guardian/<token>/question", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", methods=["POST"])
def ask_question(token: str) -> Answered:
    """Ask the coordinators before answering."""
    form = GuardianQuestionForm()
    return _take_step(
        token,
        "ask_question",
        form,
        lambda request, actor: operations.ask_question(request, form.text.data or "", actor=actor),
        _l("Your question is on its way. We write to you as soon as it is answered."),
    )


@bp.route("/guardian/<token>/not-guardian", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", methods=["POST"])
def deny_guardianship(token: str) -> Answered:
    """Say that somebody else is the guardian."""
    return _take_step(
        token,
        "deny_guardianship",
        ConfirmForm(),
        lambda request, actor: operations.deny_guardianship(request, actor=actor),
    )


@bp.post("/guardian/<token>/link")
@public
@limiter.limit("30/minute", methods=["POST"])
def renew_guardian_link(token: str) -> Answered:
    """Send a fresh link to the address that this one went to. The answer is the same whatever happens."""
    request = open_link(token)
    with transaction():
        operations.renew_link(request, actor=actor_of(request))
    flash(
        _(
            "If the application still waits for you, a new link is on its way to the address to which we sent "
            "this one. If none comes, try again in ten minutes."
        )
    )
    return redirect(url_for(".answer_guardian", token=token), 303)


def open_link(token: str) -> GuardianRequest:
    """The request behind the link; from here on the page speaks the guardian's language.

    Errors: NotFound.
    """
    request = queries.get_request(token)
    # The browser may be the young person's.
    speak(request.guardianship.locale)
    return request


def actor_of(request: GuardianRequest) -> Actor:
    """Whoever holds the link."""
    return Actor.guardian(request.application_id, request.guardianship.locale)


def show_link(template: str, token: str, form: RegistryForm, **values: Any) -> Answered:
    """A page behind the link, with what all of them show."""
    request = open_link(token)
    state = queries.get_link_state(request)
    cohort = request.application.cohort
    status = form.http_status if state is LinkState.OPEN or state in _DONE else max(form.http_status, 410)
    return render_template(
        template,
        token=token,
        state=state,
        cohort=cohort,
        heading=get_heading(cohort),
        providers=[
            show_translation(each.organisation.names)
            for each in cohort.programme.partnerships
            if each.role is PartnershipRole.PROVIDER
        ],
        name=name_of(request),
        can_withdraw=queries.can_guardian_withdraw(request),
        questions=queries.list_questions(request.application, request.guardianship_id),
        expires_at=request.expires_at,
        zone=request.application.person.zone,
        form=form,
        **values,
    ), status


def _show(template: str, token: str, form: RegistryForm, **values: Any) -> Answered:
    return show_link(f"admissions/{template}.html", token, form, **values)


def _take_step(
    token: str,
    template: str,
    form: RegistryForm,
    step: Callable[[GuardianRequest, Actor], object],
    done: Any = None,
) -> Answered:
    request = open_link(token)
    if form.validate_on_submit():
        try:
            with transaction():
                step(request, actor_of(request))
        except RegistryError as error:
            form.show(error)
        else:
            if done is not None:
                flash(str(done))
            return redirect(url_for(".answer_guardian", token=token), 303)
    elif queries.get_link_state(request) is not LinkState.OPEN:
        return redirect(url_for(".answer_guardian", token=token), 303)
    return _show(template, token, form)


def name_of(request: GuardianRequest) -> str:
    """What the guardian calls the young person."""
    person = request.application.person
    return person.given_names or person.family_name


def _text(request: GuardianRequest) -> ConsentText:
    return get_consent_text(
        ConsentPurpose.PARTICIPATION,
        programme=get_heading(request.application.cohort).title,
        name=name_of(request),
    )
