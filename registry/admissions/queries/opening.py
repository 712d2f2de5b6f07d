"""The one application that an administrator asks for by its code. What asks here records its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.models import Answer, Application, EligibilityResult
from registry.admissions.queries.answers import list_answers, list_results
from registry.catalogue.models import Cohort, Programme
from registry.core.database import db


@dataclass(frozen=True)
class OpenedApplication:
    """An application with everything the registry was told in it."""

    application: Application
    answers: Sequence[Answer]
    results: Sequence[EligibilityResult]


def find_sent(code: str) -> Application | None:
    """The application with the code, unless it was never sent."""
    return db.session.scalar(
        sa.select(Application).where(Application.code == code, Application.submitted_at.is_not(None))
    )


def get_opened(code: str) -> OpenedApplication:
    """What the page shows of an application that was just opened."""
    application = db.session.scalars(
        sa.select(Application)
        .where(Application.code == code)
        .options(
            joinedload(Application.cohort).joinedload(Cohort.programme).selectinload(Programme.translations)
        )
    ).one()
    return OpenedApplication(application, list_answers(application), list_results(application))
