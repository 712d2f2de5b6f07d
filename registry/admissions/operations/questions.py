"""Composing the draft of a form: its sections and questions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import QuestionKind, Sensitivity
from registry.admissions.models import FormSection, FormVersion, Question
from registry.admissions.operations.form_versions import require_draft
from registry.admissions.rules import forms as rules
from registry.admissions.rules.answers import why_not_an_answer
from registry.admissions.rules.asking import list_depending, name_of
from registry.admissions.rules.entries import MOST_ENTRIES, Part
from registry.admissions.rules.forms import make_key
from registry.core import audit
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.versions import bump_version, refuse_stale

Texts = Mapping[str, str]
"""Locale -> text; languages without one are left out."""

NO_TEXT = _l("Enter the text in at least one language.")


@dataclass(frozen=True)
class QuestionInput:
    """Everything of a question that can be changed."""

    labels: Texts
    helps: Texts = field(default_factory=dict)
    options: Sequence[Mapping[str, Any]] = ()
    """As in `Question.options`; without "value" where the option is new."""
    units: Texts = field(default_factory=dict)
    currency: str = ""
    is_required: bool = True
    max_words: int | None = None
    least: Any = None
    most: Any = None
    """Bounds, as an answer of the kind is stored."""
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    reviewer_sees: bool = True
    focal_point_sees: bool = True
    section: str = ""
    """Key of its section; empty for none."""


@dataclass(frozen=True)
class SectionInput:
    """Everything of a section that can be changed. With a greatest number of entries it repeats."""

    titles: Texts
    intros: Texts = field(default_factory=dict)
    least_entries: int | None = None
    most_entries: int | None = None
    entry_labels: Texts = field(default_factory=dict)


def input_of_section(section: FormSection) -> SectionInput:
    """The section as stored."""
    return SectionInput(**{name: getattr(section, name) for name in SectionInput.__dataclass_fields__})


def input_of(question: Question) -> QuestionInput:
    """The question as stored."""
    names = set(QuestionInput.__dataclass_fields__) - {"section"}
    section = question.section.key if question.section else ""
    return QuestionInput(**{name: getattr(question, name) for name in names}, section=section)


def add_question(
    draft: FormVersion, kind: QuestionKind, given: QuestionInput, *, key: str = "", actor: Actor
) -> Question:
    """Add a question at the end of its section. Without a key, one is made of its English label.

    Errors: NotAllowed; Conflict for a published version; InvalidInput("label_en", "key", "section", "least" or
            "most").
    """
    require_draft(draft, actor=actor)
    taken = {question.key for question in draft.questions}
    if key and not rules.is_key(key):
        raise InvalidInput(
            _l("Use small Latin letters, digits and underscores, like shop_link."), field="key"
        )
    if key in taken:
        raise InvalidInput(_l("Another question of this form has this name."), field="key")
    question = Question(
        form_version=draft,
        section=_find_section(draft, given.section),
        key=key or make_key(given.labels.get("en", ""), taken),
        position=len(draft.questions) + 1,
        kind=kind,
        conditions=[],
        **_check(kind, given),
    )
    db.session.add(question)
    about = {"form": draft.number, "key": question.key}
    audit.record(question, "admissions:form:add_question", actor, about=about)
    _finish(draft)
    return question


def edit_question(
    question: Question, given: QuestionInput, *, version: int | None = None, actor: Actor
) -> Question:
    """Change everything but kind and key, which answers are joined by.

    Errors: NotAllowed; Conflict for a published version; StaleWrite; InvalidInput("label_en", "section", "least" or
            "most").
    """
    draft = question.form_version
    require_draft(draft, actor=actor)
    refuse_stale(question, version, given=asdict(given), stored=asdict(input_of(question)))
    for name, value in _check(question.kind, given).items():
        if getattr(question, name) != value:
            setattr(question, name, value)
    section = _find_section(draft, given.section)
    if question.section is not section:
        question.section = section
    audit.record(question, "admissions:form:edit_question", actor, about={"key": question.key})
    _finish(draft)
    return question


def move_question(question: Question, *, down: bool, actor: Actor) -> Question:
    """Change places with the neighbour in the same section; at its end nothing happens.

    Errors: NotAllowed; Conflict for a published version.
    """
    draft = question.form_version
    require_draft(draft, actor=actor)
    beside = [each for each in draft.questions if each.section_id == question.section_id]
    audit.record(question, "admissions:form:move_question", actor, about={"key": question.key, "down": down})
    _swap(Question, beside, question, down=down)
    _finish(draft)
    return question


def remove_question(question: Question, *, actor: Actor) -> None:
    """Errors: NotAllowed; Conflict for a published version, or while other questions depend on it."""
    draft = question.form_version
    require_draft(draft, actor=actor)
    if depending := list_depending(question, draft):
        sentence = _l(
            "“%(question)s” is asked depending on this question. Remove that condition first.",
            question=name_of(depending[0]),
        )
        raise Conflict(sentence)
    audit.record(question, "admissions:form:remove_question", actor, about={"key": question.key})
    draft.questions.remove(question)
    _finish(draft)


def add_section(draft: FormVersion, given: SectionInput, *, actor: Actor) -> FormSection:
    """Add a section at the end.

    Errors: NotAllowed; Conflict for a published version; InvalidInput("title_en" or "most_entries").
    """
    require_draft(draft, actor=actor)
    values = _check_section(given)
    taken = {section.key for section in draft.sections}
    section = FormSection(
        form_version=draft,
        key=make_key(given.titles.get("en", "") or "section", taken),
        position=len(draft.sections) + 1,
        conditions=[],
        **values,
    )
    db.session.add(section)
    audit.record(section, "admissions:form:add_section", actor)
    _finish(draft)
    return section


def edit_section(
    section: FormSection, given: SectionInput, *, version: int | None = None, actor: Actor
) -> FormSection:
    """Errors: NotAllowed; Conflict for a published version; StaleWrite; InvalidInput("title_en" or
    "most_entries").
    """
    draft = section.form_version
    require_draft(draft, actor=actor)
    refuse_stale(section, version, given=asdict(given), stored=asdict(input_of_section(section)))
    for name, value in _check_section(given).items():
        setattr(section, name, value)
    audit.record(section, "admissions:form:edit_section", actor)
    _finish(draft)
    return section


def move_section(section: FormSection, *, down: bool, actor: Actor) -> FormSection:
    """Change places with the neighbour, questions and all.

    Errors: NotAllowed; Conflict for a published version.
    """
    draft = section.form_version
    require_draft(draft, actor=actor)
    audit.record(section, "admissions:form:move_section", actor, about={"down": down})
    _swap(FormSection, draft.sections, section, down=down)
    _finish(draft)
    return section


def remove_section(section: FormSection, *, actor: Actor) -> None:
    """Take the heading away; its questions stay, at the beginning of the form.

    Errors: NotAllowed; Conflict for a published version.
    """
    draft = section.form_version
    require_draft(draft, actor=actor)
    audit.record(section, "admissions:form:remove_section", actor)
    for question in draft.questions:
        if question.section is section:
            question.section = None
    db.session.flush()
    draft.sections.remove(section)
    _finish(draft)


def _check_section(given: SectionInput) -> dict[str, Any]:
    """The columns of the section. Errors: InvalidInput("title_en" or "most_entries")."""
    _require_text(given.titles, "title_en")
    least, most = given.least_entries, given.most_entries
    if most is not None and not 0 <= (least or 0) <= most <= MOST_ENTRIES:
        raise InvalidInput(
            _l(
                "Enter how many entries are possible: from the smallest number to %(most)s.",
                most=MOST_ENTRIES,
            ),
            field="most_entries",
        )
    return asdict(given) | {"least_entries": None if most is None else least or 0}


def _check(kind: QuestionKind, given: QuestionInput) -> dict[str, Any]:
    """The columns of the question. Errors: InvalidInput("label_en", "least" or "most")."""
    _require_text(given.labels, "label_en")
    _check_bounds(kind, given)
    values = {name: getattr(given, name) for name in asdict(given) if name != "section"}
    return values | {"options": _name_options(given.options), "labels": dict(given.labels)}


def _check_bounds(kind: QuestionKind, given: QuestionInput) -> None:
    asked = Part("", kind, "", units=given.units, currency=given.currency)
    for name in ("least", "most"):
        bound = getattr(given, name)
        if bound is None:
            continue
        if kind is QuestionKind.MONEY and not given.currency:
            raise InvalidInput(_l("Choose a currency, so that amounts can be compared."), field="currency")
        if sentence := why_not_an_answer(asked, bound):
            raise InvalidInput(sentence, field=name)
    if given.least is not None and why_not_an_answer(replace(asked, most=given.most), given.least):
        raise InvalidInput(_l("The greatest answer lies below the smallest one. Check both."), field="most")


def _name_options(options: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each option with a value of its own; those there were keep theirs, since answers hold it."""
    taken = {option["value"] for option in options if option.get("value")}
    named = []
    for option in options:
        value = option.get("value")
        if not value:
            value = make_key(option["labels"].get("en", "") or "option", taken)
            taken.add(value)
        named.append({"value": value, "labels": dict(option["labels"])})
    return named


