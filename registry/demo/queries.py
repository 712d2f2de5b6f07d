"""What the stories ask of the registry."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from registry.access.actor import Actor
from registry.accounts.models import Organisation, User
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Application, Assignment, GuardianRequest, Offer, Review
from registry.admissions.rules.reviews import TO_REVIEW
from registry.catalogue.models import Cohort, IndicatorDefinition, Programme
from registry.core.database import db
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.models import Enrolment
from registry.people.models import Person


def is_built() -> bool:
    """Whether this database holds the demo."""
    return db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)) is not None


def has_applications() -> bool:
    """Whether somebody applied already: then the demo must stay away."""
    return db.session.scalar(sa.select(Application.id).limit(1)) is not None


def list_in(cohort: Cohort, *statuses: ApplicationStatus) -> Sequence[Application]:
    """The cohort's applications in these statuses, in the order of sending, with what policies ask for."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.cohort_id == cohort.id, Application.status.in_(statuses))
        .options(joinedload(Application.cohort), selectinload(Application.assignments))
        .order_by(Application.submitted_at, Application.id)
    ).all()


def get_application(application_id: int) -> Application:
    """The application with what policies ask for."""
    return db.session.scalars(
        sa.select(Application)
        .where(Application.id == application_id)
        .options(joinedload(Application.cohort), selectinload(Application.assignments))
    ).one()


def get_request(application: Application) -> GuardianRequest:
    """The guardian's link of the application."""
    return db.session.scalars(
        sa.select(GuardianRequest)
        .where(GuardianRequest.application_id == application.id)
        .options(joinedload(GuardianRequest.application).joinedload(Application.cohort))
        .order_by(GuardianRequest.id.desc())
        .limit(1)
    ).one()


def list_open_offers(after: int) -> Sequence[Offer]:
    """Offers that wait for an answer, made since the offer with the key `after`."""
    return db.session.scalars(
        sa.select(Offer)
        .join(Offer.application)
        .where(Offer.answer.is_(None), Offer.id > after)
        .options(contains_eager(Offer.application).joinedload(Application.cohort))
        .order_by(Offer.id)
    ).all()


def get_offer(offer_id: int) -> Offer:
    """The offer with its application."""
    return db.session.scalars(
        sa.select(Offer)
        .where(Offer.id == offer_id)
        .options(joinedload(Offer.application).joinedload(Application.cohort))
    ).one()


def list_enrolments(cohort: Cohort, *statuses: EnrolmentStatus) -> Sequence[Enrolment]:
    """The cohort's enrolments in these statuses."""
    return db.session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.status.in_(statuses))
        .options(joinedload(Enrolment.application), joinedload(Enrolment.cohort))
        .order_by(Enrolment.id)
    ).all()


def get_enrolment(enrolment_id: int) -> Enrolment:
    """The enrolment with its application."""
    return db.session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.application), joinedload(Enrolment.cohort))
    ).one()


def get_indicator(code: str) -> IndicatorDefinition:
    """The indicator with this code, as loaded from the reference data."""
    return db.session.scalars(sa.select(IndicatorDefinition).where(IndicatorDefinition.code == code)).one()


def get_owner(application: Application) -> tuple[User, Person]:
    """Whose application it is, and the account."""
    person = db.session.get_one(Person, application.person_id)
    return db.session.get_one(User, person.user_id), person


def list_to_review(cohort: Cohort, reviewer: Actor) -> Sequence[Application]:
    """Of a cohort: what the reviewer can score and has not begun, as operations need it, by key."""
    begun = sa.select(Review.application_id).where(Review.user_id == reviewer.user_id)
    return db.session.scalars(
        sa.select(Application)
        .join(Assignment, Assignment.application_id == Application.id)
        .where(
            Application.cohort_id == cohort.id,
            Assignment.user_id == reviewer.user_id,
            Application.status.in_(TO_REVIEW),
            Application.id.not_in(begun),
        )
        .options(
            joinedload(Application.cohort).joinedload(Cohort.programme),
            selectinload(Application.assignments),
        )
        .order_by(Application.id)
        .execution_options(populate_existing=True)
    ).all()


def get_programme(slug: str) -> Programme:
    """The programme with everything that editing it looks at."""
    return db.session.scalars(
        sa.select(Programme)
        .where(Programme.slug == slug)
        .options(
            selectinload(Programme.translations),
            selectinload(Programme.topics),
            selectinload(Programme.documents),
        )
        .execution_options(populate_existing=True)
    ).one()


def get_cohort(code: str) -> Cohort:
    """The cohort with everything that editing it looks at."""
    return db.session.scalars(
        sa.select(Cohort)
        .where(Cohort.code == code)
        .options(selectinload(Cohort.pools), selectinload(Cohort.scopes), selectinload(Cohort.language_rules))
        .execution_options(populate_existing=True)
    ).one()


def get_organisation(code: str) -> Organisation:
    """The organisation with this code."""
    return db.session.scalars(sa.select(Organisation).where(Organisation.code == code)).one()
