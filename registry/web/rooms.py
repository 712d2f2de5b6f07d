"""The rooms of the building: where each kind of staff works."""

from dataclasses import dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core.i18n import _l


@dataclass(frozen=True)
class Room:
    """A part of the site with its address, its name in the navigation, and who may enter."""

    path: str
    label: Any
    permission: Permission


ROOMS = (
    Room("/admin", _l("Administration"), Permission.ADMIN_ENTER),
    Room("/manage", _l("Work to do"), Permission.MANAGE_ENTER),
    Room("/manage/programmes", _l("My programmes"), Permission.MANAGE_ENTER),
    Room("/desk", _l("Focal point’s desk"), Permission.DESK_ENTER),
    Room("/reviews", _l("Reviews"), Permission.REVIEWS_ENTER),
    Room("/sponsor", _l("Reports"), Permission.SPONSOR_ENTER),
)
"""The first one open to somebody is where that person begins."""


def list_rooms(actor: Actor) -> list[Room]:
    """The rooms open to the actor, in their order."""
    return [room for room in ROOMS if policy.can(actor, room.permission)]
