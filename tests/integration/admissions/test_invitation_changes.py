"""An invitation that was sent: corrected, sent again and taken back, by the state or by the coordinator."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.models import Application, Invitation
from registry.admissions.operations import invitations
from registry.admissions.operations.invitations import Invitee
from registry.admissions.queries.journey import get_cohort_to_apply
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, focal_point
from tests.factories.admissions import InvitationFactory
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import known_person
from tests.integration.admissions.test_invitations import invited_draft, make_cohort, tokens
from tests.integration.admissions.test_rooms import count_queries
from tests.nominating import KZ, speaker, text_of


def runner() -> Actor:
    """A coordinator with an account."""
    return Actor("coordinator", user_id=UserFactory().id, grants=(Grant(Role.COORDINATOR),))


def invited(cohort: Cohort, **values: object) -> Invitation:
    """An invitation whose link is `old`, with the mail still waiting."""
    invitation = InvitationFactory(
        cohort=cohort, **{"email": "aida@example.org", "token_hash": hash_token("old")} | values
    )
    db.session.commit()
    return invitation


CORRECTED = {"email": "aida.new@example.org", "name": "Aida", "locale": "ru"}


@pytest.mark.parametrize("who", [speaker, runner], ids=["focal point", "coordinator"])
def test_correct_address_ends_the_old_link_and_mails_a_new_one(client, act_as, who) -> None:
    cohort = make_cohort()
    invitation = invited(cohort, opened_at=clock.now())
    act_as(who())

    response = client.post(f"/invitations/{invitation.code}/correct", data=CORRECTED | {"version": "1"})

    assert response.status_code == 303
    db.session.expire_all()
    assert (invitation.email, invitation.name, invitation.locale) == tuple(CORRECTED.values())
    assert invitation.opened_at is None
    (token,) = tokens()
    assert db.session.scalars(sa.select(Message.address)).all() == ["aida.new@example.org"]
    assert client.get("/invitations/old").status_code == 404
    assert client.get(f"/invitations/{token}").status_code == 200
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert entry.action == "admissions:invitation:correct"
    assert "aida" not in str(entry.changes)


def test_correct_address_lets_only_the_new_one_apply(client, act_as) -> None:
    cohort = make_cohort()
    old, new = known_person(), known_person()
    invitation = invited(cohort, email=old.email)
    with transaction():
        invitations.correct_invitation(invitation, Invitee(new.email, "", "en"), actor=KZ)

    act_as(applicant(old))
    assert client.post(f"/apply/{cohort.code}").status_code == 409
    act_as(applicant(new))
    assert client.post(f"/apply/{cohort.code}").status_code == 303
    assert db.session.scalars(sa.select(Application.person_id)).all() == [new.id]


def test_correct_supersedes_the_mail_that_still_waits() -> None:
    cohort = make_cohort()
    db.session.commit()
    with transaction():
        invitation = invitations.invite(
            get_cohort_to_apply(cohort.code), "KZ", Invitee("wrong@example.org", "", "en"), actor=KZ
        )

    with transaction():
        invitations.correct_invitation(invitation, Invitee("right@example.org", "", "en"), actor=KZ)

    rows = db.session.execute(sa.select(Message.address, Message.status).order_by(Message.id)).all()
    assert rows == [
        ("wrong@example.org", MessageStatus.SUPERSEDED),
        ("right@example.org", MessageStatus.QUEUED),
    ]


def test_correct_name_only_sends_no_mail_and_keeps_the_link(client, act_as) -> None:
    cohort = make_cohort()
    invitation = invited(cohort)
    act_as(speaker())

    client.post(
        f"/invitations/{invitation.code}/correct",
        data={"email": invitation.email, "name": "Aida", "locale": "en", "version": "1"},
    )

    db.session.expire_all()
    assert (invitation.name, tokens()) == ("Aida", [])
    assert client.get("/invitations/old").status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        ({"email": "aida"}, 422, "Enter an e-mail address, like name@example.org."),
        ({"email": "taken@example.org"}, 409, "This address is invited to this cohort already."),
        ({"locale": "xx"}, 422, "Choose one from the list."),
        ({"version": "7"}, 409, "This was changed meanwhile"),
    ],
    ids=str,
)
def test_correct_with_bad_input_says_so_and_keeps_what_was_typed(
    client, act_as, data, status, message
) -> None:
    cohort = make_cohort()
    invitation = invited(cohort)
    InvitationFactory(cohort=cohort, email="taken@example.org", member_state="UZ")
    act_as(speaker())

    response = client.post(
        f"/invitations/{invitation.code}/correct", data=CORRECTED | {"version": "1"} | data
    )

    page = text_of(response)
    assert (response.status_code, message in page) == (status, True)
    assert 'value="Aida"' in page
    db.session.expire_all()
    assert (invitation.email, tokens()) == ("aida@example.org", [])


def test_correct_address_after_a_draft_was_begun_is_refused_at_the_address(client, act_as) -> None:
    cohort = make_cohort()
    invited_draft(cohort)
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    before = invitation.email
    act_as(runner())

    response = client.post(
        f"/invitations/{invitation.code}/correct", data=CORRECTED | {"version": invitation.version}
    )

    assert response.status_code == 409
    assert "A draft was begun with this address." in text_of(response)
    db.session.expire_all()
    assert invitation.email == before


def test_an_invitation_that_is_over_can_only_be_read(client, act_as) -> None:
    cohort = make_cohort()
    invitation = invited(cohort, withdrawn_at=clock.now())
    act_as(speaker())
    address = f"/invitations/{invitation.code}/correct"

    page = text_of(client.get(address))
    refused = client.post(address, data=CORRECTED | {"version": "1"})

    assert ("This invitation is over." in page, 'name="email"' in page) == (True, False)
    assert refused.status_code == 409


@pytest.mark.parametrize("step", ["resend", "withdraw"])
def test_coordinator_resends_and_withdraws_invitations_of_every_state(client, act_as, step) -> None:
    cohort = make_cohort()
    invitation = invited(cohort, member_state="UZ", sent_at=clock.now() - timedelta(hours=1))
    act_as(runner())

    response = client.post(f"/invitations/{invitation.code}/{step}")

    assert response.headers["Location"] == f"/manage/cohorts/{cohort.code}/invitations"
    assert client.get("/invitations/old").status_code == (404 if step == "resend" else 410)
    listed = text_of(client.get(response.headers["Location"]))
    assert (f"/invitations/{invitation.code}/withdraw" in listed) == (step == "resend")


def test_other_states_and_programmes_cannot_change_an_invitation() -> None:
    cohort = make_cohort()
    invitation = invited(cohort)
    strangers = (
        focal_point("UZ"),
        Actor("coordinator", grants=(Grant(Role.COORDINATOR, programme="another"),)),
    )

    for stranger in strangers:
        with pytest.raises(NotAllowed), transaction():
            invitations.correct_invitation(invitation, Invitee("x@example.org", "", "en"), actor=stranger)
        with pytest.raises(NotAllowed), transaction():
            invitations.withdraw_invitation(invitation, actor=stranger)


def test_history_of_the_state_and_of_the_invitation_tells_what_was_done(client, act_as) -> None:
    cohort = make_cohort()
    act_as(speaker())
    client.post(
        f"/desk/cohorts/{cohort.code}/KZ/invitations",
        data={"email": "aida@example.org", "name": "Aida", "locale": "en"},
    )
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    client.post(f"/invitations/{invitation.code}/correct", data=CORRECTED | {"version": "1"})
    client.post(f"/invitations/{invitation.code}/withdraw")
    other = InvitationFactory(cohort=cohort, member_state="UZ", name="Uzbek nominee")
    with transaction():
        invitations.withdraw_invitation(other, actor=focal_point("UZ"))

    told = [
        re.search(r"(Invitation \w+( back)?)", line)[1]
        for line in re.findall(
            r"<li>\s*<p>(.*?)</p>", text_of(client.get(f"/desk/cohorts/{cohort.code}/KZ/history")), re.DOTALL
        )
    ]
    page = text_of(client.get(f"/invitations/{invitation.code}/correct"))

    assert told == ["Invitation taken back", "Invitation corrected", "Invitation sent"]
    assert all(label in page for label in told)
    assert "Uzbek nominee" not in text_of(client.get(f"/desk/cohorts/{cohort.code}/KZ/history"))


def test_history_costs_the_same_queries_for_one_line_and_three(client, act_as) -> None:
    cohort = make_cohort()
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/history"

    def withdraw_one() -> None:
        invitation = InvitationFactory(cohort=cohort)
        with transaction():
            invitations.withdraw_invitation(invitation, actor=KZ)

    withdraw_one()
    one = count_queries(client, address)
    for _ in range(2):
        withdraw_one()

    assert count_queries(client, address) == one
    assert text_of(client.get(address)).count("Invitation taken back") == 3


def test_an_invitation_taken_back_gives_its_seat_back_for_another(client, act_as) -> None:
    cohort = make_cohort()  # Six seats of Kazakhstan.
    first = invited(cohort)
    invited(cohort, email="b@example.org", token_hash="b")
    SeatPoolFactory(cohort=cohort, member_state="UZ", seats=9)
    InvitationFactory(cohort=cohort, member_state="UZ")
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/invitations"

    before = text_of(client.get(address))
    client.post(f"/invitations/{first.code}/withdraw")
    after = text_of(client.get(address))

    assert ("Seats without an invitation: 4" in before, "Seats without an invitation: 5" in after) == (
        True,
        True,
    )
    with transaction():
        named = get_cohort_to_apply(cohort.code)
        again = invitations.invite(named, "KZ", Invitee(first.email, "", "en"), actor=KZ)
    assert again.code != first.code
    with pytest.raises(Conflict), transaction():
        invitations.withdraw_invitation(first, actor=KZ)
