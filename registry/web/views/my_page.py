"""The applicant's own page: what waits for an answer first, then everything else."""

from flask import render_template

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import LIVE_STATUSES, ApplicationStatus
from registry.admissions.queries import own_applications
from registry.admissions.queries.corrections import list_own_open
from registry.admissions.queries.journey import get_heading
from registry.core import clock
from registry.enrolments import queries as enrolments
from registry.enrolments.rules import public_status
from registry.outcomes import queries as outcomes
from registry.web.views.blueprint import bp


@bp.get("/my")
@requires(Permission.APPLICATION_VIEW_OWN)
def show_my_page() -> str:
    """Offers to answer, corrections to send, applications, programmes taken part in, and the questions that follow."""
    summaries = own_applications.list_own(current_actor)
    return render_template(
        "web/show_my_page.html",
        offers=own_applications.list_open_offers(current_actor, at=clock.now()),
        corrections=list_own_open(current_actor),
        # Whoever has accepted finds the application among the enrolments.
        running=[
            each
            for each in summaries
            if each.application.status in LIVE_STATUSES - {ApplicationStatus.ACCEPTED}
        ],
        ended=[each for each in summaries if each.application.status not in LIVE_STATUSES],
        enrolments=[
            (enrolment, get_heading(enrolment.cohort), public_status(enrolment.status))
            for enrolment in enrolments.list_own(current_actor)
        ],
        follow_ups=[
            (invite, get_heading(invite.wave.cohort)) for invite in outcomes.list_own_invites(current_actor)
        ],
        zone=current_actor.zone,
    )
