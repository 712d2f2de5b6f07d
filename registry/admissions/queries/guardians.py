"""The links sent to guardians, what guardians ask, and from when they are not asked any more."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.enums import LIVE_STATUSES, ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianQuestion, GuardianRequest
from registry.admissions.queries.scope import _visible_to
from registry.admissions.rules import guardians as rules
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.errors import NotFound
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people import queries as people
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Guardianship
from registry.places.queries import get_age_of_consent, get_latest_day, map_ages_of_consent
from registry.places.rules import UNCONFIRMED_AGE_OF_CONSENT

LINK_MAILS = ("guardian_request", "guardian_answered", "guardian_receipt")
"""Mails that carry a link; their keys end in the hash of its token."""
NEVER = "9999"
OPEN_SHOWN = 50
"""Questions listed at a time, the oldest first: answering them brings up the next."""


def get_request(token: str) -> GuardianRequest:
    """The request behind a link, with what its page shows.

    Errors: NotFound for a token nobody issued.
    """
    request = db.session.scalar(
        sa.select(GuardianRequest)
        .where(GuardianRequest.token_hash == hash_token(token))
        .options(
            joinedload(GuardianRequest.application, innerjoin=True).options(
                joinedload(Application.person, innerjoin=True),
                joinedload(Application.cohort, innerjoin=True)
                .joinedload(Cohort.programme, innerjoin=True)
                .options(selectinload(Programme.translations), selectinload(Programme.partnerships)),
            )
        )
    )
    if request is None:
        raise NotFound
    return request


def get_application_of(request: GuardianRequest) -> Application:
    """The application the link is about; no query where it is loaded already."""
    return db.session.get_one(Application, request.application_id)


def list_open_requests(application: Application) -> Sequence[GuardianRequest]:
    """Links that could still be used."""
    return db.session.scalars(
        sa.select(GuardianRequest).where(
            GuardianRequest.application_id == application.id,
            GuardianRequest.answer.is_(None),
            GuardianRequest.expires_at > clock.now(),
        )
    ).all()


def find_last_request(application: Application) -> GuardianRequest | None:
    """The link that was sent last."""
    return db.session.scalar(
        sa.select(GuardianRequest)
        .where(GuardianRequest.application_id == application.id)
        .order_by(GuardianRequest.id.desc())
        .limit(1)
    )


def is_of_age(application: Application) -> bool:
    """Whether the applicant decides alone today, in the host's zone, by the rule of the application's state."""
    today = clock.today(db.session.get_one(Cohort, application.cohort_id).zone)
    return rules.is_of_age(application, get_age_of_consent(application.member_state, today), today)


def has_come_of_age() -> sa.ColumnElement[bool]:
    """The same in SQL, for sweeps: on whatever day it is latest on earth, so a day early for some."""
    today = get_latest_day()
    ages = map_ages_of_consent(today)
    # Days as text, since a birthday on 29 February has none in most years.
    born_on = sa.func.coalesce(Application.profile["born_on"].as_string(), NEVER)

    def is_born_by(age: int) -> sa.ColumnElement[bool]:
        return born_on <= f"{today.year - age:04}-{today:%m-%d}"

    by_age = [
        sa.and_(
            Application.member_state.in_([state for state, each in ages.items() if each == age]),
            is_born_by(age),
        )
        for age in sorted(set(ages.values()))
    ]
    others = sa.and_(Application.member_state.not_in(ages), is_born_by(UNCONFIRMED_AGE_OF_CONSENT))
    return sa.or_(others, *by_age)


def get_link_state(request: GuardianRequest) -> rules.LinkState:
    """What the link can do now."""
    application = get_application_of(request)
    state = rules.link_state(request, application, clock.now(), of_age=is_of_age(application))
    if state is rules.LinkState.CONSENTED and not is_consent_standing(application):
        return rules.LinkState.WITHDRAWN
    return state


def is_consent_standing(application: Application) -> bool:
    """Whether the consent to taking part was given, and not taken back since."""
    consents = people.map_consents(people.get_person(application.person_id), about=application.code)
    said = consents.get(ConsentPurpose.PARTICIPATION)
    return said is None or said.action is ConsentAction.GIVEN


def can_guardian_withdraw(request: GuardianRequest) -> bool:
    """Whether the link still takes the consent back: until coming of age, or the last day of the cohort."""
    application = get_application_of(request)
    cohort = db.session.get_one(Cohort, application.cohort_id)
    return (
        get_link_state(request) is rules.LinkState.CONSENTED
        and application.status in LIVE_STATUSES
        and clock.today(cohort.zone) <= cohort.ends_on
        and not is_of_age(application)
    )


def has_denied(application: Application, email: str) -> bool:
    """Whether whoever reads this address has said not to be the guardian."""
    statement = (
        sa.select(GuardianRequest.id)
        .join(GuardianRequest.guardianship)
        .where(
            GuardianRequest.application_id == application.id,
            GuardianRequest.answer == GuardianAnswer.NOT_GUARDIAN,
            sa.func.lower(Guardianship.email) == email.lower(),
        )
    )
    return db.session.scalar(statement.limit(1)) is not None


def find_delivery(request: GuardianRequest) -> MessageStatus | None:
    """How far the mail with the link has come."""
    keys = [f"{kind}:{request.token_hash}" for kind in LINK_MAILS]
    return db.session.scalar(sa.select(Message.status).where(Message.key.in_(keys)))


def list_questions(
    application: Application, guardianship_id: int | None = None
) -> Sequence[GuardianQuestion]:
    """What was asked about the application, by one guardian or by all, the oldest first."""
    statement = sa.select(GuardianQuestion).where(GuardianQuestion.application_id == application.id)
    if guardianship_id is not None:
        statement = statement.where(GuardianQuestion.guardianship_id == guardianship_id)
    return db.session.scalars(statement.order_by(GuardianQuestion.id)).all()


def list_open_questions(cohorts: Sequence[Cohort]) -> Sequence[GuardianQuestion]:
    """Questions in these cohorts that wait for an answer, the oldest first, with their applications."""
    return db.session.scalars(
        sa.select(GuardianQuestion)
        .join(GuardianQuestion.application)
        .options(contains_eager(GuardianQuestion.application))
        .where(_is_open(), Application.cohort_id.in_([cohort.id for cohort in cohorts]))
        .order_by(GuardianQuestion.asked_at, GuardianQuestion.id)
        .limit(OPEN_SHOWN)
    ).all()


def is_open_question(question: GuardianQuestion) -> bool:
    """Whether the question still waits for an answer."""
    statement = (
        sa.select(GuardianQuestion.id)
        .join(GuardianQuestion.application)
        .where(GuardianQuestion.id == question.id, _is_open())
    )
    return db.session.scalar(statement) is not None


def _is_open() -> sa.ColumnElement[bool]:
    """Unanswered, while the application waits for the guardian who asked."""
    later = aliased(Guardianship)
    return sa.and_(
        GuardianQuestion.answered_at.is_(None),
        Application.status == ApplicationStatus.AWAITING_GUARDIAN,
        ~sa.exists().where(
            later.person_id == Application.person_id, later.id > GuardianQuestion.guardianship_id
        ),
    )


def get_question(code: str, *, actor: Actor) -> GuardianQuestion:
    """A question about an application that the actor processes, with the application.

    Errors: NotFound.
    """
    row = db.session.execute(
        _visible_to(actor)
        .join(GuardianQuestion, GuardianQuestion.application_id == Application.id)
        .add_columns(GuardianQuestion)
        .where(GuardianQuestion.code == code)
    ).one_or_none()
    if row is None or not policy.can(actor, Permission.APPLICATION_PROCESS, row[0]):
        raise NotFound
    question: GuardianQuestion = row[1]
    set_committed_value(question, "application", row[0])
    return question


def has_open_questions(application_id: Any) -> sa.ColumnElement[bool]:
    """For sweeps: whether something the guardian asked waits for an answer."""
    return sa.exists().where(
        GuardianQuestion.application_id == application_id, GuardianQuestion.answered_at.is_(None)
    )
