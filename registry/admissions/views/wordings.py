"""The mails of a programme in its own words."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import MailEvent
from registry.admissions.forms.applications import member_of
from registry.admissions.forms.wordings import UseStandardForm, WordingForm
from registry.admissions.models import MessageWording
from registry.admissions.operations import wordings as operations
from registry.admissions.operations.wordings import WordingInput
from registry.admissions.queries import wordings as queries
from registry.admissions.rules.wordings import READERS, WORDABLE, fill_values
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Programme
from registry.catalogue.queries.managing import get_managed_programme
from registry.catalogue.rules import pick_title
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES, _, in_locale
from registry.core.transaction import transaction
from registry.messages.rendering import Mail
from registry.messages.transport import sender


@bp.get("/manage/programmes/<slug>/wordings")
@requires(Permission.PROGRAMME_EDIT)
def list_wordings(slug: str) -> str:
    """Every mail, and in which languages it has words of its own."""
    programme = get_managed_programme(slug, actor=current_actor)
    used = {(each.event, each.locale): each for each in queries.list_used_wordings(programme)}
    return render_template(
        "admissions/list_wordings.html",
        events=list(MailEvent),
        used=used,
        complete=Counter(locale for _event, locale in used),
        languages=LOCALES,
        programme=programme,
        programme_title=pick_title(programme),
    )


@bp.route("/manage/programmes/<slug>/wordings/<event>/<locale>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def edit_wording(slug: str, event: str, locale: str) -> Any:
    """Subject and text in one language. The preview saves nothing, nor does the test to oneself."""
    mail_event = member_of(MailEvent, event)
    if mail_event is None or locale not in LOCALES:
        abort(404)
    programme = get_managed_programme(slug, actor=current_actor)
    wording = queries.find_wording(programme, mail_event, locale)
    form = WordingForm(
        stored_version=wording.version if wording else 0, data=_stored(wording, mail_event, locale)
    )
    action = request.form.get("action")
    preview: Mail | None = None
    if form.validate_on_submit():
        try:
            if action in {"preview", "test"}:
                preview = operations.preview_wording(programme, mail_event, locale, form.given)
            if action == "test":
                with transaction():
                    address = operations.send_test(
                        programme, mail_event, locale, form.given, actor=current_actor
                    )
                flash(_("The test is on its way to %(address)s.", address=address))
            elif action != "preview":
                _save(slug, mail_event, locale, form)
                flash(_("The wording was saved. The next mails use it."))
                return redirect(url_for(".edit_wording", slug=slug, event=event, locale=locale), 303)
        except RegistryError as error:
            form.show(error)
        programme = get_managed_programme(slug, actor=current_actor)
        wording = queries.find_wording(programme, mail_event, locale)
    if form.is_stale:
        form.renew(wording.version if wording else 0, _stored(wording, mail_event, locale))
    page = render_template(
        "admissions/edit_wording.html",
        form=form,
        event=mail_event,
        locale=locale,
        wording=wording,
        preview=preview,
        sender=str(sender(locale)),
        languages=LOCALES,
        used={each.locale for each in queries.list_used_wordings(programme) if each.event is mail_event},
        wordable=WORDABLE[mail_event],
        examples=_list_examples(programme, mail_event, locale),
        standard=operations.get_standard(mail_event, locale),
        programme=programme,
        programme_title=pick_title(programme),
    )
    return page, form.http_status


def _save(slug: str, event: MailEvent, locale: str, form: WordingForm) -> None:
    with transaction():
        operations.edit_wording(
            get_managed_programme(slug, actor=current_actor),
            event,
            locale,
            form.given,
            version=form.version.data,
            actor=current_actor,
        )


def _stored(wording: MessageWording | None, event: MailEvent, locale: str) -> dict[str, str]:
    """The words that are used now."""
    if wording is None or not wording.is_used:
        return asdict(operations.get_standard(event, locale))
    return asdict(WordingInput(wording.subject, wording.text))


def _list_examples(programme: Programme, event: MailEvent, locale: str) -> dict[str, str]:
    """Placeholder -> what it becomes for the invented reader; nothing without a cohort to take it from."""
    cohort = queries.find_sample_cohort(programme)
    if cohort is None:
        return {}
    context = operations.make_context(cohort, programme, locale)
    with in_locale(locale):
        return fill_values(WORDABLE[event].placeholders, context, READERS[locale].zone)


@bp.post("/manage/programmes/<slug>/wordings/<event>/<locale>/standard")
@requires(Permission.PROGRAMME_EDIT)
def use_standard_wording(slug: str, event: str, locale: str) -> BaseResponse:
    """Back to the standard words."""
    mail_event = member_of(MailEvent, event)
    if mail_event is None or locale not in LOCALES:
        abort(404)
    form = UseStandardForm()
    with transaction():
        programme = get_managed_programme(slug, actor=current_actor)
        operations.use_standard_wording(
            programme, mail_event, locale, version=form.version.data, actor=current_actor
        )
    flash(_("This mail has the standard wording again."))
    return redirect(url_for(".edit_wording", slug=slug, event=event, locale=locale), 303)
