"""Who comes of age while the guardian is asked, or after the guardian has consented."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import GuardianRequest
from registry.admissions.operations import sweeps
from registry.catalogue.enums import NominationMode, SelectionMethod
from registry.core import clock
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.models import Message
from registry.people.enums import ConsentAction, ConsentGiver, ConsentPurpose
from registry.people.models import Consent
from tests.factories.admissions import GuardianRequestFactory
from tests.integration.admissions.guarding import OWN_READ, READ, fresh, kinds, later, send

S = ApplicationStatus


def eighteen_in(days, zone="Asia/Tashkent"):
    """The birthday of somebody who turns eighteen so many days from today."""
    day = clock.today(zone) + timedelta(days=days)
    return day.replace(year=day.year - 18)


def test_guardian_link_ceases_on_the_day_the_applicant_comes_of_age(client, acting_as):
    application, actor, link = send(born_on=eighteen_in(3))
    acting_as(actor)
    path = f"/my/applications/{application.code}"

    with later(days=2):
        sweeps.run_sweeps()
        the_day_before = (client.get(link).status_code, client.get(f"{path}/consent").status_code)
        told_before = "came_of_age" in kinds()
        too_early = client.post(f"{path}/consent", data={"shown": OWN_READ})
    with later(days=3):
        on_the_day = (client.get(link).status_code, client.get(f"{path}/consent").status_code)
        answered = client.post(link, data={"agrees": "yes", "shown": READ})
        resent = client.post(
            f"{path}/guardian", data={"name": "M", "email": "mother@example.org", "locale": "ru"}
        )
        page = client.get(path).get_data(as_text=True)
        sweeps.run_sweeps()
        sweeps.run_sweeps()

    assert (the_day_before, told_before, too_early.status_code) == ((200, 303), False, 409)
    assert on_the_day == (410, 200)
    assert (answered.status_code, resent.status_code) == (410, 409)
    assert "You can decide yourself now" in page
    assert kinds().count("came_of_age") == 1
    assert fresh(application).status is S.AWAITING_GUARDIAN


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, S.SUBMITTED),
        ({"nomination": NominationMode.APPLY_THEN_ENDORSE}, S.AWAITING_ENDORSEMENT),
        ({"selection": SelectionMethod.FIRST_COME}, S.OFFERED),
    ],
)
def test_confirm_own_consent_moves_the_application_on_as_the_guardian_would(
    client, acting_as, values, status
):
    application, actor, link = send(born_on=eighteen_in(3), **values)
    acting_as(actor)
    path = f"/my/applications/{application.code}"

    with later(days=3):
        unread = client.post(f"{path}/consent", data={"shown": READ})
        answer = client.post(f"{path}/consent", data={"shown": OWN_READ})
        again = client.post(f"{path}/consent", data={"shown": OWN_READ})

    assert (unread.status_code, answer.location, again.status_code) == (409, path, 409)
    assert fresh(application).status is status
    said = db.session.scalars(sa.select(Consent).where(Consent.purpose == ConsentPurpose.PARTICIPATION)).one()
    assert (said.action, said.given_by, said.about) == (
        ConsentAction.GIVEN,
        ConsentGiver.SELF,
        application.code,
    )
    assert "I am old enough to decide this myself." in said.text
    assert "consent_confirmed" in kinds()
    assert client.get(link).status_code == 410


def test_silence_of_the_guardian_does_not_close_who_has_come_of_age():
    application, _actor, _link = send(born_on=eighteen_in(20))

    with later(days=40):
        sweeps.run_sweeps()

    assert fresh(application).status is S.AWAITING_GUARDIAN


def test_a_guardians_consent_becomes_the_applicants_and_is_told_once(client):
    application, _actor, link = send(born_on=eighteen_in(3))
    client.post(link, data={"agrees": "yes", "shown": READ})
    other, _actor, other_link = send()
    client.post(other_link, data={"agrees": "yes", "shown": READ})

    with later(days=2):
        sweeps.run_sweeps()
        assert "consent_is_yours" not in kinds()
    with later(days=3):
        sweeps.run_sweeps()
        sweeps.run_sweeps()

    keys = db.session.scalars(sa.select(Message.key).where(Message.kind == "consent_is_yours")).all()
    assert keys == [f"consent_is_yours:{application.code}"]
    assert fresh(other).status is S.SUBMITTED


def test_correcting_the_date_of_birth_in_the_account_does_not_end_the_guardians_part(client):
    application, _actor, link = send()
    with transaction():
        application.person.birth_year = 1990

    assert client.get(link).status_code == 200


def test_guardian_link_of_an_application_without_a_date_of_birth_stays():
    request = GuardianRequestFactory()

    with later(days=20):
        sweeps.run_sweeps()

    assert db.session.get(GuardianRequest, request.id).application.status is S.AWAITING_GUARDIAN
