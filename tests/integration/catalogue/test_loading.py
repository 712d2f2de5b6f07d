"""The loader of the catalogue: what the shipped files become, and what it refuses."""

import shutil
from dataclasses import replace as changed
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.access.actor import ANONYMOUS, Actor
from registry.catalogue import queries
from registry.catalogue.enums import ProgrammeStatus, ResultQualifier
from registry.catalogue.lifecycle import PROGRAMME
from registry.catalogue.models import Programme, ReportedResult, Topic
from registry.catalogue.operations import load_catalogue
from registry.core import reference
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.edition import get_edition
from registry.core.errors import NotAllowed
from registry.core.i18n import in_locale, phrase
from registry.core.transaction import transaction
from registry.places.operations import load_places

SYSTEM = Actor.system("test")
SIZES = {
    "topics.csv": 15,
    "documents.csv": 3,
    "organisations.csv": 5,
    "indicators.csv": 14,
    "programmes.csv": 10,
    "programme_translations.csv": 30,
    "partnerships.csv": 13,
    "reported_results.csv": 5,
}


@pytest.fixture(autouse=True)
def _places(session: object) -> None:
    with transaction():
        load_places(actor=SYSTEM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may spoil."""
    return Path(shutil.copytree(reference.FOLDER, tmp_path / "reference"))


def load(folder: Path = reference.FOLDER) -> reference.LoadReport:
    with transaction():
        return load_catalogue(folder, actor=SYSTEM)


def find(slug: str) -> Programme:
    return next(each for each in queries.list_programmes_to_load() if each.slug == slug)


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_load_catalogue_stores_the_shipped_files() -> None:
    report = load()

    assert {file: tally.added for file, tally in report.files.items()} == SIZES
    incubators = find("sco-alibaba-business-incubators")
    assert [topic.slug for topic in incubators.topics] == ["e-commerce", "entrepreneurship"]
    assert [document.slug for document in incubators.documents] == ["youth-address-action-plan"]
    assert {text.locale for text in incubators.translations} == {"en", "ru", "zh"}
    assert incubators.status is ProgrammeStatus.PROPOSED
    results = {(each.indicator, each.value, each.qualifier) for each in queries.list_all(ReportedResult)}
    assert results == {
        ("people_trained", 15000, ResultQualifier.EXACTLY),
        ("participants", 200, ResultQualifier.OVER),
        ("applicants", 700, ResultQualifier.OVER),
        ("people_chosen", 24, ResultQualifier.EXACTLY),
        ("participants", 37, ResultQualifier.EXACTLY),
    }


def test_load_catalogue_twice_changes_nothing_and_keeps_the_edition() -> None:
    load()
    edition = get_edition()
    codes = {each.code for each in queries.list_all(ReportedResult)}

    second = load()

    assert {file: tally.left for file, tally in second.files.items()} == SIZES
    assert not second.has_changes
    assert get_edition() == edition
    assert {each.code for each in queries.list_all(ReportedResult)} == codes


def test_load_catalogue_with_other_texts_changes_them_and_raises_the_edition(folder: Path) -> None:
    load()
    edition = get_edition()
    put(folder / "topics.csv", ",Robotics,", ",Robots,")
    put(
        folder / "programmes.csv",
        "efounders-fellowship,fellowship,archived,",
        "efounders-fellowship,course,archived,",
    )

    report = load(folder)

    assert str(report.files["topics.csv"]) == "0 added, 1 changed, 14 left as they were"
    assert str(report.files["programmes.csv"]) == "0 added, 1 changed, 9 left as they were"
    assert "Robots" in {topic.names["en"] for topic in queries.list_all(Topic)}
    assert get_edition() == edition + 1


def test_load_catalogue_leaves_status_and_texts_that_people_changed(folder: Path) -> None:
    load()
    slug = "sco-alibaba-business-school"
    person = changed(SYSTEM, user_id=7)
    with transaction():
        PROGRAMME.apply(find(slug), "publish", actor=person)
    put(folder / "programmes.csv", f"{slug},business_school,", f"{slug},course,")

    report = load(folder)

    assert not report.has_changes
    assert find(slug).status is ProgrammeStatus.PUBLISHED


def test_load_catalogue_leaves_a_status_moved_by_a_command() -> None:
    load()
    with transaction():
        PROGRAMME.apply(find("sco-alibaba-business-school"), "publish", actor=SYSTEM)

    assert not load().has_changes
    assert find("sco-alibaba-business-school").status is ProgrammeStatus.PUBLISHED


def test_load_catalogue_is_written_into_the_audit_trail() -> None:
    load()

    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.object_type == "programme")).all()
    assert {(entry.action, entry.actor_label) for entry in entries} == {
        ("catalogue:programme:load", "system:test")
    }
    assert len(entries) == 10


FAULTS = [
    ("topics.csv", "quantum-computing,", "Quantum,", "slug: “Quantum” is not a short name"),
    ("topics.csv", ",15,SCO list", ",fifteen,SCO list", "position: “fifteen” is not a whole number"),
    ("topics.csv", "robotics,Robotics", "blockchain,Robotics", "slug: row 12 says this already"),
    ("documents.csv", ",concept,", ",treaty,", "kind: “treaty” is none of concept"),
    ("organisations.csv", "unctad,provider,,", "unctad,provider,ZZ,", "country: ZZ is no country or bloc"),
    (
        "programmes.csv",
        "efounders-fellowship,fellowship,archived,alibaba-business-school",
        "efounders-fellowship,fellowship,archived,unctad",
        "provider: partnerships.csv does not name unctad",
    ),
    (
        "programmes.csv",
        "digitalisation-ict-concept",
        "digital-concept",
        "documents: digital-concept is not in documents.csv",
    ),
    (
        "programme_translations.csv",
        "efounders-fellowship,zh,",
        "efounders-fellowship,de,",
        "locale: “de” is not one of en, ru, zh",
    ),
    (
        "partnerships.csv",
        "scolar-digital-trade-conference,scolar-network,provider",
        "scolar-digital-trade-conference,scolar-network,owner",
        "role: “owner” is none of",
    ),
    ("reported_results.csv", ",15000,exactly,MY,", ",15000,exactly,XX,", "place: XX is no country or bloc"),
    ("reported_results.csv", ",15000,exactly,", ",15 000,exactly,", "value: “15 000” is not a whole number"),
    ("indicators.csv", "code,title_en", "code,heading_en", "row 1, column title_en: this column is missing"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), FAULTS, ids=[fault[3] for fault in FAULTS])
def test_load_catalogue_with_a_fault_names_row_and_column_and_changes_nothing(
    app: Flask, folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    put(folder / file, old, new)

    result = app.test_cli_runner().invoke(args=["catalogue", "load", str(folder)])

    assert result.exit_code == 1
    assert "Nothing was changed" in result.output
    assert f"{file}, row " in result.output
    assert expected in result.output
    assert queries.list_all(Topic) == queries.list_all(Programme) == []


def test_load_catalogue_command_says_what_it_did(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["catalogue", "load"])
    db.session.expire_all()

    assert result.exit_code == 0, result.output
    assert "programmes.csv: 10 added, 0 changed, 0 left as they were" in result.output
    assert len(queries.list_all(Programme)) == 10


def test_load_catalogue_by_a_visitor_is_refused() -> None:
    with pytest.raises(NotAllowed):
        load_catalogue(actor=ANONYMOUS)


def test_phrases_translate_what_the_files_repeat(app: Flask) -> None:
    with in_locale("ru"):
        assert phrase("people_trained") == "Прошли обучение"
        assert phrase("never heard of") == "never heard of"
        assert phrase(None) == ""
