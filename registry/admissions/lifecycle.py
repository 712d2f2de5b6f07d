"""How an application moves, and a review."""

from registry.access.lifecycle import Lifecycle, row
from registry.access.permissions import Permission as P
from registry.admissions.enums import CLOSABLE_STATUSES, OPEN_STATUSES, ReviewStatus
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Application, Review
from registry.admissions.rules.closing import REOPENINGS
from registry.admissions.rules.nominations import UNDOABLE_STATUSES
from registry.admissions.rules.reviews import why_not_reopenable

APPLICATION = Lifecycle(
    Application,
    "admissions:application",
    S,
    [
        row("submit", {S.DRAFT}, S.SUBMITTED, P.APPLICATION_SUBMIT, stamps=("submitted_at", "eligible_at")),
        row(
            "submit_to_guardian",
            {S.DRAFT},
            S.AWAITING_GUARDIAN,
            P.APPLICATION_SUBMIT,
            stamps=("submitted_at", "eligible_at"),
        ),
        row(
            "submit_to_focal_point",
            {S.DRAFT},
            S.AWAITING_ENDORSEMENT,
            P.APPLICATION_SUBMIT,
            stamps=("submitted_at", "eligible_at"),
        ),
        # In cohorts by invitation, being invited is the endorsement.
        row(
            "submit_nominated",
            {S.DRAFT},
            S.SUBMITTED,
            P.APPLICATION_SUBMIT,
            stamps=("submitted_at", "eligible_at", "endorsed_at"),
        ),
        row("submit_ineligible", {S.DRAFT}, S.INELIGIBLE, P.APPLICATION_SUBMIT, stamps="submitted_at"),
        row("consent", {S.AWAITING_GUARDIAN}, S.SUBMITTED, P.GUARDIAN_CONSENT),
        row("consent_to_focal_point", {S.AWAITING_GUARDIAN}, S.AWAITING_ENDORSEMENT, P.GUARDIAN_CONSENT),
        row(
            "consent_nominated", {S.AWAITING_GUARDIAN}, S.SUBMITTED, P.GUARDIAN_CONSENT, stamps="endorsed_at"
        ),
        # Whoever comes of age while the guardian is asked decides alone; the operation knows the day.
        row("confirm", {S.AWAITING_GUARDIAN}, S.SUBMITTED, P.APPLICATION_SUBMIT),
        row("confirm_to_focal_point", {S.AWAITING_GUARDIAN}, S.AWAITING_ENDORSEMENT, P.APPLICATION_SUBMIT),
        row(
            "confirm_nominated",
            {S.AWAITING_GUARDIAN},
            S.SUBMITTED,
            P.APPLICATION_SUBMIT,
            stamps="endorsed_at",
        ),
        row("refuse", {S.AWAITING_GUARDIAN}, S.WITHDRAWN, P.GUARDIAN_CONSENT, stamps="withdrawn_at"),
        row("endorse", {S.AWAITING_ENDORSEMENT}, S.SUBMITTED, P.APPLICATION_ENDORSE, stamps="endorsed_at"),
        row(
            "decline_endorsement",
            {S.AWAITING_ENDORSEMENT},
            S.NOT_ENDORSED,
            P.APPLICATION_ENDORSE,
            needs_reason=True,
        ),
        row("undo_endorsement", UNDOABLE_STATUSES, S.AWAITING_ENDORSEMENT, P.APPLICATION_ENDORSE),
        # For a state without a focal point, as its cohort says.
        row("pass_on", {S.AWAITING_ENDORSEMENT}, S.SUBMITTED, P.CLOCK_RUN),
        row(
            "endorse_for_state",
            {S.AWAITING_ENDORSEMENT},
            S.SUBMITTED,
            P.APPLICATION_PROCESS,
            stamps="endorsed_at",
        ),
        row(
            "decline_for_state",
            {S.AWAITING_ENDORSEMENT},
            S.NOT_ENDORSED,
            P.APPLICATION_PROCESS,
            needs_reason=True,
        ),
        row("undo_for_state", UNDOABLE_STATUSES, S.AWAITING_ENDORSEMENT, P.APPLICATION_PROCESS),
        row(
            "override",
            {S.INELIGIBLE},
            S.SUBMITTED,
            P.APPLICATION_PROCESS,
            stamps="eligible_at",
            needs_reason=True,
        ),
        row(
            "override_to_guardian",
            {S.INELIGIBLE},
            S.AWAITING_GUARDIAN,
            P.APPLICATION_PROCESS,
            stamps="eligible_at",
            needs_reason=True,
        ),
        row("return", {S.SUBMITTED, S.UNDER_REVIEW}, S.RETURNED, P.APPLICATION_PROCESS, needs_reason=True),
        row("resubmit", {S.RETURNED}, S.SUBMITTED, P.APPLICATION_SUBMIT),
        # When what was corrected says who may apply, or whose seat it is.
        row("resubmit_ineligible", {S.RETURNED}, S.INELIGIBLE, P.APPLICATION_SUBMIT),
        row("resubmit_to_guardian", {S.RETURNED}, S.AWAITING_GUARDIAN, P.APPLICATION_SUBMIT),
        row("resubmit_to_focal_point", {S.RETURNED}, S.AWAITING_ENDORSEMENT, P.APPLICATION_SUBMIT),
        row("start_review", {S.SUBMITTED}, S.UNDER_REVIEW, P.APPLICATION_PROCESS),
        row("first_review", {S.SUBMITTED}, S.UNDER_REVIEW, P.APPLICATION_REVIEW),
        row(
            "offer",
            {S.UNDER_REVIEW},
            S.OFFERED,
            P.DECISION_RELEASE,
            stamps=("decided_at", "offered_at"),
        ),
        row("waitlist", {S.UNDER_REVIEW}, S.WAITLISTED, P.DECISION_RELEASE, stamps="decided_at"),
        row("reject", {S.UNDER_REVIEW}, S.REJECTED, P.DECISION_RELEASE, stamps="decided_at"),
        # First come, first served: nobody decides, the order of arrival does.
        row("offer_at_once", {S.SUBMITTED}, S.OFFERED, P.CLOCK_RUN, stamps=("decided_at", "offered_at")),
        row("waitlist_at_once", {S.SUBMITTED}, S.WAITLISTED, P.CLOCK_RUN, stamps="decided_at"),
        row("promote", {S.WAITLISTED}, S.OFFERED, P.CLOCK_RUN, stamps="offered_at"),
        row("accept", {S.OFFERED}, S.ACCEPTED, P.OFFER_ANSWER, stamps="accepted_at"),
        row("decline", {S.OFFERED}, S.DECLINED, P.OFFER_ANSWER),
        row("lapse", {S.OFFERED}, S.LAPSED, P.CLOCK_RUN),
        row("withdraw", OPEN_STATUSES, S.WITHDRAWN, P.APPLICATION_WITHDRAW, stamps="withdrawn_at"),
        row("withdraw_consent", CLOSABLE_STATUSES, S.WITHDRAWN, P.CONSENT_WITHDRAW, stamps="withdrawn_at"),
        row("close", CLOSABLE_STATUSES, S.CLOSED, P.APPLICATION_PROCESS, needs_reason=True),
        # Closed because another one was chosen, when that turns out to be somebody else's.
        *(row(name, {S.CLOSED}, status, P.APPLICATION_PROCESS) for status, name in REOPENINGS.items()),
        row("expire", {S.DRAFT}, S.EXPIRED, P.CLOCK_RUN),
    ],
)

REVIEW = Lifecycle(
    Review,
    "admissions:review",
    ReviewStatus,
    [
        row(
            "submit",
            {ReviewStatus.DRAFT},
            ReviewStatus.SUBMITTED,
            P.APPLICATION_REVIEW,
            stamps="submitted_at",
        ),
        row(
            "reopen",
            {ReviewStatus.SUBMITTED},
            ReviewStatus.DRAFT,
            P.APPLICATION_PROCESS,
            guard=why_not_reopenable,
            needs_reason=True,
        ),
    ],
)
