"""The question pages of an application: one question or one tight group each, saved by both buttons."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import ApplicationStatus, PageStatus, QuestionKind
from registry.admissions.forms import journey as journey_forms
from registry.admissions.forms import particulars as forms
from registry.admissions.forms.answers import AnswerForm, make_answer_form
from registry.admissions.forms.particulars import PageForm
from registry.admissions.models import Application
from registry.admissions.operations import journey as operations
from registry.admissions.queries import journey as queries
from registry.admissions.queries.corrections import find_reason
from registry.admissions.queries.form_versions import find_once_asked
from registry.admissions.queries.seats import reload_locked
from registry.admissions.rules.consents import get_consent_text
from registry.admissions.rules.journey import CONSENT, PURPOSES, Journey, Page
from registry.admissions.rules.sections import QUESTION, AskedQuestion, name_page
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered, redirect_unless_draft
from registry.admissions.views.pages import CHECK, Way, page_url
from registry.catalogue.rules import is_open
from registry.core import clock
from registry.core.errors import Conflict, NotFound, RegistryError
from registry.core.i18n import _, _l, language_name, pick_translation
from registry.core.transaction import transaction
from registry.people import operations as people
from registry.people.enums import (
    ConsentAction,
    ConsentPurpose,
    Education,
    Occupation,
    Settlement,
    Sex,
)
from registry.places import queries as places

AS_DRAFT = "save"
MORE = "more"
"""Saves what is there, and shows the page again with room for another entry."""

MakeForm = Callable[[Journey], Any]
Save = Callable[[Journey, Any], None]


def answer_page(
    code: str,
    key: str,
    template: str,
    make_form: MakeForm,
    save: Save,
    *,
    is_personal: bool = True,
    **context: Callable[[Journey], Any],
) -> Answered:
    """One page: show, check, save, and go on to the next that is open.

    What is `is_personal` is saved by an operation of `people`, which knows no application.
    """
    application = queries.find_current_application(code, actor=current_actor)
    is_post = request.method == "POST"
    elsewhere = redirect_unless_draft(code, application, key)
    if application is None or (elsewhere is not None and not is_post):
        return elsewhere  # type: ignore[return-value]
    form: PageForm | None = None
    try:
        with transaction():
            journey = queries.get_journey(reload_locked(application) if is_post else application)
            form = make_form(journey)
            saved = is_post and form.validate()
            if saved:
                if is_personal:
                    operations.open_page(journey.application, key, actor=current_actor)
                save(journey, form)
    except NotAsked:
        return leave_unasked(application, key)
    except RegistryError as error:
        if form is None:
            raise
        form.show(error)
        journey, saved = queries.get_journey(application), False
    if saved:
        if not journey.is_fixed:
            # What was saved may have opened pages, or closed some.
            journey = queries.get_journey(journey.application)
        return redirect(next_address(journey, key), 303)
    return render_template(
        template,
        journey=journey,
        form=form,
        key=key,
        way=Way(journey.cohort),
        is_open=is_open(journey.cohort, clock.now()),
        asked=find_reason(journey.application, key),
        back=request.args.get("back") == CHECK,
        **{name: value(journey) for name, value in context.items()},
    ), form.http_status


def next_address(journey: Journey, key: str) -> str:
    """Where a page that was saved leads."""
    cohort, back = journey.cohort, request.args.get("back")
    if request.form.get("action") == MORE:
        return page_url(cohort, key, back=back)
    if journey.application.status is ApplicationStatus.RETURNED:
        return url_for("admissions.show_own_application", code=journey.application.code)
    if request.form.get("action") == AS_DRAFT:
        return url_for("admissions.show_tasks", code=cohort.code)
    following = find_following(journey, key, is_checked=back == CHECK)
    if following is not None:
        return page_url(cohort, following.key, back=CHECK if back == CHECK else None)
    return url_for("admissions.submit", code=cohort.code)


def find_following(journey: Journey, key: str, *, is_checked: bool) -> Page | None:
    """The page to go on with after this one; None when it is time to check the answers."""
    pages = journey.pages
    if is_checked:
        # Of an entry that was just begun, all pages are answered before the check.
        together = journey.list_entry_pages(key)
        return next((page for page in pages if page.blocks and page.key in together), None)
    place = next((number for number, page in enumerate(pages) if page.key == key), -1)
    for page in pages[place + 1 :]:
        if page.status is not PageStatus.DONE:
            return page
    return next((page for page in pages[: max(place, 0)] if page.blocks), None)


@bp.route("/apply/<code>/name", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_names(code: str) -> Answered:
    def save(journey: Journey, form: forms.NamesForm) -> None:
        names = form.names
        if "latin_name" not in form:
            names = type(names)(**{**vars(names), "latin_name": journey.person.latin_name})
        people.save_names(journey.person, names, actor=current_actor, shown=form.shown_values)

    return answer_page(code, "names", "admissions/save_names.html", forms.make_names_form, save)


@bp.route("/apply/<code>/birth", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_birth_and_sex(code: str) -> Answered:
    def save(journey: Journey, form: forms.BirthForm) -> None:
        people.save_birth_and_sex(
            journey.person,
            born_on=form.born_on.data,  # type: ignore[arg-type]
            sex=Sex.of(form.sex.data),
            actor=current_actor,
            shown=form.shown_values,
        )

    return answer_page(code, "birth", "admissions/save_birth_and_sex.html", forms.make_birth_form, save)


@bp.route("/apply/<code>/countries", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_countries(code: str) -> Answered:
    def make(journey: Journey) -> forms.CountriesForm:
        return forms.make_countries_form(journey, places.list_countries())

    def save(journey: Journey, form: forms.CountriesForm) -> None:
        people.save_countries(
            journey.person,
            citizenships=form.citizenships,
            residence=form.residence.data,
            settlement=Settlement.of(form.settlement.data) if form.settlement.data else None,
            actor=current_actor,
            shown=form.shown_values,
        )

    return answer_page(code, "countries", "admissions/save_countries.html", make, save)


@bp.route("/apply/<code>/state", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_state(code: str) -> Answered:
    def make(journey: Journey) -> forms.StateForm:
        return forms.make_state_form(journey, places.sort_countries(journey.states))

    def save(journey: Journey, form: forms.StateForm) -> None:
        operations.save_state(journey.application, form.state.data, journey=journey, actor=current_actor)

    return answer_page(code, "state", "admissions/save_state.html", make, save, is_personal=False)


@bp.route("/apply/<code>/contact", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_contact(code: str) -> Answered:
    def save(journey: Journey, form: forms.ContactForm) -> None:
        people.save_contact(
            journey.person,
            phone=form.phone.data or "",
            locale=form.locale.data,
            actor=current_actor,
            shown=form.shown_values,
        )

    return answer_page(code, "contact", "admissions/save_contact.html", forms.make_contact_form, save)


@bp.route("/apply/<code>/background", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_background(code: str) -> Answered:
    def save(journey: Journey, form: forms.BackgroundForm) -> None:
        people.save_background(
            journey.person,
            education=Education.of(form.education.data),
            occupation=Occupation.of(form.occupation.data),
            actor=current_actor,
            shown=form.shown_values,
        )

    return answer_page(
        code, "background", "admissions/save_background.html", forms.make_background_form, save
    )


@bp.route("/apply/<code>/languages", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_languages(code: str) -> Answered:
    def save(journey: Journey, form: forms.LanguagesForm) -> None:
        people.save_languages(journey.person, form.languages, actor=current_actor, shown=form.shown_values)

    return answer_page(
        code,
        "languages",
        "admissions/save_languages.html",
        forms.make_languages_form,
        save,
        needed=lambda journey: [
            _("%(language)s (%(level)s)", language=language_name(tag), level=level.label)
            for tag, level in journey.conditions.languages
        ],
    )


@bp.route("/apply/<code>/guardian", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_guardian(code: str) -> Answered:
    def save(journey: Journey, form: forms.GuardianForm) -> None:
        people.save_guardian(journey.person, **form.given, actor=current_actor)

    return answer_page(code, "guardian", "admissions/save_guardian.html", forms.make_guardian_form, save)


@bp.route("/apply/<code>/questions/<key>", methods=["GET", "POST"], defaults={"entry": 1})
@bp.route("/apply/<code>/questions/<key>/<int:entry>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def save_answer(code: str, key: str, entry: int) -> Answered:
    def find(journey: Journey) -> AskedQuestion:
        asked = get_asked(journey, key, entry)
        if asked.question.kind is QuestionKind.FILE:
            raise NotFound
        return asked

    def make(journey: Journey) -> AnswerForm:
        asked, person = find(journey), journey.person
        return make_answer_form(
            asked.question,
            journey.answers.get(asked.key),
            countries=places.list_countries(),
            own_countries=[*filter(None, [person.residence]), *person.citizenship_codes],
        )

    def save(journey: Journey, form: AnswerForm) -> None:
        operations.save_answer(
            journey.application,
            form.question,
            form.value,
            entry=entry,
            shown=form.shown_values,
            as_draft=request.form.get("action") in (AS_DRAFT, MORE),
            actor=current_actor,
        )

    return answer_page(
        code,
        name_page(QUESTION, key, entry),
        "admissions/save_answer.html",
        make,
        save,
        is_personal=False,
        asking=find,
    )


class NotAsked(NotFound):
    """A question, or a section, that this applicant is not asked, or not any more."""


def get_asked(journey: Journey, key: str, entry: int = 1) -> AskedQuestion:
    """Errors: NotAsked."""
    for asked in journey.asked:
        if asked.key == (key, entry):
            return asked
    raise NotAsked


def leave_unasked(application: Application, page: str) -> Response:
    """Where a page leads that other answers, or a new version of the form, have closed meanwhile.

    Errors: NotFound for what was never asked.
    """
    words = find_once_asked(application, page)
    if words is None:
        raise NotFound
    flash(
        _(
            "“%(question)s” is not asked any more, so nothing was stored for it.",
            question=pick_translation(words)[1],
        ),
        "error",
    )
    return redirect(url_for("admissions.show_tasks", code=application.cohort.code), 303)


@bp.route("/apply/<code>/consents/<purpose>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
def answer_consent(code: str, purpose: str) -> Answered:
    if purpose not in PURPOSES:
        raise NotFound
    asked = ConsentPurpose.of(purpose)

    def make(journey: Journey) -> journey_forms.ConsentForm:
        text = get_consent_text(asked, programme=journey.title)
        form = journey_forms.make_consent_form(
            {"locale": text.locale, "version": text.version}, _l("Yes, I agree"), _l("No, I do not agree")
        )
        said = journey.consents.get(asked)
        if said is not None and not form.is_submitted():
            form.agrees.data = journey_forms.YES if said.action is ConsentAction.GIVEN else journey_forms.NO
        return form

    def save(journey: Journey, form: journey_forms.ConsentForm) -> None:
        text = get_consent_text(asked, programme=journey.title)
        if form.shown_values != {"locale": text.locale, "version": text.version}:
            form.set_shown({"locale": text.locale, "version": text.version})
            raise Conflict(_("The text on this page has changed. Read it again, then answer."))
        operations.answer_consent(
            journey, asked, agrees=form.agrees.data == journey_forms.YES, actor=current_actor
        )

    return answer_page(
        code,
        f"{CONSENT}{asked}",
        "admissions/answer_consent.html",
        make,
        save,
        is_personal=False,
        text=lambda journey: get_consent_text(asked, programme=journey.title).text,
        purpose=lambda journey: asked,
    )
