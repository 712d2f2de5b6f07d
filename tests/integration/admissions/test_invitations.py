"""Nominate, then apply: who is invited, who can apply, and what stays as it was said."""

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.enums import GuardianAnswer
from registry.admissions.models import Application, GuardianRequest, Invitation, Nomination
from registry.admissions.operations import invitations
from registry.admissions.operations.guardians import answer_as_guardian
from registry.admissions.operations.journey import start_application
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.journey import get_cohort_to_apply, get_journey
from registry.admissions.rules.invitations import InvitationState
from registry.catalogue.enums import CohortStatus, NominationMode
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import Conflict
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people.models import Person
from registry.places.operations import load_places
from tests.factories.accounts import RoleGrantFactory, UserFactory
from tests.factories.actors import applicant, coordinator
from tests.factories.admissions import InvitationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.journeys import MINOR, known_person, open_cohort, ready_draft
from tests.factories.people import PersonFactory
from tests.integration.admissions.test_rooms import count_queries
from tests.nominating import KZ, speaker, text_of

BY_INVITATION = {"nomination": NominationMode.NOMINATE_THEN_APPLY}


def make_cohort(**values: object) -> Cohort:
    cohort = open_cohort(**BY_INVITATION | values)
    SeatPoolFactory(cohort=cohort, member_state="KZ", seats=6)
    return cohort


def tokens() -> list[str]:
    """What stands in the links of the mails, in the order of sending."""
    bodies = db.session.scalars(sa.select(Message.body).order_by(Message.id))
    return [token for body in bodies for token in re.findall(r"/invitations/(\S+)", body)]


# -- Inviting


def test_invite_mails_a_link_in_the_chosen_language(client, act_as) -> None:
    cohort = make_cohort()
    act_as(speaker())

    response = client.post(
        f"/desk/cohorts/{cohort.code}/KZ/invitations",
        data={"email": " Aida@Example.ORG ", "name": "Аида", "locale": "ru"},
    )

    assert response.status_code == 303
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    assert (invitation.email, invitation.member_state, invitation.locale) == ("aida@example.org", "KZ", "ru")
    (message,) = db.session.scalars(sa.select(Message)).all()
    assert (message.address, message.locale, message.is_secret) == ("aida@example.org", "ru", True)
    assert hash_token(tokens()[0]) == invitation.token_hash
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert entry.action == "admissions:invitation:send"
    assert "aida" not in str(entry.changes)


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        ({"email": ""}, 422, "Enter an e-mail address, like name@example.org."),
        ({"email": "aida"}, 422, "Enter an e-mail address, like name@example.org."),
        ({"email": "taken@example.org"}, 409, "This address is invited to this cohort already."),
        ({"email": "a@example.org", "locale": "xx"}, 422, "Choose one from the list."),
        ({"email": "a@example.org", "name": "x" * 161}, 422, "at most 160 characters"),
    ],
    ids=str,
)
def test_invite_with_bad_input_says_so_at_the_field(client, act_as, data, status, message) -> None:
    cohort = make_cohort()
    InvitationFactory(cohort=cohort, email="taken@example.org", member_state="UZ")
    act_as(speaker())

    response = client.post(f"/desk/cohorts/{cohort.code}/KZ/invitations", data={"locale": "en"} | data)

    assert response.status_code == status
    assert message in text_of(response)
    assert tokens() == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nomination": NominationMode.APPLY_THEN_ENDORSE}, "nobody is invited to it"),
        ({"closes_at": "now"}, "Applications have closed"),
        ({"status": CohortStatus.CANCELLED, "cancelled_at": "now"}, "Applications have closed"),
    ],
    ids=str,
)
def test_invite_where_nobody_can_be_invited_is_refused(client, act_as, values, message) -> None:
    cohort = make_cohort(**{name: clock.now() if value == "now" else value for name, value in values.items()})
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/invitations"

    response = client.post(address, data={"email": "a@example.org", "locale": "en"})

    assert response.status_code == 409
    assert message in text_of(response)
    assert 'name="email"' not in text_of(client.get(address))


