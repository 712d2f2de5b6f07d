"""One applicant's way from the programme's page to the confirmation, over a connection that stays open."""

import gzip
import html
import http.client
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bench.load import HEADERS

AT_A_TIME = 8
MOST_PAGES = 30
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "name": {"family_name": "Karimova", "given_names": "Dilnoza"},
    "birth": {"born_on-day": "27", "born_on-month": "3", "born_on-year": "2001", "sex": "female"},
    "countries": {"citizenship": "UZ", "residence": "UZ"},
    "contact": {"phone": "+998 90 123 45 67"},
    "background": {"education": "isced_3", "occupation": "studying"},
    "languages": {"language_1": "uz", "level_1": "c2"},
    "state": {"member_state": "UZ"},
    "experience": {"answer": "none"},
    "shop_link": {"answer": ""},
}
"""Page -> what is sent; the other pages take a sentence."""
SENTENCE = {"answer": "I sell honey from our village."}
CONSENT = {"agrees": "yes"}


@dataclass(frozen=True)
class Journey:
    """Seconds of the whole way, and of each request on it."""

    seconds: float
    requests: tuple[float, ...]


class Applicant:
    """A signed-in browser that reads every page and sends every form."""

    def __init__(self, address: str, cookie: str) -> None:
        parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self.headers = HEADERS | {"Cookie": cookie, "Referer": address}
        self.requests: list[float] = []

    def open(self, path: str, form: Mapping[str, str] | None = None) -> tuple[str, str]:
        """The page's text, and where it leads."""
        body = None if form is None else urlencode(form)
        headers = self.headers | (
            {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        )
        began = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        response = self.connection.getresponse()
        data = response.read()
        self.requests.append(time.perf_counter() - began)
        assert response.status == (200 if body is None else 303), f"{path}: {response.status}"
        if response.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return data.decode(), urlsplit(response.headers.get("Location") or "").path

    def fill(self, path: str, answers: Mapping[str, str]) -> str:
        """Read the page, send its form with these answers; where it leads."""
        page, _ = self.open(path)
        return self.open(path, {**read_inputs(page), **answers})[1]


def read_inputs(page: str) -> dict[str, str]:
    """What stands in the form's inputs already, the token among it."""
    inputs = {}
    for tag in re.findall(r"<input[^>]*>", page[page.find("<main") :]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_chosen = attributes.get("type") not in {"radio", "checkbox"} or " checked" in tag
        if is_chosen and "name" in attributes:
            inputs[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return inputs


def apply(address: str, slug: str, cohort: str, cookie: str) -> Journey:
    """From the programme's page to the confirmation."""
    applicant = Applicant(address, cookie)
    began = time.perf_counter()
    applicant.open(f"/programmes/{slug}")
    tasks, _ = applicant.open(applicant.fill(f"/apply/{cohort}", {}))
    first = re.search(rf'href="(/apply/{cohort}/[^"?]+)', tasks)
    assert first, "the task list leads nowhere"
    path = first[1]
    for _ in range(MOST_PAGES):
        if path.endswith("/check"):
            break
        path = applicant.fill(path, _answers_of(path))
    receipt = applicant.fill(path, {})
    assert receipt.endswith("/receipt"), receipt
    applicant.open(receipt)
    applicant.connection.close()
    return Journey(time.perf_counter() - began, tuple(applicant.requests))


def _answers_of(path: str) -> Mapping[str, str]:
    return CONSENT if "/consents/" in path else ANSWERS.get(path.rpartition("/")[2], SENTENCE)


def apply_all(address: str, slug: str, cohort: str, cookies: list[str]) -> tuple[float, list[Journey]]:
    """Everybody applies, some at a time: the seconds it took, and each one's way."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        journeys = list(pool.map(lambda cookie: apply(address, slug, cohort, cookie), cookies))
    return time.perf_counter() - began, journeys
