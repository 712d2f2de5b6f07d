"""The coordinators' table of applications and its exports: the columns, and who owns a kept filter. Pure."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import ListColumn, Sensitivity
from registry.admissions.models import Criterion, Question, SavedFilter
from registry.admissions.rules.answers import describe_answer, make_cell
from registry.admissions.rules.sections import AskedQuestion
from registry.core.i18n import Labelled, _, country_name, format_day, pick_translation
from registry.people.enums import Education, Occupation, Settlement

ANSWER = "answer."
"""Before a question's key: the name of the column with its answers."""

SCORE = "score."
"""Before a criterion's code: the name of the column with the mean of its scores."""
RATED = (ListColumn.REVIEWS, ListColumn.SCORE_RAW, ListColumn.SCORE_CORRECTED, ListColumn.SCORE_SPREAD)
"""Columns that come from all reviews of the cohort at once, not from the application's row."""

TAG_BREAK = "\n"
"""Between the tags of one application, as the database strings them together."""

MAX_COLUMNS = 40
DEFAULT_COLUMNS = (
    ListColumn.CODE,
    ListColumn.MEMBER_STATE,
    ListColumn.AGE_YEARS,
    ListColumn.SUBMITTED_AT,
    ListColumn.STATUS,
    ListColumn.STAGED,
    ListColumn.TAGS,
)

_CHOICES: Mapping[str, type[Labelled]] = {
    ListColumn.EDUCATION: Education,
    ListColumn.OCCUPATION: Occupation,
    ListColumn.SETTLEMENT: Settlement,
}


@dataclass(frozen=True)
class Column:
    """One column. `questions` are the question's editions in the cohort's form versions, the newest last."""

    name: str
    label: str
    questions: tuple[Question, ...] = ()
    criterion: Criterion | None = None
    entry: int = 1

    @property
    def is_answer(self) -> bool:
        return bool(self.questions)

    def plain(self, value: Any) -> Any:
        """An answer or tags in one cell of a file for machines: what is stored, without inner structure."""
        if self.questions:
            return make_cell(self.questions[-1], value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return "; ".join(sorted(value.split(TAG_BREAK))) if self.name == ListColumn.TAGS else value
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return "; ".join(value)
        if isinstance(value, (list, dict)):
            return json.dumps(value, ensure_ascii=False)
        return value

    def say(self, value: Any) -> Any:
        """The value in one cell of a file for people: in the reader's words; days, instants and numbers stay."""
        if isinstance(value, Labelled):
            return str(value.label)
        if value is None or (isinstance(value, (date, int, float)) and not self.is_answer):
            return value
        if self.name == ListColumn.BORN_ON:
            return date.fromisoformat(value)
        if self.name == ListColumn.MEMBER_STATE:
            return country_name(value)
        if self.name == ListColumn.TAGS:
            return self.plain(value)
        return self.describe(value)

    def describe(self, value: Any) -> str:
        """An answer, or a particular as the profile holds it, in the reader's words."""
        if value is None or value == "":
            return ""
        if self.questions:
            said = describe_answer(self.questions[-1], value)
            return "; ".join(said) if isinstance(said, list) else said
        if self.name in _CHOICES:
            return next((str(each.label) for each in _CHOICES[self.name] if each.value == value), str(value))
        if self.name == ListColumn.BORN_ON:
            return format_day(date.fromisoformat(value))
        if self.name == ListColumn.RESIDENCE:
            return country_name(value)
        return str(value)


def list_columns(questions: Iterable[Question], criteria: Iterable[Criterion] = ()) -> list[Column]:
    """All that the table of a cohort with these questions and criteria can show; questions are joined by their key.

    What is sensitive stands on the application's own page only.
    """
    editions: dict[str, list[Question]] = {}
    for question in questions:
        editions.setdefault(question.key, []).append(question)
    fixed = [Column(each.value, str(each.label)) for each in ListColumn]
    asked = [
        column
        for key, each in editions.items()
        if all(question.sensitivity is not Sensitivity.SENSITIVE for question in each)
        for column in _list_entries(f"{ANSWER}{key}", tuple(each))
    ]
    scored = [
        Column(
            f"{SCORE}{each.code}",
            _("Score: %(criterion)s", criterion=pick_translation(each.labels)[1]),
            criterion=each,
        )
        for each in criteria
    ]
    return [*fixed, *scored, *asked]


def _list_entries(name: str, questions: tuple[Question, ...]) -> list[Column]:
    """One column, or one for each entry that a version of the form had room for."""
    latest = questions[-1]
    most = max((question.section.most_entries or 0) if question.section else 0 for question in questions)
    if not most:
        return [Column(name, AskedQuestion(latest).label, questions)]
    return [
        Column(f"{name}.{entry}", AskedQuestion(latest, entry, entry).label, questions, entry=entry)
        for entry in range(1, most + 1)
    ]


def choose_columns(names: Collection[str], columns: Sequence[Column]) -> list[Column]:
    """The named ones in the table's own order; the usual ones where nothing known is named."""
    chosen = [column for column in columns if column.name in names][:MAX_COLUMNS]
    usual = {column.value for column in DEFAULT_COLUMNS}
    return chosen or [column for column in columns if column.name in usual]


def clean_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What of a table's address is kept under a name: no name that was searched for, and no page."""
    return {name: value for name, value in arguments.items() if name not in {"q", "page"}}


@policy.rule(Permission.DECISION_STAGE, on=SavedFilter)
def _is_owner(actor: Actor, saved: SavedFilter) -> bool:
    return actor.user_id is not None and actor.user_id == saved.user_id
