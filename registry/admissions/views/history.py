"""The audit trail of an application in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, Invitation
from registry.admissions.queries.nominations import StateEntry
from registry.admissions.rules.closing import REOPENINGS, describe_closing
from registry.core.audit import AuditEntry
from registry.core.i18n import _, _l

_ACTIONS = {
    "admissions:application:start": _l("Draft begun"),
    "admissions:application:save": _l("Page saved"),
    "admissions:application:submit": _l("Sent"),
    "admissions:application:submit_to_guardian": _l("Sent; the guardian is asked"),
    "admissions:application:submit_to_focal_point": _l("Sent to the focal point"),
    "admissions:application:submit_nominated": _l("Sent; nominated by the state"),
    "admissions:application:submit_ineligible": _l("Sent; a condition is not fulfilled"),
    "admissions:application:consent": _l("The guardian consented"),
    "admissions:application:consent_to_focal_point": _l("The guardian consented; sent to the focal point"),
    "admissions:application:consent_nominated": _l("The guardian consented; nominated by the state"),
    "admissions:application:refuse": _l("The guardian refused"),
    "admissions:application:ask_guardian": _l("The guardian asked again"),
    "admissions:application:ask_guardian_on_behalf": _l("The guardian asked again by a coordinator"),
    "admissions:application:renew_guardian_link": _l("The guardian asked for a fresh link"),
    "admissions:application:ask_question": _l("The guardian asked a question"),
    "admissions:application:answer_question": _l("The guardian’s question answered"),
    "admissions:application:deny_guardianship": _l("Whoever was asked is not the guardian"),
    "admissions:application:confirm": _l("Of age: the applicant consented alone"),
    "admissions:application:confirm_to_focal_point": _l(
        "Of age: the applicant consented alone; sent to the focal point"
    ),
    "admissions:application:confirm_nominated": _l(
        "Of age: the applicant consented alone; nominated by the state"
    ),
    "admissions:application:endorse": _l("Endorsed"),
    "admissions:application:decline_endorsement": _l("Not endorsed"),
    "admissions:application:undo_for_state": _l("The answer in place of the state taken back"),
    "admissions:application:undo_endorsement": _l("The state's answer taken back"),
    "admissions:application:rank": _l("Ranked"),
    "admissions:application:pass_on": _l("Passed on without endorsement"),
    "admissions:application:endorse_for_state": _l("Endorsed in place of the state"),
    "admissions:application:decline_for_state": _l("Not endorsed, in place of the state"),
    "admissions:application:override": _l("Let on although a condition is not fulfilled"),
    "admissions:application:override_to_guardian": _l(
        "Let on although a condition is not fulfilled; the guardian is asked"
    ),
    "admissions:application:return": _l("Returned for correction"),
    "admissions:application:resubmit": _l("Sent again"),
    "admissions:application:resubmit_ineligible": _l("Sent again; a condition is not fulfilled"),
    "admissions:application:resubmit_to_guardian": _l("Sent again; the guardian is asked"),
    "admissions:application:resubmit_to_focal_point": _l("Sent again to the focal point"),
    "admissions:application:change_state": _l("State changed"),
    "admissions:application:start_review": _l("Review begun"),
    "admissions:application:first_review": _l("Review begun with the first scores"),
    "admissions:application:assign": _l("Assigned to a reviewer"),
    "admissions:application:unassign": _l("Taken from a reviewer"),
    "admissions:application:reopen_review": _l("Review given back to its reviewer"),
    "admissions:application:open_assignment": _l("Opened by a reviewer who has no conflict of interest"),
    "admissions:application:recuse": _l("Given back by a reviewer: conflict of interest"),
    "admissions:application:offer": _l("Place offered"),
    "admissions:application:waitlist": _l("Put on the waiting list"),
    "admissions:application:reject": _l("Refused"),
    "admissions:application:offer_at_once": _l("Place offered in the order of arrival"),
    "admissions:application:waitlist_at_once": _l("Put on the waiting list in the order of arrival"),
    "admissions:application:promote": _l("Place offered from the waiting list"),
    "admissions:application:accept": _l("Place accepted"),
    "admissions:application:decline": _l("Place declined"),
    "admissions:application:lapse": _l("Offer lapsed"),
    "admissions:application:withdraw": _l("Withdrawn"),
    "admissions:application:withdraw_consent": _l("Ended, since the consent was taken back"),
    "admissions:application:close": _l("Closed"),
    **dict.fromkeys((f"admissions:application:{step}" for step in REOPENINGS.values()), _l("Opened again")),
    "admissions:application:expire": _l("Draft expired"),
    "admissions:application:add_tag": _l("Tag added"),
    "admissions:application:remove_tag": _l("Tag removed"),
    "admissions:application:retry_mail": _l("A mail that could not be delivered is tried again"),
    "admissions:attachment:add": _l("File added"),
    "admissions:attachment:remove": _l("File removed"),
    "admissions:invitation:send": _l("Invitation sent"),
    "admissions:invitation:resend": _l("Invitation sent again"),
    "admissions:invitation:correct": _l("Invitation corrected"),
    "admissions:invitation:withdraw": _l("Invitation taken back"),
    "admissions:decision:stage": _l("Decision staged"),
    "admissions:decision:unstage": _l("Staged decision taken back"),
}


_PEOPLE = {
    "system": _l("The registry"),
    "applicant": _l("The applicant"),
    "guardian": _l("The guardian"),
}


@dataclass(frozen=True)
class HistoryLine:
    """One step. `status` is the one it led to, None where it moved nothing."""

    label: Any
    at: datetime
    actor: str
    reason: Any
    status: ApplicationStatus | None


def describe_history(entries: Iterable[AuditEntry]) -> list[HistoryLine]:
    """The entries in words, in the order given."""
    statuses = {status.value: status for status in ApplicationStatus}
    return [
        HistoryLine(
            label=_ACTIONS.get(entry.action, entry.action),
            at=entry.at,
            actor=_("The registry") if entry.actor_label.startswith("system:") else entry.actor_label,
            reason=_("Moved up for a minimum share.")
            if entry.changes.get("for_share")
            else describe_closing(entry.reason or ""),
            status=statuses.get(entry.to_state or ""),
        )
        for entry in entries
    ]


@dataclass(frozen=True)
class StateLine:
    """One step as the state's focal point reads it."""

    label: Any
    at: datetime
    who: Any
    reason: str
    ranks: tuple[int | None, int | None] | None
    """From which rank to which."""
    application: Application | None
    invitation: Invitation | None


def describe_state_history(entries: Iterable[StateEntry]) -> list[StateLine]:
    """The entries in words, in the order given. Applicants are not named by their accounts."""
    return [
        StateLine(
            label=_ACTIONS[each.entry.action],
            at=each.entry.at,
            who=_who(each),
            reason=each.entry.reason or "",
            ranks=tuple(each.entry.changes["rank"]) if each.entry.action.endswith(":rank") else None,
            application=each.application,
            invitation=each.invitation,
        )
        for each in entries
    ]


def _who(each: StateEntry) -> Any:
    known = _PEOPLE.get(each.entry.actor_label.partition(":")[0])
    if known is not None or each.user is None:
        return known or each.entry.actor_label
    return each.user.name or each.user.email