def _require_text(texts: Texts, at: str) -> None:
    if not any(texts.values()):
        raise InvalidInput(NO_TEXT, field=at)


def _find_section(draft: FormVersion, key: str) -> FormSection | None:
    if not key:
        return None
    for section in draft.sections:
        if section.key == key:
            return section
    raise InvalidInput(_l("Choose one of the sections."), field="section")


def _swap(kind: Any, among: Sequence[Any], moved: Any, *, down: bool) -> None:
    place = among.index(moved)
    other = place + 1 if down else place - 1
    if 0 <= other < len(among):
        pair = (among[place], among[other].position), (among[other], among[place].position)
        for each, position in pair:
            _place(kind, each, position)


def _place(kind: Any, each: Any, position: int) -> None:
    # Past the version of the row: who edits it meanwhile must not be refused because it moved.
    if each.position != position:
        db.session.execute(sa.update(kind).where(kind.id == each.id).values(position=position))


def _finish(draft: FormVersion) -> None:
    """Number the questions through, in the order of their sections, and the draft as changed."""
    bump_version(draft)
    db.session.flush()
    sections = sorted(draft.sections, key=lambda section: section.position)
    for number, section in enumerate(sections, 1):
        _place(FormSection, section, number)
    ranks = {None: 0} | {section.id: number for number, section in enumerate(sections, 1)}
    questions = sorted(draft.questions, key=lambda each: (ranks[each.section_id], each.position))
    for number, question in enumerate(questions, 1):
        _place(Question, question, number)
