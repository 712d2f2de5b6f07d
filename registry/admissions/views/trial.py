"""A form tried out as an applicant: its real pages, for somebody invented. All of it stands in the address."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.errors import InvalidAnswer
from registry.admissions.forms.answers import make_answer_form
from registry.admissions.forms.attachments import make_files_form
from registry.admissions.forms.particulars import PageForm
from registry.admissions.forms.trial import TrialForm, make_trial_form
from registry.admissions.models import FormSection, FormVersion
from registry.admissions.queries import form_versions
from registry.admissions.queries import trial as queries
from registry.admissions.rules.answers import find_faults
from registry.admissions.rules.asking import AskedPart
from registry.admissions.rules.attachments import MOST_FILES
from registry.admissions.rules.forms import measure_completeness
from registry.admissions.rules.sections import FILE, SECTION, AskedQuestion
from registry.admissions.rules.trial import Trial, TrialJourney, drop_entry, drop_unasked
from registry.admissions.views.attachments import ADD, LONGEST_BODY
from registry.admissions.views.blueprint import bp
from registry.admissions.views.pages import (
    CHECK,
    Way,
    group_pages,
    list_files,
    page_label,
    summarise_entries,
    summarise_journey,
)
from registry.admissions.views.particulars import AS_DRAFT, MORE, find_following
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core.documents import MAX_BYTES, read_document
from registry.core.errors import InvalidInput, RegistryError
from registry.core.i18n import _, _l, in_locale
from registry.core.limits import takes_bytes
from registry.places import queries as places

MOST_CHARACTERS = 2600
"""Of what was entered, packed, in an address: servers refuse longer ones."""
SHORTENED = 40
"""Characters of a text that are kept where an address would become too long."""
TOO_MUCH = _l("The preview cannot hold more answers. Begin it again.")


class TrialWay(Way):
    """The addresses of the same pages in the preview; each holds everything that was entered."""

    def __init__(self, cohort: Cohort, version: FormVersion, journey: TrialJourney, trial: Trial) -> None:
        super().__init__(cohort)
        self._version, self._journey, self._trial = version, journey, trial

    def _address(self, trial: Trial | None = None, **values: Any) -> str:
        kept: dict[str, Any] = {
            name: request.args.get(name) or None for name in ("language", "age", "country")
        }
        said = _pack(trial or self._trial, self._version)
        return url_for(
            "admissions.try_form", code=self.code, number=self._version.number, **kept, said=said, **values
        )

    def go(self, trial: Trial, page: str | None = None, back: str | None = None) -> Response:
        return redirect(self._address(trial, page=page, back=back), 303)

    @property
    def tasks(self) -> str:
        return self._address()

    @property
    def check(self) -> str:
        return self._address(page=CHECK)

    def page(self, key: str, back: str | None = None) -> str:
        return self._address(page=key, back=back)

    def add_entry(self, section: str, back: str | None = None) -> str:
        return self._address(page=f"{SECTION}{section}", back=back or None, add=1)

    def remove_entry(self, section: str, number: int) -> str:
        sections = {part.section.key: part.section for part in self._journey.parts if part.section}
        without = drop_entry(self._trial, self._journey, sections[section], number)
        return self._address(without, page=f"{SECTION}{section}")

    def remove_file(self, asked: AskedQuestion, back: str | None = None) -> str:
        return self._address(page=asked.page, back=back or None, remove=1)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="try-form")


def _pack(trial: Trial, version: FormVersion) -> str | None:
    """What was entered, signed: nobody else's structures are read. Errors: InvalidInput when it is too long."""
    stored = trial.store(version.questions)
    for shorten in (lambda value: value, _shorten):
        said, entries, saved = stored
        packed = _serializer().dumps([[[*head, shorten(value)] for *head, value in said], entries, saved])
        if len(packed) <= MOST_CHARACTERS:
            return str(packed) if any(stored) else None
    raise InvalidInput(TOO_MUCH)


def _shorten(value: Any) -> Any:
    return value[:SHORTENED] if isinstance(value, str) else value


def _unpack(version: FormVersion, form: TrialForm) -> Trial:
    who: dict[str, Any] = {
        "age": None if form.age.errors else form.age.data,
        "country": "" if form.country.errors else form.country.data or "",
    }
    try:
        stored = _serializer().loads(request.args.get("said", ""))
    except BadData:
        return Trial(**who)
    return Trial.restore(stored, version.questions, **who)


@dataclass(frozen=True)
class _Preview:
    """What every page of the preview needs."""

    version: FormVersion
    trial: Trial
    journey: TrialJourney
    way: TrialWay
    bar: Markup

    def go_on(self, trial: Trial, page: str) -> Response:
        """To the page that follows in what the answer has opened and closed."""
        journey = queries.get_trial_journey(self.version, trial)
        trial = drop_unasked(trial, journey)
        action, back = request.form.get("action"), request.args.get("back")
        if action in (MORE, ADD):
            return self.way.go(trial, page, back)
        if action == AS_DRAFT:
            return self.way.go(trial)
        following = find_following(journey, page, is_checked=back == CHECK)
        return self.way.go(trial, following.key if following else CHECK, back if following else None)

    def render(self, template: str, status: int = 200, **context: Any) -> tuple[str, int]:
        page = render_template(
            template,
            journey=self.journey,
            way=self.way,
            preview=self.bar,
            is_open=True,
            asked="",
            back=request.args.get("back") == CHECK,
            **context,
        )
        return page, status


