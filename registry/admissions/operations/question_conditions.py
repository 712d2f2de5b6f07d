"""Conditions under which a question of a draft is asked, or all of a section."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.access.actor import Actor
from registry.admissions.enums import ConditionOperator, ConditionSubject, QuestionKind
from registry.admissions.models import FormSection, Question, QuestionCondition
from registry.admissions.operations.form_versions import require_draft
from registry.admissions.rules.asking import ANSWER_OPERATORS, OPERATORS, Conditional, list_sources
from registry.admissions.rules.normalising import normalise_number
from registry.core import audit
from registry.core.database import db
from registry.core.errors import InvalidInput, NotFound
from registry.core.i18n import _l
from registry.core.versions import bump_version, refuse_stale

VALUELESS = (ConditionOperator.ANSWERED, ConditionOperator.NOT_ANSWERED)


@dataclass(frozen=True)
class ConditionInput:
    """What is entered for a condition. `alternative` 0 begins another case."""

    subject: ConditionSubject
    operator: ConditionOperator
    values: Sequence[str] = ()
    source: str = ""
    """Key of the earlier question whose answer counts."""
    alternative: int = 0


def add_condition(part: Conditional, given: ConditionInput, *, actor: Actor) -> QuestionCondition:
    """Ask the question, or all of the section, in this case only, or in this case too.

    Errors: NotAllowed; Conflict for a published version; InvalidInput("source", "operator" or "values").
    """
    draft = part.form_version
    require_draft(draft, actor=actor)
    source = _find_source(part, given)
    allowed = ANSWER_OPERATORS[source.kind] if source else OPERATORS[given.subject]
    if given.operator not in allowed:
        raise InvalidInput(_l("This comparison does not fit. Choose another one."), field="operator")
    known = {condition.alternative for condition in part.conditions}
    condition = QuestionCondition(
        question=part if isinstance(part, Question) else None,
        section=part if isinstance(part, FormSection) else None,
        alternative=given.alternative if given.alternative in known else max(known, default=0) + 1,
        subject=given.subject,
        source=source,
        operator=given.operator,
        values=_check_values(given, source),
    )
    db.session.add(condition)
    audit.record(part, "admissions:form:add_condition", actor, about={"key": part.key})
    bump_version(draft)
    db.session.flush()
    return condition


def remove_condition(part: Conditional, number: int, *, version: int | None, actor: Actor) -> None:
    """Take away the condition that stands at this place, counted from 1, on the form as it was looked at.

    Errors: NotAllowed; Conflict for a published version; StaleWrite; NotFound.
    """
    draft = part.form_version
    require_draft(draft, actor=actor)
    refuse_stale(draft, version, given={}, stored={})
    if not 1 <= number <= len(part.conditions):
        raise NotFound
    part.conditions.pop(number - 1)
    audit.record(part, "admissions:form:remove_condition", actor, about={"key": part.key})
    bump_version(draft)
    db.session.flush()


def _find_source(part: Conditional, given: ConditionInput) -> Question | None:
    if given.subject is not ConditionSubject.ANSWER:
        return None
    for each in list_sources(part):
        if each.key == given.source:
            return each
    raise InvalidInput(_l("Choose one of the earlier questions."), field="source")


def _check_values(given: ConditionInput, source: Question | None) -> list[str]:
    if given.operator in VALUELESS:
        return []
    values = list(given.values)
    if given.subject is ConditionSubject.AGE or (source and source.kind is QuestionKind.NUMBER):
        number = normalise_number(values[0] if values else "")
        if isinstance(number, str) or (given.subject is ConditionSubject.AGE and not isinstance(number, int)):
            raise InvalidInput(_l("Enter a number."), field="values")
        return [str(number)]
    if source and source.kind in (QuestionKind.DATE, QuestionKind.YEAR_MONTH):
        _check_day(values[0] if values else "")
    if not values:
        raise InvalidInput(_l("Choose at least one."), field="values")
    return values


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    except ValueError:
        raise InvalidInput(_l("Enter the date, like 27 3 2007."), field="values") from None
