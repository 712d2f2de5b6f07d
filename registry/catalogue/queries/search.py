"""The list of programmes: filters, search, order, and how many there are of each kind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from registry.catalogue import rules
from registry.catalogue.enums import Availability, DeadlineWithin, Mode, ProgrammeKind
from registry.catalogue.queries.snapshot import ProgrammeView, Snapshot
from registry.core import clock
from registry.core.i18n import Labelled, country_name, fold, language_name, pick_translation, sort_key
from registry.core.tables import PAGE_SIZE, Page

_RANKS = {availability: rank for rank, availability in enumerate(Availability)}


FacetValues = Mapping[str, list[tuple[str, Any]]]
"""Facet -> its values with labels, in the order shown."""


class Order(StrEnum):
    """How the list is sorted."""

    DEADLINE = "deadline"
    TITLE = "title"


@dataclass(frozen=True)
class Filters:
    """What the reader chose. An empty set does not filter; within one, any value will do."""

    words: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name of a facet -> its chosen values."""
    order: Order = Order.DEADLINE
    page: int = 1

    def values(self, facet: str) -> frozenset[str]:
        return self.chosen.get(facet, frozenset())

    def without(self, facet: str) -> "Filters":
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name != facet})

    @property
    def is_empty(self) -> bool:
        return not self.words and not any(self.chosen.values())


@dataclass(frozen=True)
class FacetValue:
    """One choice, with the number of programmes it would show beside the other facets' choices."""

    value: str
    label: Any
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A question to filter by."""

    name: str
    values: tuple[FacetValue, ...]

    @property
    def chosen(self) -> tuple[FacetValue, ...]:
        return tuple(value for value in self.values if value.is_chosen)


@dataclass(frozen=True)
class Listing:
    """One page of what was found, and the facets around it. `until`: when it would read differently."""

    page: Page[ProgrammeView]
    total: int
    facets: Mapping[str, Facet]
    blocs: Mapping[str, str]
    """Slug -> short name in the reader's language."""
    until: datetime


FACETS = ("kind", "country", "topic", "language", "mode", "status", "deadline")


def search_programmes(snapshot: Snapshot, filters: Filters, values: FacetValues) -> Listing:
    """The programmes that fit, with the counts of every facet. No query: the snapshot holds it all."""
    at = clock.now()
    words = [fold(word) for word in filters.words.split()]
    named = [
        snapshot.look_at(card, at)
        for card in snapshot.programmes
        if all(word in card.search_text for word in words)
    ]
    fitting = _sort(_filter(named, filters), filters.order)
    first = (filters.page - 1) * PAGE_SIZE
    return Listing(
        page=Page(
            rows=fitting[first : first + PAGE_SIZE],
            next=str(filters.page + 1) if len(fitting) > first + PAGE_SIZE else None,
            previous=str(filters.page - 1) if filters.page > 1 else None,
        ),
        total=len(fitting),
        facets={name: _count(name, values[name], named, filters) for name in FACETS},
        blocs=name_blocs(snapshot),
        until=find_next_change(snapshot, at),
    )


def name_blocs(snapshot: Snapshot) -> dict[str, str]:
    """Slug -> short name in the reader's language."""
    return {slug: pick_translation(names)[1] for slug, names in snapshot.blocs.items()}


def find_next_change(snapshot: Snapshot, at: datetime) -> datetime:
    """When anything that lists show changes by the clock alone."""
    cohorts = [cohort for card in snapshot.programmes for cohort in card.cohorts]
    changes = [rules.find_next_change(cohort, at) for cohort in cohorts]
    soon = (cohort.closes_at - timedelta(days=each.days) for cohort in cohorts for each in DeadlineWithin)
    return min([snapshot.until, *(each for each in changes if each), *(each for each in soon if each > at)])


def list_facet_values(snapshot: Snapshot) -> FacetValues:
    """Facet -> its values with labels, in the order shown."""
    languages = {tag for card in snapshot.programmes for tag in card.languages}
    return {
        "kind": _labelled(ProgrammeKind),
        "country": _by_name((code, country_name(code)) for code in snapshot.countries),
        "topic": [(slug, pick_translation(names)[1]) for slug, names in snapshot.topics.items()],
        "language": _by_name((tag, language_name(tag)) for tag in languages),
        "mode": _labelled(Mode),
        "status": _labelled(Availability),
        "deadline": _labelled(DeadlineWithin),
    }


def _labelled(choices: type[Labelled]) -> list[tuple[str, Any]]:
    return [(member.value, member.label) for member in choices]


def _by_name(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, Any]]:
    return sorted(pairs, key=lambda pair: sort_key(pair[1]))


def _filter(views: Iterable[ProgrammeView], filters: Filters) -> list[ProgrammeView]:
    chosen = [(name, values) for name, values in filters.chosen.items() if values]
    return [view for view in views if all(view.values[name] & values for name, values in chosen)]


def _count(
    name: str, values: Iterable[tuple[str, Any]], named: Iterable[ProgrammeView], filters: Filters
) -> Facet:
    counts = Counter(value for view in _filter(named, filters.without(name)) for value in view.values[name])
    chosen = filters.values(name)
    return Facet(
        name, tuple(FacetValue(value, label, counts[value], value in chosen) for value, label in values)
    )


def _sort(views: Iterable[ProgrammeView], order: Order) -> list[ProgrammeView]:
    def by_title(view: ProgrammeView) -> tuple[Any, ...]:
        return (*sort_key(pick_translation(view.card.titles)[1]), view.card.slug)

    def by_deadline(view: ProgrammeView) -> tuple[Any, ...]:
        return (_RANKS[view.availability], view.next_at, *by_title(view))

    return sorted(views, key=by_title if order is Order.TITLE else by_deadline)
