"""What became of participants: asked in waves, answered apart from who they are."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.models import Application
from registry.admissions.queries.seats import reload_locked
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, StaleWrite
from registry.core.i18n import _l
from registry.enrolments.models import Enrolment
from registry.enrolments.rules import STARTED_STATUSES
from registry.outcomes import queries
from registry.outcomes.enums import InviteStatus, WaveKind
from registry.outcomes.models import SurveyInvite, SurveyResponse, Wave
from registry.people import operations as people
from registry.people.enums import ConsentPurpose
from registry.people.models import Consent
from registry.people.queries import get_person

MAX_EMPLOYED = 100_000


@dataclass(frozen=True)
class FollowUp:
    """What a participant says. None where the question was not answered."""

    works_in_ecommerce: bool | None = None
    started_business: bool | None = None
    people_employed: int | None = None
    first_online_sale_on: date | None = None


def open_wave(cohort: Cohort, kind: WaveKind, *, actor: Actor) -> Wave:
    """Invite everybody who took part. Opening it again invites who is missing.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.OUTCOME_RECORD, cohort)
    wave = queries.find_wave(cohort, kind)
    if wave is None:
        wave = Wave(cohort=cohort, kind=kind, created_at=clock.now())
        db.session.add(wave)
        db.session.flush()
        audit.record(wave, "outcomes:wave:open", actor)
    for enrolment_id in queries.list_enrolment_ids_to_invite(wave):
        db.session.add(SurveyInvite(wave=wave, enrolment_id=enrolment_id))
    db.session.flush()
    return wave


def record_follow_up(
    enrolment: Enrolment, kind: WaveKind, given: FollowUp, *, actor: Actor, version: int | None = None
) -> SurveyResponse:
    """Store what a participant said in a wave; only the invitation knows who said it.

    `version` is that of the answers shown, 0 where there were none.
    Errors: NotAllowed, Conflict for somebody who never took part, InvalidInput at the field, StaleWrite.
    """
    policy.require(actor, Permission.OUTCOME_RECORD, enrolment)
    if enrolment.status not in STARTED_STATUSES:
        raise Conflict(_l("Only people who took part are asked."))
    if queries.refuses_follow_up(enrolment):
        raise Conflict(_l("This person does not want to be asked after the training."))
    _check(given)
    wave = open_wave(enrolment.cohort, kind, actor=actor)
    invite = queries.find_invite(wave, enrolment)
    assert invite is not None  # noqa: S101 -- open_wave invites everybody who took part
    response = queries.find_response(invite)
    if version is not None and version != (response.version if response else 0):
        raise StaleWrite(_describe_changes(response, given))
    if response is None:
        response = SurveyResponse(wave_id=wave.id, recorded_at=clock.now())
        db.session.add(response)
    for name, value in asdict(given).items():
        setattr(response, name, value)
    response.recorded_at = clock.now()
    db.session.flush()
    invite.response_id = response.id
    invite.status = InviteStatus.ANSWERED
    audit.record(invite, "outcomes:invite:answer", actor)
    db.session.flush()
    return response


def withdraw_follow_up(application: Application, *, actor: Actor) -> Consent | None:
    """Take back the consent to questions after the training: what is not answered yet is not asked any more.

    Shape:  None when there is none to take back.
    Errors: NotAllowed.
    """
    policy.require(actor, Permission.CONSENT_WITHDRAW, application)
    application = reload_locked(application)
    said = people.withdraw_consent(
        get_person(application.person_id), ConsentPurpose.FOLLOW_UP, about=application.code, actor=actor
    )
    if said is not None:
        for invite in queries.list_open_invites(application):
            invite.status = InviteStatus.CLOSED
            audit.record(invite, "outcomes:invite:close", actor)
    return said


def _check(given: FollowUp) -> None:
    if all(value is None for value in asdict(given).values()):
        raise InvalidInput(_l("Enter at least one answer."), field="works_in_ecommerce")
    if given.people_employed is not None and not 0 <= given.people_employed <= MAX_EMPLOYED:
        raise InvalidInput(_l("Enter a number from 0 to 100,000."), field="people_employed")
    if given.first_online_sale_on is not None and given.first_online_sale_on > clock.today():
        raise InvalidInput(_l("This day has not come yet."), field="first_online_sale_on")


def _describe_changes(response: SurveyResponse | None, given: FollowUp) -> dict[str, tuple[Any, Any]]:
    return {
        name: (value, getattr(response, name) if response else None)
        for name, value in asdict(given).items()
        if value != (getattr(response, name) if response else None)
    }
