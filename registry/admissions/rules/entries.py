"""Kinds of questions answered by several entries, each of the same parts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.admissions.enums import QuestionKind
from registry.admissions.rules.kinds import BASIC, Asked, Fault, Kind, is_answered
from registry.admissions.rules.normalising import Countries
from registry.core.i18n import Labelled, _, _l, current_locale
from registry.people.enums import Education

MOST_ENTRIES = 10
START, END = "start", "end"


class WorkKind(Labelled):
    """What somebody does for a living, or sells."""

    JOB = "job", _l("A job")
    BUSINESS = "business", _l("An own business")
    SHOP = "shop", _l("A shop on the internet")
    VOLUNTARY = "voluntary", _l("Voluntary work")


@dataclass(frozen=True)
class Part:
    """One field of every entry; a question in all that a kind needs of one."""

    key: str
    kind: QuestionKind
    label: Any
    is_required: bool = True
    hint: Any = ""
    members: Sequence[Any] = ()
    """Members of the enum to choose from."""
    units: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    max_words: int | None = None
    least: Any = None
    most: Any = None

    @property
    def options(self) -> list[dict[str, Any]]:
        """As a question has them, in the reader's language."""
        return [{"value": each.value, "labels": {current_locale(): each.label}} for each in self.members]


K = QuestionKind
_PERIOD = (
    Part(START, K.YEAR_MONTH, _l("From"), hint=_l("Month and year, like 9 2024.")),
    Part(END, K.YEAR_MONTH, _l("Until"), is_required=False, hint=_l("Leave this empty if it goes on.")),
)
PARTS: Mapping[QuestionKind, Sequence[Part]] = {
    K.EDUCATION: (
        Part("place", K.SHORT_TEXT, _l("School, college or university")),
        Part("country", K.COUNTRY, _l("Country"), is_required=False),
        Part("level", K.CHOICE, _l("What you completed or will complete there"), members=list(Education)),
        Part("subject", K.SHORT_TEXT, _l("Subject"), is_required=False),
        *_PERIOD,
    ),
    K.WORK: (
        Part("type", K.CHOICE, _l("What it is"), members=list(WorkKind)),
        Part("place", K.SHORT_TEXT, _l("Name of the employer, business or shop")),
        Part("role", K.SHORT_TEXT, _l("What you do or sell there")),
        Part("link", K.LINK, _l("Link"), is_required=False),
        *_PERIOD,
    ),
}
"""Of which parts an entry consists."""


def check_entries(parts: Sequence[Any], value: Any) -> list[Fault]:
    """What is wrong with the entries; the field of a fault is the entry's number and the key of the part."""
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        return [Fault(_("Fill in at least one entry."), f"0-{parts[0].key}")]
    if len(value) > MOST_ENTRIES:
        over = _("Enter at most %(number)s entries.", number=MOST_ENTRIES)
        return [Fault(over, f"{MOST_ENTRIES}-{parts[0].key}")]
    return [fault for number, entry in enumerate(value) for fault in _check_entry(parts, number, entry)]


def _check_entry(parts: Sequence[Any], number: int, entry: Mapping[str, Any]) -> list[Fault]:
    faults = [
        Fault(fault.sentence, f"{number}-{part.key}" + (f"-{fault.field}" if fault.field else ""))
        for part in parts
        for fault in BASIC[part.kind].find_faults(part, entry.get(part.key))
    ]
    start, end = entry.get(START), entry.get(END)
    if not faults and start and end and end < start:
        faults.append(Fault(_("This is before the beginning. Check both."), f"{number}-{END}"))
    return faults


def _make_kind(kind: QuestionKind) -> Kind:
    parts = PARTS[kind]

    def normalise(_asked: Asked, typed: Any, countries: Countries) -> Any:
        entries = [_normalise_entry(parts, entry, countries) for entry in typed or ()]
        return [entry for entry in entries if entry] or None

    def describe(_asked: Asked, value: Any) -> list[str]:
        return [_describe_entry(parts, entry) for entry in value]

    def cell(_asked: Asked, value: Any) -> str:
        return "; ".join(
            _join(parts, entry, lambda part, said: BASIC[part.kind].cell(part, said)) for entry in value
        )

    return Kind(
        missing=_l("Fill in at least one entry."),
        check=lambda _asked, value: check_entries(parts, value),
        describe=describe,
        cell=cell,
        normalise=normalise,
        first=f"0-{parts[0].key}",
    )


def _normalise_entry(parts: Sequence[Part], entry: Mapping[str, Any], countries: Countries) -> dict[str, Any]:
    read = {part.key: BASIC[part.kind].normalise(part, entry.get(part.key), countries) for part in parts}
    return {key: said for key, said in read.items() if is_answered(said)}


def _describe_entry(parts: Sequence[Part], entry: Mapping[str, Any]) -> str:
    said = [str(BASIC[part.kind].describe(part, entry[part.key])) for part in parts if entry.get(part.key)]
    if entry.get(START) and not entry.get(END):
        said[-1] = _("since %(month)s", month=said[-1])
    return " · ".join(said)


def _join(parts: Sequence[Part], entry: Mapping[str, Any], say: Callable[[Part, Any], Any]) -> str:
    return ", ".join(str(say(part, entry[part.key])) for part in parts if entry.get(part.key))


ENTRY_KINDS: dict[QuestionKind, Kind] = {kind: _make_kind(kind) for kind in PARTS}