@bp.route("/manage/cohorts/<code>/form/preview/<int:number>", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
@takes_bytes(LONGEST_BODY)
def try_form(code: str, number: int) -> Any:
    """The task list, or the page in the address, as the invented applicant sees it in the language chosen."""
    cohort = get_managed_cohort(code, actor=current_actor)
    version = form_versions.get_version(cohort, number)
    form = make_trial_form(request.args, queries.list_invented_states(cohort))
    trial = _unpack(version, form)
    language = form.language.data if not form.language.errors else str(form.language.default)
    bar = Markup(  # noqa: S704 - a template escapes what it is given.
        render_template(
            "admissions/_trial_bar.html",
            form=form,
            cohort=cohort,
            version=version,
            missing=next(each.missing for each in measure_completeness(version) if each.locale == language),
        )
    )
    with in_locale(language):
        journey = queries.get_trial_journey(version, trial)
        way = TrialWay(cohort, version, journey, trial)
        return _answer(_Preview(version, trial, journey, way, bar), request.args.get("page", ""))


def _answer(preview: _Preview, page: str) -> Any:
    if not page:
        return preview.render(
            "admissions/try_form.html", groups=group_pages(preview.journey), missing=preview.journey.missing
        )
    if page == CHECK:
        return _show_check(preview)
    for part in preview.journey.parts:
        if part.section is not None and part.section.is_repeating and page == f"{SECTION}{part.section.key}":
            return _show_entries(preview, part.section, part)
    for asked in preview.journey.asked:
        if asked.page == page:
            return (_show_files if page.startswith(FILE) else _show_question)(preview, asked)
    flash(_("This page is not asked of the applicant you have chosen."), "error")
    return preview.way.go(preview.trial)


def _show_question(preview: _Preview, asked: AskedQuestion) -> Any:
    trial = preview.trial
    form = make_answer_form(
        asked.question,
        trial.answers.get(asked.key),
        countries=places.list_countries(),
        own_countries=[trial.country] if trial.country else [],
    )
    if form.validate_on_submit():
        faults = find_faults(asked.question, form.value)
        try:
            if faults and request.form.get("action") not in (AS_DRAFT, MORE):
                raise InvalidAnswer(faults)
            return preview.go_on(trial.say(asked.key, form.value, page=asked.page), asked.page)
        except RegistryError as error:
            form.show(error)
    return preview.render("admissions/save_answer.html", form.http_status, form=form, asking=asked)


def _show_files(preview: _Preview, asked: AskedQuestion) -> Any:
    trial, given = preview.trial, list(preview.trial.answers.get(asked.key) or ())
    form = make_files_form(asked.question, given)
    action = request.form.get("action")
    if request.method == "POST" and "remove" in request.args:
        place = request.form.get("file", 0, type=int)
        kept = [each for number, each in enumerate(given) if number != place]
        return preview.way.go(trial.say(asked.key, kept or None, page=asked.page), asked.page)
    if form.validate_on_submit():
        try:
            if upload := form.file.data:
                document = read_document(upload.stream.read(MAX_BYTES + 1), upload.filename or "")
                kind = document.media_type.value
                given.append({"code": "", "name": document.name, "type": kind, "size": len(document.data)})
            elif action == ADD or (action is None and asked.question.is_required and not given):
                raise InvalidInput(_l("Choose a file."), field="file")
            return preview.go_on(trial.say(asked.key, given or None, page=asked.page), asked.page)
        except RegistryError as error:
            form.show(error)
    return preview.render(
        "admissions/save_files.html",
        form.http_status,
        form=form,
        asking=asked,
        files=list_files(asked.question, given),
        codes=range(len(given)),
        earlier=[],
        left=MOST_FILES - len(given),
    )


def _show_entries(preview: _Preview, section: FormSection, part: AskedPart) -> Any:
    page, trial, form = f"{SECTION}{section.key}", preview.trial, PageForm()
    if form.validate_on_submit():
        try:
            if "add" not in request.args:
                return preview.go_on(trial.save(page), page)
            if len(part.entries) >= (section.most_entries or 0):
                raise InvalidInput(_l("No more entries are possible here."))
            number = max(part.entries, default=0) + 1
            trial = trial.set_entries(section, [*part.entries, number])
            journey = queries.get_trial_journey(preview.version, trial)
            first = next(
                (
                    each.page
                    for each in journey.asked
                    if each.question.section is section and each.entry == number
                ),
                page,
            )
            return preview.way.go(trial, first, request.args.get("back"))
        except RegistryError as error:
            form.show(error)
    entries = summarise_entries(preview.journey, section, part, preview.way)
    return preview.render(
        "admissions/save_entries.html", form.http_status, form=form, section=section, entries=entries
    )


def _show_check(preview: _Preview) -> Any:
    journey, way = preview.journey, preview.way
    # The first and the last of the groups are about the person.
    return preview.render(
        "admissions/try_form.html",
        sections=summarise_journey(journey, [], way)[1:-1],
        missing=[(page_label(journey, each.key), way.page(each.key, back=CHECK)) for each in journey.missing],
    )
