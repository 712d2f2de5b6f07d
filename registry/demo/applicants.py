"""Applicants' stories: they sign up, fill the pages, send, wait for others, answer, or think better of it."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application
from registry.admissions.operations import guardians, journey
from registry.admissions.operations.submission import submit_application
from registry.admissions.operations.withdrawal import withdraw_application
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.journey import Journey
from registry.catalogue.models import Cohort
from registry.catalogue.rules import is_open
from registry.core import clock
from registry.core.database import db
from registry.core.errors import RegistryError
from registry.core.i18n import in_locale
from registry.demo import queries
from registry.demo.forms import answer_about_shops
from registry.demo.people import HOMELANDS, Figure, invent_person
from registry.demo.plan import CohortPlan
from registry.demo.texts import write_answers
from registry.demo.world import Newly, World, act_as, open_account
from registry.people import operations as people
from registry.people.enums import ConsentPurpose
from registry.people.rules import Names
from registry.places.queries import get_age_of_consent, get_zone

S = ApplicationStatus
PAGES = ("names", "birth", "countries", "contact", "background", "languages")


def plan_arrivals(world: World, plan: CohortPlan, cohort: Cohort) -> None:
    """Let people come over the whole window, most of them at its beginning and its end."""
    opens, closes = cohort.opens_at, cohort.closes_at
    for number in range(round(plan.applicants * world.size)):
        random = world.random("arrival", cohort.code, number)
        share = random.betavariate(0.7, 0.8)
        instant = opens + (closes - opens) * min(share, 0.995) + timedelta(minutes=1)
        world.calendar.at(instant, arrive, world, plan, cohort, random)


def arrive(world: World, plan: CohortPlan, cohort: Cohort, random: Random) -> None:
    """Somebody comes: new, or back after another cohort. Nobody does once it is called off."""
    if not is_open(cohort, clock.now()):
        return
    weights = plan.weights or {state: HOMELANDS[state].weight for state in plan.states}
    country = random.choices(list(weights), list(weights.values()))[0]
    known = world.known.get(country, [])
    leaves_draft = random.random() < 0.07
    pages = random.randrange(2, len(PAGES) + 1) if leaves_draft else None
    # What one person enters is written together: a flush before every look would double the time.
    with db.session.no_autoflush:
        if known and random.random() < 0.06:
            newly = random.choice(known)
        else:
            newly = join(world, plan, country, random)
        application = fill(world, newly, cohort, random, until=pages)
    if application is not None and not leaves_draft:
        wait = timedelta(minutes=random.randrange(5, 600))
        last = cohort.closes_at - timedelta(minutes=random.randrange(1, 50))
        world.calendar.at(min(clock.now() + wait, last), send, world, application.id, newly, random)


def join(world: World, plan: CohortPlan, country: str, random: Random) -> Newly:
    """A new account for an invented person; a few are too old or too young for the cohort."""
    youngest, oldest = plan.ages
    if random.random() < 0.03:
        youngest, oldest = random.choice(((max(youngest - 2, 13), youngest - 1), (oldest + 1, oldest + 3)))
    world.people += 1
    today = clock.today()
    figure = invent_person(world.people, country, on=today, ages=(youngest, oldest), random=random)
    newly = introduce(world, figure)
    if random.random() < 0.4:
        world.known.setdefault(country, []).append(newly)
    return newly


def introduce(world: World, figure: Figure, *, email: str | None = None) -> Newly:
    """Open the account and say who one is, page by page."""
    name = figure.name
    user = open_account(
        world,
        email or figure.email,
        name.given or name.family,
        locale=figure.locale,
        zone=get_zone(figure.residence),
    )
    person = people.ensure_person(actor=act_as(user))
    actor = act_as(user, person_id=person.id)
    names = Names(name.family, name.given, name.patronymic, name.native, name.latin)
    people.save_names(person, names, actor=actor)
    people.save_birth_and_sex(person, born_on=figure.born_on, sex=figure.sex, actor=actor)
    people.save_countries(
        person,
        citizenships=[figure.country],
        residence=figure.residence,
        settlement=figure.settlement,
        actor=actor,
    )
    people.save_contact(person, phone=figure.phone, locale=figure.locale, actor=actor)
    people.save_background(person, education=figure.education, occupation=figure.occupation, actor=actor)
    people.save_languages(person, figure.languages, actor=actor)
    return Newly(user, figure, actor)


def fill(
    world: World, newly: Newly, cohort: Cohort, random: Random, *, until: int | None = None
) -> Application | None:
    """Start and fill an application; `until` leaves it as a draft after so many pages."""
    actor, figure = newly.actor, newly.figure
    with in_locale(figure.locale):
        application = journey.start_application(cohort, actor=actor)
        if application.status is not S.DRAFT or application.saved_pages:
            return None
        for page in PAGES[:until]:
            journey.open_page(application, page, actor=actor)
        if until is None:
            _answer(_find_way(world, application, cohort, figure), newly, random)
    return application


def _find_way(world: World, application: Application, cohort: Cohort, figure: Figure) -> Journey:
    """What the pages ask: the same for everybody in a cohort and a language, so it is read once for each."""
    key = (cohort.id, figure.locale)
    if key not in world.ways:
        db.session.flush()
        world.ways[key] = get_journey(application)
    today = clock.today(cohort.zone)
    return replace(
        world.ways[key],
        application=application,
        person=application.person,
        answers={},
        consents={},
        guardianship=None,
        age_of_consent=get_age_of_consent(figure.country, today),
        today=today,
    )


def _answer(way: Journey, newly: Newly, random: Random) -> None:
    """The pages that differ from cohort to cohort."""
    actor, figure, application = newly.actor, newly.figure, way.application
    if len(way.states) > 1:
        journey.save_state(application, figure.country, journey=way, actor=actor)
    answers = write_answers(figure.locale, random)
    for question in way.questions:
        if question.key in answers:
            journey.save_answer(application, question, answers[question.key], actor=actor)
    if any(question.key == "sells" for question in way.questions):
        answer_about_shops(way, figure.locale, random, actor=actor)
    if way.is_minor:
        people.save_guardian(
            way.person,
            name=figure.guardian_name,
            email=figure.guardian_email,
            locale=figure.locale,
            actor=actor,
        )
    journey.answer_consent(way, ConsentPurpose.APPLICATION, agrees=True, actor=actor)
    journey.answer_consent(way, ConsentPurpose.FOLLOW_UP, agrees=random.random() < 0.9, actor=actor)


def send(world: World, application_id: int, newly: Newly, random: Random, *, is_steady: bool = False) -> None:
    """Send the application, and plan what the guardian does next, and the applicant unless that one is steady."""
    application = queries.get_application(application_id)
    if not is_open(application.cohort, clock.now()):
        return
    with in_locale(newly.figure.locale):
        submit_application(application, actor=newly.actor)
    if application.status is S.AWAITING_GUARDIAN:
        wait = timedelta(hours=random.randrange(4, 140))
        world.calendar.after(wait, ask_guardian, application_id, newly.figure.locale, random)
    if not is_steady and random.random() < 0.035:
        wait = timedelta(hours=random.randrange(20, 1000))
        world.calendar.after(wait, withdraw, application_id, newly.actor)


def ask_guardian(application_id: int, locale: str, random: Random) -> None:
    """Most guardians consent, a few refuse, some never answer."""
    application = queries.get_application(application_id)
    chance = random.random()
    if application.status is not S.AWAITING_GUARDIAN or chance > 0.92:
        return
    answer = GuardianAnswer.REFUSED if chance < 0.04 else GuardianAnswer.CONSENTED
    with in_locale(locale):
        guardians.answer_as_guardian(
            queries.get_request(application), answer, actor=Actor.guardian(application_id, locale)
        )


def withdraw(application_id: int, actor: Actor) -> None:
    """Take the application back, if it is still open."""
    try:
        withdraw_application(queries.get_application(application_id), actor=actor)
    except RegistryError:
        return
