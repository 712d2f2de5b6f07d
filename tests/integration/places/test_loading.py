"""The loader of places, and what the shipped files answer."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from registry.access.actor import ANONYMOUS, Actor
from registry.core import clock, reference
from registry.core.database import db
from registry.core.errors import NotAllowed, NotFound
from registry.core.i18n import in_locale
from registry.core.transaction import transaction
from registry.places import queries
from registry.places.enums import UNKNOWN, Standing
from registry.places.operations import load_places

SYSTEM = Actor.system("test")
SCO_2001 = {"CN", "KZ", "KG", "RU", "TJ", "UZ"}
SCO_2017 = SCO_2001 | {"IN", "PK"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may spoil."""
    return Path(shutil.copytree(reference.FOLDER, tmp_path / "reference"))


def load(folder: Path = reference.FOLDER) -> reference.LoadReport:
    with transaction():
        return load_places(folder, actor=SYSTEM)


def count() -> tuple[int, int, int, int]:
    return (
        len(queries.list_country_codes()),
        len(queries.list_blocs()),
        len(queries.list_memberships()),
        len(queries.list_policies()),
    )


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2001, 6, 14), set()),
        (date(2001, 6, 15), SCO_2001),
        (date(2017, 6, 8), SCO_2001),
        (date(2020, 1, 13), SCO_2017),
        (date(2023, 7, 3), SCO_2017),
        (date(2023, 7, 4), SCO_2017 | {"IR"}),
        (date(2024, 7, 4), SCO_2017 | {"IR", "BY"}),
        (date(2027, 3, 15), SCO_2017 | {"IR", "BY"}),
    ],
)
def test_list_members_of_the_sco_on_a_day(on: date, expected: set[str]) -> None:
    load()

    assert queries.list_members("sco", on) == expected


def test_list_members_of_a_bloc_recorded_without_dates() -> None:
    load()

    assert queries.list_members("au", date(2027, 3, 14)) is UNKNOWN
    members = queries.list_members("au", date(2027, 3, 15))
    assert members is not UNKNOWN
    assert len(members) == 55


def test_list_members_on_a_day_to_come_is_unknown() -> None:
    load()

    assert queries.list_members("sco", date(2027, 3, 17)) is UNKNOWN


def test_list_members_of_an_unknown_bloc_is_not_found() -> None:
    load()

    with pytest.raises(NotFound):
        queries.list_members("eu", date(2020, 1, 13))


@pytest.mark.parametrize(
    ("country", "bloc", "on", "expected"),
    [
        ("UZ", "sco", date(2020, 1, 13), Standing.MEMBER),
        ("IR", "sco", date(2020, 1, 13), None),
        ("AF", "sco", date(2020, 1, 13), UNKNOWN),
        ("AF", "sco", date(2025, 8, 31), Standing.OBSERVER),
        ("AF", "sco", date(2025, 9, 1), Standing.PARTNER),
        ("LA", "sco", date(2025, 8, 31), None),
        ("LA", "sco", date(2025, 9, 1), Standing.PARTNER),
        ("KE", "au", date(2020, 1, 1), UNKNOWN),
        ("KE", "au", date(2027, 3, 15), Standing.MEMBER),
        ("KE", "sco", date(2027, 3, 15), None),
        ("KE", "sco", date(2028, 1, 1), UNKNOWN),
        ("TL", "asean", date(2025, 10, 25), None),
        ("TL", "asean", date(2025, 10, 26), Standing.MEMBER),
    ],
)
def test_get_standing(country: str, bloc: str, on: date, expected: object) -> None:
    load()

    assert queries.get_standing(country, bloc, on) is expected


@pytest.mark.parametrize(("country", "expected"), [("RU", 18), ("CN", 14), ("BY", 16), ("XX", 18)])
def test_get_age_of_consent_today(country: str, expected: int) -> None:
    load()

    assert queries.get_age_of_consent(country, date(2027, 3, 15)) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", ["Belarus", "Côte d’Ivoire", "Egypt", "Uzbekistan"]),
        ("ru", ["Беларусь", "Египет", "Кот-д’Ивуар", "Узбекистан"]),
        ("zh", ["埃及", "白俄罗斯", "科特迪瓦", "乌兹别克斯坦"]),
    ],
)
def test_list_countries_by_the_readers_alphabet(locale: str, expected: list[str]) -> None:
    load()

    with in_locale(locale):
        found = queries.list_countries({"UZ", "EG", "CI", "BY"})

    assert [choice.label for choice in found] == expected


