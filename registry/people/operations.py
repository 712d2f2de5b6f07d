"""Every change of a person's particulars, each page of them its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput, StaleWrite
from registry.core.i18n import LOCALES, _l
from registry.core.transaction import storing
from registry.people import queries
from registry.people.enums import (
    ConsentAction,
    ConsentGiver,
    ConsentPurpose,
    Education,
    LanguageLevel,
    Occupation,
    Settlement,
    Sex,
)
from registry.people.models import Citizenship, Consent, Guardianship, Person, PersonLanguage
from registry.people.rules import ConsentText, Names, check_birth, check_names, normalise_phone, plain

Shown = Mapping[str, Any] | None
"""The values a form was rendered with, as `rules.plain` writes them; None where nobody looked (imports)."""

ONE_PERSON = {"uq_person_user_id": (None, _l("This account already has its particulars."))}


def ensure_person(*, actor: Actor) -> Person:
    """The person of the actor's account, made at first need.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.APPLICATION_START)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    person = queries.find_person_of(actor.user_id)
    if person is not None:
        return person
    account = queries.get_account(actor.user_id)
    try:
        with storing(ONE_PERSON) as session:
            person = Person(
                code=new_code(),
                user_id=account.id,
                email=account.email,
                locale=actor.locale,
                zone=account.zone,
                created_at=clock.now(),
            )
            session.add(person)
    except Conflict:
        # Made in another tab at the same moment.
        person = queries.find_person_of(actor.user_id)
        if person is None:
            raise
        return person
    audit.record(person, "people:person:create", actor)
    return person


@dataclass(frozen=True)
class Particulars:
    """What is known of somebody who was nominated by others. Empty or None: not known."""

    names: Names
    locale: str
    born_on: date | None = None
    sex: Sex | None = None
    citizenships: Sequence[str] = ()
    residence: str | None = None
    phone: str = ""


def describe_nominee(given: Particulars, *, actor: Actor) -> Person:
    """Somebody without an account, who completes and corrects this when applying; nothing is stored yet.

    Errors: NotAllowed; InvalidInput at the particular that cannot be.
    """
    policy.require(actor, Permission.APPLICATION_ENDORSE)
    check_names(given.names)
    if given.born_on is not None:
        check_birth(given.born_on, today=clock.today())
    born_on = given.born_on
    return Person(
        code=new_code(),
        **vars(given.names),
        birth_year=born_on.year if born_on else None,
        birth_month=born_on.month if born_on else None,
        birth_day=born_on.day if born_on else None,
        sex=given.sex,
        citizenships=[Citizenship(country=code) for code in sorted(set(given.citizenships))],
        residence=given.residence,
        phone=normalise_phone(given.phone, [given.residence, *given.citizenships]),
        locale=given.locale,
        created_at=clock.now(),
    )


def claim_person(person: Person, *, actor: Actor) -> Person:
    """Let the actor's account take over somebody who was imported, unless it knows its person already.

    Errors: NotAllowed.
    """
    policy.require(actor, Permission.APPLICATION_START)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    own = queries.find_person_of(actor.user_id)
    if own is not None or person.user_id is not None:
        return own or person
    account = queries.get_account(actor.user_id)
    person.user_id = account.id
    person.email, person.zone = account.email, account.zone
    audit.record(person, "people:person:claim", actor)
    db.session.flush()
    return person


def save_names(person: Person, names: Names, *, actor: Actor, shown: Shown = None) -> Person:
    """Errors: NotAllowed; InvalidInput at the name that is none; StaleWrite."""
    check_names(names)
    return _save(person, vars(names), "save_names", actor=actor, shown=shown)


def save_birth_and_sex(
    person: Person, *, born_on: date, sex: Sex, actor: Actor, shown: Shown = None
) -> Person:
    """A full date of birth: parts of one come from imports only.

    Errors: NotAllowed; InvalidInput("born_on"); StaleWrite.
    """
    check_birth(born_on, today=clock.today(person.zone))
    return _save(person, {"born_on": born_on, "sex": sex}, "save_birth_and_sex", actor=actor, shown=shown)


