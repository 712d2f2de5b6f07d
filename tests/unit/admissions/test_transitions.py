"""The transition table of applications, pair by pair and role by role.

The expected table is written out by hand: it is SPEC section 2, not a copy of the code.
"""

from datetime import UTC, datetime

import pytest

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import CLOSABLE_STATUSES, OPEN_STATUSES, ApplicationStatus
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import Application
from registry.catalogue.models import Cohort, Programme
from registry.core.errors import IllegalTransition, InvalidInput, NotAllowed

S = ApplicationStatus

# Action -> from which statuses, to which, by whom.
EXPECTED = {
    "submit": ({S.DRAFT}, S.SUBMITTED, {"applicant"}),
    "submit_to_guardian": ({S.DRAFT}, S.AWAITING_GUARDIAN, {"applicant"}),
    "submit_to_focal_point": ({S.DRAFT}, S.AWAITING_ENDORSEMENT, {"applicant"}),
    "submit_nominated": ({S.DRAFT}, S.SUBMITTED, {"applicant"}),
    "submit_ineligible": ({S.DRAFT}, S.INELIGIBLE, {"applicant"}),
    "consent": ({S.AWAITING_GUARDIAN}, S.SUBMITTED, {"guardian"}),
    "consent_to_focal_point": ({S.AWAITING_GUARDIAN}, S.AWAITING_ENDORSEMENT, {"guardian"}),
    "consent_nominated": ({S.AWAITING_GUARDIAN}, S.SUBMITTED, {"guardian"}),
    "confirm": ({S.AWAITING_GUARDIAN}, S.SUBMITTED, {"applicant"}),
    "confirm_to_focal_point": ({S.AWAITING_GUARDIAN}, S.AWAITING_ENDORSEMENT, {"applicant"}),
    "confirm_nominated": ({S.AWAITING_GUARDIAN}, S.SUBMITTED, {"applicant"}),
    "refuse": ({S.AWAITING_GUARDIAN}, S.WITHDRAWN, {"guardian"}),
    "endorse": ({S.AWAITING_ENDORSEMENT}, S.SUBMITTED, {"focal_point"}),
    "decline_endorsement": ({S.AWAITING_ENDORSEMENT}, S.NOT_ENDORSED, {"focal_point"}),
    "undo_endorsement": ({S.SUBMITTED, S.NOT_ENDORSED}, S.AWAITING_ENDORSEMENT, {"focal_point"}),
    "pass_on": ({S.AWAITING_ENDORSEMENT}, S.SUBMITTED, set()),
    "endorse_for_state": ({S.AWAITING_ENDORSEMENT}, S.SUBMITTED, {"coordinator"}),
    "decline_for_state": ({S.AWAITING_ENDORSEMENT}, S.NOT_ENDORSED, {"coordinator"}),
    "undo_for_state": ({S.SUBMITTED, S.NOT_ENDORSED}, S.AWAITING_ENDORSEMENT, {"coordinator"}),
    "override": ({S.INELIGIBLE}, S.SUBMITTED, {"coordinator"}),
    "override_to_guardian": ({S.INELIGIBLE}, S.AWAITING_GUARDIAN, {"coordinator"}),
    "return": ({S.SUBMITTED, S.UNDER_REVIEW}, S.RETURNED, {"coordinator"}),
    "resubmit": ({S.RETURNED}, S.SUBMITTED, {"applicant"}),
    "resubmit_ineligible": ({S.RETURNED}, S.INELIGIBLE, {"applicant"}),
    "resubmit_to_guardian": ({S.RETURNED}, S.AWAITING_GUARDIAN, {"applicant"}),
    "resubmit_to_focal_point": ({S.RETURNED}, S.AWAITING_ENDORSEMENT, {"applicant"}),
    "start_review": ({S.SUBMITTED}, S.UNDER_REVIEW, {"coordinator"}),
    "first_review": ({S.SUBMITTED}, S.UNDER_REVIEW, set()),  # A reviewer it is assigned to: see test_reviews.
    "offer": ({S.UNDER_REVIEW}, S.OFFERED, {"coordinator"}),
    "waitlist": ({S.UNDER_REVIEW}, S.WAITLISTED, {"coordinator"}),
    "reject": ({S.UNDER_REVIEW}, S.REJECTED, {"coordinator"}),
    "offer_at_once": ({S.SUBMITTED}, S.OFFERED, set()),
    "waitlist_at_once": ({S.SUBMITTED}, S.WAITLISTED, set()),
    "promote": ({S.WAITLISTED}, S.OFFERED, set()),
    "accept": ({S.OFFERED}, S.ACCEPTED, {"applicant"}),
    "decline": ({S.OFFERED}, S.DECLINED, {"applicant"}),
    "lapse": ({S.OFFERED}, S.LAPSED, set()),
    "withdraw": (OPEN_STATUSES, S.WITHDRAWN, {"applicant"}),
    "withdraw_consent": (CLOSABLE_STATUSES, S.WITHDRAWN, {"applicant", "guardian"}),
    "close": (CLOSABLE_STATUSES, S.CLOSED, {"coordinator"}),
    "reopen": ({S.CLOSED}, S.SUBMITTED, {"coordinator"}),
    "reopen_in_review": ({S.CLOSED}, S.UNDER_REVIEW, {"coordinator"}),
    "reopen_to_focal_point": ({S.CLOSED}, S.AWAITING_ENDORSEMENT, {"coordinator"}),
    "reopen_ineligible": ({S.CLOSED}, S.INELIGIBLE, {"coordinator"}),
    "expire": ({S.DRAFT}, S.EXPIRED, set()),
}
NEEDS_REASON = {
    "decline_endorsement",
    "decline_for_state",
    "override",
    "override_to_guardian",
    "return",
    "close",
}

