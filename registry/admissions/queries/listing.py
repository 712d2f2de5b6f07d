"""The coordinator's table of applications: narrowed, sorted, page by page, or all of it as a stream.

Each order but that by age is an index of the cohort's applications, so that page n costs what page 1 costs. A filter
that an order's index does not hold (sex, age, tag) is read along it: at worst the cohort's rows once, as by age.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.access.actor import Actor
from registry.admissions.enums import AgeBand, ApplicationStatus, ListColumn, ReviewStatus
from registry.admissions.models import (
    Answer,
    Application,
    ApplicationTag,
    FormVersion,
    Nomination,
    Question,
    Review,
    SavedFilter,
    Score,
    StagedDecision,
    Tag,
)
from registry.admissions.queries.applications import count_by_state_and_status
from registry.admissions.queries.names import hold_names
from registry.admissions.queries.scores import map_ratings
from registry.admissions.rules.lists import RATED, TAG_BREAK, Column
from registry.admissions.rules.scoring import Rating
from registry.catalogue.models import Cohort
from registry.core.codes import ALPHABET, CODE_LENGTH, normalise_code
from registry.core.database import current_bind, db, reading_only
from registry.core.errors import NotFound
from registry.core.i18n import fold
from registry.core.tables import Page, SortKey, find_beside, get_page
from registry.people.enums import Sex

SORTS: Mapping[str, tuple[Any, ...]] = {
    "submitted": (Application.submitted_at,),
    "name": (Application.listed_name,),
    "status": (Application.status, Application.submitted_at),
    "age": (Application.age_order,),
    "member_state": (Application.member_state, Application.status, Application.submitted_at),
}
"""What the table can be sorted by, each followed by the key: the columns of an index, but for the age."""


@dataclass(frozen=True)
class ApplicationFilter:
    """What the table shows. Empty parts do not narrow it."""

    statuses: tuple[ApplicationStatus, ...] = ()
    member_state: str = ""
    sex: Sex | None = None
    age_band: AgeBand | None = None
    tag: str = ""
    text: str = ""
    sort: str = "submitted"
    is_descending: bool = False

    @property
    def narrows_people(self) -> bool:
        """Whether it asks for more than the kept counts can answer."""
        return bool(self.sex or self.age_band or self.tag or self.text)

    def store(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def restore(cls, stored: Mapping[str, Any]) -> Self:
        """The filter that `store` wrote."""
        sex, age_band = stored["sex"], stored["age_band"]
        return cls(
            **{
                **stored,
                "statuses": tuple(ApplicationStatus.of(each) for each in stored["statuses"]),
                "sex": Sex.of(sex) if sex else None,
                "age_band": AgeBand.of(age_band) if age_band else None,
            }
        )


@dataclass(frozen=True)
class ApplicationRow:
    """One line of the table; nothing beyond what it shows is read."""

    id: int
    code: str
    name: str
    values: Mapping[str, Any]
    """Name of the column -> value."""


def list_questions(cohort: Cohort) -> Sequence[Question]:
    """What the cohort asks and asked, in all published versions, the oldest first."""
    return db.session.scalars(
        sa.select(Question)
        .join(Question.form_version)
        .where(FormVersion.cohort_id == cohort.id, FormVersion.published_at.is_not(None))
        .options(joinedload(Question.section))
        .order_by(FormVersion.number, Question.position, Question.id)
    ).all()


def list_applications(
    cohort: Cohort, asked: ApplicationFilter, columns: Sequence[Column], *, key: str | None, size: int = 50
) -> Page[ApplicationRow]:
    """A page of the cohort's applications; drafts are nobody's business. The caller has opened the cohort."""
    shown = [_expression(column) for column in columns]
    statement = sa.select(Application.id, Application.code, Application.listed_name, *shown)
    page = get_page(_narrow(statement, cohort, asked), _order(asked), key, size=size)
    names = [column.name for column in columns]
    rows = [
        ApplicationRow(row[0], row[1], row[2], dict(zip(names, row[3:], strict=True)))
        for row in _tell_ratings(page.rows, cohort, columns, before=3)
    ]
    return Page(rows, page.next, page.previous)


def _tell_ratings(
    rows: Iterable[Sequence[Any]], cohort: Cohort, columns: Sequence[Column], *, before: int
) -> Iterator[Sequence[Any]]:
    """Puts what the reviews come to where the database has left the application's key.

    `before` is how many values stand before those of the columns.
    """
    places = [(number, column.name) for number, column in enumerate(columns, before) if column.name in RATED]
    if not places:
        yield from rows
        return
    ratings = map_ratings(cohort)
    for row in rows:
        values = list(row)
        for number, name in places:
            rating = ratings.get(values[number])
            values[number] = None if rating is None else _RATINGS[name](rating)
        yield values


_RATINGS: Mapping[str, Callable[[Rating], float]] = {
    ListColumn.REVIEWS: lambda rating: rating.reviews,
    ListColumn.SCORE_RAW: lambda rating: round(rating.raw, 4),
    ListColumn.SCORE_CORRECTED: lambda rating: round(rating.normalised, 4),
    ListColumn.SCORE_SPREAD: lambda rating: round(rating.spread, 4),
}


def _expression(column: Column) -> Any:
    """What the database answers for one application in this column."""
    if column.is_answer:
        return (
            sa.select(Answer.value)
            .where(
                Answer.application_id == Application.id,
                Answer.question_id.in_([question.id for question in column.questions]),
                Answer.entry == column.entry,
            )
            .order_by(Answer.question_id.desc())
            .limit(1)
            .scalar_subquery()
        )
    if column.name in RATED:
        return Application.id
    if column.criterion is not None:
        return (
            sa.select(sa.cast(sa.func.avg(Score.value), sa.Float))
            .join(Score.review)
            .where(
                Review.application_id == Application.id,
                Review.status == ReviewStatus.SUBMITTED,
                Score.criterion_id == column.criterion.id,
            )
            .scalar_subquery()
        )
    if column.name == "staged":
        return (
            sa.select(StagedDecision.decision)
            .where(StagedDecision.application_id == Application.id, StagedDecision.released_at.is_(None))
            .scalar_subquery()
        )
    if column.name == "rank":
        return sa.select(Nomination.rank).where(Nomination.application_id == Application.id).scalar_subquery()
    if column.name == "tags":
        return (
            sa.select(sa.func.aggregate_strings(Tag.name, TAG_BREAK))
            .join(ApplicationTag, ApplicationTag.tag_id == Tag.id)
            .where(ApplicationTag.application_id == Application.id)
            .scalar_subquery()
        )
    own = getattr(Application, column.name, None)
    return own if own is not None else Application.profile[column.name].as_string()


def _order(asked: ApplicationFilter) -> list[SortKey]:
    columns = SORTS.get(asked.sort, SORTS["submitted"])
    return [SortKey(column, asked.is_descending) for column in (*columns, Application.id)]


def _narrow(statement: Any, cohort: Cohort, asked: ApplicationFilter) -> Any:
    statement = statement.where(Application.cohort_id == cohort.id, Application.submitted_at.is_not(None))
    if len(asked.statuses) == 1:
        statement = statement.where(Application.status == asked.statuses[0])
    elif asked.statuses:
        statement = statement.where(Application.status.in_(asked.statuses))
    if asked.member_state:
        statement = statement.where(Application.member_state == asked.member_state)
    if asked.sex is not None:
        statement = statement.where(Application.sex == asked.sex)
    if asked.age_band is not None:
        statement = statement.where(Application.age_band == asked.age_band)
    if asked.tag:
        statement = statement.where(Application.id.in_(_tagged(cohort, asked.tag)))
    if asked.text:
        code = normalise_code(asked.text)
        if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET):
            return statement.where(Application.code == code)
        return statement.where(Application.id.in_(_named(cohort, asked.text)))
    return statement


def _tagged(cohort: Cohort, name: str) -> sa.Select[int]:
    return (
        sa.select(ApplicationTag.application_id)
        .join(Tag, Tag.id == ApplicationTag.tag_id)
        .where(Tag.cohort_id == cohort.id, Tag.folded == fold(name))
    )


def _named(cohort: Cohort, text: str) -> sa.Select[int]:
    """Keys of the cohort's applications with such names; read from the index of names alone."""
    named = sa.orm.aliased(Application)
    return sa.select(named.id).where(named.cohort_id == cohort.id, *hold_names(named.search_name, text))


