"""Entries of repeating sections: added, removed, and numbered through when the application is sent."""

from registry.access.actor import Actor
from registry.admissions.models import Answer, Application, Attachment, FormSection
from registry.admissions.operations.journey import forget, forget_unasked, open_page
from registry.admissions.queries.attachments import list_current
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.journey import Journey
from registry.admissions.rules.sections import SECTION, page_key, spread
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, NotFound
from registry.core.i18n import _l, ngettext


def save_entries(journey: Journey, section: FormSection, *, actor: Actor) -> Application:
    """The applicant has said that these are all.

    Errors: as for `open_page`; InvalidInput while there are too many.
    """
    open_page(journey.application, f"{SECTION}{section.key}", actor=actor)
    most = section.most_entries or 0
    if len(journey.entries[section.key]) > most:
        raise InvalidInput(
            ngettext("At most %(num)s is possible here.", "At most %(num)s are possible here.", most)
        )
    return journey.application


def add_entry(journey: Journey, section: FormSection, *, actor: Actor) -> int:
    """Begin another entry; its number.

    Errors: as for `open_page`; Conflict when there are as many as are possible.
    """
    numbers = journey.entries[section.key]
    if len(numbers) >= (section.most_entries or 0):
        raise Conflict(_l("No more entries are possible here."))
    number = max(numbers, default=0) + 1
    _store(journey, section, [*numbers, number], actor)
    return number


def remove_entry(journey: Journey, section: FormSection, number: int, *, actor: Actor) -> Application:
    """Take an entry away, with its answers and files.

    Errors: as for `open_page`; NotFound; Conflict when as many are needed.
    """
    numbers = journey.entries[section.key]
    if number not in numbers:
        raise NotFound
    if len(numbers) <= (section.least_entries or 0):
        raise Conflict(_l("As many entries are needed here. Change this one instead."))
    application = journey.application
    _store(journey, section, [each for each in numbers if each != number], actor)
    pages = {page_key(each, number) for each in journey.questions if each.section is section}
    application.saved_pages = [page for page in application.saved_pages if page not in pages]
    questions = {each.id for each in journey.questions if each.section is section}
    forget(application, lambda each: each.question_id in questions and each.entry == number)
    forget_unasked(get_journey(application))
    return application


def _store(journey: Journey, section: FormSection, numbers: list[int], actor: Actor) -> None:
    application, page = journey.application, f"{SECTION}{section.key}"
    open_page(application, page, actor=actor)
    application.entries = {**application.entries, section.key: numbers}
    # Whoever has changed the entries is asked once more whether these are all.
    application.saved_pages = [each for each in application.saved_pages if each != page]


def number_through(journey: Journey) -> None:
    """From now on the entries of each section are 1, 2, 3 ..., as they are read."""
    moved = [each for each in spread(journey.questions, journey.entries) if each.place not in (0, each.entry)]
    # Read again where it matters: what is not asked is deleted by now.
    application = get_journey(journey.application).application if moved else journey.application
    places = {(each.question.id, each.entry): each.place for each in moved}
    given: list[Answer | Attachment] = [*application.answers, *list_current(application)] if moved else []
    # In this order each number is free by then.
    for each in sorted(given, key=lambda each: each.entry):
        each.entry = places.get((each.question_id, each.entry), each.entry)
        db.session.flush()
    pages = {each.page: page_key(each.question, each.place) for each in moved}
    application.saved_pages = [pages.get(page, page) for page in application.saved_pages]
    application.entries = {
        key: [*range(1, len(journey.entries[key]) + 1)] for key in sorted(journey.repeating)
    }
