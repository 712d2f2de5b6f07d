"""The only question about permission: `can(actor, permission, obj)`. Pure; default deny."""

from collections.abc import Callable
from typing import Any

from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core.errors import NotAllowed

Rule = Callable[[Actor, Any], bool]

_rules: dict[tuple[Permission, type], Rule] = {}


class UnknownRule(Exception):
    """A permission was asked on a kind of object nobody wrote a rule for: a mistake in the code."""


def rule(*permissions: Permission, on: type) -> Callable[[Rule], Rule]:
    """Register a predicate (actor, object) that decides the permissions on objects of class `on`."""

    def register(predicate: Rule) -> Rule:
        for permission in permissions:
            if (permission, on) in _rules:
                raise UnknownRule(f"two rules for {permission} on {on.__name__}")
            _rules[permission, on] = predicate
        return predicate

    return register


def can(actor: Actor, permission: Permission, obj: Any = None) -> bool:
    """Whether the actor may do this, to this object if one is given.

    Errors: UnknownRule for a pair of permission and class without a registered rule.
    """
    if permission not in actor.permissions:
        return False
    if obj is None or actor.is_system:
        return True
    predicate = _rules.get((permission, type(obj)))
    if predicate is None:
        raise UnknownRule(f"no rule for {permission} on {type(obj).__name__}")
    return predicate(actor, obj)


def require(actor: Actor, permission: Permission, obj: Any = None) -> None:
    """Errors: NotAllowed when the actor may not."""
    if not can(actor, permission, obj):
        raise NotAllowed
