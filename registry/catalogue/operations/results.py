"""What a programme plans to reach, and what others report of it: both apart from what the registry counts."""

from dataclasses import asdict, dataclass
from datetime import date

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue import errors
from registry.catalogue.enums import ResultQualifier
from registry.catalogue.models import IndicatorDefinition, Programme, ReportedResult, Target
from registry.catalogue.operations.editions import touch_catalogue
from registry.core import audit
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.transaction import storing
from registry.core.versions import refuse_stale


@dataclass(frozen=True)
class Declared:
    """A total that somebody declares; `notes` maps locale -> text."""

    indicator: str
    """Usually a value of ReportedIndicator."""
    value: int
    qualifier: ResultQualifier
    place: str
    """ISO 3166-1 alpha-2, a bloc's slug, or empty."""
    reported_on: date | None
    notes: dict[str, str]
    source: str


@dataclass(frozen=True)
class Planned:
    """A value to reach by a day, for one member state or (empty) for all."""

    indicator: IndicatorDefinition
    member_state: str
    value: int
    due_on: date
    source: str


def declared_of(result: ReportedResult) -> Declared:
    """The total as stored."""
    return Declared(
        indicator=result.indicator,
        value=result.value,
        qualifier=result.qualifier,
        place=result.place,
        reported_on=result.reported_on,
        notes=dict(result.notes),
        source=result.source,
    )


def add_result(programme: Programme, declared: Declared, *, actor: Actor) -> ReportedResult:
    """Record a declared total. Errors: NotAllowed."""
    policy.require(actor, Permission.REPORTED_RESULT_EDIT, programme)
    result = ReportedResult(code=new_code(), programme_id=programme.id, **asdict(declared))
    db.session.add(result)
    _record_result(programme, result, "add_result", actor, [None, result.value])
    return result


def edit_result(
    programme: Programme, result: ReportedResult, declared: Declared, *, version: int | None, actor: Actor
) -> ReportedResult:
    """Correct a declared total. Errors: NotAllowed; StaleWrite."""
    policy.require(actor, Permission.REPORTED_RESULT_EDIT, programme)
    refuse_stale(result, version, given=asdict(declared), stored=asdict(declared_of(result)))
    before = result.value
    for name, value in asdict(declared).items():
        setattr(result, name, value)
    _record_result(programme, result, "edit_result", actor, [before, result.value])
    return result


def remove_result(programme: Programme, result: ReportedResult, *, actor: Actor) -> None:
    """Take a declared total away; the audit trail keeps it. Errors: NotAllowed."""
    policy.require(actor, Permission.REPORTED_RESULT_EDIT, programme)
    _record_result(programme, result, "remove_result", actor, [result.value, None])
    db.session.delete(result)
    db.session.flush()


def set_target(
    programme: Programme, target: Target | None, planned: Planned, *, version: int | None = None, actor: Actor
) -> Target:
    """Plan a value, or change what was planned.

    Errors: NotAllowed; StaleWrite; Conflict("indicator") for a second one of indicator, state and day.
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    values = _values(planned)
    if target is None:
        target = Target(code=new_code(), programme_id=programme.id, **values)
        before = None
    else:
        stored = {name: getattr(target, name) for name in values}
        refuse_stale(target, version, given=values, stored=stored)
        before = target.value
    with storing(errors.TARGET) as session:
        for name, value in values.items():
            setattr(target, name, value)
        session.add(target)
    _record_target(programme, target, "set_target", actor, [before, target.value])
    return target


def remove_target(programme: Programme, target: Target, *, actor: Actor) -> None:
    """Take a plan back. Errors: NotAllowed."""
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    _record_target(programme, target, "remove_target", actor, [target.value, None])
    db.session.delete(target)
    db.session.flush()


def _values(planned: Planned) -> dict[str, object]:
    return {
        "indicator": planned.indicator,
        "member_state": planned.member_state,
        "value": planned.value,
        "due_on": planned.due_on,
        "source": planned.source,
    }


def _record_result(
    programme: Programme, result: ReportedResult, action: str, actor: Actor, change: list[int | None]
) -> None:
    about = {f"{result.code}.{result.indicator}": change, "source": [None, result.source]}
    audit.record(programme, f"catalogue:programme:{action}", actor, about=about)
    db.session.flush()
    touch_catalogue()


def _record_target(
    programme: Programme, target: Target, action: str, actor: Actor, change: list[int | None]
) -> None:
    about = {f"{target.indicator.code}.{target.member_state or 'all'}.{target.due_on}": change}
    audit.record(programme, f"catalogue:programme:{action}", actor, about=about)
    db.session.flush()
    touch_catalogue()