def find_neighbours(application: Application, asked: ApplicationFilter) -> tuple[str | None, str | None]:
    """Codes of the applications before and after this one within the filter."""
    order = _order(asked)
    values = [getattr(application, each.column.key) for each in order]
    return find_beside(_narrow(sa.select(Application.code), application.cohort, asked), order, values)


def stream_applications(
    cohort: Cohort, asked: ApplicationFilter, columns: Sequence[Column], *, in_words: bool = False
) -> Iterator[Sequence[Any]]:
    """Name and columns of every application, from a cursor of the server a thousand at a time.

    It has a session of its own, so that the caller can write meanwhile. With `in_words` enums are members,
    else the stored words: a hundred thousand members are not made to be undone.
    """
    shown = [_expression(column) for column in columns]
    if not in_words:
        shown = [
            sa.type_coerce(each, sa.String) if isinstance(each.type, sa.Enum) else each for each in shown
        ]
    statement = _narrow(sa.select(Application.listed_name, *shown), cohort, asked).order_by(
        *(each.column.desc() if each.descending else each.column for each in _order(asked))
    )
    with sa.orm.Session(current_bind()) as session:
        with reading_only():
            rows = session.execute(statement, execution_options={"yield_per": 1000})
        yield from _tell_ratings(rows, cohort, columns, before=1)