def test_list_shows_how_far_each_invitation_is_and_narrows(client, act_as) -> None:
    cohort = make_cohort()
    sent = InvitationFactory(cohort=cohort)
    opened = InvitationFactory(cohort=cohort, opened_at=clock.now())
    taken_back = InvitationFactory(cohort=cohort, withdrawn_at=clock.now())
    application, _ = invited_draft(cohort)
    applied = db.session.scalars(sa.select(Invitation).where(Invitation.application_id.is_not(None))).one()
    with transaction():
        submit_application(application, actor=applicant(application.person))
    InvitationFactory(cohort=cohort, member_state="UZ")
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/invitations"

    expected = {
        sent: "Invitation sent",
        opened: "Invitation opened",
        applied: "Applied",
        taken_back: "Taken back",
    }
    page = text_of(client.get(address))
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</tr>', page, re.DOTALL)
    shown = {
        re.search(r"[\w.]+@[\w.]+", row)[0]: re.search(r'class="tag[^>]*>([^<]+)', row)[1] for row in rows
    }
    assert shown == {each.email: label for each, label in expected.items()}
    assert "Sent: 1 · opened: 1 · applied: 1 · not used in time: 0 · taken back: 1" in page
    narrowed = text_of(client.get(f"{address}?status=opened"))
    assert (opened.email in narrowed, sent.email in narrowed) == (True, False)
    with clock.travel(cohort.closes_at):
        late = text_of(client.get(f"{address}?status=expired"))
    assert (sent.email in late, opened.email in late, applied.email in late) == (True, True, False)


def test_list_costs_the_same_queries_for_one_row_and_three(client, act_as) -> None:
    cohort = make_cohort()
    InvitationFactory(cohort=cohort, inviter=UserFactory())
    act_as(speaker())
    address = f"/desk/cohorts/{cohort.code}/KZ/invitations"
    one = count_queries(client, address)
    for _ in range(2):
        InvitationFactory(cohort=cohort, inviter=UserFactory())

    assert count_queries(client, address) == one
    assert text_of(client.get(address)).count("@example.org") >= 3


# -- Again, and back


def test_resend_replaces_the_link_but_not_within_minutes(client, act_as) -> None:
    cohort = make_cohort()
    act_as(speaker())
    client.post(
        f"/desk/cohorts/{cohort.code}/KZ/invitations", data={"email": "a@example.org", "locale": "en"}
    )
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    address = f"/invitations/{invitation.code}/resend"

    client.post(address)
    (first,) = tokens()
    with clock.travel(clock.now() + timedelta(minutes=10)):
        client.post(address)

    # The first mail was not sent yet, and its link is forgotten.
    (second,) = tokens()
    assert client.get(f"/invitations/{first}").status_code == 404
    assert client.get(f"/invitations/{second}").status_code == 200
    statuses = db.session.scalars(sa.select(Message.status).order_by(Message.id)).all()
    assert statuses == [MessageStatus.SUPERSEDED, MessageStatus.QUEUED]


def test_withdraw_ends_the_link_and_keeps_a_draft_from_being_sent(client, act_as) -> None:
    cohort = make_cohort()
    application, actor = invited_draft(cohort, token_hash=hash_token("link"))
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    act_as(speaker())

    response = client.post(f"/invitations/{invitation.code}/withdraw")

    assert response.status_code == 303
    assert client.get("/invitations/link").status_code == 410
    with pytest.raises(Conflict, match="taken the invitation back"), transaction():
        submit_application(application, actor=actor)
    InvitationFactory(cohort=cohort, email=invitation.email)
    assert client.post(f"/invitations/{invitation.code}/withdraw").status_code == 409


def test_withdraw_after_the_application_is_refused(client, act_as) -> None:
    cohort = make_cohort()
    application, actor = invited_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    act_as(speaker())

    response = client.post(f"/invitations/{invitation.code}/withdraw")

    assert response.status_code == 409
    assert "This person has applied" in text_of(response)
    db.session.expire_all()
    assert invitation.withdrawn_at is None


# -- Following the link


def test_show_invitation_notes_that_it_was_opened_and_leads_to_sign_up(client) -> None:
    cohort = make_cohort()
    invitation = InvitationFactory(cohort=cohort, token_hash=hash_token("link"))

    page = text_of(client.get("/invitations/link"))

    db.session.expire_all()
    assert invitation.opened_at == clock.now()
    assert invitation.email in page
    assert f"/account/sign-up?next=/apply/{cohort.code}" in page
    assert "Kazakhstan" in page


