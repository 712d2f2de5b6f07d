"""How an enrolment moves."""

from registry.access.lifecycle import Lifecycle, row
from registry.access.permissions import Permission as P
from registry.enrolments.enums import EnrolmentStatus as E
from registry.enrolments.models import Enrolment

ENROLMENT = Lifecycle(
    Enrolment,
    "enrolments:enrolment",
    E,
    [
        row("start", {E.CONFIRMED}, E.ACTIVE, P.ENROLMENT_MANAGE, stamps="started_at"),
        row("mark_no_show", {E.CONFIRMED}, E.NO_SHOW, P.ENROLMENT_MANAGE, stamps="ended_at"),
        row("cancel", {E.CONFIRMED}, E.CANCELLED, P.ENROLMENT_MANAGE, stamps="ended_at", needs_reason=True),
        # By the participant, or the guardian: who takes the consent back gives no other reason.
        row("cancel_without_consent", {E.CONFIRMED}, E.CANCELLED, P.CONSENT_WITHDRAW, stamps="ended_at"),
        row("leave_without_consent", {E.ACTIVE}, E.DROPPED_OUT, P.CONSENT_WITHDRAW, stamps="ended_at"),
        row("complete", {E.ACTIVE}, E.COMPLETED, P.ENROLMENT_MANAGE, stamps=("completed_at", "ended_at")),
        row("mark_not_completed", {E.ACTIVE}, E.NOT_COMPLETED, P.ENROLMENT_MANAGE, stamps="ended_at"),
        row("drop_out", {E.ACTIVE}, E.DROPPED_OUT, P.ENROLMENT_MANAGE, stamps="ended_at"),
        row("exclude", {E.ACTIVE}, E.EXCLUDED, P.ENROLMENT_MANAGE, stamps="ended_at", needs_reason=True),
        row("transfer", {E.ACTIVE}, E.TRANSFERRED, P.ENROLMENT_MANAGE, stamps="ended_at", needs_reason=True),
    ],
)
