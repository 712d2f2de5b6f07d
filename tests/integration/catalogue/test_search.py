"""The list of programmes: what is found, counted, sorted and kept."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from registry.accounts.enums import OrganisationKind
from registry.accounts.models import Organisation
from registry.catalogue import queries
from registry.catalogue.enums import Mode, PartnershipRole, ProgrammeKind, ProgrammeStatus
from registry.catalogue.forms.search import read_filters, write_filters
from registry.catalogue.models import Partnership, Programme, ProgrammeTranslation, Topic
from registry.catalogue.operations import touch_catalogue
from registry.catalogue.queries import Filters, Listing, Order
from registry.core import clock
from registry.core.database import db
from registry.core.i18n import in_locale
from registry.core.transaction import transaction
from registry.places.enums import Standing
from tests.client import RegistryClient
from tests.factories.catalogue import CohortFactory, CohortScopeFactory, ProgrammeFactory
from tests.queries import counted_queries


def make_programme(slug: str, titles: dict[str, str] | None = None, **values: object) -> Programme:
    programme = ProgrammeFactory(slug=slug, title=(titles or {}).get("en", slug), **values)
    for locale in ("ru", "zh"):
        if titles and locale in titles:
            text = ProgrammeTranslation(
                programme=programme, locale=locale, title=titles[locale], summary="", description=""
            )
            db.session.add(text)
    return programme


def search(**arguments: str | list[str]) -> Listing:
    snapshot = queries.get_snapshot()
    values = queries.list_facet_values(snapshot)
    return queries.search_programmes(snapshot, read_filters(MultiDict(arguments), values), values)


def found(**arguments: str | list[str]) -> list[str]:
    return [view.card.slug for view in search(**arguments).page.rows]


def counts(facet: str, **arguments: str | list[str]) -> dict[str, int]:
    return {each.value: each.count for each in search(**arguments).facets[facet].values if each.count}


# -- Search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {"trade", "cafe", "school"}),
        ("trade", {"trade"}),
        ("TRADE", {"trade"}),
        ("e-trade", {"trade"}),
        ("etrade", {"trade"}),
        ("рад", {"trade"}),
        ("ЭЛЕКТРОННАЯ торговля", {"trade"}),
        ("торговля электронная", {"trade"}),
        ("торговли", set()),
        ("елка", {"cafe"}),
        ("ЁЛКА", {"cafe"}),
        ("cafe", {"cafe"}),
        ("CAFÉ", {"cafe"}),
        ("电子商务", {"trade"}),
        ("商务", {"trade"}),
        ("商学院", {"school"}),
        ("电子 贸易", {"trade"}),
        ("alibaba", {"school"}),
        ("阿里巴巴", {"school"}),
        ("robotics", {"cafe"}),
        ("trade school", set()),
        ("%", set()),
        ("_", set()),
        ("'; drop table programme", set()),
    ],
)
def test_search_folds_case_accents_and_scripts(app: Flask, words: str, expected: set[str]) -> None:
    make_programme("trade", {"en": "E-Trade", "ru": "Электронная торговля радио", "zh": "电子商务与贸易"})
    robotics = Topic(slug="robots", names={"en": "Robotics", "ru": "Роботы"}, position=1, source="test")
    make_programme("cafe", {"en": "Café online", "ru": "Ёлка", "zh": "咖啡"}, topics=[robotics])
    school = make_programme("school", {"en": "Business learning", "ru": "Школа", "zh": "商学院"})
    provider = Organisation(
        code="alibaba", kind=OrganisationKind.PROVIDER, names={"en": "Alibaba", "zh": "阿里巴巴"}
    )
    db.session.add(Partnership(programme=school, organisation=provider, role=PartnershipRole.PROVIDER))
    db.session.flush()

    with app.test_request_context():
        assert set(found(q=words)) == expected


# -- Facets ------------------------------------------------------------------------------------------


@pytest.fixture
def five(places: None) -> None:
    """An open course for SCO members, an open school for Kenyans, a coming, a proposed and an ended one."""
    now = clock.now()
    trade = Topic(slug="trade", names={"en": "Trade"}, position=1, source="test")
    course = make_programme("course", mode=Mode.ONLINE, teaching_languages="en ru", topics=[trade])
    CohortScopeFactory(
        cohort=CohortFactory(programme=course, closes_at=now + timedelta(days=5)),
        bloc="sco",
        standing=Standing.MEMBER,
        country=None,
    )
    school = make_programme(
        "school", kind=ProgrammeKind.BUSINESS_SCHOOL, teaching_languages="en", topics=[trade]
    )
    CohortScopeFactory(cohort=CohortFactory(programme=school, closes_at=now + timedelta(days=20)))
    coming = make_programme("coming", mode=Mode.HYBRID)
    CohortFactory(programme=coming, opens_at=now + timedelta(days=3), closes_at=now + timedelta(days=40))
    make_programme("proposed", status=ProgrammeStatus.PROPOSED)
    make_programme("ended", status=ProgrammeStatus.ARCHIVED, archived_at=now)
    db.session.flush()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"kind": "business_school"}, {"school"}),
        ({"kind": ["business_school", "course"]}, {"course", "school", "coming", "proposed", "ended"}),
        ({"country": "UZ"}, {"course", "coming"}),
        ({"country": "KE"}, {"school", "coming"}),
        ({"country": "MN"}, {"coming"}),
        ({"topic": "trade"}, {"course", "school"}),
        ({"language": "ru"}, {"course"}),
        ({"language": "ru", "kind": "business_school"}, set()),
        ({"mode": ["online", "hybrid"]}, {"course", "coming"}),
        ({"status": "open"}, {"course", "school"}),
        ({"status": "upcoming"}, {"coming"}),
        ({"status": ["proposed", "ended"]}, {"proposed", "ended"}),
        ({"deadline": "7"}, {"course"}),
        ({"deadline": "30"}, {"course", "school"}),
        ({"kind": "no such kind"}, {"course", "school", "coming", "proposed", "ended"}),
        ({"country": "XX"}, {"course", "school", "coming", "proposed", "ended"}),
    ],
)
def test_facets_show_exactly_what_fits(
    app: Flask, five: None, arguments: dict[str, str], expected: set[str]
) -> None:
    with app.test_request_context():
        assert set(found(**arguments)) == expected


def test_facets_count_beside_the_other_choices(app: Flask, five: None) -> None:
    with app.test_request_context():
        assert counts("kind") == {"course": 4, "business_school": 1}
        assert counts("status") == {"open": 2, "upcoming": 1, "proposed": 1, "ended": 1}
        assert counts("deadline") == {"7": 1, "30": 2, "90": 2}
        assert counts("language") == {"en": 2, "ru": 1}
        # A facet's own choice does not narrow its counts, only the others'.
        assert counts("language", language="ru") == {"en": 2, "ru": 1}
        assert counts("kind", language="ru") == {"course": 1}
        countries = counts("country")
        assert countries["UZ"] == countries["KE"] == 2
        assert countries["MN"] == 1


def test_who_may_apply_follows_the_standing_of_today(app: Flask, places: None) -> None:
    programme = make_programme("partners")
    cohort = CohortFactory(programme=programme, standing_on=clock.today() + timedelta(days=90))
    CohortScopeFactory(cohort=cohort, bloc="sco", standing=Standing.PARTNER, country=None)

    with app.test_request_context():
        countries = set(counts("country"))

    assert countries == {
        "AF",
        "MN",
        "AM",
        "AZ",
        "BH",
        "KH",
        "EG",
        "KW",
        "MV",
        "MM",
        "NP",
        "QA",
        "SA",
        "LK",
        "TR",
        "AE",
        "LA",
    }


# -- Order and pages ---------------------------------------------------------------------------------


def test_order_by_deadline_then_what_opens_then_the_rest(app: Flask, five: None) -> None:
    with app.test_request_context():
        assert found() == ["course", "school", "coming", "proposed", "ended"]
        assert found(sort="title") == ["coming", "course", "ended", "proposed", "school"]


def test_order_by_title_is_the_readers_alphabet(app: Flask) -> None:
    make_programme("a", {"en": "b", "ru": "Яблоко", "zh": "阿"})
    make_programme("b", {"en": "A", "ru": "Ёлка", "zh": "中"})
    make_programme("c", {"en": "É", "ru": "Жук", "zh": "北"})
    db.session.flush()

    orders = {}
    for locale in ("en", "ru", "zh"):
        with app.test_request_context(), in_locale(locale):
            orders[locale] = found(sort="title")

    assert orders == {"en": ["b", "a", "c"], "ru": ["b", "c", "a"], "zh": ["a", "c", "b"]}


def test_pages_hold_fifty_each_and_know_their_neighbours(app: Flask) -> None:
    for number in range(101):
        make_programme(f"p-{number:03}")

    with app.test_request_context():
        pages = [search(sort="title", page=str(number)).page for number in (1, 2, 3, 4)]

    assert [len(page.rows) for page in pages] == [50, 50, 1, 0]
    assert [(page.previous, page.next) for page in pages] == [
        (None, "2"),
        ("1", "3"),
        ("2", None),
        ("3", None),
    ]
    slugs = [view.card.slug for page in pages for view in page.rows]
    assert slugs == [f"p-{number:03}" for number in range(101)]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "²", "9" * 400, "99999999"])
def test_an_impossible_page_is_the_first(app: Flask, page: str) -> None:
    make_programme("only")

    with app.test_request_context():
        assert found(page=page) == ["only"]


def test_filters_survive_the_address(app: Flask, five: None) -> None:
    filters = Filters(
        words="trade",
        chosen={"kind": frozenset({"course", "incubator"}), "country": frozenset({"UZ"})},
        order=Order.TITLE,
        page=2,
    )

    with app.test_request_context():
        values = queries.list_facet_values(queries.get_snapshot())
        assert read_filters(MultiDict(write_filters(filters)), values) == filters


# -- Queries and memory ------------------------------------------------------------------------------


def test_list_programmes_needs_two_queries_and_then_one(client: RegistryClient, five: None) -> None:
    with transaction():
        touch_catalogue()
    client.get("/programmes")
    numbers = []
    for path in ("/programmes?kind=course", "/programmes?kind=course", "/programmes?q=school"):
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        numbers.append(len(statements))

    assert numbers == [2, 1, 2]


def test_reading_a_new_edition_needs_as_many_queries_for_one_programme_as_for_three(
    client: RegistryClient, places: None
) -> None:
    numbers = []
    for slugs in (["a"], ["b", "c"]):
        for slug in slugs:
            CohortScopeFactory(cohort=CohortFactory(programme=make_programme(slug)))
        with transaction():
            touch_catalogue()
        with counted_queries() as statements:
            client.get("/programmes")
        numbers.append(len(statements))

    assert numbers[0] == numbers[1]