ACTORS = {
    "applicant": Actor("a", user_id=1, person_id=7, grants=(Grant(Role.APPLICANT),)),
    "other_applicant": Actor("b", user_id=2, person_id=8, grants=(Grant(Role.APPLICANT),)),
    "guardian": Actor.guardian(1),
    "other_guardian": Actor.guardian(2),
    "focal_point": Actor("f", user_id=3, grants=(Grant(Role.FOCAL_POINT, country="UZ"),)),
    "other_focal_point": Actor("g", user_id=4, grants=(Grant(Role.FOCAL_POINT, country="KZ"),)),
    "reviewer": Actor("r", user_id=5, grants=(Grant(Role.REVIEWER),)),
    "coordinator": Actor("c", user_id=6, grants=(Grant(Role.COORDINATOR, programme="trade"),)),
    "other_coordinator": Actor("d", user_id=7, grants=(Grant(Role.COORDINATOR, programme="other"),)),
    "sponsor": Actor("s", user_id=8, grants=(Grant(Role.SPONSOR, organisation="fund"),)),
    "administrator": Actor("z", user_id=9, grants=(Grant(Role.ADMINISTRATOR),)),
    "system": Actor.system("test"),
}


@pytest.fixture(autouse=True)
def _no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.core.audit.record", lambda *_args, **_values: None)


def make_application(status: ApplicationStatus) -> Application:
    sent = datetime(2027, 1, 1, tzinfo=UTC)
    return Application(
        id=1,
        person_id=7,
        member_state="UZ",
        status=status,
        submitted_at=None if status in {S.DRAFT, S.EXPIRED} else sent,
        cohort=Cohort(programme=Programme(slug="trade")),
        assignments=[],
    )


def test_the_table_has_exactly_these_actions() -> None:
    assert set(APPLICATION.transitions) == set(EXPECTED)


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("status", S)
def test_step_by_role(status: ApplicationStatus, action: str) -> None:
    sources, target, who = EXPECTED[action]

    outcomes = {role: try_step(make_application(status), action, actor) for role, actor in ACTORS.items()}

    reached = target if status in sources else IllegalTransition
    assert outcomes == {role: reached if role in who | {"system"} else NotAllowed for role in ACTORS}


def try_step(application: Application, action: str, actor: Actor) -> object:
    """The status reached, or the class of the refusal; a refused step changes nothing."""
    before = application.status
    try:
        APPLICATION.apply(application, action, actor=actor, reason="because")
    except (NotAllowed, IllegalTransition) as refusal:
        assert application.status is before
        return type(refusal)
    return application.status


@pytest.mark.parametrize("action", EXPECTED)
def test_step_without_reason(action: str) -> None:
    application = make_application(sorted(EXPECTED[action][0])[0])

    if action in NEEDS_REASON:
        with pytest.raises(InvalidInput):
            APPLICATION.apply(application, action, actor=ACTORS["system"], reason="  ")
    else:
        APPLICATION.apply(application, action, actor=ACTORS["system"])
        assert application.status is EXPECTED[action][1]
