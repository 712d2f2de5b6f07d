"""Pages made for one reader go compressed over the wire."""

import gzip

import pytest

from registry.core import compression
from tests.client import RegistryClient

ZIPPED = {"Accept-Encoding": "br, gzip"}


def test_page_is_compressed_for_whoever_takes_it(client: RegistryClient) -> None:
    plain = client.get("/account/sign-up")
    packed = client.get("/account/sign-up", headers=ZIPPED)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.content_length == len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("path", ["/healthz", "/account"])
def test_short_answers_stay_plain(client: RegistryClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=ZIPPED).headers


def test_kept_page_is_not_compressed_twice(client: RegistryClient, session: object) -> None:
    page = client.get("/", headers=ZIPPED)

    assert gzip.decompress(page.data).startswith(b"<!doctype html>")


def test_length_tells_nothing_for_certain(client: RegistryClient, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = set()
    for number in (3, 40):
        monkeypatch.setattr(compression.secrets, "randbelow", lambda _limit, number=number: number)
        lengths.add(len(client.get("/account/sign-up", headers=ZIPPED).data))

    assert len(lengths) == 2
