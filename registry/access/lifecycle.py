"""Lifecycles: the only way a status changes. Permission, guard, stamp and audit entry are one step."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.base import NO_VALUE

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core import audit, clock
from registry.core.errors import IllegalTransition, InvalidInput
from registry.core.i18n import _l

_applying: ContextVar[bool] = ContextVar("applying", default=False)


class DirectStatusChange(Exception):
    """A status was assigned without its lifecycle: a mistake in the code."""


@dataclass(frozen=True)
class Transition:
    """One row of a transition table.

    `guard(obj)` returns None when the step is possible, else the sentence that says why not.
    `stamps` are instants set to now.
    """

    name: str
    sources: frozenset[StrEnum]
    target: StrEnum
    permission: Permission
    guard: Callable[[Any], Any] | None = None
    stamps: tuple[str, ...] = ()
    needs_reason: bool = False


def row(
    name: str,
    sources: Iterable[StrEnum],
    target: StrEnum,
    permission: Permission,
    *,
    guard: Callable[[Any], Any] | None = None,
    stamps: str | tuple[str, ...] = (),
    needs_reason: bool = False,
) -> Transition:
    """A row, written briefly."""
    stamps = (stamps,) if isinstance(stamps, str) else stamps
    return Transition(name, frozenset(sources), target, permission, guard, stamps, needs_reason)


class Lifecycle:
    """The transition table of one model. `noun` names it in the audit trail: `admissions:application`."""

    def __init__(
        self, model: type, noun: str, statuses: type[StrEnum], transitions: Iterable[Transition]
    ) -> None:
        self.model = model
        self.noun = noun
        self.statuses = statuses
        self.transitions = {transition.name: transition for transition in transitions}
        event.listen(model.status, "set", self._refuse_direct_change, propagate=True)  # type: ignore[attr-defined]

    def apply(
        self,
        obj: Any,
        action: str,
        *,
        actor: Actor,
        reason: str | None = None,
        about: dict[str, Any] | None = None,
    ) -> Transition:
        """Take the step: checks source state, permission, reason and guard; sets status and stamps; audits.

        Errors: NotAllowed, IllegalTransition (also with the guard's sentence), InvalidInput("reason").
        """
        transition = self.transitions[action]
        policy.require(actor, transition.permission, obj)
        if obj.status not in transition.sources:
            raise IllegalTransition
        if transition.needs_reason and not (reason or "").strip():
            raise InvalidInput(_l("Give a reason."), field="reason")
        if transition.guard is not None and (refusal := transition.guard(obj)) is not None:
            raise IllegalTransition(refusal)
        before = obj.status
        with _allowed():
            obj.status = transition.target
        now = clock.now()
        for stamp in transition.stamps:
            setattr(obj, stamp, now)
        audit.record(
            obj,
            f"{self.noun}:{action}",
            actor,
            reason=reason,
            from_state=before.value,
            to_state=transition.target.value,
            about=about,
        )
        return transition

    def available(self, obj: Any, actor: Actor) -> list[str]:
        """The actions this actor could take now, in the order of the table: for buttons."""
        return [name for name in self.transitions if self.is_possible(obj, name, actor)]

    def is_possible(self, obj: Any, action: str, actor: Actor) -> bool:
        """Whether `apply` would pass state, permission and guard."""
        transition = self.transitions[action]
        return (
            obj.status in transition.sources
            and policy.can(actor, transition.permission, obj)
            and (transition.guard is None or transition.guard(obj) is None)
        )

    @staticmethod
    def _refuse_direct_change(obj: Any, value: Any, old: Any, _initiator: Any) -> None:
        is_new = not sa.inspect(obj).has_identity and old in (NO_VALUE, None)
        if not _applying.get() and not is_new and value != old:
            raise DirectStatusChange(f"{type(obj).__name__}.status changes through its lifecycle only")


@contextmanager
def _allowed() -> Iterator[None]:
    token = _applying.set(True)
    try:
        yield
    finally:
        _applying.reset(token)
