"""Pages kept for everybody: when they are rendered again, and what a browser is told."""

import gzip
from datetime import timedelta

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from registry.access.web import public
from registry.core import clock
from registry.core.edition import get_edition, glance_at_edition, publish_edition
from registry.core.memory import Memory
from registry.core.pages import Page, kept_page
from registry.core.transaction import transaction
from tests.client import RegistryClient
from tests.queries import counted_queries

PATH = "/healthz"


class Counter:
    """A view that says how often it was rendered."""

    def __init__(self) -> None:
        self.times = 0
        self.until = None
        self.keep = True

    def __call__(self) -> Page:
        self.times += 1
        html = (
            f"<!doctype html><html lang='en'><title>t</title><p>{request.args.get('a', '-')} {self.times}</p>"
        )
        return Page(html, until=self.until, keep=self.keep)


@pytest.fixture
def view(app: Flask, session: object, monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()

    def answer() -> Page:
        return counter()

    monkeypatch.setitem(app.view_functions, "web.show_health", public(kept_page("a", "b")(answer)))
    raise_edition()
    return counter


def raise_edition() -> None:
    with transaction():
        publish_edition()


def read(client: RegistryClient, query: str = "", **headers: str) -> TestResponse:
    response = client.get(PATH + query, headers=headers)
    assert response.status_code == 200
    return response


def test_a_page_is_rendered_once_for_an_edition(client: RegistryClient, view: Counter) -> None:
    first, second = read(client), read(client)
    raise_edition()
    third = read(client)

    assert first.data == second.data != third.data
    assert view.times == 2


def test_a_kept_page_costs_one_query(client: RegistryClient, view: Counter) -> None:
    read(client)

    with counted_queries() as statements:
        read(client)

    assert len(statements) == 1
    assert "edition" in statements[0]


def test_before_the_first_edition_nothing_is_kept(
    app: Flask, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter()
    monkeypatch.setitem(app.view_functions, "web.show_health", public(kept_page()(lambda: counter())))

    read(client)
    read(client)

    assert get_edition() == 0
    assert counter.times == 2


def test_a_page_is_rendered_again_at_its_time(client: RegistryClient, view: Counter) -> None:
    view.until = clock.now() + timedelta(hours=1)
    read(client)
    with clock.travel(clock.now() + timedelta(minutes=59)):
        read(client)
        assert view.times == 1
    with clock.travel(clock.now() + timedelta(minutes=60)):
        read(client)
        assert view.times == 2


def test_each_language_has_a_page_of_its_own(client: RegistryClient, view: Counter) -> None:
    for language in ("en", "ru", "zh", "ru", "zh-TW"):
        read(client, **{"Accept-Language": language})

    assert view.times == 3


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("?a=1", 1),
        ("?a=1&b=2", 1),
        ("?utm_source=x", 2),
        ("?a=1&c=3", 2),
        ("?a=" + "x" * 400, 2),
    ],
)
def test_only_addresses_that_the_page_knows_are_kept(
    client: RegistryClient, view: Counter, query: str, times: int
) -> None:
    read(client, query)
    read(client, query)

    assert view.times == times


def test_a_view_may_refuse_to_be_kept(client: RegistryClient, view: Counter) -> None:
    view.keep = False
    read(client)
    read(client)

    assert view.times == 2


def test_a_repeat_visitor_gets_304_until_the_page_changes(client: RegistryClient, view: Counter) -> None:
    etag = read(client).headers["ETag"]

    unchanged = client.get(PATH, headers={"If-None-Match": etag})
    raise_edition()
    changed = client.get(PATH, headers={"If-None-Match": etag})

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["ETag"] == etag
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_a_new_edition_that_reads_the_same_is_304_too(
    app: Flask, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = "<!doctype html><html lang='en'><title>t</title><p>t</p>"
    monkeypatch.setitem(app.view_functions, "web.show_health", public(kept_page()(lambda: Page(html))))
    etag = read(client).headers["ETag"]
    raise_edition()

    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304


def test_gzip_is_sent_to_those_who_accept_it(client: RegistryClient, view: Counter) -> None:
    plain = read(client)
    zipped = client.open(PATH, headers={"Accept-Encoding": "br, gzip"}, buffered=False)

    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data


def test_a_kept_page_is_private_asked_again_and_sets_no_cookie(client: RegistryClient, view: Counter) -> None:
    response = read(client)

    assert response.headers["Cache-Control"] == "private, no-cache"
    assert {each.strip() for each in response.headers["Vary"].split(",")} == {
        "Accept-Encoding",
        "Accept-Language",
        "Cookie",
    }
    assert "Set-Cookie" not in response.headers
    assert "Content-Security-Policy" in response.headers


def test_memory_is_bounded_by_bytes_and_forgets_the_least_recently_used() -> None:
    memory = Memory(limit=100)
    for key in "abc":
        memory.keep(key, key, edition=1, until=None, size=30)
    assert memory.find("a", 1) == "a"

    memory.keep("d", "d", edition=1, until=None, size=30)

    assert {key: memory.find(key, 1) for key in "abcd"} == {"a": "a", "b": None, "c": "c", "d": "d"}


def test_memory_refuses_what_is_larger_than_itself_and_replaces_what_it_has() -> None:
    memory = Memory(limit=100)
    memory.keep("big", "big", edition=1, until=None, size=101)
    for number in range(50):
        memory.keep("a", number, edition=1, until=None, size=60)

    assert len(memory) == 1
    assert memory.find("a", 1) == 49
    assert memory.find("a", 2) is None
    assert len(memory) == 0


@pytest.mark.committed
def test_the_edition_is_the_same_at_a_glance_and_leaves_the_connection_as_it_was(
    committed_database: Flask,
) -> None:
    with committed_database.app_context():
        assert glance_at_edition() == get_edition() == 0
        for number in (1, 2):
            raise_edition()
            assert glance_at_edition() == get_edition() == number
        with pytest.raises(ZeroDivisionError), transaction():  # noqa: PT012
            publish_edition()
            raise ZeroDivisionError
        assert glance_at_edition() == 2