def save_countries(
    person: Person,
    *,
    citizenships: Sequence[str],
    residence: str,
    settlement: Settlement | None,
    actor: Actor,
    shown: Shown = None,
) -> Person:
    """Citizenships (one or more) and residence, as ISO 3166-1 alpha-2 codes we have.

    Errors: NotAllowed; InvalidInput("citizenships"); StaleWrite.
    """
    if not citizenships:
        raise InvalidInput(_l("Choose the country you are a citizen of."), field="citizenships")
    values = {
        "citizenship_codes": sorted(set(citizenships)),
        "residence": residence,
        "settlement": settlement,
    }
    return _save(person, values, "save_countries", actor=actor, shown=shown)


def save_contact(person: Person, *, phone: str, locale: str, actor: Actor, shown: Shown = None) -> Person:
    """A phone number as people write it, and the language to write to them in.

    Errors: NotAllowed; InvalidInput("phone" or "locale"); StaleWrite.
    """
    if locale not in LOCALES:
        raise InvalidInput(_l("Choose one of the languages."), field="locale")
    number = normalise_phone(phone, [person.residence, *person.citizenship_codes])
    return _save(person, {"phone": number, "locale": locale}, "save_contact", actor=actor, shown=shown)


def save_background(
    person: Person, *, education: Education, occupation: Occupation, actor: Actor, shown: Shown = None
) -> Person:
    """Education and work. Errors: NotAllowed; StaleWrite."""
    values = {"education": education, "occupation": occupation}
    return _save(person, values, "save_background", actor=actor, shown=shown)


def save_languages(
    person: Person, languages: Mapping[str, LanguageLevel], *, actor: Actor, shown: Shown = None
) -> Person:
    """Languages (BCP 47) and how well; at least one.

    Errors: NotAllowed; InvalidInput("languages"); StaleWrite.
    """
    if not languages:
        raise InvalidInput(_l("Choose at least one language that you know."), field="languages")
    values = {"language_levels": dict(sorted(languages.items()))}
    return _save(person, values, "save_languages", actor=actor, shown=shown)


def save_guardian(
    person: Person, *, name: str, email: str, locale: str, actor: Actor, shown: Shown = None
) -> Guardianship:
    """Who answers for a minor, and how to reach them, as the person says.

    Errors: NotAllowed; InvalidInput("email" or "locale"); StaleWrite.
    """
    policy.require(actor, Permission.APPLICATION_EDIT, person)
    return name_guardian(person, name=name, email=email, locale=locale, actor=actor, shown=shown)


def name_guardian(
    person: Person, *, name: str, email: str, locale: str, actor: Actor, shown: Shown = None
) -> Guardianship:
    """The same for whoever the caller has authorised. Another address is another record.

    Errors: InvalidInput("email" or "locale"); StaleWrite.
    """
    if email.casefold() == queries.get_address(person).address.casefold():
        raise InvalidInput(
            _l("Enter your guardian’s own address. It must be another one than yours."), field="email"
        )
    if locale not in LOCALES:
        raise InvalidInput(_l("Choose one of the languages."), field="locale")
    values = {"name": name, "email": email, "locale": locale}
    guardianship = queries.find_guardianship(person)
    current = {key: getattr(guardianship, key) for key in values} if guardianship else {}
    if guardianship is not None and current == values:
        return guardianship
    _refuse_stale(current, shown, values)
    if guardianship is None or guardianship.email.casefold() != email.casefold():
        guardianship = Guardianship(person=person, created_at=clock.now(), **values)
        db.session.add(guardianship)
    else:
        for key, value in values.items():
            setattr(guardianship, key, value)
    audit.record(guardianship, "people:guardianship:save", actor)
    return guardianship


def choose_guardian_locale(guardianship: Guardianship, locale: str, *, actor: Actor) -> Guardianship:
    """The language the guardian reads from now on, on the page and in mails. The caller authorises.

    Errors: InvalidInput("locale").
    """
    if locale not in LOCALES:
        raise InvalidInput(_l("Choose one of the languages."), field="locale")
    if guardianship.locale != locale:
        guardianship.locale = locale
        audit.record(guardianship, "people:guardianship:choose_locale", actor)
    return guardianship


