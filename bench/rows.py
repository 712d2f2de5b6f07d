"""The rows of the table: what is measured, and what we aim for."""

import gzip
import http.client
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from flask import Flask

from bench.data import SEATS, Filled
from bench.journey import AT_A_TIME, apply_all, read_inputs
from bench.load import fetch, median_of, rate_of
from bench.memory import Growth
from bench.site import Served
from registry.admissions.models import Application, Offer
from registry.admissions.operations import offers
from registry.catalogue.models import Cohort
from registry.core.database import db
from registry.core.transaction import transaction


@dataclass(frozen=True)
class Row:
    """One line. `met` is None where there is only a figure to know."""

    work: str
    measured: str
    ratio: str
    aim: str
    met: bool | None


def measure_public(site: Served, hello: float, slug: str, seconds: float) -> Iterator[Row]:
    """The pages everybody sees."""
    for work, path, aim in (
        ("catalogue of 200 programmes", "/programmes", 0.40),
        ("programme page", f"/programmes/{slug}", 0.40),
    ):
        rate = rate_of(site.address + path, seconds)
        yield _ratio(work, rate, hello, aim)
        answer = fetch(site.address + path)
        yield Row(f"{work}: gzip", f"{answer.size / 1024:.1f} KB", "", "12 KB", answer.size <= 12 * 1024)
        again = fetch(site.address + path, {"If-None-Match": answer.etag})
        yield Row(f"{work}: asked again", str(again.status), "", "304", again.status == 304)


def measure_apply(site: Served, filled: Filled, cookies: list[str]) -> Iterator[Row]:
    """Every page of an application read and sent, by people who are signed in."""
    seconds, journeys = apply_all(site.address, filled.slug, filled.journey, cookies)
    rate = len(journeys) / seconds
    requests = sorted(each for journey in journeys for each in journey.requests)
    slow = requests[int(len(requests) * 0.95)]
    pages = len(journeys[0].requests)
    yield Row(
        f"apply, {AT_A_TIME} at a time, {pages} requests each",
        f"{rate:.1f} journeys/s",
        "",
        "95 journeys/s",
        rate >= 95,
    )
    yield Row("apply: 95 % of the requests within", f"{slow * 1000:.0f} ms", "", "120 ms", slow <= 0.120)


def measure_staff(site: Served, filled: Filled, cookie: str) -> Iterator[Row]:
    """The table and the report, the first and a later page, at each size."""
    headers = {"Cookie": cookie}
    for size, code in filled.cohorts.items():
        address = f"{site.address}/manage/cohorts/{code}/applications"
        first = median_of(f"{address}?status=submitted&member_state=KZ", headers)
        yield _milliseconds(f"applications table, {size:,}, filtered", first, 15)
        key = _next_page(address, headers)
        if key:
            yield _milliseconds(f"applications table, {size:,}, next page", median_of(key, headers), 15)
        report = f"{site.address}/manage/programmes/bench-{size}-applications/report"
        yield _milliseconds(f"live report, {size:,}", median_of(report, headers), 30)


def _next_page(address: str, headers: dict[str, str]) -> str | None:
    text = _read(address, headers)[0]
    found = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', text)
    if not found:
        return None
    path = (found[1] or found[2]).replace("&amp;", "&")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{path}" if path.startswith("/") else f"{address}{path}"


def measure_csv(site: Served, filled: Filled, cookie: str) -> Iterator[Row]:
    """The export of the largest cohort, while somebody else reads pages."""
    size, code = max(filled.cohorts.items())
    address = f"{site.address}/manage/cohorts/{code}/applications/export"
    page, cookies = _read(address, {"Cookie": cookie})
    form = urlencode(read_inputs(page) | {"format": "csv", "purpose": "A measurement of speed."}).encode()
    headers = {
        "Cookie": cookies or cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": address,
    }
    with Growth(site.list_workers()) as growth, ThreadPoolExecutor(1) as pool:
        running = pool.submit(fetch, address, headers, form)
        others = [fetch(f"{site.address}/programmes").seconds for _ in range(10)]
        answer = running.result()
    grown = growth.megabytes
    assert answer.status == 200, f"the export answered {answer.status}"
    yield Row(f"CSV of {size:,}", f"{answer.seconds:.2f} s", "", "2.5 s", answer.seconds <= 2.5)
    yield Row("CSV: first byte", f"{answer.first_byte:.2f} s", "", "0.5 s", answer.first_byte <= 0.5)
    yield Row("CSV: memory", f"+{grown:.0f} MB at most", "", "+30 MB", grown <= 30)
    yield Row("CSV: other pages meanwhile", f"{max(others) * 1000:.0f} ms at most", "", "quick", None)


def _read(address: str, headers: dict[str, str]) -> tuple[str, str]:
    """The page's text, and the Cookie header after it."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request("GET", f"{parts.path}?{parts.query}", headers={"Accept-Language": "en", **headers})
    response = connection.getresponse()
    data = response.read()
    assert response.status == 200, f"{address}: {response.status}"
    cookie = (response.headers.get("Set-Cookie") or "").split(";")[0]
    if response.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    return data.decode(), cookie


def measure_seats(app: Flask, code: str) -> Iterator[Row]:
    """Everybody asks for a seat of a first-come cohort at one moment, each in a transaction of its own."""
    with app.app_context():
        ids = list(db.session.scalars(sa.select(Application.id).join(Cohort).where(Cohort.code == code)))
        db.session.rollback()

    def ask(application_id: int) -> bool:
        with app.app_context(), transaction() as session:
            application = session.get(Application, application_id)
            assert application
            return isinstance(offers.place_first_come(application), Offer)

    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(ask, ids))
    seconds = time.perf_counter() - began
    is_met = taken == SEATS and seconds <= 4
    yield Row(
        f"{len(ids)} people for {SEATS} seats", f"{taken} in {seconds:.2f} s", "", f"{SEATS} in 4 s", is_met
    )


def measure_process(site: Served) -> Iterator[Row]:
    """What a worker costs."""
    yield Row("start to first answer", f"{site.start_seconds:.2f} s", "", "1.5 s", site.start_seconds <= 1.5)
    memory = site.worker_megabytes()
    yield Row("memory of a worker", f"{memory:.0f} MB", "", "120 MB", memory <= 120)


def _ratio(work: str, rate: float, hello: float, aim: float) -> Row:
    share = rate / hello
    return Row(work, f"{rate:,.0f} a second", f"{share:.2f} × hello", f"{aim:.2f} × hello", share >= aim)


def _milliseconds(work: str, seconds: float, aim: float) -> Row:
    return Row(work, f"{seconds * 1000:.1f} ms", "", f"{aim:.0f} ms", seconds * 1000 <= aim)
