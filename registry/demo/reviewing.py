"""How the demo's applications are reviewed: criteria, shares, scores, a conflict of interest."""

from datetime import timedelta

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.admissions.enums import ConflictKind
from registry.admissions.operations import assignments, reviews
from registry.admissions.operations.criteria import CriterionInput, add_criterion
from registry.admissions.operations.reviews import ReviewInput
from registry.admissions.queries.criteria import list_criteria
from registry.catalogue.models import Cohort
from registry.demo import queries
from registry.demo.world import World

READERS = 2
"""Reviewers per application."""
STRICTNESS = (0.0, -0.7, 0.6)
"""What each reviewer adds to everybody's scores: the first is fair, the second strict, the third mild."""


def _texts(en: str, ru: str, zh: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "zh": zh}


CRITERIA = (
    CriterionInput(
        _texts("Motivation and plans", "Мотивация и планы", "动机与计划"),
        40,
        {
            "1": _texts("No plan to be seen", "Плана не видно", "看不出计划"),
            "3": _texts("A plan, with open questions", "План есть, но с вопросами", "有计划，但存在疑问"),
            "5": _texts(
                "Knows what to do in the next six months",
                "Знает, что делать в ближайшие полгода",
                "清楚未来六个月要做什么",
            ),
        },
    ),
    CriterionInput(
        _texts(
            "Goods that can be sold online", "Товар, который можно продавать в сети", "适合网上销售的商品"
        ),
        35,
        {
            "1": _texts("Nothing to sell yet", "Пока нечего продавать", "尚无商品"),
            "5": _texts(
                "A product with first customers", "Товар с первыми покупателями", "已有首批顾客的商品"
            ),
        },
    ),
    CriterionInput(
        _texts("Benefit for others", "Польза для других", "对他人的益处"),
        25,
        {
            "1": _texts("For the applicant alone", "Только для заявителя", "仅对申请人本人"),
            "5": _texts("Work for a whole village", "Работа для целого села", "惠及整个村庄"),
        },
    ),
)
COMMENTS = {
    "en": (
        "Clear and down to earth.",
        "The numbers do not add up yet.",
        "Would gain much from the programme.",
    ),
    "ru": ("Ясно и по делу.", "Цифры пока не сходятся.", "Программа может дать очень много."),
    "zh": ("思路清晰，脚踏实地。", "数字还对不上。", "会从项目中受益良多。"),
}


def found_criteria(world: World, cohort: Cohort) -> None:
    """By what the cohort's reviewers score."""
    for criterion in CRITERIA:
        add_criterion(cohort, criterion, actor=world.staff[Role.COORDINATOR])


def share_out(world: World, cohort: Cohort) -> None:
    """Give everything in review to reviewers, who begin the same day."""
    coordinator = world.staff[Role.COORDINATOR]
    assignments.assign_automatically(cohort, per_application=READERS, actor=coordinator)
    for number, reviewer in enumerate(world.reviewers):
        for days in (0, 1):
            world.calendar.after(timedelta(days=days, hours=3 + number), review_some, world, cohort, number)
        world.calendar.after(timedelta(days=1, hours=8), find_conflict, world, cohort, reviewer)


def review_some(world: World, cohort: Cohort, number: int) -> None:
    """A good third of what a reviewer still has; one draft stays for the next time."""
    reviewer = world.reviewers[number]
    for application in queries.list_to_review(cohort, reviewer):
        random = world.random("review", application.code, number)
        if random.random() > 0.35:
            continue
        if assignments.open_assignment(application, actor=reviewer) is not None:
            continue
        merit = world.merit(application)
        values = (
            merit * 3 + 1.6 + STRICTNESS[number] + random.uniform(-0.8, 0.8) for _ in range(len(CRITERIA))
        )
        criteria = list_criteria(cohort.id)
        scores = {
            each.code: min(5, max(1, round(value))) for each, value in zip(criteria, values, strict=True)
        }
        comment = random.choice(COMMENTS[reviewer.locale]) if random.random() < 0.5 else ""
        is_draft = random.random() < 0.06
        write = reviews.save_review if is_draft else reviews.submit_review
        write(application, ReviewInput(scores, comment), actor=reviewer)


def find_conflict(world: World, cohort: Cohort, reviewer: Actor) -> None:
    """One of the reviewer's applicants turns out to be known."""
    for application in queries.list_to_review(cohort, reviewer)[:1]:
        assignments.declare_conflict(application, ConflictKind.WORK, actor=reviewer)
