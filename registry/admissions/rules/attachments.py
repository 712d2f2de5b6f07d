"""Files of applications: how an answer names them, and who may open them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.admissions.models import Attachment
from registry.admissions.rules.applications import is_own, viewing_roles
from registry.core.documents import MediaType

MOST_FILES = 10
"""In one application."""


@dataclass(frozen=True)
class GivenFile:
    """A file as an answer names it."""

    code: str
    name: str
    media_type: MediaType
    size: int


@dataclass(frozen=True)
class GivenFiles:
    """The answer to a question of kind `file`."""

    files: Sequence[GivenFile]


def name_files(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """The answer that stands for these files, as it is stored."""
    return [
        {"code": each.code, "name": each.name, "type": each.media_type.value, "size": each.size}
        for each in attachments
    ]


def read_files(value: Any) -> GivenFiles:
    """The files an answer names; none for no answer."""
    return GivenFiles(
        [GivenFile(each["code"], each["name"], MediaType(each["type"]), each["size"]) for each in value or ()]
    )


@policy.rule(Permission.ATTACHMENT_VIEW, on=Attachment)
def can_view_attachment(actor: Actor, attachment: Attachment) -> bool:
    """The applicant's own, and staff's who see the application and the answer; no reviewer's of a blind cohort."""
    application = attachment.application
    if is_own(actor, application):
        return True
    question, hidden = attachment.question, set()
    if application.cohort.is_blind or not question.reviewer_sees:
        hidden.add(Role.REVIEWER)
    if not question.focal_point_sees:
        hidden.add(Role.FOCAL_POINT)
    return bool(viewing_roles(actor, application) - hidden)
