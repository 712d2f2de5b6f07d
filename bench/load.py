"""A bounded load from processes of its own, over connections that stay open."""

import http.client
import multiprocessing
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "en"}


@dataclass(frozen=True)
class Answer:
    """One answer: status, seconds until the last byte and until the first, bytes on the wire."""

    status: int
    seconds: float
    first_byte: float
    size: int
    etag: str


def fetch(address: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    """One request over a connection of its own."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    began = time.perf_counter()
    connection.request("POST" if body is not None else "GET", path, body, HEADERS | (headers or {}))
    response = connection.getresponse()
    size = len(response.read(1))
    first = time.perf_counter() - began
    data = response.read()
    seconds = time.perf_counter() - began
    size += len(data)
    connection.close()
    return Answer(response.status, seconds, first, size, response.headers.get("ETag", ""))


def median_of(address: str, headers: dict[str, str] | None = None, times: int = 15) -> float:
    """The median seconds of so many requests, one after the other. Errors: AssertionError unless all are 200."""
    answers = [fetch(address, headers) for _ in range(times)]
    assert {answer.status for answer in answers} == {200}, f"{address}: {answers[0].status}"
    return sorted(answer.seconds for answer in answers)[times // 2]


def rate_of(address: str, seconds: float, clients: int = 8) -> float:
    """Requests a second that `clients` processes got answered with 200."""
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        done = pool.starmap(_hammer, [(address, seconds)] * clients)
    return sum(done)


def _hammer(address: str, seconds: float) -> float:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    began = time.perf_counter()
    count = 0
    while time.perf_counter() - began < seconds:
        connection.request("GET", parts.path or "/", headers=HEADERS)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, f"{address}: {response.status}"
        count += 1
    return count / (time.perf_counter() - began)
