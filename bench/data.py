"""Rows in numbers that no demo has, written in bulk: applications with their counts, and programmes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import RoleGrant, User
from registry.accounts.operations.sessions import start_session
from registry.admissions.enums import AgeBand, ApplicationStatus, Decision, Figure
from registry.admissions.models import (
    Application,
    ApplicationCount,
    ApplicationStatusCount,
    ApplicationWeekCount,
    FormVersion,
    StagedDecision,
)
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.catalogue.enums import (
    CohortStatus,
    NominationMode,
    ProgrammeKind,
    ProgrammeStatus,
    SelectionMethod,
)
from registry.catalogue.models import Cohort, Programme, ProgrammeTranslation, SeatPool
from registry.catalogue.operations import touch_catalogue
from registry.core import clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.transaction import transaction
from registry.people.enums import Sex
from registry.people.models import Person
from registry.places.models import Country

STATES = ("BY", "CN", "IN", "IR", "KZ", "KG", "PK", "RU", "TJ", "UZ")
STATUSES = (ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW)
BANDS = (AgeBand.UNDER_18, AgeBand.FROM_18, AgeBand.FROM_25, AgeBand.FROM_30)
SEXES = (Sex.FEMALE, Sex.MALE)
BATCH = 5_000
RUSH = 500
SEATS = 50


@dataclass(frozen=True)
class Filled:
    """What was made."""

    cohorts: dict[int, str]
    """Number of applications -> code of the cohort that has them."""
    slug: str
    """A programme with an open cohort."""
    rush: str
    """Code of a first-come cohort with RUSH applications and SEATS seats."""
    token: str
    """Session of a coordinator."""
    journey: str
    """Code of an open cohort with the standard form, in the programme `slug`."""
    applicants: tuple[str, ...]
    """Sessions of people who are about to apply."""
    decided: str
    """Code of a cohort with a staged decision for each of `decisions` applications."""
    inviting: str
    """Code of a cohort that applies after invitation."""
    focal_point: int
    """Account of who invites to it, for Kazakhstan."""


def fill(sizes: tuple[int, ...], programmes: int, applicants: int, decisions: int) -> Filled:
    """A catalogue of so many programmes, one cohort per size in a programme of its own, and people to apply."""
    now = clock.now()
    with transaction() as session:
        for number in range(programmes):
            programme = _add_programme(f"bench-{number}")
            _add_cohort(programme, capacity=100)
        session.flush()
        touch_catalogue()
    cohorts = {}
    with transaction() as session:
        main = _add_programme("bench-main")
        user = _add_user("bench", totp_secret="JBSWY3DPEHPK3PXP", totp_confirmed_at=now)
        session.add(
            RoleGrant(
                code=new_code(), user_id=user.id, role=Role.COORDINATOR, from_at=now - timedelta(days=1)
            )
        )
        for size in sizes:
            cohort = _add_cohort(_add_programme(f"bench-{size}-applications"), capacity=size)
            session.flush()
            _add_applications(cohort, size)
            cohorts[size] = cohort.code
        rush = _add_cohort(main, capacity=SEATS, selection=SelectionMethod.FIRST_COME)
        _add_applications(rush, RUSH, (ApplicationStatus.SUBMITTED,))
        token = start_session(user, browser="bench", with_second_factor=True)
        session.add_all(Country(code=state, zone="Asia/Tashkent") for state in STATES)
        journey = _add_cohort(main, capacity=applicants)
        system = Actor.system("bench")
        publish_form(start_form_draft(journey, actor=system), version=None, actor=system)
        tokens = tuple(
            start_session(_add_user(f"applicant-{number}"), browser="bench") for number in range(applicants)
        )
        decided = _add_cohort(main, capacity=decisions * 4 // 5)
        _add_applications(decided, decisions, (ApplicationStatus.UNDER_REVIEW,))
        _stage(decided, offers=decisions * 4 // 5)
        inviting = _add_cohort(main, capacity=100, nomination=NominationMode.NOMINATE_THEN_APPLY)
        focal_point = _add_user("focal-point")
        session.add(
            RoleGrant(
                code=new_code(),
                user_id=focal_point.id,
                role=Role.FOCAL_POINT,
                country="KZ",
                from_at=now - timedelta(days=1),
            )
        )
        touch_catalogue()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    return Filled(
        cohorts,
        main.slug,
        rush.code,
        token,
        journey.code,
        tokens,
        decided.code,
        inviting.code,
        focal_point.id,
    )


def _add_user(name: str, **values: Any) -> User:
    now = clock.now()
    user = User(
        code=new_code(),
        email=f"{name}@example.org",
        password_hash="!",
        created_at=now,
        confirmed_at=now,
        **values,
    )
    db.session.add(user)
    db.session.flush()
    return user


def _add_programme(slug: str) -> Programme:
    now = clock.now()
    programme = Programme(
        slug=slug,
        kind=ProgrammeKind.COURSE,
        status=ProgrammeStatus.PUBLISHED,
        weeks=8,
        hours_per_week=6,
        teaching_languages="en ru",
        created_at=now,
        published_at=now,
    )
    db.session.add(programme)
    db.session.flush()
    for locale, title in (("en", "Selling online"), ("ru", "Продажи онлайн"), ("zh", "网上销售")):
        db.session.add(
            ProgrammeTranslation(
                programme=programme,
                locale=locale,
                title=f"{title} {slug}",
                summary=f"{title}: how to open a shop, show goods and deliver them.",
                description=f"{title}.\n\n" + "You learn it by doing, week by week. " * 12,
            )
        )
    return programme


def _add_cohort(
    programme: Programme,
    *,
    capacity: int,
    selection: SelectionMethod = SelectionMethod.SCORED,
    nomination: NominationMode = NominationMode.OPEN,
) -> Cohort:
    now = clock.now()
    cohort = Cohort(
        code=new_code(),
        programme=programme,
        status=CohortStatus.PUBLISHED,
        names={"en": "Autumn", "ru": "Осень", "zh": "秋季"},
        zone="Asia/Tashkent",
        opens_at=now - timedelta(days=10),
        closes_at=now + timedelta(days=30),
        starts_on=(now + timedelta(days=60)).date(),
        ends_on=(now + timedelta(days=120)).date(),
        age_on=now.date(),
        standing_on=now.date(),
        capacity=capacity,
        selection=selection,
        nomination=nomination,
        created_at=now,
        published_at=now,
    )
    db.session.add(cohort)
    db.session.flush()
    db.session.add(SeatPool(cohort=cohort, seats=capacity))
    return cohort


def _add_applications(cohort: Cohort, size: int, statuses: tuple[ApplicationStatus, ...] = STATUSES) -> None:
    form = FormVersion(cohort=cohort, number=1, published_at=clock.now())
    db.session.add(form)
    db.session.flush()
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        people = db.session.scalars(
            sa.insert(Person).returning(Person.id, sort_by_parameter_order=True),
            [_person(number) for number in numbers],
        ).all()
        db.session.execute(
            sa.insert(Application),
            [
                _application(cohort, form, person, number, statuses[number % len(statuses)])
                for person, number in zip(people, numbers, strict=True)
            ],
        )
    _count(cohort)


def _person(number: int) -> dict[str, Any]:
    return {
        "code": new_code(12),
        "family_name": "Karimova",
        "given_names": f"Dilnoza {number}",
        "birth_year": 2004,
        "birth_month": 3,
        "birth_day": 27,
        "email": f"applicant-{number}@example.org",
        "created_at": clock.now(),
    }


def _application(
    cohort: Cohort, form: FormVersion, person: int, number: int, status: ApplicationStatus
) -> dict[str, Any]:
    moment = clock.now() - timedelta(seconds=number)
    return {
        "code": new_code(12),
        "person_id": person,
        "cohort_id": cohort.id,
        "form_version_id": form.id,
        "status": status,
        "member_state": STATES[number % len(STATES)],
        "sex": SEXES[number % 3 % 2],
        "age_band": BANDS[number % len(BANDS)],
        "age_years": 20,
        "listed_name": f"Karimova Dilnoza {number}",
        "search_name": f"karimova dilnoza {number}",
        "created_at": moment,
        "saved_at": moment,
        "submitted_at": moment,
        "eligible_at": moment,
    }


def _stage(cohort: Cohort, *, offers: int) -> None:
    """A decision for everybody: so many offers, and the waiting list for the others."""
    keys = db.session.scalars(
        sa.select(Application.id).where(Application.cohort_id == cohort.id).order_by(Application.id)
    ).all()
    db.session.execute(
        sa.insert(StagedDecision),
        [
            {
                "application_id": key,
                "cohort_id": cohort.id,
                "decision": Decision.OFFER if number < offers else Decision.WAITLIST,
                "staged_at": clock.now(),
            }
            for number, key in enumerate(keys)
        ],
    )


def _count(cohort: Cohort) -> None:
    """The counts as the steps would have left them."""
    where = Application.cohort_id == cohort.id
    for figure in (Figure.APPLIED, Figure.ELIGIBLE):
        _copy(
            ApplicationCount,
            ["cohort_id", "figure", "member_state", "sex", "age_band"],
            sa.select(
                Application.cohort_id,
                sa.literal(figure.value),
                Application.member_state,
                Application.sex,
                Application.age_band,
                sa.func.count(),
            )
            .where(where)
            .group_by(Application.cohort_id, Application.member_state, Application.sex, Application.age_band),
        )
    _copy(
        ApplicationStatusCount,
        ["cohort_id", "member_state", "status"],
        sa.select(Application.cohort_id, Application.member_state, Application.status, sa.func.count())
        .where(where)
        .group_by(Application.cohort_id, Application.member_state, Application.status),
    )
    week = sa.cast(sa.func.date_trunc("week", Application.submitted_at), sa.Date)
    _copy(
        ApplicationWeekCount,
        ["cohort_id", "figure", "week_on"],
        sa.select(Application.cohort_id, sa.literal(Figure.APPLIED.value), week, sa.func.count())
        .where(where)
        .group_by(Application.cohort_id, week),
    )


def _copy(model: type[Any], columns: list[str], statement: sa.Select[Any]) -> None:
    db.session.execute(sa.insert(model).from_select([*columns, "n"], statement))