def test_show_invitation_of_another_account_says_whose_it_is(client, act_as) -> None:
    cohort = make_cohort()
    InvitationFactory(cohort=cohort, email="mine@example.org", token_hash=hash_token("link"))
    other, own = (UserFactory(email=email) for email in ("other@example.org", "mine@example.org"))

    act_as(applicant(None, other.id))
    page = text_of(client.get("/invitations/link"))
    assert "You are signed in as other@example.org, but the invitation is for mine@example.org." in page
    assert f'href="/apply/{cohort.code}"' not in page

    act_as(applicant(None, own.id))
    assert f'href="/apply/{cohort.code}"' in text_of(client.get("/invitations/link"))


def invited_draft(cohort: Cohort, **values: object) -> tuple[Application, Actor]:
    """A complete draft of somebody who was invited by Kazakhstan, a citizen of two other states."""
    person = known_person(
        citizenships=("UZ", "KG"), **{k: values.pop(k) for k in ("born_on",) if k in values}
    )
    InvitationFactory(cohort=cohort, email=person.email, inviter=UserFactory(), **values)
    return ready_draft(cohort, person)


# -- Applying


def test_only_the_invited_can_apply(client, act_as) -> None:
    cohort = make_cohort()
    person = known_person()
    InvitationFactory(cohort=cohort, email=person.email, withdrawn_at=clock.now())
    InvitationFactory(cohort=CohortFactory(**BY_INVITATION), email=person.email)
    InvitationFactory(cohort=cohort, email="somebody@example.org")
    act_as(applicant(person))

    page = text_of(client.get(f"/apply/{cohort.code}"))
    response = client.post(f"/apply/{cohort.code}")

    sentence = "Only people whom the focal point of their state has invited can apply here."
    assert (sentence in page, "Start now" in page) == (True, False)
    assert response.status_code == 409
    assert sentence in text_of(response)
    assert db.session.scalars(sa.select(Application)).all() == []


def test_an_application_by_invitation_keeps_state_and_address_and_is_endorsed_when_sent(
    client, act_as
) -> None:
    cohort = make_cohort()
    application, actor = invited_draft(cohort)
    journey = get_journey(application)
    assert (journey.member_state, journey.states) == ("KZ", ("KZ",))
    assert "state" not in {page.key for page in journey.pages}
    act_as(actor)
    client.post(f"/apply/{cohort.code}/state", data={"state": "UZ"})

    with transaction():
        submit_application(application, actor=actor)

    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    nomination = db.session.scalars(sa.select(Nomination)).one()
    assert (application.status, application.member_state) == (S.SUBMITTED, "KZ")
    assert application.profile["email"] == invitation.email
    assert application.endorsed_at == clock.now()
    assert (nomination.is_endorsed, nomination.rank, nomination.user_id) == (True, 1, invitation.invited_by)


def test_a_minor_by_invitation_is_endorsed_once_the_guardian_consents() -> None:
    cohort = make_cohort(age_min=None)
    application, actor = invited_draft(cohort, born_on=MINOR)
    with transaction():
        submit_application(application, actor=actor)
    assert (application.status, application.endorsed_at) == (S.AWAITING_GUARDIAN, None)
    request = db.session.scalars(sa.select(GuardianRequest)).one()

    with transaction():
        answer_as_guardian(request, GuardianAnswer.CONSENTED, actor=Actor.guardian(application.id))

    assert (application.status, application.endorsed_at) == (S.SUBMITTED, clock.now())
    assert db.session.scalars(sa.select(Nomination.rank)).one() == 1


def test_start_by_invitation_takes_over_what_was_imported() -> None:
    cohort = make_cohort()
    user = UserFactory(email="aida@example.org", zone="Asia/Almaty")
    imported = PersonFactory(user_id=None, given_names="Aida", email="", zone="UTC")
    InvitationFactory(cohort=cohort, email=user.email, person=imported)

    with transaction():
        application = start_application(cohort, actor=applicant(None, user.id))

    assert application.person is imported
    assert (imported.user_id, imported.email, imported.zone) == (user.id, user.email, "Asia/Almaty")


