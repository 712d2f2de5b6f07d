"""The reference files: their shape, the dates of memberships, and that every reference leads somewhere."""

import csv
import re
from datetime import date
from itertools import combinations
from zoneinfo import available_timezones

import pytest

from tests.reference_files import CLDR, COLUMNS, FOLDER, column, has_script, read

KEYS = {
    "blocs": "bloc",
    "countries": "country",
    "documents": "slug",
    "indicators": "code",
    "names": "country locale",
    "organisations": "code",
    "partnerships": "programme organisation role",
    "phrases": "key",
    "programme_translations": "slug locale",
    "programmes": "slug",
    "quotations": "key",
    "reported_results": "programme indicator note_en",
    "topics": "slug",
}
CHOICES = {
    ("documents", "kind"): {"concept", "programme", "address"},
    ("jurisdictions", "age_of_consent"): {"14", "16", "18"},
    ("memberships", "standing"): {"member", "partner", "observer", "dialogue_partner"},
    ("organisations", "kind"): {
        "provider", "sponsor", "secretariat", "university", "authority", "youth_platform",
    },
    ("partnerships", "role"): {"provider", "partner", "sponsor"},
    ("programme_translations", "locale"): {"en", "ru", "zh"},
    ("programmes", "credential"): {"", "none", "attendance", "certificate"},
    ("programmes", "kind"): {
        "course", "incubator", "business_school", "special_course", "conference", "training_of_trainers",
        "fellowship", "technology_transfer",
    },
    ("programmes", "level"): {"", "introductory", "intermediate", "advanced"},
    ("programmes", "mode"): {"", "online", "on_site", "hybrid"},
    ("programmes", "status"): {"proposed", "published", "archived"},
    ("reported_results", "qualifier"): {"exactly", "over"},
}  # fmt: skip
DAYS = ("adopted_on", "reported_on", "said_on", "valid_from", "valid_to")


def standing_on(bloc: str, standing: str, day: str) -> set[str]:
    """ISO days compare like dates; an empty start is before every day, an empty end after."""
    return {
        row["country"]
        for row in read("memberships")
        if (row["bloc"], row["standing"]) == (bloc, standing)
        and row["valid_from"] <= day <= (row["valid_to"] or "9999")
    }


# -- Shape ------------------------------------------------------------------------------------------


def test_folder_holds_exactly_the_described_files() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.csv" for name in COLUMNS}


@pytest.mark.parametrize("name", COLUMNS)
def test_file_is_plain_utf8_with_its_columns(name: str) -> None:
    content = (FOLDER / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    rows = list(csv.reader(content.decode("utf-8").splitlines(keepends=True), strict=True))
    assert rows[0] == COLUMNS[name].split()
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if cell != cell.strip()] == []


@pytest.mark.parametrize("name", KEYS)
def test_keys_occur_once(name: str) -> None:
    keys = [tuple(row[part] for part in KEYS[name].split()) for row in read(name)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("name", "key"), CHOICES)
def test_choices_are_known(name: str, key: str) -> None:
    assert set(column(name, key)) <= CHOICES[name, key]


def test_days_are_dates_in_order() -> None:
    for name, columns in COLUMNS.items():
        for row in read(name):
            days = {key: row[key] for key in columns.split() if key in DAYS and row[key]}
            assert {key: date.fromisoformat(day).isoformat() for key, day in days.items()} == days
            assert days.get("valid_from", "") <= days.get("valid_to", "9999"), row


@pytest.mark.parametrize("name", sorted(COLUMNS.keys() - {"countries", "phrases", "programme_translations"}))
def test_every_row_has_a_source(name: str) -> None:
    key = {"names": "reason", "indicators": "source_standard"}.get(name, "source")
    assert "" not in column(name, key)


# -- Places -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "members"),
    [
        ("2001-06-14", 0),
        ("2001-06-15", 6),
        ("2017-06-08", 6),
        ("2017-06-09", 8),
        ("2020-01-13", 8),
        ("2023-07-03", 8),
        ("2023-07-04", 9),
        ("2024-07-03", 9),
        ("2024-07-04", 10),
        ("2026-11-24", 10),
    ],
)
def test_sco_members_are_counted_by_day(day: str, members: int) -> None:
    assert len(standing_on("sco", "member", day)) == members


