"""What the address of the list of programmes may say."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from registry.catalogue.queries import FACETS, Filters, Order
from registry.core.forms import clean_text

PARAMETERS = ("q", *FACETS, "sort", "page")
LONGEST_SEARCH = 100
_MOST_PAGES = 10_000


def read_filters(arguments: MultiDict[str, str], values: Mapping[str, list[tuple[str, Any]]]) -> Filters:
    """The filters of an address; what does not exist is passed over. `values`: facet -> its choices."""
    chosen = {}
    for facet in FACETS:
        known = {str(value) for value, _label in values[facet]}
        if found := known.intersection(arguments.getlist(facet)):
            chosen[facet] = frozenset(found)
    words = clean_text(arguments.get("q", ""))[:LONGEST_SEARCH]
    order = Order.TITLE if arguments.get("sort") == Order.TITLE else Order.DEADLINE
    return Filters(words=words, chosen=chosen, order=order, page=_read_page(arguments.get("page", "")))


def write_filters(filters: Filters) -> list[tuple[str, str]]:
    """The same filters as arguments of an address, always in one order."""
    pairs = [("q", filters.words)] if filters.words else []
    pairs += [(facet, value) for facet in FACETS for value in sorted(filters.values(facet))]
    if filters.order is not Order.DEADLINE:
        pairs.append(("sort", filters.order.value))
    if filters.page > 1:
        pairs.append(("page", str(filters.page)))
    return pairs


def _read_page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_PAGES else 1
