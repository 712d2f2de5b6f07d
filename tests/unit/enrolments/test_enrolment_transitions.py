"""The transition table of enrolments, pair by pair and role by role, as SPEC section 2 has it."""

import pytest

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.catalogue.models import Cohort, Programme
from registry.core.errors import IllegalTransition, InvalidInput, NotAllowed
from registry.enrolments.enums import EnrolmentStatus, PublicStatus
from registry.enrolments.lifecycle import ENROLMENT
from registry.enrolments.models import Enrolment
from registry.enrolments.rules import public_status

E = EnrolmentStatus

EXPECTED = {
    "start": (E.CONFIRMED, E.ACTIVE),
    "mark_no_show": (E.CONFIRMED, E.NO_SHOW),
    "cancel": (E.CONFIRMED, E.CANCELLED),
    "complete": (E.ACTIVE, E.COMPLETED),
    "mark_not_completed": (E.ACTIVE, E.NOT_COMPLETED),
    "drop_out": (E.ACTIVE, E.DROPPED_OUT),
    "exclude": (E.ACTIVE, E.EXCLUDED),
    "transfer": (E.ACTIVE, E.TRANSFERRED),
}
BY_CONSENT = {
    "cancel_without_consent": (E.CONFIRMED, E.CANCELLED),
    "leave_without_consent": (E.ACTIVE, E.DROPPED_OUT),
}
"""What the participant and the guardian do, and no coordinator."""
NEEDS_REASON = {"cancel", "exclude", "transfer"}

ACTORS = {
    "applicant": Actor("a", user_id=1, person_id=7, grants=(Grant(Role.APPLICANT),)),
    "other_applicant": Actor("b", user_id=2, person_id=8, grants=(Grant(Role.APPLICANT),)),
    "guardian": Actor.guardian(5),
    "other_guardian": Actor.guardian(6),
    "focal_point": Actor("f", user_id=3, grants=(Grant(Role.FOCAL_POINT, country="UZ"),)),
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


def make_enrolment(status: EnrolmentStatus) -> Enrolment:
    return Enrolment(
        id=1,
        person_id=7,
        application_id=5,
        status=status,
        cohort=Cohort(programme=Programme(slug="trade")),
    )


def test_the_table_has_exactly_these_actions() -> None:
    assert set(ENROLMENT.transitions) == set(EXPECTED) | set(BY_CONSENT)


@pytest.mark.parametrize("action", [*EXPECTED, *BY_CONSENT])
@pytest.mark.parametrize("status", E)
def test_step_by_role(status: EnrolmentStatus, action: str) -> None:
    source, target = (EXPECTED | BY_CONSENT)[action]
    who = {"system", *(("applicant", "guardian") if action in BY_CONSENT else ("coordinator",))}

    outcomes = {role: try_step(make_enrolment(status), action, actor) for role, actor in ACTORS.items()}

    reached = target if status is source else IllegalTransition
    assert outcomes == {role: reached if role in who else NotAllowed for role in ACTORS}


def try_step(enrolment: Enrolment, action: str, actor: Actor) -> object:
    """The status reached, or the class of the refusal; a refused step changes nothing."""
    before = enrolment.status
    try:
        ENROLMENT.apply(enrolment, action, actor=actor, reason="because")
    except (NotAllowed, IllegalTransition) as refusal:
        assert enrolment.status is before
        return type(refusal)
    return enrolment.status


@pytest.mark.parametrize("action", sorted(NEEDS_REASON))
def test_step_without_its_reason_is_refused(action: str) -> None:
    enrolment = make_enrolment(EXPECTED[action][0])

    with pytest.raises(InvalidInput):
        ENROLMENT.apply(enrolment, action, actor=ACTORS["system"])

    assert enrolment.status is EXPECTED[action][0]


def test_public_status_has_the_names_of_the_specification() -> None:
    assert {status: public_status(status) for status in E} == {
        E.CONFIRMED: PublicStatus.ACCEPTED,
        E.ACTIVE: PublicStatus.TAKING_PART,
        E.COMPLETED: PublicStatus.COMPLETED,
        E.NOT_COMPLETED: PublicStatus.NOT_COMPLETED,
        E.DROPPED_OUT: PublicStatus.NOT_COMPLETED,
        E.EXCLUDED: PublicStatus.NOT_COMPLETED,
        E.NO_SHOW: PublicStatus.CLOSED,
        E.CANCELLED: PublicStatus.CLOSED,
        E.TRANSFERRED: PublicStatus.CLOSED,
    }
