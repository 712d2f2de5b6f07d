"""Applications that come back for a better answer: most are sent again, some are not in time."""

from datetime import timedelta

from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import Application, Question
from registry.admissions.operations import corrections, journey
from registry.admissions.queries.corrections import list_asked
from registry.admissions.queries.journey import find_answer
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.demo import queries
from registry.demo.plan import CohortPlan
from registry.demo.world import World, act_as

EVERY = 10
"""One of so many applications in review comes back."""
DAYS = 5
REASON = "Please say more: this answer is too short to judge your plans."
MORE = {
    "en": "I have talked to three customers, and they would order every month.",
    "ru": "Трое покупателей уже готовы заказывать каждый месяц.",
    "zh": "我已经和三位顾客谈过，他们愿意每月下单。",
}


def plan_corrections(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """The coordinator looks for thin answers as soon as the reviews begin. First-come cohorts have none."""
    if plan.days.release is not None:
        world.calendar.at(world.day(plan.days.closes + 1, 12), return_some, world, cohort)


def return_some(world: World, cohort: Cohort) -> None:
    """Ask for one text again."""
    in_review = queries.list_in(cohort, ApplicationStatus.UNDER_REVIEW)
    for application in in_review[EVERY // 2 :: EVERY]:
        random = world.random("correct", application.code)
        texts = [each for each in list_asked(application) if each.question.kind is QuestionKind.LONG_TEXT]
        if application.id in world.favoured or not texts:
            continue
        asked = random.choice(texts)
        corrections.return_application(
            application,
            {asked.page: REASON},
            due_on=clock.today() + timedelta(days=DAYS),
            actor=world.staff[Role.COORDINATOR],
        )
        if random.random() < 0.75:
            wait = timedelta(hours=random.randrange(10, 90))
            world.calendar.after(wait, send_again, application.id, asked.question)


def send_again(application_id: int, question: Question) -> None:
    """The applicant adds a sentence and sends the application again."""
    application: Application = queries.get_application(application_id)
    if application.status is not ApplicationStatus.RETURNED:
        return
    user, person = queries.get_owner(application)
    actor = act_as(user, person_id=person.id)
    answer = find_answer(application, question.id)
    text = f"{answer.value if answer else ''} {MORE[person.locale]}".strip()
    journey.save_answer(application, question, text, actor=actor)
    corrections.resubmit_application(application, actor=actor)
