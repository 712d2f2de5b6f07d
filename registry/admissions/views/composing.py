"""Composing a cohort's form: its draft, sections and questions, and publishing it."""

import re
from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import QuestionKind
from registry.admissions.forms import composing as forms
from registry.admissions.models import FormVersion
from registry.admissions.operations import form_versions, questions
from registry.admissions.queries import form_versions as queries
from registry.admissions.rules import forms as rules
from registry.admissions.rules.planning import why_not_editable
from registry.admissions.views.blueprint import bp
from registry.admissions.views.question_conditions import name_blocs
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core.errors import RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.places import queries as places

MORE = "more"
"""Shows the page again with room for more answers to choose from; stores nothing."""


def _cohort(code: str) -> Cohort:
    return get_managed_cohort(code, actor=current_actor)


def _draft(code: str) -> FormVersion:
    return queries.get_draft(_cohort(code))


def _back(code: str, anchor: str | None = None) -> Response:
    return redirect(url_for(".show_form", code=code, _anchor=anchor), 303)


@bp.get("/manage/cohorts/<code>/form")
@requires(Permission.COHORT_EDIT)
def show_form(code: str) -> str:
    """The draft to compose; without one the published form, and the way to begin a version."""
    cohort = _cohort(code)
    return _render_form(cohort, _begin_form(cohort))


def _begin_form(cohort: Cohort) -> forms.BeginFormForm:
    return forms.BeginFormForm(
        has_published=queries.find_published(cohort) is not None,
        cohorts=queries.list_sources(cohort, actor=current_actor),
    )


def _render_form(cohort: Cohort, begin: forms.BeginFormForm) -> str:
    draft, published = queries.find_draft(cohort), queries.find_published(cohort)
    shown = draft or published
    return render_template(
        "admissions/show_form.html",
        cohort=cohort,
        draft=draft,
        published=published,
        versions=queries.list_versions(cohort),
        groups=rules.group_questions(shown) if shown else [],
        completeness=rules.measure_completeness(shown) if shown else [],
        obstacles=rules.list_obstacles(draft) if draft else [],
        kinds=QuestionKind,
        bloc_names=name_blocs(),
        begin=begin,
        is_editable=why_not_editable(cohort) is None,
    )


@bp.post("/manage/cohorts/<code>/form")
@requires(Permission.COHORT_EDIT)
def start_form_draft(code: str) -> Any:
    """Begin a version: from what is published, the standard form, another cohort's, or nothing."""
    cohort = _cohort(code)
    form = _begin_form(cohort)
    if form.validate():
        try:
            with transaction():
                cohort = _cohort(code)
                form_versions.start_form_draft(
                    cohort,
                    copy_of=_find_source(cohort, form.source.data),
                    is_empty=form.source.data == forms.EMPTY,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("A new version was begun. Nobody sees it before it is published."))
            return _back(code)
    return _render_form(_cohort(code), form), form.http_status


def _find_source(cohort: Cohort, chosen: str) -> FormVersion | None:
    if chosen in (forms.STANDARD, forms.EMPTY):
        return None
    return queries.find_published(cohort if chosen == forms.CURRENT else _cohort(chosen))


