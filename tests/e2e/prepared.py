"""What a journey finds already there: a programme with its staff, others who were trained, a first release."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyotp
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import passwords
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus, Decision, QuestionKind
from registry.admissions.models import Answer, Offer
from registry.admissions.operations.decisions import DecisionInput, stage_decision
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.releases import release_decisions
from registry.admissions.operations.submission import submit_application
from registry.catalogue.enums import PartnershipRole
from registry.catalogue.models import Cohort, Partnership
from registry.core import clock, i18n
from registry.core.database import db
from registry.core.transaction import transaction
from registry.enrolments import operations as enrolments
from registry.people.enums import Sex
from registry.reports.operations import make_release
from registry.reports.queries import counts, subjects
from tests.application import make_app
from tests.e2e.site import Site
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, StaffFactory
from tests.factories.actors import applicant
from tests.factories.admissions import QuestionFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.factories.journeys import known_person, ready_draft

SYSTEM = Actor.system("tests")
PASSWORD = "learn by trading honey"


@dataclass(frozen=True)
class Staff:
    """Somebody with an account; applicants have no secret."""

    email: str
    secret: str

    def code(self) -> str:
        """The one-time code of this moment."""
        return pyotp.TOTP(self.secret).now()


@dataclass(frozen=True)
class Prepared:
    """The names by which the journey finds its way."""

    app: Flask
    slug: str
    cohort: str
    coordinator: Staff
    sponsor: Staff

    def say(self, locale: str, sentence: str, **values: Any) -> str:
        """The sentence in the words of the site's catalogue."""
        with self.app.app_context(), i18n.in_locale(locale):
            return str(i18n.gettext(sentence, **values))

    def recount(self) -> dict[tuple[str, str, str], int]:
        """Every figure of the programme, counted from applications and enrolments."""
        with _at_work(self.app):
            programme = subjects.get_reported_programme(self.slug, actor=SYSTEM)
            cohorts = {str(each.id): each.code for each in subjects.list_counted_cohorts(programme)}
            figures = counts.recount_figures([int(key) for key in cohorts])
            return {
                (key.table, cohorts[key.row] if key.table == "cohort" else key.row, key.column): n
                for key, n in figures.items()
            }

    def send_application(self, email: str, *, is_sent: bool = True) -> str:
        """An applicant with this address and the password of all sends an application, or only begins it; its code."""
        with _at_work(self.app):
            cohort = _cohort(self.cohort)
            person = known_person(born_on=clock.today().replace(year=2001, day=1), locale="en")
            user = db.session.get_one(User, person.user_id)
            user.email = person.email = email
            user.password_hash = passwords.hash_password(PASSWORD)
            application, actor = ready_draft(cohort, person)
            if is_sent:
                with transaction():
                    submit_application(application, actor=actor)
            return application.code

    def introduce(self, email: str, country: str, locale: str) -> Staff:
        """Somebody of 25 with this address who has told everything about the person, and begun nothing."""
        with _at_work(self.app):
            born_on = clock.today().replace(year=clock.today().year - 25, day=1)
            person = known_person(
                born_on=born_on,
                citizenships=(country,),
                residence=country,
                phone="+8613800000000",
                locale=locale,
            )
            user = db.session.get_one(User, person.user_id)
            user.email = person.email = email
            user.locale = locale
            user.password_hash = passwords.hash_password(PASSWORD)
            db.session.commit()
            return Staff(email, "")

    def train_others(self, number: int) -> None:
        """Women of 25 from Uzbekistan apply, get an offer, accept, start and complete."""
        with _at_work(self.app):
            _train(_cohort(self.cohort), number)


@dataclass(frozen=True)
class PreparedReview:
    """The names by which the journey of a review finds its way."""

    cohort: str
    coordinator: Staff
    reviewers: tuple[Staff, Staff]
    names: dict[str, str]
    """Code of the application -> the applicant's name, as the coordinator reads it."""
    answer: str
    """What stands in every application, beside the name."""
    secrets: tuple[str, ...]
    """What no reviewer may read."""


