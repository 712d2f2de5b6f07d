"""Writing to many in tests."""

from typing import Any

import html5lib
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, AudienceMail, AudienceRow
from registry.admissions.operations import audience as operations
from registry.admissions.operations.audience import AudienceInput
from registry.admissions.operations.wordings import WordingInput
from registry.admissions.queries.listing import ApplicationFilter
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.factories.admissions import ApplicationFactory
from tests.factories.people import PersonFactory

S = ApplicationStatus
ENGLISH = WordingInput("News of {programme}", "Hello {name},\n\nyour page: {application_link}")
RUSSIAN = WordingInput("Новости", "Здравствуйте, {name}! Начало: {starts_on}.")
TYPED = {
    "subject_en": ENGLISH.subject,
    "text_en": ENGLISH.text,
    "subject_ru": RUSSIAN.subject,
    "text_ru": RUSSIAN.text,
    "fallback": "en",
}


def apply(
    cohort: Cohort,
    locale: str = "en",
    status: S = S.SUBMITTED,
    name: str = "Aizada",
    search_name: str = "",
    **person: Any,
) -> Application:
    return ApplicationFactory(
        cohort=cohort,
        status=status,
        listed_name=name,
        search_name=search_name,
        person=PersonFactory(given_names=name, locale=locale, **person),
    )


def plan(cohort: Cohort, actor: Actor, *statuses: S, **texts: WordingInput) -> AudienceMail:
    with transaction():
        return operations.plan_audience_mail(
            cohort,
            AudienceInput(texts or {"en": ENGLISH, "ru": RUSSIAN}, next(iter(texts), "en")),
            ApplicationFilter(statuses=statuses),
            arguments={"status": "submitted"},
            actor=actor,
        )


def start(mail: AudienceMail, cohort: Cohort, actor: Actor, typed: int | None = None) -> bool:
    with transaction():
        return operations.start_audience_mail(mail, cohort, typed=typed, actor=actor)


def send(mail: AudienceMail) -> None:
    operations.send_audience_mail({"mail": mail.id})


def results() -> dict[str, tuple[Any, Any]]:
    """Name -> the result of the row, and the state of the message or why there is none."""
    db.session.expire_all()
    rows = db.session.execute(
        sa.select(Application.listed_name, AudienceRow.result, AudienceRow.reason, Message.status)
        .join(AudienceRow, AudienceRow.application_id == Application.id)
        .outerjoin(Message, Message.id == AudienceRow.message_id)
    )
    return {row[0]: (row[1], row[2] or row[3]) for row in rows}


def messages() -> list[Message]:
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def text_of(page: str) -> str:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return " ".join("".join(tree.find(".//main").itertext()).split())
