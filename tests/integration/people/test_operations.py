"""Saving a person's particulars, page by page, and the ledger of consents."""

from datetime import date

import pytest
import sqlalchemy as sa

from registry.core.audit import AuditEntry
from registry.core.database import AppendOnly, db
from registry.core.errors import InvalidInput, NotAllowed, StaleWrite
from registry.core.transaction import transaction
from registry.people import operations, queries
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
from registry.people.rules import ConsentText, Names
from registry.places.models import Country
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant
from tests.factories.people import PersonFactory

TEXT = ConsentText(version="1", locale="en", text="I agree.")


@pytest.fixture
def countries():
    for code in ("KZ", "UZ", "RU"):
        db.session.add(Country(code=code, zone="Asia/Tashkent"))
    db.session.flush()


@pytest.fixture
def person():
    return PersonFactory()


def _count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_ensure_person_twice_makes_one():
    user = UserFactory(email="dilnoza@example.org", zone="Asia/Tashkent")
    actor = applicant(None, user.id, locale="ru")

    with transaction():
        first = operations.ensure_person(actor=actor)
    with transaction():
        second = operations.ensure_person(actor=actor)

    assert second is first
    assert (first.email, first.locale, first.zone) == ("dilnoza@example.org", "ru", "Asia/Tashkent")
    assert _count(Person) == 1


def test_save_names_stores_all_forms_and_audits_without_them(person):
    names = Names("Каримова", "Дилноза", "Олимовна", "Каримова Дилноза", "KARIMOVA DILNOZA")

    with transaction():
        operations.save_names(person, names, actor=applicant(person))

    assert {key: getattr(person, key) for key in vars(names)} == vars(names)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert entry.action == "people:person:save_names"
    assert entry.changes == dict.fromkeys(vars(names))


@pytest.mark.parametrize(
    "save",
    [
        lambda person, actor: operations.save_names(person, Names("A"), actor=actor),
        lambda person, actor: operations.save_birth_and_sex(
            person, born_on=date(2000, 1, 1), sex=Sex.MALE, actor=actor
        ),
        lambda person, actor: operations.save_countries(
            person, citizenships=["UZ"], residence="UZ", settlement=None, actor=actor
        ),
        lambda person, actor: operations.save_contact(person, phone="", locale="en", actor=actor),
        lambda person, actor: operations.save_background(
            person, education=Education.ISCED_3, occupation=Occupation.OTHER, actor=actor
        ),
        lambda person, actor: operations.save_languages(person, {"ru": LanguageLevel.B1}, actor=actor),
        lambda person, actor: operations.save_guardian(
            person, name="G", email="g@example.org", locale="en", actor=actor
        ),
        lambda person, actor: operations.record_consent(
            person, ConsentPurpose.FOLLOW_UP, ConsentAction.GIVEN, text=TEXT, actor=actor
        ),
    ],
)
def test_saving_for_somebody_else_is_not_allowed(person, save):
    with pytest.raises(NotAllowed):
        save(person, applicant(PersonFactory()))


def test_save_birth_and_sex_stores_the_whole_date(person):
    operations.save_birth_and_sex(person, born_on=date(2008, 2, 29), sex=Sex.MALE, actor=applicant(person))

    assert (person.birth_year, person.birth_month, person.birth_day) == (2008, 2, 29)
    assert (person.born_on, person.sex) == (date(2008, 2, 29), Sex.MALE)


def test_save_countries_replaces_what_was_there(person, countries):
    actor = applicant(person)
    with transaction():
        operations.save_countries(
            person, citizenships=["UZ", "KZ"], residence="UZ", settlement=Settlement.RURAL, actor=actor
        )
    with transaction():
        operations.save_countries(
            person, citizenships=["RU", "KZ", "KZ"], residence="RU", settlement=None, actor=actor
        )

    db.session.expire_all()
    assert person.citizenship_codes == ["KZ", "RU"]
    assert (person.residence, person.settlement) == ("RU", None)
    assert _count(Citizenship) == 2


def test_save_countries_without_citizenship_is_refused(person, countries):
    with pytest.raises(InvalidInput) as refusal:
        operations.save_countries(
            person, citizenships=[], residence="UZ", settlement=None, actor=applicant(person)
        )
    assert refusal.value.field == "citizenships"


def test_save_contact_reads_a_local_number_by_residence(person, countries):
    person.residence = "UZ"

    operations.save_contact(person, phone="90 123 45 67", locale="ru", actor=applicant(person))

    assert (person.phone, person.locale) == ("+998901234567", "ru")


