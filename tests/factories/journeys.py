"""Applications on their way, with everything that can be sent."""

from datetime import date

from registry.access.actor import Actor
from registry.admissions.enums import QuestionKind
from registry.admissions.models import Answer, Application, Question
from registry.admissions.operations.journey import answer_consent, start_application
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.journey import PURPOSES
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.transaction import transaction
from registry.people.enums import Education, LanguageLevel, Occupation
from registry.people.models import Citizenship, Person, PersonLanguage
from registry.places.models import Country
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant
from tests.factories.admissions import FormVersionFactory, QuestionFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.people import GuardianshipFactory, PersonFactory

ADULT = date(2001, 3, 15)
MINOR = date(2010, 3, 16)


def ensure_countries(*codes: str) -> None:
    """The countries, each once."""
    for code in codes:
        if db.session.get(Country, code) is None:
            db.session.add(Country(code=code, zone="Asia/Tashkent"))
    db.session.flush()


def open_cohort(*, with_files: bool = False, **values: object) -> Cohort:
    """A cohort whose window is open, with a form of one question; `with_files` may also be given."""
    cohort = CohortFactory(**values)
    version = FormVersionFactory(cohort=cohort, number=1)
    QuestionFactory(form_version=version, key="motivation")
    if with_files:
        QuestionFactory(form_version=version, key="diploma", kind=QuestionKind.FILE, is_required=False)
    return cohort


def known_person(
    *, born_on: date = ADULT, citizenships: tuple[str, ...] = ("UZ",), residence: str = "UZ", **values: object
) -> Person:
    """Somebody with an account whose particulars are complete."""
    ensure_countries(*citizenships, residence)
    user = UserFactory()
    return PersonFactory(
        **{
            "given_names": "Dilnoza",
            "user_id": user.id,
            "email": user.email,
            "birth_year": born_on.year,
            "birth_month": born_on.month,
            "birth_day": born_on.day,
            "citizenships": [Citizenship(country=code) for code in citizenships],
            "residence": residence,
            "education": Education.ISCED_3,
            "occupation": Occupation.STUDYING,
            "languages": [PersonLanguage(tag="ru", level=LanguageLevel.B2)],
            "phone": "+998901234567",
            **values,
        }
    )


def ready_draft(
    cohort: Cohort | None = None,
    person: Person | None = None,
    *,
    with_guardian: bool = True,
    **values: object,
) -> tuple[Application, Actor]:
    """A complete draft, and the applicant who can send it."""
    cohort = cohort or open_cohort()
    person = person or known_person(**values)
    actor = applicant(person)
    with transaction():
        application = start_application(cohort, actor=actor)
        journey = get_journey(application)
        for question in journey.questions:
            if question.kind is QuestionKind.FILE:
                continue
            db.session.add(Answer(application=application, question=question, value=sample_answer(question)))
        for purpose in PURPOSES:
            answer_consent(journey, purpose, agrees=True, actor=actor)
        if with_guardian and journey.is_minor:
            GuardianshipFactory(person=person)
    return application, actor


def sample_answer(question: Question) -> object:
    """Something that answers the question."""
    return {
        "long_text": "I sell honey.",
        "short_text": "Honey",
        "link": "https://shop.example.org",
        "yes_no": True,
    }.get(question.kind) or question.options[0]["value"]
