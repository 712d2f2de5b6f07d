"""Mails in a programme's own words: written, tried, and used instead of the standard ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.queries import get_user
from registry.admissions.enums import MailEvent
from registry.admissions.models import MessageWording
from registry.admissions.queries import wordings as queries
from registry.admissions.rules.wordings import (
    READERS,
    WORDABLE,
    Wordable,
    fill_values,
    find_faults,
    make_markers,
    make_sample,
)
from registry.catalogue.models import Cohort, Programme
from registry.catalogue.rules import pick_title
from registry.core import audit, clock
from registry.core.addresses import path_address
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _, _l, in_locale
from registry.core.transaction import storing
from registry.core.versions import refuse_stale
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.messages.rendering import Mail, OwnWording, render, render_own, show_standard
from registry.messages.wordings import clean_wording

NO_COHORT = _l("Plan a cohort first: the example needs its name and days.")
_EVENTS = {event.value: event for event in MailEvent}
_WRITTEN = {
    "uq_message_wording_programme_id_event_locale": (
        None,
        _l("Somebody else has just written this wording. Open the page again."),
    )
}


@dataclass(frozen=True)
class WordingInput:
    """What a coordinator writes, with placeholders in braces."""

    subject: str
    text: str


class WrongWording(InvalidInput):
    """A wording that no mail could be made of. `faults`: field -> sentences."""

    def __init__(self, faults: Mapping[str, list[Any]]) -> None:
        self.faults = faults
        field, sentences = next(iter(faults.items()))
        super().__init__(sentences[0], field=field)


def word_mail(kind: str, context: Mapping[str, Any], to: Recipient) -> Mail:
    """The mail in its programme's own words if there are some in the reader's language, else in the standard ones."""
    event = _EVENTS.get(kind)
    own = event and queries.find_used_wording(context["cohort"].programme_id, event, to.locale)
    if not event or not own:
        return render(kind, context, locale=to.locale, zone=to.zone)
    return fill_mail(event, WordingInput(own.subject, own.text), context, to)


def fill_mail(event: MailEvent, given: WordingInput, context: Mapping[str, Any], to: Recipient) -> Mail:
    """The mail that this wording makes."""
    values = partial(fill_values, WORDABLE[event].placeholders, context, to.zone)
    return render_own(OwnWording(given.subject, given.text, values), locale=to.locale, zone=to.zone)


def get_standard(event: MailEvent, locale: str) -> WordingInput:
    """The standard mail with its placeholders, to begin with."""
    standard = show_standard(event.value, make_markers(WORDABLE[event]), locale=locale)
    return WordingInput(standard.subject, standard.text)


def clean_input(wordable: Wordable, given: WordingInput) -> WordingInput:
    """The wording as it is stored. Errors: WrongWording."""
    given = WordingInput(clean_wording(" ".join(given.subject.split())), clean_wording(given.text))
    if faults := find_faults(given.subject, given.text, wordable):
        raise WrongWording(faults)
    return given


def edit_wording(
    programme: Programme,
    event: MailEvent,
    locale: str,
    given: WordingInput,
    *,
    version: int | None,
    actor: Actor,
) -> MessageWording:
    """Use these words from the next mail on. Mails that wait keep the words they were written with.

    Errors: NotAllowed; WrongWording; StaleWrite; Conflict when two write the first one at once.
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    given = clean_input(WORDABLE[event], given)
    wording = queries.find_wording(programme, event, locale)
    if wording is None:
        with storing(_WRITTEN) as session:
            wording = MessageWording(
                programme=programme,
                event=event,
                locale=locale,
                changed_at=clock.now(),
                **asdict(given),
            )
            session.add(wording)
        audit.record(
            programme,
            "admissions:wording:edit",
            actor,
            about=_about(wording, {"subject": None, "text": None}),
        )
        return wording
    before = {"subject": wording.subject, "text": wording.text}
    refuse_stale(wording, version, given=asdict(given), stored=before)
    wording.subject, wording.text, wording.is_used = given.subject, given.text, True
    wording.changed_at = clock.now()
    audit.record(programme, "admissions:wording:edit", actor, about=_about(wording, before))
    db.session.flush()
    return wording


def use_standard_wording(
    programme: Programme, event: MailEvent, locale: str, *, version: int | None, actor: Actor
) -> None:
    """Go back to the standard words. Twice changes nothing.

    Errors: NotAllowed; StaleWrite.
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    wording = queries.find_wording(programme, event, locale)
    if wording is None or not wording.is_used:
        return
    refuse_stale(wording, version, given={}, stored={})
    wording.is_used = False
    wording.changed_at = clock.now()
    audit.record(
        programme, "admissions:wording:use_standard", actor, about={"event": event, "locale": locale}
    )
    db.session.flush()


def preview_wording(programme: Programme, event: MailEvent, locale: str, given: WordingInput) -> Mail:
    """The mail as an invented reader of this language would get it.

    Errors: WrongWording; Conflict where the programme has no cohort yet.
    """
    context = make_context(_require_cohort(programme), programme, locale)
    return fill_mail(
        event, clean_input(WORDABLE[event], given), context, Recipient("", locale, READERS[locale].zone)
    )


def make_context(cohort: Cohort, programme: Programme, locale: str) -> dict[str, Any]:
    """What the mails would say to the invented reader."""
    with in_locale(locale):
        return make_sample(cohort, base=path_address(""), programme=pick_title(programme), locale=locale)


def send_test(
    programme: Programme, event: MailEvent, locale: str, given: WordingInput, *, actor: Actor
) -> str:
    """Mail the preview to the actor's own address, once a minute at most. Returns the address.

    Errors: NotAllowed; WrongWording; Conflict, also for an address that is not confirmed.
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    user = get_user(actor.user_id)
    if user.confirmed_at is None:
        raise Conflict(_l("Confirm your own address first: the test goes there."))
    mail = preview_wording(programme, event, locale, given)
    with in_locale(locale):
        subject = _("Test: %(subject)s", subject=mail.subject)
    told = hashlib.sha256(f"{mail.subject}\n{mail.body}".encode()).hexdigest()[:16]
    messages.queue(
        event.value,
        key=f"wording_test:{user.id}:{told}:{clock.now():%Y%m%d%H%M}",
        to=Recipient(user.email, locale, user.zone, user.id),
        mail=Mail(subject[:300], mail.body),
    )
    audit.record(programme, "admissions:wording:test", actor, about={"event": event, "locale": locale})
    return user.email


def _require_cohort(programme: Programme) -> Cohort:
    cohort = queries.find_sample_cohort(programme)
    if cohort is None:
        raise Conflict(NO_COHORT)
    return cohort


def _about(wording: MessageWording, before: Mapping[str, str | None]) -> dict[str, Any]:
    """The trail holds every version of the words: they are nobody's personal data."""
    return {
        "event": wording.event,
        "locale": wording.locale,
        "subject": [before["subject"], wording.subject],
        "text": [before["text"], wording.text],
    }
