"""Which sections and questions somebody is asked: conditions over earlier answers, age, state and bloc. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from registry.admissions.enums import ConditionOperator as O
from registry.admissions.enums import ConditionSubject, QuestionKind
from registry.admissions.models import FormSection, FormVersion, Question, QuestionCondition
from registry.admissions.rules.answers import KINDS, describe_answer
from registry.admissions.rules.eligibility import Standings
from registry.admissions.rules.kinds import is_answered
from registry.admissions.rules.sections import (
    AnswerKey,
    AskedQuestion,
    group_by_section,
    is_repeating,
    spread_section,
)
from registry.core.i18n import _, country_name, format_listing, language_name, pick_translation
from registry.places.enums import Standing

K = QuestionKind
Conditional = Question | FormSection
"""What is asked under conditions."""
_CHOSEN = (O.IS, O.IS_NOT, O.ANSWERED, O.NOT_ANSWERED)
_ORDERED = (O.AT_LEAST, O.AT_MOST, O.ANSWERED, O.NOT_ANSWERED)
ANSWER_OPERATORS: Mapping[QuestionKind, Sequence[O]] = {
    **dict.fromkeys(K, (O.ANSWERED, O.NOT_ANSWERED)),
    **dict.fromkeys((K.CHOICE, K.CHOICES, K.YES_NO, K.CONSENT, K.COUNTRY, K.LANGUAGE), _CHOSEN),
    **dict.fromkeys((K.NUMBER, K.DATE, K.YEAR_MONTH), _ORDERED),
}
"""How an answer of each kind can be compared."""
OPERATORS: Mapping[ConditionSubject, Sequence[O]] = {
    ConditionSubject.AGE: (O.AT_LEAST, O.AT_MOST),
    ConditionSubject.COUNTRY: (O.IS, O.IS_NOT),
    ConditionSubject.BLOC: (O.IS, O.IS_NOT),
}


@dataclass(frozen=True)
class Situation:
    """What conditions look at, as far as it is known."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    """Question key -> value, as it stands in the entry that is looked at."""
    age: tuple[int, int] | None = None
    """The least and the greatest the person may have on the day that counts."""
    state: str = ""
    """Whose seat it would be."""
    standings: Standings = field(default_factory=dict)


@dataclass(frozen=True)
class AskedPart:
    """A section, or the questions in none, with what is asked there."""

    section: FormSection | None
    questions: Sequence[AskedQuestion]
    entries: Sequence[int] = ()
    """The numbers of the entries, where it repeats."""


def select_parts(
    questions: Iterable[Question],
    answers: Mapping[AnswerKey, Any],
    situation: Situation,
    entries: Mapping[str, Sequence[int]],
) -> list[AskedPart]:
    """What is asked, in its order. What somebody is not asked, nothing can depend on.

    `entries` maps the key of a repeating section to the numbers of its entries; in each, conditions look at
    the answers of the same entry.
    """
    parts: list[AskedPart] = []
    said: dict[str, Any] = {}
    for section, group in group_by_section(questions):
        if section is not None and not is_asked(section.conditions, replace(situation, answers=said)):
            continue
        numbers = entries.get(section.key, ()) if section is not None and section.is_repeating else ()
        asked: list[AskedQuestion] = []
        within = said
        for each in spread_section(section, group, entries):
            if each.place and each.question is group[0]:
                within = dict(said)
            if is_asked(each.question.conditions, replace(situation, answers=within)):
                asked.append(each)
                if each.key in answers:
                    within[each.question.key] = answers[each.key]
        parts.append(AskedPart(section, asked, numbers))
    return parts


def is_asked(conditions: Sequence[QuestionCondition], situation: Situation) -> bool:
    """Whether one alternative holds, or may hold: what is not known yet hides nothing."""
    return not conditions or any(
        all(holds(condition, situation) is not False for condition in alternative)
        for alternative in list_alternatives(conditions)
    )


def list_alternatives(conditions: Iterable[QuestionCondition]) -> list[list[QuestionCondition]]:
    """The conditions that must hold together, for each case in which the question is asked."""
    ordered = sorted(conditions, key=lambda condition: condition.alternative)
    return [list(group) for _number, group in groupby(ordered, key=lambda each: each.alternative)]


def holds(condition: QuestionCondition, situation: Situation) -> bool | None:
    """Whether the condition holds; None while that is not known."""
    if condition.subject is ConditionSubject.AGE:
        return _check_age(condition, situation.age)
    if condition.subject is ConditionSubject.COUNTRY:
        return (
            (situation.state in condition.values) is (condition.operator is O.IS) if situation.state else None
        )
    if condition.subject is ConditionSubject.BLOC:
        return _check_blocs(condition, situation)
    source = condition.source
    return source is not None and _check_answer(condition, source, situation.answers.get(source.key))


def _check_age(condition: QuestionCondition, age: tuple[int, int] | None) -> bool | None:
    if age is None:
        return None
    bound = int(condition.values[0])
    found = {each >= bound if condition.operator is O.AT_LEAST else each <= bound for each in age}
    return found.pop() if len(found) == 1 else None


def _check_blocs(condition: QuestionCondition, situation: Situation) -> bool | None:
    if not situation.state:
        return None
    found = {_has_standing(value, situation) for value in condition.values}
    is_one = True if True in found else (None if None in found else False)
    return is_one if condition.operator is O.IS or is_one is None else not is_one


def _has_standing(value: str, situation: Situation) -> bool | None:
    bloc, _colon, standing = value.partition(":")
    possible = situation.standings.get(bloc, {}).get(situation.state, frozenset({None}))
    if Standing.of(standing) not in possible:
        return False
    return True if len(possible) == 1 else None


def _check_answer(condition: QuestionCondition, source: Question, value: Any) -> bool:
    is_said = is_answered(value)
    if condition.operator in (O.ANSWERED, O.NOT_ANSWERED):
        return is_said is (condition.operator is O.ANSWERED)
    if not is_said or KINDS[source.kind].check(source, value):
        return False
    if condition.operator in (O.IS, O.IS_NOT):
        found = bool(_list_said(value) & set(condition.values))
        return found is (condition.operator is O.IS)
    bound: Any = condition.values[0]
    if source.kind is K.NUMBER:
        bound = float(bound)
    return bool(value >= bound if condition.operator is O.AT_LEAST else value <= bound)


def _list_said(value: Any) -> set[str]:
    """The answer as the values that conditions hold."""
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    if isinstance(value, Mapping):
        return {"yes" if value["agrees"] else "no"} if "agrees" in value else {value["tag"]}
    return set(value) if isinstance(value, list) else {value}


def list_depending(question: Question, form: FormVersion) -> list[Conditional]:
    """The sections and questions that are asked depending on this one."""
    among: list[Conditional] = [*form.sections, *form.questions]
    return [each for each in among if any(one.source is question for one in each.conditions)]


def name_of(part: Conditional) -> str:
    """The question's label, or the section's title, as the reader gets it."""
    texts = part.titles if isinstance(part, FormSection) else part.labels
    return str(pick_translation(texts)[1])


def comes_before(source: Question, part: Conditional) -> bool:
    """Whether the question is asked before anything of the part is."""
    if isinstance(part, FormSection):
        return source.section is None or source.section.position < part.position
    return source.position < part.position


def has_one_answer(source: Question, part: Conditional) -> bool:
    """Whether a condition of the part finds one answer: not those of many entries, but of its own one."""
    return not is_repeating(source.section) or (isinstance(part, Question) and part.section is source.section)


def list_sources(part: Conditional) -> list[Question]:
    """The questions whose answers the conditions of the part can look at."""
    return [
        each
        for each in part.form_version.questions
        if each is not part and comes_before(each, part) and has_one_answer(each, part)
    ]


def describe_conditions(part: Conditional, bloc_names: Mapping[str, str]) -> str:
    """In which cases the question or section is asked, in one phrase; empty for what everybody is asked."""
    cases = [
        format_listing([describe_condition(condition, bloc_names) for condition in alternative])
        for alternative in list_alternatives(part.conditions)
    ]
    return _("Asked if %(conditions)s", conditions=format_listing(cases, "or")) if cases else ""


def describe_condition(condition: QuestionCondition, bloc_names: Mapping[str, str]) -> str:
    """The condition as a clause."""
    values = format_listing(_describe_values(condition, bloc_names), "or")
    if condition.subject is ConditionSubject.AGE:
        if condition.operator is O.AT_LEAST:
            return _("the age is at least %(years)s", years=values)
        return _("the age is at most %(years)s", years=values)
    if condition.subject in (ConditionSubject.COUNTRY, ConditionSubject.BLOC):
        if condition.operator is O.IS:
            return _("the state is %(states)s", states=values)
        return _("the state is not %(states)s", states=values)
    return _describe_answer_condition(condition, values)


def _describe_answer_condition(condition: QuestionCondition, values: str) -> str:
    label = pick_translation(condition.source.labels)[1] if condition.source else ""
    sentences = {
        O.IS: _("the answer to “%(question)s” is %(values)s", question=label, values=values),
        O.IS_NOT: _("the answer to “%(question)s” is not %(values)s", question=label, values=values),
        O.AT_LEAST: _("the answer to “%(question)s” is at least %(values)s", question=label, values=values),
        O.AT_MOST: _("the answer to “%(question)s” is at most %(values)s", question=label, values=values),
        O.ANSWERED: _("“%(question)s” is answered", question=label),
        O.NOT_ANSWERED: _("“%(question)s” is not answered", question=label),
    }
    return sentences[condition.operator]


def _describe_values(condition: QuestionCondition, bloc_names: Mapping[str, str]) -> list[str]:
    if condition.subject is ConditionSubject.COUNTRY:
        return [country_name(value) for value in condition.values]
    if condition.subject is ConditionSubject.BLOC:
        pairs = [value.partition(":") for value in condition.values]
        return [
            _("%(bloc)s: %(standing)s", bloc=bloc_names.get(bloc, bloc), standing=Standing.of(standing).label)
            for bloc, _colon, standing in pairs
        ]
    if condition.source is None:
        return list(condition.values)
    return [_describe_value(condition.source, value) for value in condition.values]


def _describe_value(source: Question, value: str) -> str:
    if source.kind in (K.YES_NO, K.CONSENT):
        return _("Yes") if value == "yes" else _("No")
    if source.kind is K.LANGUAGE:
        return language_name(value)
    said: Any = [value] if source.kind is K.CHOICES else value
    words = describe_answer(source, said)
    return words[0] if isinstance(words, list) else words


def why_not_a_condition(condition: QuestionCondition, part: Conditional) -> str | None:
    """The sentence that says why the condition cannot be judged in its form, or None."""
    source = condition.source
    if condition.subject is not ConditionSubject.ANSWER or source is None:
        return None
    label = name_of(part)
    if not comes_before(source, part):
        return _("“%(question)s” depends on a question that comes later. Move one of them.", question=label)
    if not has_one_answer(source, part):
        return _(
            "“%(question)s” depends on a question that is answered several times. Remove that condition.",
            question=label,
        )
    known = {option["value"] for option in source.options}
    if "options" in KINDS[source.kind].settings and not set(condition.values) <= known:
        return _("“%(question)s” depends on an answer that is no longer there.", question=label)
    return None
