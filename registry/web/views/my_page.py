"""The applicant's own page: what waits for an answer first, then everything else; and what was agreed to."""

from dataclasses import dataclass

from flask import render_template, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import LIVE_STATUSES, ApplicationStatus
from registry.admissions.queries import own_applications
from registry.admissions.queries.corrections import list_own_open
from registry.admissions.queries.journey import get_heading
from registry.core import clock
from registry.enrolments import queries as enrolments
from registry.enrolments.enums import Ending
from registry.enrolments.rules import find_ending, public_status
from registry.outcomes import queries as outcomes
from registry.people import queries as people
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent
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


@dataclass(frozen=True)
class AgreedRow:
    """What was said about one application, the latest statement first, and where each consent is taken back."""

    summary: own_applications.Summary
    consents: list[Consent]
    ways_out: dict[int, str]
    """Key of a consent that stands -> the page that takes it back."""


@bp.get("/my/consents")
@requires(Permission.APPLICATION_VIEW_OWN)
def list_consents() -> str:
    """What the applicant, or the guardian, agreed to, with the exact text; each consent can be taken back."""
    consents = people.list_consents_of(current_actor.person_id)
    places = {each.application_id: each for each in enrolments.list_own(current_actor)}
    rows = []
    for summary in own_applications.list_own(current_actor):
        said = [each for each in consents if each.about == summary.application.code]
        if said:
            ending = find_ending(summary.application, places.get(summary.application.id))
            rows.append(AgreedRow(summary, said, _list_ways_out(said, ending)))
    return render_template("web/list_consents.html", rows=rows, zone=current_actor.zone)


def _list_ways_out(consents: list[Consent], ending: Ending | None) -> dict[int, str]:
    latest: dict[ConsentPurpose, Consent] = {}
    for each in consents:
        latest.setdefault(each.purpose, each)
    ways = {}
    for purpose, said in latest.items():
        if said.action is not ConsentAction.GIVEN:
            continue
        if purpose is ConsentPurpose.FOLLOW_UP:
            ways[said.id] = url_for("outcomes.withdraw_follow_up", code=said.about)
        elif ending is not None:
            ways[said.id] = url_for("enrolments.withdraw_consent", code=said.about, purpose=purpose.value)
    return ways