@bp.route("/manage/cohorts/<code>/form/publish", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def publish_form(code: str) -> Any:
    """Asks, telling what changes and what is not translated, then freezes the version."""
    draft = _draft(code)
    form = forms.VersionOnlyForm(stored_version=draft.version)
    if form.validate_on_submit():
        try:
            with transaction():
                form_versions.publish_form(_draft(code), version=form.version.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The form was published."))
            return _back(code)
    cohort = _cohort(code)
    draft, published = queries.get_draft(cohort), queries.find_published(cohort)
    if form.is_stale:
        form.renew(draft.version, {})
    return render_template(
        "admissions/publish_form.html",
        form=form,
        cohort=cohort,
        draft=draft,
        difference=rules.compare_forms(published, draft) if published else None,
        completeness=rules.measure_completeness(draft),
        unsent=queries.count_unsent(cohort),
    ), form.http_status


@bp.route("/manage/cohorts/<code>/form/discard", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def discard_form_draft(code: str) -> Any:
    """Asks, then throws the draft away."""
    return _confirm(
        code,
        "admissions/discard_form_draft.html",
        lambda draft: form_versions.discard_form_draft(draft, actor=current_actor),
        _("The new version was thrown away."),
    )


def _confirm(
    code: str,
    template: str,
    operation: Callable[[FormVersion], object],
    done: str,
    find: Callable[[FormVersion], dict[str, Any]] = lambda _draft: {},
) -> Any:
    form = forms.RegistryForm()
    if form.validate_on_submit():
        try:
            with transaction():
                operation(_draft(code))
        except RegistryError as error:
            form.show(error)
        else:
            flash(done)
            return _back(code)
    cohort = _cohort(code)
    draft = queries.get_draft(cohort)
    return render_template(template, form=form, cohort=cohort, draft=draft, **find(draft)), form.http_status


@bp.route("/manage/cohorts/<code>/form/questions/new", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def add_question(code: str) -> Any:
    """A question of the kind that stands in the address."""
    kind = request.args.get("kind", "")
    if kind not in list(QuestionKind):
        abort(404)

    def save(draft: FormVersion, form: forms.QuestionForm) -> str:
        question = questions.add_question(
            draft, form.kind, form.given, key=form.key.data or "", actor=current_actor
        )
        return f"question-{question.key}"

    return _compose(
        code,
        "admissions/add_question.html",
        lambda draft: _question_form(draft, QuestionKind.of(kind)),
        save,
        _("The question was added."),
    )


@bp.route("/manage/cohorts/<code>/form/questions/<key>", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_question(code: str, key: str) -> Any:
    """Everything of a question but its kind and its name in exports."""

    def make(draft: FormVersion) -> forms.QuestionForm:
        question = queries.get_question(draft, key)
        return _question_form(draft, question.kind, question)

    def save(draft: FormVersion, form: forms.QuestionForm) -> str:
        question = queries.get_question(draft, key)
        questions.edit_question(question, form.given, version=form.version.data, actor=current_actor)
        return f"question-{key}"

    return _compose(
        code,
        "admissions/edit_question.html",
        make,
        save,
        _("The changes were saved."),
        find=lambda draft: queries.get_question(draft, key),
        values=forms.question_values,
    )


def _compose(
    code: str,
    template: str,
    make_form: Callable[[FormVersion], Any],
    save: Callable[[FormVersion, Any], str],
    done: str,
    *,
    find: Callable[[FormVersion], Any] = lambda _draft: None,
    values: Callable[[Any], dict[str, Any]] = lambda _part: {},
) -> Any:
    """The page that adds a part to the draft, or changes the one that `find` gives; `save` returns its anchor."""
    form = make_form(_draft(code))
    if not _wants_more() and form.validate_on_submit():
        try:
            with transaction():
                anchor = save(_draft(code), form)
        except RegistryError as error:
            form.show(error)
        else:
            flash(done)
            return _back(code, anchor)
    part = find(_draft(code))
    if form.is_stale:
        form.renew(part.version, values(part))
    return render_template(template, form=form, part=part, cohort=_cohort(code)), form.http_status


def _question_form(draft: FormVersion, kind: QuestionKind, question: Any = None) -> forms.QuestionForm:
    rows = [
        int(match[1]) + 1 for name in request.form if (match := re.fullmatch(r"option-(\d{1,2})-\w+", name))
    ]
    more = forms.MORE_OPTIONS if _wants_more() else 0
    return forms.make_question_form(
        kind,
        draft.sections,
        places.list_country_codes(),
        question=question,
        section=request.args.get("section", ""),
        rows=max(rows, default=0) + more,
    )


def _wants_more() -> bool:
    return request.form.get("action") == MORE


@bp.post("/manage/cohorts/<code>/form/questions/<key>/move")
@requires(Permission.COHORT_EDIT)
def move_question(code: str, key: str) -> Response:
    """One place up or down in its section."""
    with transaction():
        question = queries.get_question(_draft(code), key)
        questions.move_question(question, down=request.form.get("to") == "down", actor=current_actor)
    return _back(code, f"question-{key}")


@bp.route("/manage/cohorts/<code>/form/questions/<key>/remove", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def remove_question(code: str, key: str) -> Any:
    """Asks, then takes the question out of the draft."""
    return _confirm(
        code,
        "admissions/remove_question.html",
        lambda draft: questions.remove_question(queries.get_question(draft, key), actor=current_actor),
        _("The question was removed."),
        lambda draft: {"question": queries.get_question(draft, key)},
    )


@bp.route("/manage/cohorts/<code>/form/sections/new", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def add_section(code: str) -> Any:
    """A heading for questions."""

    def save(draft: FormVersion, form: forms.SectionForm) -> str:
        section = questions.add_section(draft, form.given, actor=current_actor)
        return f"section-{section.key}"

    return _compose(
        code,
        "admissions/add_section.html",
        lambda _draft: forms.make_section_form(),
        save,
        _("The section was added."),
    )


@bp.route("/manage/cohorts/<code>/form/sections/<key>", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def edit_section(code: str, key: str) -> Any:
    """Title, introduction, and whether it has several entries."""

    def save(draft: FormVersion, form: forms.SectionForm) -> str:
        questions.edit_section(
            queries.get_section(draft, key),
            form.given,
            version=form.version.data,
            actor=current_actor,
        )
        return f"section-{key}"

    return _compose(
        code,
        "admissions/edit_section.html",
        lambda draft: forms.make_section_form(queries.get_section(draft, key)),
        save,
        _("The changes were saved."),
        find=lambda draft: queries.get_section(draft, key),
        values=forms.section_values,
    )


@bp.post("/manage/cohorts/<code>/form/sections/<key>/move")
@requires(Permission.COHORT_EDIT)
def move_section(code: str, key: str) -> Response:
    """One place up or down, with its questions."""
    with transaction():
        section = queries.get_section(_draft(code), key)
        questions.move_section(section, down=request.form.get("to") == "down", actor=current_actor)
    return _back(code, f"section-{key}")


@bp.route("/manage/cohorts/<code>/form/sections/<key>/remove", methods=["GET", "POST"])
@requires(Permission.COHORT_EDIT)
def remove_section(code: str, key: str) -> Any:
    """Asks, then takes the heading away."""
    return _confirm(
        code,
        "admissions/remove_section.html",
        lambda draft: questions.remove_section(queries.get_section(draft, key), actor=current_actor),
        _("The section was removed."),
        lambda draft: {"section": queries.get_section(draft, key)},
    )