def test_load_places_twice_changes_nothing() -> None:
    first = load()
    stored = count()
    with clock.travel(clock.now().replace(year=2028)):
        second = load()

    assert stored == count() == (242, 3, 109, 242)
    assert {file: tally.added for file, tally in first.files.items()} == {
        "countries.csv": 242,
        "blocs.csv": 3,
        "memberships.csv": 109,
        "jurisdictions.csv": 242,
    }
    assert str(second) == (
        "countries.csv: 0 added, 0 changed, 242 left as they were\n"
        "blocs.csv: 0 added, 0 changed, 3 left as they were\n"
        "memberships.csv: 0 added, 0 changed, 109 left as they were\n"
        "jurisdictions.csv: 0 added, 0 changed, 242 left as they were"
    )
    assert {each.recorded_on for each in queries.list_memberships()} == {date(2027, 3, 15)}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_load_places_with_a_corrected_date_replaces_the_period(folder: Path) -> None:
    load()
    replace(folder / "memberships.csv", "sco,BY,member,2024-07-04", "sco,BY,member,2024-07-05")
    replace(folder / "countries.csv", "BY,Europe/Minsk", "BY,Europe/Moscow")

    report = load(folder)

    assert str(report.files["memberships.csv"]) == "1 added, 0 changed, 108 left as they were, 1 removed"
    assert str(report.files["countries.csv"]) == "0 added, 1 changed, 241 left as they were"
    assert queries.get_standing("BY", "sco", date(2024, 7, 4)) is None
    assert queries.get_zone("BY") == "Europe/Moscow"


FAULTS = [
    ("countries.csv", "BY,Europe/Minsk", "BY,Europe/Mensk", "zone: “Europe/Mensk” is not an IANA"),
    ("countries.csv", "BY,Europe/Minsk", "by,Europe/Minsk", "country: “by” is not a country code"),
    ("countries.csv", "country,zone", "country,area", "row 1, column zone: this column is missing"),
    ("countries.csv", "BY,Europe/Minsk", "BY", "zone: 1 cells where the first row names 2"),
    ("countries.csv", "BY,Europe/Minsk", "AF,Europe/Minsk", "country: row 4 says this already"),
    ("memberships.csv", "sco,BY,member,2024-07-04", "sco,BY,friend,2024-07-04", "standing: “friend” is none"),
    (
        "memberships.csv",
        "sco,BY,member,2024-07-04",
        "sco,BY,member,4.7.2024",
        "valid_from: “4.7.2024” is not",
    ),
    ("memberships.csv", "sco,BY,member,2024-07-04", "sco,ZZ,member,2024-07-04", "country: ZZ is not in"),
    ("memberships.csv", "sco,BY,member,2024-07-04", "eu,BY,member,2024-07-04", "bloc: eu is not in"),
    ("memberships.csv", "sco,BY,member,2024-07-04,", "sco,BY,member,2024-07-04,2023-01-01", "valid_to: ends"),
    ("memberships.csv", "sco,LA,partner,2025-09-01", "sco,BY,partner,2025-09-01", "the period overlaps"),
    ("blocs.csv", "BY:1:1", "BY:1", "tiles: “BY:1” is not a country with"),
    ("blocs.csv", "BY:1:1", "BY:3:1", "tiles: “RU:3:1” stands where"),
    ("jurisdictions.csv", "BY,16", "BY,sixteen", "age_of_consent: “sixteen” is not a whole number"),
    ("jurisdictions.csv", "CN,14,14,35", "CN,14,35,14", "youth_to: ends before"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), FAULTS, ids=[fault[3] for fault in FAULTS])
def test_load_places_with_a_fault_names_row_and_column_and_changes_nothing(
    app: Flask, folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    replace(folder / file, old, new)

    result = app.test_cli_runner().invoke(args=["places", "load", str(folder)])

    assert result.exit_code == 1
    assert "Nothing was changed" in result.output
    assert f"{file}, row " in result.output
    assert expected in result.output
    assert count() == (0, 0, 0, 0)


def test_load_places_command_says_what_it_did(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["places", "load"])
    db.session.expire_all()

    assert result.exit_code == 0, result.output
    assert "memberships.csv: 109 added, 0 changed, 0 left as they were" in result.output
    assert count() == (242, 3, 109, 242)


def test_load_places_by_a_visitor_is_refused() -> None:
    with pytest.raises(NotAllowed):
        load_places(actor=ANONYMOUS)