def test_start_by_invitation_keeps_the_accounts_own_person() -> None:
    cohort = make_cohort()
    person = known_person()
    imported = PersonFactory(user_id=None)
    InvitationFactory(cohort=cohort, email=person.email, person=imported)

    with transaction():
        application = start_application(cohort, actor=applicant(person))

    assert (application.person_id, imported.user_id) == (person.id, None)
    assert set(db.session.scalars(sa.select(Person.id))) == {person.id, imported.id}


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (InvitationState.SENT, {}),
        (InvitationState.WITHDRAWN, {"withdrawn_at": True}),
    ],
)
def test_invite_again_after_it_was_taken_back_only(state, values) -> None:
    cohort = make_cohort()
    first = InvitationFactory(cohort=cohort, email="a@example.org", **{name: clock.now() for name in values})
    db.session.commit()
    invitee = invitations.Invitee("a@example.org", "", "en")

    if state is InvitationState.WITHDRAWN:
        with transaction():
            named = get_cohort_to_apply(cohort.code)
            assert invitations.invite(named, "KZ", invitee, actor=KZ) is not first
    else:
        with pytest.raises(Conflict), transaction():
            invitations.invite(cohort, "KZ", invitee, actor=KZ)
        assert len(db.session.scalars(sa.select(Invitation.id)).all()) == 1


def test_desk_lists_cohorts_by_invitation_that_serve_the_state_by_general_seats(client, act_as) -> None:
    cohort = CohortFactory(**BY_INVITATION)
    SeatPoolFactory(cohort=cohort)
    other = CohortFactory(nomination=NominationMode.APPLY_THEN_ENDORSE)
    SeatPoolFactory(cohort=other)
    act_as(speaker())

    page = html.unescape(client.get("/desk").get_data(as_text=True))

    assert re.findall(r"/desk/cohorts/(\w+)/KZ/invitations", page) == [cohort.code]
    assert other.code not in page
    assert client.get(f"/desk/cohorts/{other.code}/KZ").status_code == 404


# -- States without a focal point


def test_invite_for_state_without_a_focal_point_is_the_coordinators(client, act_as) -> None:
    load_places(actor=Actor.system("test"))
    cohort = make_cohort()
    SeatPoolFactory(cohort=cohort, member_state="UZ", seats=3)
    RoleGrantFactory(role=Role.FOCAL_POINT, country="KZ")
    act_as(Actor("coordinator", user_id=UserFactory().id, grants=(Grant(Role.COORDINATOR),)))
    address = f"/manage/cohorts/{cohort.code}/invitations"
    asked = {"email": "a@example.org", "locale": "en"}

    states = re.findall(r'<option[^>]* value="([A-Z]{2})"', text_of(client.get(address)))
    refused = client.post(address, data=asked | {"state": "KZ"})
    done = client.post(address, data=asked | {"state": "UZ"})

    assert states == ["UZ"]
    assert (refused.status_code, done.status_code) == (422, 303)
    (invitation,) = db.session.scalars(sa.select(Invitation)).all()
    assert (invitation.member_state, invitation.email) == ("UZ", "a@example.org")
    assert "a@example.org" in text_of(client.get(address))


def test_invite_for_state_once_somebody_speaks_for_it_is_refused() -> None:
    cohort = make_cohort()
    RoleGrantFactory(role=Role.FOCAL_POINT, country="KZ")
    db.session.commit()

    with pytest.raises(Conflict, match="This state has a focal point") as refusal, transaction():
        invitations.invite_for_state(
            cohort, "KZ", invitations.Invitee("a@example.org", "", "en"), actor=coordinator()
        )

    assert refusal.value.field == "state"


def test_invite_for_state_lists_cost_the_same_queries_for_one_row_and_three(client, act_as) -> None:
    cohort = make_cohort()
    InvitationFactory(cohort=cohort, inviter=UserFactory())
    act_as(Actor("coordinator", user_id=UserFactory().id, grants=(Grant(Role.COORDINATOR),)))
    address = f"/manage/cohorts/{cohort.code}/invitations"
    one = count_queries(client, address)
    for state in ("UZ", "KG"):
        InvitationFactory(cohort=cohort, member_state=state, inviter=UserFactory())

    assert count_queries(client, address) == one
    assert text_of(client.get(address)).count("nominee") >= 3