def test_sco_members_today_are_the_ten() -> None:
    assert standing_on("sco", "member", "2026-11-24") == {
        "BY",
        "CN",
        "IN",
        "IR",
        "KG",
        "KZ",
        "PK",
        "RU",
        "TJ",
        "UZ",
    }


@pytest.mark.parametrize("day", ["2025-09-01", "2026-11-24"])
def test_sco_observers_and_dialogue_partners_and_one_more_are_partners_since_september_2025(day: str) -> None:
    standings = ("observer", "dialogue_partner", "partner")
    observers = {"AF", "MN"}
    dialogue = {"AM", "AZ", "BH", "KH", "EG", "KW", "MV", "MM", "NP", "QA", "SA", "LK", "TR", "AE"}
    partners = observers | dialogue | {"LA"}
    assert [standing_on("sco", standing, "2025-08-31") for standing in standings] == [
        observers,
        dialogue,
        set(),
    ]
    assert [standing_on("sco", standing, day) for standing in standings] == [set(), set(), partners]
    assert len(partners) == 17


@pytest.mark.parametrize(
    ("day", "members"),
    [
        ("1967-08-08", 5),
        ("1984-01-07", 6),
        ("1995-07-28", 7),
        ("1997-07-23", 9),
        ("1999-04-30", 10),
        ("2025-10-25", 10),
        ("2025-10-26", 11),
    ],
)
def test_asean_members_are_counted_by_day(day: str, members: int) -> None:
    assert len(standing_on("asean", "member", day)) == members


def test_african_union_has_55_members_without_invented_dates() -> None:
    rows = [row for row in read("memberships") if row["bloc"] == "au"]
    assert len({row["country"] for row in rows}) == len(rows) == 55
    assert {(row["standing"], row["valid_from"], row["valid_to"]) for row in rows} == {("member", "", "")}


def test_periods_of_one_pair_never_overlap() -> None:
    overlaps = [
        (one, other)
        for one, other in combinations(read("memberships"), 2)
        if (one["bloc"], one["country"]) == (other["bloc"], other["country"])
        and one["valid_from"] <= (other["valid_to"] or "9999")
        and other["valid_from"] <= (one["valid_to"] or "9999")
    ]
    assert overlaps == []


def test_countries_are_known_and_complete() -> None:
    countries = column("countries", "country")
    for locale in CLDR.values():
        assert [code for code in countries if code not in locale.territories] == []
    mentioned = set(column("memberships", "country")) | set(column("organisations", "country"))
    mentioned |= {place for place in column("reported_results", "place") if len(place) == 2}
    assert mentioned - {""} <= set(countries)
    assert sorted(countries) == countries


