"""A focal point invites people to apply for its state; whoever applies keeps address and state."""

from dataclasses import dataclass
from datetime import timedelta

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.rules import clean_email
from registry.admissions.models import Application, Invitation
from registry.admissions.queries import invitations as queries
from registry.admissions.queries.journey import get_heading
from registry.admissions.queries.nominations import has_focal_point
from registry.admissions.rules.invitations import (
    OPEN_STATES,
    InvitationState,
    invitation_state,
    why_not_inviting,
)
from registry.admissions.rules.nominations import Delegation
from registry.catalogue.models import Cohort
from registry.core import audit, clock
from registry.core.addresses import address
from registry.core.codes import hash_token, new_code, new_token
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import LOCALES, _l
from registry.core.transaction import storing
from registry.core.versions import refuse_stale
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.people import operations as people
from registry.people.models import Person

PAUSE = timedelta(minutes=10)
"""Between two links, so that nobody's mailbox is flooded."""
INVITED = _l("This address is invited to this cohort already.")
ONE_LIVE = {"uq_invitation_live": ("email", INVITED)}


@dataclass(frozen=True)
class Invitee:
    """Who is invited. `person` is what was imported about them, from a row with this hash."""

    email: str
    name: str
    locale: str
    person: Person | None = None
    row_hash: str = ""


def invite(cohort: Cohort, member_state: str, invitee: Invitee, *, actor: Actor) -> Invitation:
    """Invite an address to apply to the cohort for the state, and mail the link.

    The cohort must be loaded with its names.
    Errors: NotAllowed; Conflict where nobody can be invited, or at `email` for one who is; InvalidInput at
            `email` or `locale`.
    """
    policy.require(actor, Permission.APPLICATION_ENDORSE, Delegation(cohort, member_state))
    return _invite(cohort, member_state, invitee, actor)


def invite_for_state(cohort: Cohort, member_state: str, invitee: Invitee, *, actor: Actor) -> Invitation:
    """The coordinator invites for a state for which nobody speaks.

    Errors: as for `invite`; Conflict at `state` where somebody does.
    """
    policy.require(actor, Permission.APPLICATION_PROCESS, Delegation(cohort, member_state))
    if has_focal_point(cohort, member_state):
        raise Conflict(_l("This state has a focal point, who invites."), field="state")
    return _invite(cohort, member_state, invitee, actor)


def _invite(cohort: Cohort, member_state: str, invitee: Invitee, actor: Actor) -> Invitation:
    if refusal := why_not_inviting(cohort, clock.now()):
        raise Conflict(refusal)
    email = _clean(invitee)
    now = clock.now()
    token = new_token()
    with storing(ONE_LIVE) as session:
        invitation = Invitation(
            code=new_code(),
            cohort=cohort,
            member_state=member_state,
            email=email,
            name=invitee.name,
            locale=invitee.locale,
            token_hash=hash_token(token),
            person=invitee.person,
            row_hash=invitee.row_hash,
            application=None,
            invited_by=actor.user_id,
            created_at=now,
            sent_at=now,
        )
        session.add(invitation)
    audit.record(invitation, "admissions:invitation:send", actor, about={"member_state": member_state})
    _write(invitation, token)
    return invitation


def _clean(invitee: Invitee) -> str:
    email = clean_email(invitee.email)
    if email is None:
        raise InvalidInput(_l("Enter an e-mail address, like name@example.org."), field="email")
    if invitee.locale not in LOCALES:
        raise InvalidInput(_l("Choose one of the languages."), field="locale")
    return email