def test_save_languages_replaces_and_changes_levels(person):
    actor = applicant(person)
    with transaction():
        operations.save_languages(person, {"ru": LanguageLevel.B1, "uz": LanguageLevel.C2}, actor=actor)
    with transaction():
        operations.save_languages(person, {"en": LanguageLevel.A2, "ru": LanguageLevel.C1}, actor=actor)

    db.session.expire_all()
    assert person.language_levels == {"en": LanguageLevel.A2, "ru": LanguageLevel.C1}
    assert _count(PersonLanguage) == 2


def test_save_names_changed_in_another_tab_is_stale_and_shows_what_changed(person):
    shown = {"family_name": "Old", "given_names": person.given_names, "patronymic": "", "native_name": ""}

    with pytest.raises(StaleWrite) as refusal:
        operations.save_names(person, Names("Mine", "Zuhra"), actor=applicant(person), shown=shown)

    assert refusal.value.changes == {"family_name": ("Old", "Karimova")}
    assert person.family_name == "Karimova"


def test_save_names_twice_from_one_form_is_no_conflict(person):
    shown = {key: getattr(person, key) for key in vars(Names())}
    actor = applicant(person)
    names = Names("Karimova", "Zuhra")

    operations.save_names(person, names, actor=actor, shown=shown)
    operations.save_names(person, names, actor=actor, shown=shown)

    assert person.given_names == "Zuhra"


def test_save_names_after_another_page_was_saved_is_no_conflict(person):
    shown = {key: getattr(person, key) for key in vars(Names())}
    actor = applicant(person)
    with transaction():
        operations.save_background(
            person, education=Education.ISCED_3, occupation=Occupation.OTHER, actor=actor
        )
    with transaction():
        operations.save_names(person, Names("Karimova", "Zuhra"), actor=actor, shown=shown)

    assert person.given_names == "Zuhra"


def test_save_guardian_with_own_address_is_refused(person):
    with pytest.raises(InvalidInput) as refusal:
        operations.save_guardian(
            person, name="Me", email=person.email.upper(), locale="en", actor=applicant(person)
        )
    assert refusal.value.field == "email"


def test_save_guardian_with_another_address_is_another_record_and_else_the_same(person):
    actor = applicant(person)
    for name, email, locale in (
        ("G", "wrong@example.org", "ru"),
        ("G", "right@example.org", "zh"),
        ("Gulnora", "right@example.org", "ru"),
    ):
        with transaction():
            operations.save_guardian(person, name=name, email=email, locale=locale, actor=actor)

    found = db.session.scalars(sa.select(Guardianship).order_by(Guardianship.id)).all()
    assert [(each.name, each.email, each.locale) for each in found] == [
        ("G", "wrong@example.org", "ru"),
        ("Gulnora", "right@example.org", "ru"),
    ]
    assert queries.find_guardianship(person) is found[1]


@pytest.mark.parametrize("change", ["change", "delete"])
def test_a_line_of_the_ledger_is_neither_changed_nor_deleted(person, change):
    with transaction():
        said = operations.record_consent(
            person, ConsentPurpose.FOLLOW_UP, ConsentAction.GIVEN, text=TEXT, actor=applicant(person)
        )

    if change == "change":
        said.text = "I agree to everything."
    else:
        db.session.delete(said)
    with pytest.raises(AppendOnly):
        db.session.flush()

    db.session.rollback()
    assert db.session.scalars(sa.select(Consent.text)).one() == TEXT.text


def test_record_consent_twice_adds_one_line_and_changing_the_mind_adds_another(person):
    actor = applicant(person)
    for action in (ConsentAction.GIVEN, ConsentAction.GIVEN, ConsentAction.REFUSED):
        with transaction():
            operations.record_consent(
                person, ConsentPurpose.FOLLOW_UP, action, text=TEXT, about="K7M3QXPT", actor=actor
            )

    ledger = db.session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert [(line.action, line.text, line.given_by, line.about) for line in ledger] == [
        (ConsentAction.GIVEN, "I agree.", ConsentGiver.SELF, "K7M3QXPT"),
        (ConsentAction.REFUSED, "I agree.", ConsentGiver.SELF, "K7M3QXPT"),
    ]
    assert queries.map_consents(person, about="K7M3QXPT") == {ConsentPurpose.FOLLOW_UP: ledger[1]}
    assert queries.map_consents(person) == {}


def test_withdraw_consent_only_what_was_given(person):
    actor = applicant(person)
    with transaction():
        nothing = operations.withdraw_consent(person, ConsentPurpose.FOLLOW_UP, actor=actor)
        operations.record_consent(
            person, ConsentPurpose.FOLLOW_UP, ConsentAction.GIVEN, text=TEXT, actor=actor
        )
        withdrawn = operations.withdraw_consent(person, ConsentPurpose.FOLLOW_UP, actor=actor)

    assert nothing is None
    assert (withdrawn.action, withdrawn.text) == (ConsentAction.WITHDRAWN, "I agree.")
