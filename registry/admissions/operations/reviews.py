"""Who reads which application."""

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.models import User
from registry.admissions.models import Application, Assignment
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.i18n import _l
from registry.core.transaction import storing

ONE_ASSIGNMENT = {"pk_assignment": (None, _l("This application is assigned to this reviewer already."))}


def assign_reviewer(application: Application, reviewer: User, *, actor: Actor) -> Assignment:
    """Give a sent application to a reviewer. Needs the application loaded with its cohort.

    Errors: NotAllowed; Conflict for one that was never sent, or is assigned to the reviewer already.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, application)
    if application.submitted_at is None:
        raise Conflict(_l("Only applications that were sent can be reviewed."))
    with storing(ONE_ASSIGNMENT) as session:
        assignment = Assignment(application_id=application.id, user_id=reviewer.id, assigned_at=clock.now())
        session.add(assignment)
    audit.record(
        application, "admissions:application:assign", actor, about={"reviewer": [None, reviewer.code]}
    )
    db.session.flush()
    return assignment
