"""Finding applications by a name in any script, also those sent before the registry knew how."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from registry.admissions.models import Application
from registry.admissions.operations.names import refold_names
from registry.admissions.rules.names import NAMES_EDITION, fold_names
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator, focal_point
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.journeys import ready_draft

PEOPLE = {
    "dilnoza": {"family_name": "Karimova", "given_names": "Dilnoza"},
    "yuliya": {"family_name": "Хасанова", "given_names": "Юлия", "patronymic": "Сергеевна"},
    "min": {"family_name": "赵", "given_names": "敏"},
    "zhang": {"family_name": "Zhang", "given_names": "Tingting"},
    "sara": {"family_name": "رضایی", "given_names": "سارا", "latin_name": "Sara Rezaei"},
}


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def people(cohort):
    """Code -> who it is."""
    made = {}
    for who, names in PEOPLE.items():
        application = ApplicationFactory(
            cohort=cohort, listed_name=who, search_name=fold_names(names), profile=names
        )
        made[application.code] = who
    return made


SEARCHES = [
    ("karimova", {"dilnoza"}),
    ("Каримова Дилноза", {"dilnoza"}),
    ("дилн", {"dilnoza"}),
    ("Yuliya Hasanova", {"yuliya"}),
    ("iuliia", {"yuliya"}),
    ("KHASANOVA", {"yuliya"}),
    ("юлия хасан", {"yuliya"}),
    ("sergeyevna", {"yuliya"}),
    ("Zhao Min", {"min"}),
    ("赵敏", {"min"}),
    ("赵", {"min"}),
    ("张婷婷", {"zhang"}),
    ("zhangtingting", {"zhang"}),
    ("سارا", {"sara"}),
    ("Rezaei", {"sara"}),
    ("rezaei dilnoza", set()),
    ("张", {"zhang"}),
    ("詹", set()),
    ("王", set()),
    ("%", set()),
    ("_", set()),
]


@pytest.mark.parametrize(("typed", "found"), SEARCHES)
def test_list_applications_finds_names_of_any_script(client, acting_as, cohort, people, typed, found) -> None:
    acting_as(coordinator(cohort.programme.slug, user_id=UserFactory().id))

    page = client.get(f"/manage/cohorts/{cohort.code}/applications", query_string={"q": typed})

    text = page.get_data(as_text=True)
    assert {people[code] for code in re.findall(r"/manage/applications/(\w+)", text)} == found


def test_list_state_applications_finds_them_alike(client, acting_as, cohort, people) -> None:
    acting_as(replace(focal_point("UZ"), user_id=UserFactory().id))

    page = client.get("/desk/applications", query_string={"text": "Каримова"})

    text = page.get_data(as_text=True)
    assert {people[code] for code in re.findall(r"/desk/applications/(\w+)", text)} == {"dilnoza"}


def test_refold_names_brings_older_applications_to_the_newest_edition(cohort) -> None:
    old = ApplicationFactory(
        cohort=cohort,
        search_name="хасанова юлия",
        profile=PEOPLE["yuliya"] | {"born_on": "2004-03-27"},
    )
    bare = ApplicationFactory(cohort=cohort, listed_name="Цой", search_name="цой", profile={})
    draft, _actor = ready_draft()
    version = old.version

    done = refold_names()

    db.session.expire_all()
    assert done == 2
    assert old.search_name == "хасанова юлия сергеевна hasanova iulia sergevna"
    assert (old.match_key, old.version) == ("2004-03-27 hasanova iulia", version)
    assert bare.search_name == "цои coi"
    assert db.session.get(Application, draft.id).names_edition == 0
    sent = sa.select(Application.names_edition).where(Application.submitted_at.is_not(None))
    assert set(db.session.scalars(sent)) == {NAMES_EDITION}
    audited = sa.select(AuditEntry.object_id).where(AuditEntry.object_type == "application")
    assert set(db.session.scalars(audited)) == {draft.id}
    assert refold_names() == 0
