"""What sequences of steps begin with: a cohort of three pools, and people about to apply."""

from dataclasses import dataclass

from registry.admissions.operations import selection
from registry.catalogue.enums import NominationMode, SelectionMethod
from registry.catalogue.models import GENERAL
from registry.core.transaction import transaction
from registry.people.enums import Settlement, Sex
from registry.people.models import Person
from tests.factories.actors import coordinator
from tests.factories.catalogue import SeatPoolFactory
from tests.factories.journeys import ADULT, MINOR, known_person, open_cohort, ready_draft

COORDINATOR = coordinator()
STATES = ("UZ", "KZ", "BY")
"""The first two have seats of their own."""
KINDS = (
    (Sex.MALE, Settlement.URBAN),
    (Sex.FEMALE, Settlement.URBAN),
    (Sex.MALE, Settlement.RURAL),
    (Sex.FEMALE, Settlement.RURAL),
)
ADULTS, MINORS = {"UZ": 6, "KZ": 4, "BY": 4}, {"UZ": 1, "KZ": 1, "BY": 1}


@dataclass(frozen=True)
class Plan:
    """What a cohort is like from the beginning."""

    method: SelectionMethod
    nomination: NominationMode
    general_serves_all: bool
    promises_shares: bool = False
    """Whether the first decisions are those of a selection with minimum shares."""


PLANS = (
    Plan(SelectionMethod.FIRST_COME, NominationMode.OPEN, general_serves_all=False),
    Plan(SelectionMethod.FIRST_COME, NominationMode.OPEN, general_serves_all=True),
    Plan(SelectionMethod.FIRST_COME, NominationMode.APPLY_THEN_ENDORSE, general_serves_all=False),
    Plan(SelectionMethod.SCORED, NominationMode.OPEN, general_serves_all=True, promises_shares=True),
    Plan(SelectionMethod.SCORED, NominationMode.OPEN, general_serves_all=False, promises_shares=True),
    Plan(SelectionMethod.SCORED, NominationMode.APPLY_THEN_ENDORSE, general_serves_all=True),
)


@dataclass(frozen=True)
class Prepared:
    """A cohort of three pools, and complete drafts by state and whether it is a minor's."""

    cohort_id: int
    drafts: dict[tuple[str, bool], list[int]]


def prepare(plan: Plan) -> Prepared:
    with transaction():
        cohort = open_cohort(
            capacity=3,
            selection=plan.method,
            nomination=plan.nomination,
            general_serves_all=plan.general_serves_all,
        )
        for state, seats in (("UZ", 1), ("KZ", 1), (GENERAL, 1)):
            SeatPoolFactory(cohort=cohort, member_state=state, seats=seats)
        selection.commit_lottery(cohort, actor=COORDINATOR)
        drafts = {
            (state, is_minor): [
                ready_draft(cohort, make_person(state, is_minor, number))[0].id for number in range(n)
            ]
            for is_minor, numbers in ((False, ADULTS), (True, MINORS))
            for state, n in numbers.items()
        }
        return Prepared(cohort.id, drafts)


def make_person(state: str, is_minor: bool, number: int) -> Person:
    sex, settlement = KINDS[number % len(KINDS)]
    return known_person(
        born_on=MINOR if is_minor else ADULT,
        citizenships=(state,),
        residence=state,
        sex=sex,
        settlement=settlement,
    )
