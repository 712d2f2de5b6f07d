"""What a notice about an application says and to whom; no query for what the session has loaded."""

from collections.abc import Collection

import sqlalchemy as sa

from registry.admissions.models import Application
from registry.catalogue.models import Cohort, ProgrammeTranslation
from registry.core.database import db
from registry.core.i18n import pick_translation
from registry.messages.models import Message
from registry.people.models import Person


def get_person(application: Application) -> Person:
    """The applicant."""
    return db.session.get_one(Person, application.person_id)


def get_cohort(application: Application) -> Cohort:
    """The application's cohort."""
    return db.session.get_one(Cohort, application.cohort_id)


def was_told(key: str) -> bool:
    """Whether this message was queued before."""
    return db.session.scalar(sa.select(Message.id).where(Message.key == key)) is not None


def list_told(keys: Collection[str]) -> set[str]:
    """Which of these messages were queued before."""
    return set(db.session.scalars(sa.select(Message.key).where(Message.key.in_(keys))))


def get_programme_title(application: Application, locale: str) -> str:
    """The programme's title in the reader's language, else in English, else in any."""
    programme_id = get_cohort(application).programme_id
    titles = dict(
        db.session.execute(
            sa.select(ProgrammeTranslation.locale, ProgrammeTranslation.title).where(
                ProgrammeTranslation.programme_id == programme_id
            )
        ).all()
    )
    return str(pick_translation(titles, locale)[1])
