"""Tags on applications, and filters kept under a name."""

from collections.abc import Mapping
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application, ApplicationTag, SavedFilter, Tag
from registry.admissions.queries import listing as queries
from registry.admissions.rules.lists import clean_arguments
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l, fold
from registry.core.transaction import storing

NO_TAG = _l("Write the tag, at most 40 characters.")
_TAG_TAKEN = {"uq_tag_cohort_id_folded": (None, NO_TAG)}
_NAME_TAKEN = {
    "uq_saved_filter_programme_id_user_id_name": (
        "name",
        _l("You have saved a filter under this name already. Choose another name."),
    )
}


def add_tag(application: Application, name: str, *, actor: Actor) -> Tag:
    """Put a tag on the application; a new one is made. A tag that is there already stays.

    Errors: NotAllowed; InvalidInput("tag").
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    tag = _ensure_tag(application.cohort_id, name)
    if queries.find_application_tag(application, tag) is None:
        db.session.add(ApplicationTag(application_id=application.id, tag_id=tag.id))
        audit.record(application, "admissions:application:add_tag", actor, about={"tag": [None, tag.name]})
        db.session.flush()
    return tag


def remove_tag(application: Application, name: str, *, actor: Actor) -> None:
    """Take a tag off the application.

    Errors: NotAllowed; Conflict when it does not carry the tag.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    tag = queries.find_tag(application.cohort_id, name)
    carried = queries.find_application_tag(application, tag) if tag else None
    if tag is None or carried is None:
        raise Conflict(_l("This application does not carry the tag."))
    db.session.delete(carried)
    audit.record(application, "admissions:application:remove_tag", actor, about={"tag": [tag.name, None]})
    db.session.flush()


def clean_tag(name: str) -> str:
    """The tag as it is stored. Errors: InvalidInput("tag") for what is none."""
    name = " ".join(name.split())
    if not fold(name).strip() or len(name) > Tag.name.type.length:
        raise InvalidInput(NO_TAG, field="tag")
    return name


def _ensure_tag(cohort_id: int, name: str) -> Tag:
    name = clean_tag(name)
    tag = queries.find_tag(cohort_id, name)
    if tag is not None:
        return tag
    try:
        with storing(_TAG_TAKEN) as session:
            tag = Tag(cohort_id=cohort_id, name=name, folded=fold(name))
            session.add(tag)
    except Conflict:
        # Made by somebody else at the same moment.
        tag = queries.find_tag(cohort_id, name)
        if tag is None:
            raise
    return tag


def save_filter(
    cohort: Cohort, name: str, arguments: Mapping[str, Any], *, is_shared: bool, actor: Actor
) -> SavedFilter:
    """Keep the address's part of a filtered table under a name, for the programme's cohorts.

    Errors: NotAllowed; Conflict("name") when the actor has one of this name.
    """
    policy.require(actor, Permission.DECISION_STAGE, cohort)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    with storing(_NAME_TAKEN) as session:
        saved = SavedFilter(
            code=new_code(),
            programme_id=cohort.programme_id,
            user_id=actor.user_id,
            name=name,
            is_shared=is_shared,
            arguments=clean_arguments(arguments),
            created_at=clock.now(),
        )
        session.add(saved)
    audit.record(saved, "admissions:saved_filter:save", actor)
    return saved


def delete_filter(saved: SavedFilter, *, actor: Actor) -> None:
    """Forget one of the actor's own filters. Errors: NotAllowed."""
    policy.require(actor, Permission.DECISION_STAGE, saved)
    audit.record(saved, "admissions:saved_filter:delete", actor)
    db.session.delete(saved)
