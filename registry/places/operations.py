"""Loading the reference data of places."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.core import clock
from registry.core import reference as ref
from registry.core.database import db
from registry.core.edition import publish_edition
from registry.core.i18n import LOCALES, override_territory_names
from registry.places import queries, rules
from registry.places.enums import Standing
from registry.places.models import Bloc, Country, JurisdictionPolicy, Membership

_code = ref.matching("[A-Z]{2}", "a country code of two capital letters (ISO 3166-1 alpha-2)")
_slug = ref.matching("[a-z][a-z0-9-]{1,19}", "a short name of small letters")
_tags = ref.matching("([a-z]{2,3}( [a-z]{2,3})*)?", "a list of language codes separated by blanks")
_period: dict[str, ref.Reader] = {"valid_from": ref.optional(ref.day), "valid_to": ref.optional(ref.day)}


def _zone(cell: str) -> str:
    if cell not in clock.known_zones():
        raise ValueError(f"“{cell}” is not an IANA time zone")
    return cell


def _tiles(cell: str) -> dict[str, list[int]]:
    """`BY:1:1 RU:3:1` as country -> [column, row]."""
    tiles: dict[str, list[int]] = {}
    for part in cell.split():
        country, *position = part.split(":")
        if len(position) != 2 or not all(each.isdigit() for each in position):
            raise ValueError(f"“{part}” is not a country with column and row, like BY:1:1")
        if [int(each) for each in position] in tiles.values():
            raise ValueError(f"“{part}” stands where another tile stands")
        tiles[_code(country)] = [int(each) for each in position]
    return tiles


_COLUMNS: dict[str, dict[str, ref.Reader]] = {
    "countries.csv": {"country": _code, "zone": _zone},
    "blocs.csv": {
        "bloc": _slug,
        **{f"{prefix}_{locale}": ref.required for prefix in ("name", "short") for locale in LOCALES},
        "official_languages": _tags,
        "tiles": _tiles,
        "source": ref.required,
    },
    "memberships.csv": {
        "bloc": _slug,
        "country": _code,
        "standing": ref.one_of(Standing),
        **_period,
        "source": ref.required,
    },
    "jurisdictions.csv": {
        "country": _code,
        "age_of_consent": ref.whole_number(10, 21),
        "youth_from": ref.optional(ref.whole_number(10, 50)),
        "youth_to": ref.optional(ref.whole_number(10, 50)),
        **_period,
        "source": ref.required,
    },
}


def load_places(folder: Path = ref.FOLDER, *, actor: Actor) -> ref.LoadReport:
    """Bring countries, blocs, memberships and jurisdictions to what the files say.

    Memberships and jurisdictions that the files no longer hold are removed; countries and blocs stay.
    Errors: BadFile, with every fault found, before anything is stored.
    """
    policy.require(actor, Permission.REFERENCE_EDIT)
    tables = {name: ref.read_rows(folder / name, columns) for name, columns in _COLUMNS.items()}
    if faults := list(_find_faults(tables)):
        raise ref.BadFile(faults)
    report = ref.LoadReport()
    _store_countries(tables["countries.csv"], report.of("countries.csv"))
    blocs = _store_blocs(tables["blocs.csv"], report.of("blocs.csv"))
    _store_periods(
        Membership,
        tables["memberships.csv"],
        report.of("memberships.csv"),
        existing=queries.list_memberships(),
        describe=lambda row: _period_values(row, "standing") | {"bloc_id": blocs[row["bloc"]].id},
        key=("bloc_id", "country", "valid_from"),
    )
    _store_periods(
        JurisdictionPolicy,
        tables["jurisdictions.csv"],
        report.of("jurisdictions.csv"),
        existing=queries.list_policies(),
        describe=lambda row: _period_values(row, "age_of_consent", "youth_from", "youth_to"),
        key=("country", "valid_from"),
    )
    if report.has_changes:
        publish_edition()
    return report


def use_official_names(folder: Path = ref.FOLDER) -> None:
    """Name the territories whose names in CLDR are not those of official papers as names.csv says."""
    with (folder / "names.csv").open(encoding="utf-8", newline="") as file:
        override_territory_names(
            {(row["locale"], row["country"]): row["name"] for row in csv.DictReader(file)}
        )


def _find_faults(tables: dict[str, list[ref.Row]]) -> Iterator[ref.Fault]:
    yield from ref.find_doubles(tables["countries.csv"], ["country"])
    yield from ref.find_doubles(tables["blocs.csv"], ["bloc"])
    countries = {row["country"] for row in tables["countries.csv"]}
    blocs = {row["bloc"] for row in tables["blocs.csv"]}
    for row in [*tables["memberships.csv"], *tables["jurisdictions.csv"]]:
        if row["country"] not in countries:
            yield row.fault("country", f"{row['country']} is not in countries.csv")
    for row in tables["memberships.csv"]:
        if row["bloc"] not in blocs:
            yield row.fault("bloc", f"{row['bloc']} is not in blocs.csv")
    for row in tables["blocs.csv"]:
        for country in row["tiles"]:
            if country not in countries:
                yield row.fault("tiles", f"{country} is not in countries.csv")
    yield from _find_wrong_periods(tables["memberships.csv"], ("bloc", "country"))
    yield from _find_wrong_periods(tables["jurisdictions.csv"], ("country",))
    for row in tables["jurisdictions.csv"]:
        if (row["youth_from"] or 0) > (row["youth_to"] or 99):
            yield row.fault("youth_to", "ends before youth_from")


def _find_wrong_periods(rows: Sequence[ref.Row], key: tuple[str, ...]) -> Iterator[ref.Fault]:
    groups: dict[tuple[str, ...], list[ref.Row]] = defaultdict(list)
    for row in rows:
        if row["valid_from"] and row["valid_to"] and row["valid_to"] < row["valid_from"]:
            yield row.fault("valid_to", "ends before it begins")
        groups[tuple(row[column] for column in key)].append(row)
    for group, members in groups.items():
        spans = [rules.Span(row["valid_from"], row["valid_to"]) for row in members]
        if found := rules.find_overlap(spans):
            earlier, later = (members[position] for position in found)
            words = " ".join(group)
            yield later.fault("valid_from", f"{words}: the period overlaps the one in row {earlier.number}")


def _store_countries(rows: Sequence[ref.Row], tally: ref.Tally) -> None:
    existing = {country.code: country for country in queries.list_all_countries()}
    for row in rows:
        ref.store_row(
            Country, existing.get(row["country"]), {"code": row["country"], "zone": row["zone"]}, tally
        )
    db.session.flush()


def _store_blocs(rows: Sequence[ref.Row], tally: ref.Tally) -> dict[str, Bloc]:
    existing = {bloc.slug: bloc for bloc in queries.list_blocs()}
    for row in rows:
        values = {
            "slug": row["bloc"],
            "names": row.texts("name", list(LOCALES)),
            "short_names": row.texts("short", list(LOCALES)),
            "official_languages": row["official_languages"],
            "tiles": row["tiles"],
            "source": row["source"],
        }
        existing[row["bloc"]] = ref.store_row(Bloc, existing.get(row["bloc"]), values, tally)
    db.session.flush()
    return existing


def _period_values(row: ref.Row, *columns: str) -> dict[str, Any]:
    return {column: row[column] for column in ("country", *columns, "valid_from", "valid_to", "source")}


def _store_periods(
    model: type[Any],
    rows: Sequence[ref.Row],
    tally: ref.Tally,
    *,
    existing: Sequence[Any],
    describe: Callable[[ref.Row], dict[str, Any]],
    key: tuple[str, ...],
) -> None:
    wanted = {tuple(values[name] for name in key): values for values in map(describe, rows)}
    known = {tuple(getattr(obj, name) for name in key): obj for obj in existing}
    for stored_key, obj in known.items():
        if stored_key not in wanted:
            tally.removed += 1
            db.session.delete(obj)
    # Gone before their successors come: both may claim the same key.
    db.session.flush()
    for wanted_key, values in wanted.items():
        ref.store_row(model, known.get(wanted_key), values, tally, recorded_on=clock.today())
    db.session.flush()