def record_consent(
    person: Person,
    purpose: ConsentPurpose,
    action: ConsentAction,
    *,
    text: ConsentText,
    given_by: ConsentGiver = ConsentGiver.SELF,
    about: str = "",
    reason: str = "",
    actor: Actor,
) -> Consent:
    """Enter into the ledger what was said to exactly this text; saying the same again adds nothing.

    A guardian's statement is authorised by the caller, for the application it is about.
    Errors: NotAllowed.
    """
    if given_by is ConsentGiver.SELF:
        policy.require(actor, Permission.APPLICATION_EDIT, person)
    else:
        policy.require(actor, Permission.GUARDIAN_CONSENT)
    last = queries.map_consents(person, about=about).get(purpose)
    said = (action, text.version, text.locale, text.text, given_by)
    if last and (last.action, last.text_version, last.locale, last.text, last.given_by) == said:
        return last
    consent = Consent(
        person_id=person.id,
        purpose=purpose,
        action=action,
        text_version=text.version,
        locale=text.locale,
        text=text.text,
        given_by=given_by,
        about=about,
        reason=reason,
        at=clock.now(),
    )
    db.session.add(consent)
    # The ledger keeps the text; the trail need not repeat it.
    db.session.flush()
    audit.record(consent, f"people:consent:{action}", actor, about={"purpose": purpose.value, "about": about})
    return consent


def withdraw_consent(
    person: Person,
    purpose: ConsentPurpose,
    *,
    given_by: ConsentGiver = ConsentGiver.SELF,
    about: str = "",
    reason: str = "",
    actor: Actor,
) -> Consent | None:
    """Take back a consent that was given, whoever gave it. None when there is none to take back.

    Errors: NotAllowed.
    """
    last = queries.map_consents(person, about=about).get(purpose)
    if last is None or last.action is not ConsentAction.GIVEN:
        return None
    text = ConsentText(version=last.text_version, locale=last.locale, text=last.text)
    return record_consent(
        person,
        purpose,
        ConsentAction.WITHDRAWN,
        text=text,
        given_by=given_by,
        about=about,
        reason=reason,
        actor=actor,
    )


def _save(person: Person, values: Mapping[str, Any], action: str, *, actor: Actor, shown: Shown) -> Person:
    policy.require(actor, Permission.APPLICATION_EDIT, person)
    current = {key: getattr(person, key) for key in values}
    if current == values:
        return person
    _refuse_stale(current, shown, values)
    for key, value in values.items():
        _set(person, key, value)
    about = {key: None for key in values if key in {"citizenship_codes", "language_levels"}}
    audit.record(person, f"people:person:{action}", actor, about=about)
    return person


def _set(person: Person, key: str, value: Any) -> None:
    if key == "citizenship_codes":
        known = {citizenship.country: citizenship for citizenship in person.citizenships}
        person.citizenships[:] = [known.get(code) or Citizenship(country=code) for code in value]
    elif key == "language_levels":
        known_languages = {language.tag: language for language in person.languages}
        person.languages[:] = [
            known_languages.get(tag) or PersonLanguage(tag=tag, level=level) for tag, level in value.items()
        ]
        for language in person.languages:
            language.level = value[language.tag]
    elif key == "born_on":
        person.birth_year, person.birth_month, person.birth_day = value.year, value.month, value.day
    else:
        setattr(person, key, value)


def _refuse_stale(current: Mapping[str, Any], shown: Shown, values: Mapping[str, Any]) -> None:
    """Refuse to overwrite what changed since the form was shown. Other pages of the record do not matter."""
    if shown is None:
        return
    changes = {
        key: (shown.get(key), plain(now))
        for key, now in current.items()
        if plain(now) != shown.get(key) and now != values[key]
    }
    if changes:
        raise StaleWrite(changes)
