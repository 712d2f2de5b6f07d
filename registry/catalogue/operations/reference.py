"""Loading the reference data of the catalogue."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.enums import OrganisationKind
from registry.accounts.models import Organisation
from registry.catalogue import queries
from registry.catalogue.enums import (
    Credential,
    DocumentKind,
    Level,
    Mode,
    PartnershipRole,
    ProgrammeKind,
    ProgrammeStatus,
    ResultQualifier,
)
from registry.catalogue.models import (
    FrameworkDocument,
    IndicatorDefinition,
    Partnership,
    Programme,
    ProgrammeTranslation,
    ReportedResult,
    Topic,
)
from registry.catalogue.operations.editions import touch_catalogue
from registry.core import audit, clock
from registry.core import reference as ref
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.i18n import LOCALES

_slug = ref.matching("[a-z0-9][a-z0-9-]{0,78}", "a short name of small letters, digits and hyphens")
_slugs = ref.matching("([a-z0-9-]+( [a-z0-9-]+)*)?", "a list of short names separated by blanks")
_tags = ref.matching(r"([A-Za-z-]{2,20}( [A-Za-z-]{2,20})*)?", "a list of language tags separated by blanks")
_country = ref.matching("[A-Z]{2}", "a country code of two capital letters (ISO 3166-1 alpha-2)")
_currency = ref.matching("[A-Z]{3}", "a currency code of three capital letters (ISO 4217)")
_website = ref.matching("https://.+", "an address that begins with https://")


def _in_all_languages(*prefixes: str) -> dict[str, ref.Reader]:
    return {f"{prefix}_{locale}": ref.required for prefix in prefixes for locale in LOCALES}


_COLUMNS: dict[str, dict[str, ref.Reader]] = {
    "topics.csv": {
        "slug": _slug,
        **_in_all_languages("name"),
        "position": ref.whole_number(1, 999),
        "source": ref.required,
    },
    "documents.csv": {
        "slug": _slug,
        "kind": ref.one_of(DocumentKind),
        **_in_all_languages("title", "provision"),
        "adopted_on": ref.optional(ref.day),
        "adopted_at": str,
        "source": ref.required,
    },
    "organisations.csv": {
        "code": _slug,
        "kind": ref.one_of(OrganisationKind),
        "country": ref.optional(_country),
        **_in_all_languages("name"),
        "website": ref.optional(_website),
        "source": ref.required,
    },
    "programmes.csv": {
        "slug": _slug,
        "kind": ref.one_of(ProgrammeKind),
        "status": ref.one_of(ProgrammeStatus),
        "provider": ref.optional(_slug),
        "level": ref.optional(ref.one_of(Level)),
        "weeks": ref.optional(ref.whole_number(1, 260)),
        "hours_per_week": ref.optional(ref.whole_number(1, 80)),
        "mode": ref.optional(ref.one_of(Mode)),
        "teaching_languages": _tags,
        "cost_minor": ref.optional(ref.whole_number(0, 2_000_000_000)),
        "currency": ref.optional(_currency),
        "credential": ref.optional(ref.one_of(Credential)),
        "topics": _slugs,
        "documents": _slugs,
        "source": ref.required,
    },
    "programme_translations.csv": {
        "slug": _slug,
        "locale": ref.matching("|".join(LOCALES), f"one of {', '.join(LOCALES)}"),
        "title": ref.required,
        "summary": ref.required,
        "description": ref.required,
    },
    "partnerships.csv": {
        "programme": _slug,
        "organisation": _slug,
        "role": ref.one_of(PartnershipRole),
        "source": ref.required,
    },
    "reported_results.csv": {
        "programme": _slug,
        "indicator": ref.matching("[a-z_]{1,60}", "a name of small letters"),
        "value": ref.whole_number(0, 2_000_000_000),
        "qualifier": ref.one_of(ResultQualifier),
        "place": str,
        "reported_on": ref.optional(ref.day),
        **_in_all_languages("note"),
        "source": ref.required,
    },
    "indicators.csv": {
        "code": ref.matching("[A-Z]-[0-9]{1,3}", "a code like E-1"),
        **_in_all_languages("title", "numerator"),
        **{f"denominator_{locale}": str for locale in LOCALES},
        "unit": ref.required,
        "source_standard": ref.required,
        "version": ref.required,
    },
}

_KEYS: dict[str, tuple[str, ...]] = {
    "topics.csv": ("slug",),
    "documents.csv": ("slug",),
    "organisations.csv": ("code",),
    "programmes.csv": ("slug",),
    "programme_translations.csv": ("slug", "locale"),
    "partnerships.csv": ("programme", "organisation", "role"),
    "reported_results.csv": ("programme", "indicator", "place", "reported_on"),
    "indicators.csv": ("code",),
}

_REFERENCES = (
    ("programmes.csv", "provider", "organisations.csv"),
    ("programmes.csv", "topics", "topics.csv"),
    ("programmes.csv", "documents", "documents.csv"),
    ("programme_translations.csv", "slug", "programmes.csv"),
    ("partnerships.csv", "programme", "programmes.csv"),
    ("partnerships.csv", "organisation", "organisations.csv"),
    ("reported_results.csv", "programme", "programmes.csv"),
)
"""Column of a file -> the file whose first key column holds what it names."""

Tables = Mapping[str, Sequence[ref.Row]]


def load_catalogue(folder: Path = ref.FOLDER, *, actor: Actor) -> ref.LoadReport:
    """Bring topics, documents, organisations, programmes and indicators to what the files say.

    Nothing is removed. The status of a programme comes from the file only when it is added; programmes
    that people edited since stay as they are, with their texts.
    Errors: BadFile, with every fault found, before anything is stored.
    """
    policy.require(actor, Permission.REFERENCE_EDIT)
    tables = {name: ref.read_rows(folder / name, columns) for name, columns in _COLUMNS.items()}
    if faults := list(_find_faults(tables, queries.list_place_codes())):
        raise ref.BadFile(faults)
    report = ref.LoadReport()
    _store_by_key(Topic, "topics.csv", "slug", tables, report, _describe_topic)
    _store_by_key(FrameworkDocument, "documents.csv", "slug", tables, report, _describe_document)
    _store_by_key(Organisation, "organisations.csv", "code", tables, report, _describe_organisation)
    _store_by_key(IndicatorDefinition, "indicators.csv", "code", tables, report, _describe_indicator)
    _store_programmes(tables, report, actor)
    _store_partnerships(tables["partnerships.csv"], report.of("partnerships.csv"))
    _store_results(tables["reported_results.csv"], report.of("reported_results.csv"))
    if report.has_changes:
        touch_catalogue()
    return report


# -- What is wrong in the files --------------------------------------------------------------------


def _find_faults(tables: Tables, places: Collection[str]) -> Iterator[ref.Fault]:
    for file, key in _KEYS.items():
        yield from ref.find_doubles(tables[file], key)
    for file, column, target in _REFERENCES:
        known = {row[_KEYS[target][0]] for row in tables[target]}
        for row in tables[file]:
            for name in (row[column] or "").split():
                if name not in known:
                    yield row.fault(column, f"{name} is not in {target}")
    for file, column in (("organisations.csv", "country"), ("reported_results.csv", "place")):
        for row in tables[file]:
            if row[column] and row[column] not in places:
                yield row.fault(column, f"{row[column]} is no country or bloc of the registry")
    yield from _find_faults_in_programmes(tables)


def _find_faults_in_programmes(tables: Tables) -> Iterator[ref.Fault]:
    providers = {
        (row["programme"], row["organisation"])
        for row in tables["partnerships.csv"]
        if row["role"] is PartnershipRole.PROVIDER
    }
    texts = {(row["slug"], row["locale"]) for row in tables["programme_translations.csv"]}
    for row in tables["programmes.csv"]:
        if row["provider"] and (row["slug"], row["provider"]) not in providers:
            yield row.fault("provider", f"partnerships.csv does not name {row['provider']} as its provider")
        if row["cost_minor"] is not None and not row["currency"]:
            yield row.fault("currency", "a cost needs its currency")
        for locale in LOCALES:
            if (row["slug"], locale) not in texts:
                yield row.fault("slug", f"programme_translations.csv has no text in {locale}")


# -- Storing -----------------------------------------------------------------------------------------


def _store_by_key(
    model: type[Any],
    file: str,
    key: str,
    tables: Tables,
    report: ref.LoadReport,
    describe: Callable[[ref.Row], dict[str, Any]],
) -> None:
    existing = {getattr(obj, key): obj for obj in queries.list_all(model)}
    for row in tables[file]:
        ref.store_row(model, existing.get(row[key]), {key: row[key]} | describe(row), report.of(file))
    db.session.flush()


def _describe_topic(row: ref.Row) -> dict[str, Any]:
    return {"names": _texts(row, "name"), "position": row["position"], "source": row["source"]}


def _describe_document(row: ref.Row) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "titles": _texts(row, "title"),
        "provisions": _texts(row, "provision"),
        "adopted_on": row["adopted_on"],
        "adopted_at_place": row["adopted_at"],
        "source": row["source"],
    }


def _describe_organisation(row: ref.Row) -> dict[str, Any]:
    plain = {column: row[column] for column in ("kind", "country", "website", "source")}
    return plain | {"names": _texts(row, "name")}


def _describe_indicator(row: ref.Row) -> dict[str, Any]:
    return {
        "titles": _texts(row, "title"),
        "numerators": _texts(row, "numerator"),
        "denominators": _texts(row, "denominator"),
        "unit": row["unit"],
        "source_standard": row["source_standard"],
        "edition": row["version"],
    }


def _store_programmes(tables: Tables, report: ref.LoadReport, actor: Actor) -> None:
    topics = {topic.slug: topic for topic in queries.list_all(Topic)}
    documents = {document.slug: document for document in queries.list_all(FrameworkDocument)}
    existing = {programme.slug: programme for programme in queries.list_programmes_to_load()}
    edited = queries.list_ids_edited_by_people()
    texts: dict[str, list[ref.Row]] = {row["slug"]: [] for row in tables["programmes.csv"]}
    for row in tables["programme_translations.csv"]:
        texts[row["slug"]].append(row)
    for row in tables["programmes.csv"]:
        own, own_texts = report.of("programmes.csv"), report.of("programme_translations.csv")
        programme = existing.get(row["slug"])
        if programme is not None and programme.id in edited:
            own.left += 1
            own_texts.left += len(texts[row["slug"]])
            continue
        before = own.left + own_texts.left
        programme = _store_programme(row, programme, topics, documents, own)
        for text in texts[row["slug"]]:
            _store_translation(text, programme, own_texts)
        if own.left + own_texts.left - before < 1 + len(texts[row["slug"]]):
            audit.record(programme, "catalogue:programme:load", actor)
    db.session.flush()


def _store_programme(
    row: ref.Row,
    existing: Programme | None,
    topics: Mapping[str, Topic],
    documents: Mapping[str, FrameworkDocument],
    tally: ref.Tally,
) -> Programme:
    plain = ("slug", "kind", "level", "weeks", "hours_per_week", "mode", "teaching_languages", "cost_minor")
    values = {column: row[column] for column in (*plain, "currency", "credential", "source")}
    values["topics"] = sorted(
        (topics[slug] for slug in row["topics"].split()), key=lambda each: each.position
    )
    values["documents"] = [documents[slug] for slug in sorted(row["documents"].split())]
    now = clock.now()
    programme: Programme = ref.store_row(
        Programme,
        existing,
        values,
        tally,
        status=row["status"],
        created_at=now,
        published_at=None if row["status"] is ProgrammeStatus.PROPOSED else now,
        archived_at=now if row["status"] is ProgrammeStatus.ARCHIVED else None,
    )
    return programme


def _store_translation(row: ref.Row, programme: Programme, tally: ref.Tally) -> None:
    stored = {} if programme.id is None else {each.locale: each for each in programme.translations}
    values = {column: row[column] for column in ("locale", "title", "summary", "description")}
    ref.store_row(ProgrammeTranslation, stored.get(row["locale"]), values, tally, programme=programme)


def _store_partnerships(rows: Sequence[ref.Row], tally: ref.Tally) -> None:
    organisations = {organisation.code: organisation for organisation in queries.list_all(Organisation)}
    programmes = {programme.slug: programme for programme in queries.list_programmes_to_load()}
    existing = {
        (each.programme_id, each.organisation_id, each.role): each for each in queries.list_all(Partnership)
    }
    for row in rows:
        programme, organisation = programmes[row["programme"]], organisations[row["organisation"]]
        ref.store_row(
            Partnership,
            existing.get((programme.id, organisation.id, row["role"])),
            {"role": row["role"], "source": row["source"]},
            tally,
            programme=programme,
            organisation=organisation,
        )
    db.session.flush()


def _store_results(rows: Sequence[ref.Row], tally: ref.Tally) -> None:
    programmes = {programme.slug: programme for programme in queries.list_programmes_to_load()}
    existing = {
        (each.programme_id, each.indicator, each.place, each.reported_on): each
        for each in queries.list_all(ReportedResult)
    }
    for row in rows:
        programme = programmes[row["programme"]]
        plain = ("indicator", "value", "qualifier", "place", "reported_on", "source")
        ref.store_row(
            ReportedResult,
            existing.get((programme.id, row["indicator"], row["place"], row["reported_on"])),
            {column: row[column] for column in plain} | {"notes": _texts(row, "note")},
            tally,
            programme=programme,
            code=new_code(),
        )
    db.session.flush()


def _texts(row: ref.Row, prefix: str) -> dict[str, str]:
    return row.texts(prefix, list(LOCALES))