def prepare_review(site: Site, name: str, locale: str) -> PreparedReview:
    """A cohort reviewed blind, with two applications that were sent, a coordinator and two reviewers."""
    app = make_app(sa.make_url(f"sqlite:///{site.var / 'registry.sqlite3'}"), site.var)
    with _at_work(app):
        programme = ProgrammeFactory(slug=name, title="Silk online")
        cohort = CohortFactory(programme=programme, names={"en": "Autumn"}, is_blind=True)
        SeatPoolFactory(cohort=cohort, seats=20)
        publish_form(start_form_draft(cohort, actor=SYSTEM), version=None, actor=SYSTEM)
        coordinator = _make_staff(f"coordinator-{name}", locale)
        # At a domain of their own: sharing one with the applicants would be a conflict of interest.
        reviewers = [_make_staff(f"{each}-{name}", locale, "review.example") for each in ("first", "second")]
        RoleGrantFactory(user=coordinator, role=Role.COORDINATOR, programme=programme.slug)
        for user in reviewers:
            RoleGrantFactory(user=user, role=Role.REVIEWER, programme=programme.slug)
        db.session.commit()
        names = {}
        for family_name in ("Yusupova", "Mirzaeva"):
            person = known_person(family_name=family_name, given_names="Zulfiya")
            application, _actor = ready_draft(cohort, person)
            for answer in db.session.scalars(
                sa.select(Answer).where(Answer.application_id == application.id)
            ):
                if isinstance(answer.value, str) and answer.question.key == "motivation":
                    answer.value = f"I am Zulfiya {family_name}. We weave silk in our village."
            with transaction():
                submit_application(application, actor=applicant(person))
            names[application.code] = application.listed_name
        first, second = (Staff(user.email, user.totp_secret or "") for user in reviewers)
        return PreparedReview(
            cohort.code,
            Staff(coordinator.email, coordinator.totp_secret or ""),
            (first, second),
            names,
            answer="We weave silk in our village.",
            secrets=("Zulfiya", "Yusupova", "Mirzaeva"),
        )


@contextmanager
def _at_work(app: Flask) -> Iterator[None]:
    """The site's own database, at the site's time: tests else stand still in another year."""
    with app.app_context(), clock.travel(datetime.now(UTC)):
        yield


def prepare(site: Site, name: str, locale: str) -> Prepared:
    """A funded programme that six people have completed, with the release that says so; its staff read `locale`."""
    app = make_app(sa.make_url(f"sqlite:///{site.var / 'registry.sqlite3'}"), site.var)
    with _at_work(app):
        programme = ProgrammeFactory(slug=f"journey-{name}", title="Honey online")
        cohort = CohortFactory(programme=programme, capacity=40, names={"en": "Spring", "zh": "春季"})
        SeatPoolFactory(cohort=cohort, seats=40)
        version = publish_form(start_form_draft(cohort, actor=SYSTEM), version=None, actor=SYSTEM)
        QuestionFactory(
            form_version=version,
            key="diploma",
            position=90,
            kind=QuestionKind.FILE,
            labels={"en": "Your diploma", "zh": "你的毕业证书"},
            is_required=False,
        )
        fund = OrganisationFactory(code=f"fund-{name}")
        db.session.add(
            Partnership(programme=programme, organisation=fund, role=PartnershipRole.SPONSOR, source="")
        )
        coordinator = _make_staff(f"coordinator-{name}", locale)
        sponsor = _make_staff(f"sponsor-{name}", locale)
        RoleGrantFactory(user=coordinator, role=Role.COORDINATOR, programme=programme.slug)
        RoleGrantFactory(user=sponsor, role=Role.SPONSOR, organisation=fund.code)
        db.session.commit()
        _train(cohort, 6)
        with transaction():
            make_release(subjects.get_reported_programme(programme.slug, actor=SYSTEM), actor=SYSTEM)
        return Prepared(
            app,
            programme.slug,
            cohort.code,
            *(Staff(user.email, user.totp_secret or "") for user in (coordinator, sponsor)),
        )


def _make_staff(name: str, locale: str, domain: str = "example.org") -> User:
    return StaffFactory(
        locale=locale,
        email=f"{name}@{domain}",
        password_hash=passwords.hash_password(PASSWORD),
        totp_secret=pyotp.random_base32(),
    )


def _cohort(code: str) -> Cohort:
    return db.session.scalars(sa.select(Cohort).where(Cohort.code == code)).one()


def _train(cohort: Cohort, number: int) -> None:
    sent = []
    for _ in range(number):
        today = clock.today()
        person = known_person(born_on=today.replace(year=today.year - 25, day=1), sex=Sex.FEMALE)
        application, _actor = ready_draft(cohort, person)
        with transaction():
            sent.append(submit_application(application, actor=applicant(person)))
    with transaction():
        for application in sent:
            assert application.status is ApplicationStatus.SUBMITTED
            stage_decision(application, DecisionInput(Decision.OFFER), actor=SYSTEM)
    release_decisions(cohort, actor=SYSTEM)
    with transaction():
        for application in sent:
            offer = db.session.scalars(sa.select(Offer).where(Offer.application_id == application.id)).one()
            enrolment = enrolments.accept_offer(offer, actor=SYSTEM)
            enrolments.start(enrolment, actor=SYSTEM)
            enrolments.complete(enrolment, actor=SYSTEM)
