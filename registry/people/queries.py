"""Every question about people."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core.database import db
from registry.people.enums import ConsentAction, ConsentPurpose
from registry.people.models import Consent, Guardianship, Person


@dataclass(frozen=True)
class Address:
    """Where and how to write to a person."""

    address: str
    locale: str
    zone: str
    user_id: int | None


def find_person_of(user_id: int | None) -> Person | None:
    """The person behind an account."""
    if user_id is None:
        return None
    return db.session.scalar(sa.select(Person).where(Person.user_id == user_id))


def get_person(person_id: int) -> Person:
    """The person; no query where it is loaded already."""
    return db.session.get_one(Person, person_id)


def get_account(user_id: int) -> User:
    """The account; no query where it is loaded already."""
    return db.session.get_one(User, user_id)


def get_address(person: Person) -> Address:
    """The account's address and zone where there is an account; what the person left with us otherwise."""
    account = db.session.get(User, person.user_id) if person.user_id else None
    return Address(
        address=account.email if account else person.email,
        locale=person.locale,
        zone=account.zone if account else person.zone,
        user_id=person.user_id,
    )


def find_guardianship(person: Person) -> Guardianship | None:
    """Who answers for the person, as named last."""
    return db.session.scalar(
        sa.select(Guardianship)
        .where(Guardianship.person_id == person.id)
        .order_by(Guardianship.id.desc())
        .limit(1)
    )


def map_consents(person: Person, *, about: str = "") -> dict[ConsentPurpose, Consent]:
    """What was said last for each purpose, about one record."""
    statement = (
        sa.select(Consent).where(Consent.person_id == person.id, Consent.about == about).order_by(Consent.id)
    )
    return {consent.purpose: consent for consent in db.session.scalars(statement)}


def find_standing_consent(person_id: int, purpose: ConsentPurpose, *, about: str) -> Consent | None:
    """The consent to this purpose that was given for one record, unless it was refused or taken back since."""
    said = map_consents(get_person(person_id), about=about).get(purpose)
    return said if said is not None and said.action is ConsentAction.GIVEN else None


def list_consents(person: Person, *, about: str) -> Sequence[Consent]:
    """What the person's ledger says about one record, the newest statement first."""
    statement = sa.select(Consent).where(Consent.person_id == person.id, Consent.about == about)
    return db.session.scalars(statement.order_by(Consent.id.desc())).all()


def list_consents_of(person_id: int | None) -> Sequence[Consent]:
    """Somebody's whole ledger, the newest statement first."""
    statement = sa.select(Consent).where(Consent.person_id == person_id)
    return db.session.scalars(statement.order_by(Consent.id.desc())).all()