def test_countries_are_all_where_somebody_may_live() -> None:
    everywhere = {code for code in CLDR["en"].territories if len(code) == 2 and code.isalpha()}
    nowhere = {"AC", "CP", "CQ", "DG", "EA", "IC", "TA", "XK"} | {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    uninhabited = {"AQ", "BV", "GS", "HM", "IO", "TF", "UM"}
    assert set(column("countries", "country")) == everywhere - nowhere - uninhabited


def test_zones_exist() -> None:
    assert set(column("countries", "zone")) <= available_timezones()


def test_every_country_has_one_jurisdiction() -> None:
    rows = {row["country"]: row for row in read("jurisdictions")}
    assert len(rows) == len(read("jurisdictions"))
    assert rows.keys() == set(column("countries", "country"))
    ages = {country: row["age_of_consent"] for country, row in rows.items()}
    assert {country: age for country, age in ages.items() if age != "18"} == {"BY": "16", "CN": "14"}
    assert {
        country: (rows[country]["youth_from"], rows[country]["youth_to"])
        for country in ("RU", "KG", "CN", "KZ", "UZ", "IN", "KE", "ID", "BY")
    } == {
        "RU": ("14", "35"),
        "KG": ("14", "35"),
        "CN": ("14", "35"),
        "KZ": ("", "35"),
        "UZ": ("14", "30"),
        "IN": ("15", "29"),
        "KE": ("15", "35"),
        "ID": ("", ""),
        "BY": ("", ""),
    }


def test_tiles_hold_each_sco_member_once_inside_the_grid() -> None:
    blocs = {row["bloc"]: row for row in read("blocs")}
    assert blocs.keys() == set(column("memberships", "bloc"))
    tiles = [tile.split(":") for tile in blocs["sco"]["tiles"].split()]
    assert sorted(country for country, *_ in tiles) == sorted(standing_on("sco", "member", "2026-11-24"))
    places = {(int(tile_column), int(tile_row)) for _, tile_column, tile_row in tiles}
    assert len(places) == len(tiles)
    assert max(tile_column for tile_column, _ in places) == int(blocs["sco"]["tile_columns"]) == 4
    assert [blocs[name]["tiles"] for name in ("asean", "au")] == ["", ""]


def test_names_override_cldr_for_known_countries() -> None:
    for row in read("names"):
        assert row["country"] in column("countries", "country")
        assert CLDR[row["locale"]].territories[row["country"]] != row["name"], row
        assert has_script(row["name"], row["locale"]), row


# -- Catalogue --------------------------------------------------------------------------------------


def test_programmes_are_those_of_the_specification() -> None:
    assert {row["slug"]: (row["kind"], row["status"]) for row in read("programmes")} == {
        "sco-youth-business-incubator": ("incubator", "proposed"),
        "alibaba-e-commerce-training-malaysia": ("course", "archived"),
        "alibaba-e-commerce-training-africa": ("course", "archived"),
        "online-entrepreneurs-south-east-asia": ("course", "published"),
        "scolar-digital-trade-conference": ("conference", "archived"),
        "sco-technology-transfer-centre": ("technology_transfer", "proposed"),
        "sco-alibaba-business-incubators": ("incubator", "proposed"),
        "sco-alibaba-business-school": ("business_school", "proposed"),
        "sco-alibaba-special-courses": ("special_course", "proposed"),
        "efounders-fellowship": ("fellowship", "archived"),
    }


def test_references_lead_somewhere() -> None:
    programmes, organisations = column("programmes", "slug"), column("organisations", "code")
    assert set(column("partnerships", "programme")) <= set(programmes)
    assert set(column("partnerships", "organisation")) == set(organisations)
    assert set(column("reported_results", "programme")) <= set(programmes)
    assert {topic for cell in column("programmes", "topics") for topic in cell.split()} <= set(
        column("topics", "slug")
    )
    assert {slug for cell in column("programmes", "documents") for slug in cell.split()} == set(
        column("documents", "slug")
    )
    places = set(column("countries", "country")) | set(column("blocs", "bloc")) | {""}
    assert set(column("reported_results", "place")) <= places
    assert set(column("organisations", "country")) <= places


def test_provider_of_a_programme_is_its_one_providing_partner() -> None:
    providers: dict[str, list[str]] = {slug: [] for slug in column("programmes", "slug")}
    for row in read("partnerships"):
        if row["role"] == "provider":
            providers[row["programme"]].append(row["organisation"])
    assert {row["slug"]: row["provider"].split() for row in read("programmes")} == providers


def test_reported_results_are_the_declared_totals() -> None:
    rows = read("reported_results")
    assert [(row["programme"], row["indicator"], row["qualifier"], int(row["value"])) for row in rows] == [
        ("alibaba-e-commerce-training-malaysia", "people_trained", "exactly", 15_000),
        ("scolar-digital-trade-conference", "participants", "over", 200),
        ("efounders-fellowship", "applicants", "over", 700),
        ("efounders-fellowship", "people_chosen", "exactly", 24),
        ("efounders-fellowship", "participants", "exactly", 37),
    ]


def test_topics_are_numbered_without_gaps() -> None:
    assert [int(position) for position in column("topics", "position")] == list(range(1, 16))


def test_quotation_is_whole() -> None:
    sentence = (
        "Over 800 million young people living in SCO countries have the required higher education "
        "and work experience in this area."
    )
    assert [(row["text_en"], row["said_on"]) for row in read("quotations")] == [(sentence, "2020-01-09")]


def test_indicators_are_explained_in_the_documentation() -> None:
    page = (FOLDER.parents[1] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([EO]-\d) \| ([^|]+) \|", page, re.MULTILINE) == [
        (row["code"], row["title_en"]) for row in read("indicators")
    ]


@pytest.mark.parametrize("code", ["E-8", "O-1", "O-2", "O-3", "O-4", "O-6"])
def test_rates_have_a_denominator(code: str) -> None:
    row = next(row for row in read("indicators") if row["code"] == code)
    assert row["unit"] == "fraction"
    assert "" not in (row["denominator_en"], row["denominator_ru"], row["denominator_zh"])