def resend_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Mail a fresh link; the one sent before stops working.

    Errors: NotAllowed; Conflict for one that is used or over, or whose last link is minutes old.
    """
    invitation = _require_open(invitation, actor)
    if clock.now() < invitation.sent_at + PAUSE:
        raise Conflict(_l("The link was sent a few minutes ago. Wait ten minutes before you send it again."))
    audit.record(invitation, "admissions:invitation:resend", actor)
    _send_anew(invitation)
    return invitation


def correct_invitation(
    invitation: Invitation, invitee: Invitee, *, version: int | None = None, actor: Actor
) -> Invitation:
    """Write address, name and language anew. A changed address gets a link of its own; the old one ends at once.

    Errors: NotAllowed; Conflict for one that is used or over, at `email` for an address that is invited already
            or once a draft was begun with the old one; InvalidInput at `email` or `locale`; StaleWrite.
    """
    invitation = _require_open(invitation, actor)
    email = _clean(invitee)
    refuse_stale(
        invitation,
        version,
        given={"email": email, "name": invitee.name, "locale": invitee.locale},
        stored={"email": invitation.email, "name": invitation.name, "locale": invitation.locale},
    )
    is_moved = email != invitation.email
    if is_moved and invitation.application is not None:
        raise Conflict(
            _l(
                "A draft was begun with this address. Take the invitation back, and invite the other address."
            ),
            field="email",
        )
    with storing(ONE_LIVE):
        invitation.email, invitation.name, invitation.locale = email, invitee.name, invitee.locale
        audit.record(invitation, "admissions:invitation:correct", actor)
    if is_moved:
        _send_anew(invitation)
    return invitation


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Take it back: a draft begun with it can no longer be sent.

    Errors: NotAllowed; Conflict for one that is used or over.
    """
    invitation = _require_open(invitation, actor)
    invitation.withdrawn_at = clock.now()
    audit.record(invitation, "admissions:invitation:withdraw", actor)
    messages.supersede(_topic(invitation))
    return invitation


def note_opened(invitation: Invitation) -> None:
    """Somebody has followed the link."""
    if invitation.opened_at is None:
        invitation.opened_at = clock.now()


def use_invitation(cohort: Cohort, *, actor: Actor) -> Invitation:
    """The invitation with which the actor begins an application; what was imported becomes the account's.

    Errors: Conflict for whoever is not invited.
    """
    invitation = queries.find_own_invitation(cohort, actor=actor)
    if invitation is None:
        raise Conflict(_l("Only people whom the focal point of their state has invited can apply here."))
    note_opened(invitation)
    if invitation.person is not None:
        people.claim_person(invitation.person, actor=actor)
    return invitation


def refuse_withdrawn(application: Application) -> Invitation | None:
    """The invitation behind an application that is being sent.

    Errors: Conflict where it was taken back meanwhile.
    """
    invitation = queries.find_invitation_of(application)
    if invitation is not None and invitation.withdrawn_at is not None:
        raise Conflict(_l("Your state has taken the invitation back, so the application cannot be sent."))
    return invitation


def _require_open(invitation: Invitation, actor: Actor) -> Invitation:
    invitation = queries.reload_locked_invitation(invitation)
    delegation = Delegation(invitation.cohort, invitation.member_state)
    policy.require(actor, Permission.INVITATION_EDIT, delegation)
    state = invitation_state(invitation, clock.now())
    if state is InvitationState.APPLIED:
        raise Conflict(_l("This person has applied, so the invitation can no longer be changed."))
    if state not in OPEN_STATES:
        raise Conflict(_l("This invitation is over."))
    return invitation


def _send_anew(invitation: Invitation) -> None:
    token = new_token()
    invitation.token_hash = hash_token(token)
    invitation.sent_at = clock.now()
    invitation.opened_at = None
    messages.supersede(_topic(invitation))
    _write(invitation, token)


def _topic(invitation: Invitation) -> str:
    return f"invitation:{invitation.code}"


def _write(invitation: Invitation, token: str) -> None:
    cohort = invitation.cohort
    heading = get_heading(cohort, invitation.locale)
    messages.queue(
        "invitation",
        key=f"invitation:{invitation.token_hash}",
        to=Recipient(invitation.email, invitation.locale, cohort.zone),
        topic=_topic(invitation),
        context={
            "name": invitation.name,
            "programme": heading.title,
            "state": invitation.member_state,
            "link": address("admissions.show_invitation", token=token),
            "opens_at": cohort.opens_at if clock.now() < cohort.opens_at else None,
            "closes_at": cohort.closes_at,
            "email": invitation.email,
        },
        secret=True,
    )
