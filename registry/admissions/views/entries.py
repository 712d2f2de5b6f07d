"""Entries of a repeating section: which there are, another one, and one less."""

from flask import flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.forms.journey import ConfirmForm
from registry.admissions.forms.particulars import PageForm
from registry.admissions.models import FormSection
from registry.admissions.operations import entries as operations
from registry.admissions.queries import journey as queries
from registry.admissions.queries.seats import reload_locked
from registry.admissions.rules.asking import AskedPart
from registry.admissions.rules.journey import Journey
from registry.admissions.rules.sections import SECTION
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered, redirect_unless_draft
from registry.admissions.views.pages import CHECK, Way, page_url, summarise_entries
from registry.admissions.views.particulars import NotAsked, answer_page, leave_unasked
from registry.core.errors import Conflict, NotFound
from registry.core.i18n import _
from registry.core.transaction import transaction


@bp.route("/apply/<code>/sections/<key>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_entries(code: str, key: str) -> Answered:
    """The entries there are, with what was answered; going on says that these are all."""

    def make(journey: Journey) -> PageForm:
        _get_part(journey, key)
        return PageForm()

    def save(journey: Journey, form: PageForm) -> None:
        operations.save_entries(journey, _get_part(journey, key)[0], actor=current_actor)

    return answer_page(
        code,
        f"{SECTION}{key}",
        "admissions/save_entries.html",
        make,
        save,
        is_personal=False,
        section=lambda journey: _get_part(journey, key)[0],
        entries=lambda journey: summarise_entries(journey, *_get_part(journey, key), Way(journey.cohort)),
    )


@bp.post("/apply/<code>/sections/<key>/entries")
@requires(Permission.APPLICATION_EDIT)
def add_entry(code: str, key: str) -> Answered:
    """Begin another entry, and open its first page."""
    application = queries.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application)
    if application is None or elsewhere is not None:
        return elsewhere  # type: ignore[return-value]
    if not ConfirmForm().validate():
        return redirect(_here(code, key), 303)
    try:
        with transaction():
            journey = queries.get_journey(reload_locked(application))
            number = operations.add_entry(journey, _get_part(journey, key)[0], actor=current_actor)
    except NotAsked:
        return leave_unasked(application, f"{SECTION}{key}")
    except Conflict as refusal:
        flash(str(refusal), "error")
        return redirect(_here(code, key), 303)
    journey = queries.get_journey(application)
    first = next((each for each in _get_part(journey, key)[1].questions if each.entry == number), None)
    if first is None:
        return redirect(_here(code, key), 303)
    return redirect(page_url(journey.cohort, first.page, back=request.args.get("back") or None), 303)


@bp.route("/apply/<code>/sections/<key>/<int:number>/remove", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def remove_entry(code: str, key: str, number: int) -> Answered:
    """Ask, telling what goes with it, then take an entry away."""
    application = queries.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application)
    if application is None or elsewhere is not None:
        return elsewhere  # type: ignore[return-value]
    form = ConfirmForm()
    try:
        if form.validate_on_submit():
            try:
                with transaction():
                    journey = queries.get_journey(reload_locked(application))
                    section, _part = _get_part(journey, key)
                    operations.remove_entry(journey, section, number, actor=current_actor)
            except Conflict as error:
                form.show(error)
            else:
                flash(_("The entry was removed."))
                return redirect(_here(code, key), 303)
        journey = queries.get_journey(application)
        section, part = _get_part(journey, key)
    except NotAsked:
        return leave_unasked(application, f"{SECTION}{key}")
    except NotFound:
        # Removed in another tab.
        return redirect(_here(code, key), 303)
    if number not in part.entries:
        return redirect(_here(code, key), 303)
    way = Way(journey.cohort)
    return render_template(
        "admissions/remove_entry.html",
        journey=journey,
        entry=next(each for each in summarise_entries(journey, section, part, way) if each[0] == number),
        way=way,
        section=section,
        form=form,
    ), form.http_status


def _get_part(journey: Journey, key: str) -> tuple[FormSection, AskedPart]:
    """The repeating section, and what is asked there. Errors: NotAsked."""
    for part in journey.parts:
        if part.section is not None and part.section.key == key and part.section.is_repeating:
            return part.section, part
    raise NotAsked


def _here(code: str, key: str) -> str:
    back = CHECK if request.args.get("back") == CHECK else None
    return url_for(".save_entries", code=code, key=key, back=back)
