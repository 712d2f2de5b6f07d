"""What was asked and answered, and what the rules made of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.models import Answer, Application, EligibilityResult, Question
from registry.admissions.rules.sections import reading_order
from registry.core.database import db


def list_answers(application: Application) -> Sequence[Answer]:
    """The answers in the order of the form's questions, those of one entry together."""
    answers = db.session.scalars(
        sa.select(Answer)
        .where(Answer.application_id == application.id)
        .options(joinedload(Answer.question).joinedload(Question.section))
    ).all()
    return sorted(answers, key=reading_order)


def list_results(application: Application) -> Sequence[EligibilityResult]:
    """What the rules said at submission."""
    return db.session.scalars(
        sa.select(EligibilityResult)
        .where(EligibilityResult.application_id == application.id)
        .order_by(EligibilityResult.rule)
    ).all()
