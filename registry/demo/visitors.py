"""The applicant whose account is given away, with something to do in it."""

from datetime import date

from registry.demo.applicants import fill, introduce, send
from registry.demo.names import Name
from registry.demo.people import Figure
from registry.demo.plan import COHORTS, INCUBATOR, SCHOOL, STORE, CohortPlan
from registry.demo.selection import Answers
from registry.demo.world import DOMAIN, Newly, World
from registry.people.enums import Education, LanguageLevel, Occupation, Settlement, Sex

APPLICANT = f"applicant@{DOMAIN}"


def plan_visitor(world: World, answers: Answers) -> None:
    """An open offer to answer, an application in review, a place on a waiting list, and a draft."""
    visitor = Visitor(world, answers)
    offered, in_review, drafted, waiting = (
        _find(INCUBATOR, -70),
        _find(SCHOOL, -45),
        _find(SCHOOL, -18),
        _find(STORE, -6),
    )
    world.calendar.at(world.day(-69, 8), visitor.apply, offered)
    world.calendar.at(world.day(-40, 15), visitor.apply, in_review)
    world.calendar.at(world.day(-2, 16), visitor.apply, waiting)
    world.calendar.at(world.day(-3, 18), visitor.apply, drafted, until=4)


class Visitor:
    """Айгерім Нұрланова, 23, who makes felt toys."""

    def __init__(self, world: World, answers: Answers) -> None:
        self.world = world
        self.answers = answers
        self.newly: Newly | None = None

    def apply(self, plan: CohortPlan, *, until: int | None = None) -> None:
        """Fill an application and send it, or leave it as a draft after so many pages."""
        if self.newly is None:
            self.newly = introduce(self.world, self.describe(), email=APPLICANT)
            self.answers.never.add(self.newly.actor.person_id or 0)
        random = self.world.random("visitor", plan.programme, plan.days.opens)
        cohort = self.world.cohorts[plan]
        application = fill(self.world, self.newly, cohort, random, until=until)
        if application is not None and until is None:
            self.world.favoured.add(application.id)
            send(self.world, application.id, self.newly, random, is_steady=True)

    def describe(self) -> Figure:
        """Who she is; her age is 23 on the demo's day, whatever the day."""
        born_on = date(self.world.on.year - 24, self.world.on.month, 1)
        return Figure(
            name=Name("Нұрланова", "Айгерім", latin="Aigerim Nurlanova"),
            country="KZ",
            residence="KZ",
            sex=Sex.FEMALE,
            born_on=born_on,
            settlement=Settlement.RURAL,
            education=Education.ISCED_6,
            occupation=Occupation.SELF_EMPLOYED,
            languages={"kk": LanguageLevel.C2, "ru": LanguageLevel.C1, "en": LanguageLevel.B1},
            locale="en",
            phone="+77010000000",
            email=APPLICANT,
            guardian_name="",
            guardian_email="",
        )


def _find(programme: str, opens: int) -> CohortPlan:
    return next(plan for plan in COHORTS if (plan.programme, plan.days.opens) == (programme, opens))