def count_exactly(cohort: Cohort, asked: ApplicationFilter) -> int:
    """How many applications the filter shows, counted where the kept counts cannot say."""
    kept = count_matching(cohort, asked)
    if kept is not None:
        return kept
    statement = _narrow(sa.select(sa.func.count()).select_from(Application), cohort, asked)
    return db.session.scalar(statement) or 0


def list_ids(cohort: Cohort, asked: ApplicationFilter) -> Sequence[int]:
    """Keys of all applications that the filter shows."""
    return db.session.scalars(_narrow(sa.select(Application.id), cohort, asked)).all()


def list_ids_of_codes(cohort: Cohort, codes: Collection[str]) -> Sequence[int]:
    """Keys of the cohort's applications with these codes; what is no code of it is left out."""
    return db.session.scalars(
        _narrow(sa.select(Application.id), cohort, ApplicationFilter()).where(Application.code.in_(codes))
    ).all()


def count_matching(cohort: Cohort, asked: ApplicationFilter) -> int | None:
    """How many applications the filter shows, from the kept counts; None where only a recount could say."""
    if asked.narrows_people:
        return None
    counts = count_by_state_and_status(cohort)
    return sum(
        n
        for member_state, by_status in counts.items()
        for status, n in by_status.items()
        if (not asked.member_state or member_state == asked.member_state)
        and (not asked.statuses or status in asked.statuses)
    )


def list_tags(cohort: Cohort) -> Sequence[str]:
    """The tags that the cohort's applications carry, by name."""
    carried = sa.exists().where(ApplicationTag.tag_id == Tag.id)
    return db.session.scalars(
        sa.select(Tag.name).where(Tag.cohort_id == cohort.id, carried).order_by(Tag.folded)
    ).all()


def list_tags_of(application: Application) -> Sequence[Tag]:
    """The application's tags, by name."""
    return db.session.scalars(
        sa.select(Tag)
        .join(ApplicationTag, ApplicationTag.tag_id == Tag.id)
        .where(ApplicationTag.application_id == application.id)
        .order_by(Tag.folded)
    ).all()


def find_tag(cohort_id: int, name: str) -> Tag | None:
    """The cohort's tag of this name, however it is written."""
    return db.session.scalar(sa.select(Tag).where(Tag.cohort_id == cohort_id, Tag.folded == fold(name)))


def find_application_tag(application: Application, tag: Tag) -> ApplicationTag | None:
    """The tag on the application."""
    return db.session.get(ApplicationTag, (application.id, tag.id))


def list_saved_filters(cohort: Cohort, *, actor: Actor) -> Sequence[SavedFilter]:
    """The actor's own filters of the cohort's programme, and what its coordinators share; by name."""
    return db.session.scalars(
        sa.select(SavedFilter)
        .where(
            SavedFilter.programme_id == cohort.programme_id,
            sa.or_(SavedFilter.user_id == actor.user_id, SavedFilter.is_shared),
        )
        .options(selectinload(SavedFilter.user))
        .order_by(SavedFilter.name, SavedFilter.id)
    ).all()


def get_saved_filter(code: str, cohort: Cohort, *, actor: Actor) -> SavedFilter:
    """One of the actor's own. Errors: NotFound."""
    found = db.session.scalar(
        sa.select(SavedFilter).where(
            SavedFilter.code == code,
            SavedFilter.programme_id == cohort.programme_id,
            SavedFilter.user_id == actor.user_id,
        )
    )
    if found is None:
        raise NotFound
    return found
